"""What came out of a run, in tables. Reads the store batch by batch, so memory stays flat.

Every mean and probability has its Monte Carlo standard error (``se``); the quantiles
``q05`` to ``q95`` are those of single runs, and are wider than any error of the mean.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np
import pandas as pd

from ..model.names import AREAS, PATRONS, RUNGS, STATES
from .store import Store
from .streams import QUANTILES, Counts, Histogram, Mean, half_width
from .tables import ALL, spread, tidy
from .variables import VARIABLES

TOP: Final = len(RUNGS) - 1
_STATES_ALL, _AREAS_ALL = (*STATES, ALL), (*AREAS, ALL)
_BETWEEN: Final = ("trust", "fluency", "dependence", "resentment")
_MONEY: Final = ("pledged", "delivered", "outstanding", "lapsed")
_FLOWS: Final = ("pledged", "delivered", "lapsed")
CUMULATIVE: Final = "packages_since_start"
_COUNTED: Final = ("packages", "documented", "offers")


def with_totals(values: np.ndarray) -> np.ndarray:
    """Append the sums over states and over areas: [..., state, patron, area] -> one longer each."""
    wide = values.astype(np.int64)
    wide = np.concatenate([wide, wide.sum(axis=-3, keepdims=True)], axis=-3)
    return np.concatenate([wide, wide.sum(axis=-1, keepdims=True)], axis=-1)


def rungs(store: Store) -> pd.DataFrame:
    """Chance of standing at or above each rung, and the mean rung, by year and cell."""
    shape = VARIABLES["rung"].shape(len(store.manifest.years))
    draws = store.manifest.parameters.draws
    mean = Mean(draws, shape)
    reached = [Mean(draws, shape) for _ in range(TOP)]
    for batch in store.stream(["rung"]):
        mean.add(batch["rung"])
        for k in range(TOP):
            reached[k].add(batch["rung"] > k)
    columns = {f"p_rung_ge_{k + 1}": reached[k].mean for k in range(TOP)}
    columns |= {f"se_rung_ge_{k + 1}": reached[k].error for k in range(TOP)}
    return tidy(
        {
            "scenario": [store.manifest.name],
            "year": store.manifest.years,
            "state": STATES,
            "patron": PATRONS,
            "area": AREAS,
        },
        columns | {"mean": mean.mean, "se_mean": mean.error},
    )


def packages(store: Store) -> pd.DataFrame:
    """Count packages accepted and documented a year, and accepted since the first year.

    By cell, and summed (``all``) over states, over areas, and over both.
    """
    years = store.manifest.years
    shape = (len(years), len(_STATES_ALL), len(PATRONS), len(_AREAS_ALL))
    frames = []
    for measure in ("packages", "documented", CUMULATIVE):
        name = "packages" if measure == CUMULATIVE else measure
        mean, counts = Mean(store.manifest.parameters.draws, shape), Counts(shape)
        for batch in store.stream([name]):
            values = with_totals(batch[name])
            if measure == CUMULATIVE:
                values = values.cumsum(axis=1)
            mean.add(values)
            counts.add(values)
        index = {
            "scenario": [store.manifest.name],
            "measure": [measure],
            "year": years,
            "state": _STATES_ALL,
            "patron": PATRONS,
            "area": _AREAS_ALL,
        }
        frames.append(tidy(index, spread(mean, counts)))
    return pd.concat(frames, ignore_index=True)


def state_patron(store: Store) -> pd.DataFrame:
    """Trust, fluency, dependence, resentment, money, and the highest rung of any area."""
    years, draws = store.manifest.years, store.manifest.parameters.draws
    shape = (len(years), len(STATES), len(PATRONS))
    frames = []
    for name in (*_BETWEEN, *_MONEY, "highest_rung"):
        mean = Mean(draws, shape)
        counted = name == "highest_rung"
        bins: Counts | Histogram = (
            Counts(shape) if counted else Histogram(shape, VARIABLES[name].scale)
        )
        for batch in store.stream(["rung" if counted else name]):
            values = batch["rung"].max(axis=-1) if counted else batch[name]
            mean.add(values)
            bins.add(values)
        index = {
            "scenario": [store.manifest.name],
            "variable": [name],
            "unit": [VARIABLES["rung" if counted else name].unit],
            "year": years,
            "state": STATES,
            "patron": PATRONS,
        }
        frames.append(tidy(index, spread(mean, bins)))
    return pd.concat(frames, ignore_index=True)


def first_years(store: Store) -> pd.DataFrame:
    """Chance that a rung is ever reached, and when first, among the runs that reach it.

    A year is missing (null) where no run reaches the rung.
    """
    years = store.manifest.years
    shape = (len(STATES), len(PATRONS), len(AREAS), TOP)
    ever, first = Mean(store.manifest.parameters.draws, shape), Counts(shape)
    for batch in store.stream(["rung"]):
        reached = np.stack([batch["rung"] > k for k in range(TOP)], axis=-1)
        any_year = reached.any(axis=1)
        ever.add(np.asarray(any_year))
        first.add(np.where(any_year, reached.argmax(axis=1), len(years)))
    columns: dict[str, np.ndarray] = {"p_reached": ever.mean, "se": ever.error}
    for name, level in QUANTILES.items():
        place = first.quantile(level, below=len(years))
        columns[name] = np.where(place < 0, np.nan, place + years.start)
    index = {
        "scenario": [store.manifest.name],
        "state": STATES,
        "patron": PATRONS,
        "area": AREAS,
        "rung": range(1, TOP + 1),
    }
    frame = tidy(index, columns)
    return frame.astype(dict.fromkeys(QUANTILES, "Int32"))


def totals(store: Store) -> pd.DataFrame:
    """Sum packages, offers and money over the years after the cut, by state and area."""
    years = _after_cut(store)
    frames = []
    for name in (*_COUNTED, *_FLOWS):
        counted = name in _COUNTED
        areas = _AREAS_ALL if counted else (ALL,)
        shape = (len(_STATES_ALL), len(PATRONS), len(areas))
        mean = Mean(store.manifest.parameters.draws, shape)
        bins: Counts | Histogram = Counts(shape) if counted else Histogram(shape, "money")
        for batch in store.stream([name]):
            values = batch[name][:, years]
            summed = with_totals(values.sum(axis=1, dtype=np.int64)) if counted else _money(values)
            mean.add(summed)
            bins.add(summed)
        index = {
            "scenario": [store.manifest.name],
            "measure": [name],
            "unit": [VARIABLES[name].unit.removesuffix(" a year")],
            "state": _STATES_ALL,
            "patron": PATRONS,
            "area": areas,
        }
        frames.append(tidy(index, spread(mean, bins)))
    return pd.concat(frames, ignore_index=True)


def contrasts(store: Store) -> pd.DataFrame:
    """China less Russia within the same run: packages and money after the cut, last rungs.

    The row ``all`` of a rung is the mean over states.
    """
    years, draws = _after_cut(store), store.manifest.parameters.draws
    names = ("packages", "delivered", "mean_rung", "highest_rung")
    shape = (len(names), len(_STATES_ALL))
    mean, china, russia, more, less = (Mean(draws, shape) for _ in range(5))
    for batch in store.stream(["packages", "delivered", "rung"]):
        last = batch["rung"][:, -1]
        by_patron = np.stack(
            [
                with_totals(batch["packages"][:, years].sum(axis=1, dtype=np.int64))[..., -1],
                _money(batch["delivered"][:, years])[..., 0],
                _with_mean(last.mean(axis=-1)),
                _with_mean(last.max(axis=-1)),
            ],
            axis=1,
        ).astype(np.float64)  # [n, outcome, state, patron]
        difference = by_patron[..., 0] - by_patron[..., 1]
        mean.add(difference)
        china.add(by_patron[..., 0])
        russia.add(by_patron[..., 1])
        more.add(difference > 0)
        less.add(difference < 0)
    reach = half_width(mean.error, mean.units)
    return tidy(
        {"scenario": [store.manifest.name], "outcome": names, "state": _STATES_ALL},
        {
            "mean_china": china.mean,
            "mean_russia": russia.mean,
            "difference": mean.mean,
            "se": mean.error,
            "lower": mean.mean - reach,
            "upper": mean.mean + reach,
            "p_china_more": more.mean,
            "p_russia_more": less.mean,
        },
    )


TABLES: Final[dict[str, Callable[[Store], pd.DataFrame]]] = {
    "rungs": rungs,
    "packages": packages,
    "state_patron": state_patron,
    "first_years": first_years,
    "totals": totals,
    "contrasts": contrasts,
}


def summarise(store: Store) -> dict[str, pd.DataFrame]:
    """Make all tables of a run."""
    return {name: make(store) for name, make in TABLES.items()}


def _after_cut(store: Store) -> slice:
    """Places of the projection's years."""
    return slice(store.manifest.projection.start - store.manifest.first_year, None)


def _money(values: np.ndarray) -> np.ndarray:
    """Sum [n, year, state, patron] over years, with all states: [n, state + 1, patron, 1]."""
    summed = values.sum(axis=1, dtype=np.float64)
    return np.concatenate([summed, summed.sum(axis=1, keepdims=True)], axis=1)[..., np.newaxis]


def _with_mean(values: np.ndarray) -> np.ndarray:
    return np.concatenate([values, values.mean(axis=1, keepdims=True)], axis=1)
