"""How far each state comes with each patron in each area, by when, and how long it takes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np
import pandas as pd

from ...model.names import AREAS, PATRONS, STATES
from ..tables import tidy
from .estimates import interval, units

ANY: Final = "any"
"""Label of a row in which it is enough that one of the five states is there."""
NEVER: Final = 255
"""Stands for a rung that is not reached (``explore.study.outcomes.NEVER``)."""
FEWEST_RUNS: Final = 20
"""Runs in which a rung is newly reached, below which no time to it is given."""
RUNGS: Final = range(1, 6)
_STATES: Final = (*STATES, ANY)


def reach(kept: Mapping[str, np.ndarray], draws: int, until: int, horizon: int) -> pd.DataFrame:
    """Chance that a rung has been stood on by the end of a year, at the cut-off or since.

    Returns
    -------
    DataFrame
        A row for each year from ``until`` on, state (and ``any``), patron, area and rung.
    """
    first = _with_any(kept["first"])
    years = range(until, horizon + 1)
    found = [interval(units(first <= year - until, draws)) for year in years]
    index = {
        "viewpoint": [until], "year": years, "state": _STATES, "patron": PATRONS, "area": AREAS,
        "rung": RUNGS,
    }  # fmt: skip
    columns = {
        name: np.stack([one[source] for one in found])[np.newaxis]
        for name, source in (("p", "mean"), ("se", "se"))
    }
    frame = tidy(index, columns)
    reach = 1.96 * frame["se"].fillna(0.0)
    frame["lower"], frame["upper"] = (frame["p"] - reach).clip(0), (frame["p"] + reach).clip(0, 1)
    return frame


def times(kept: Mapping[str, np.ndarray], draws: int, until: int, horizon: int) -> pd.DataFrame:
    """Who stands there already, who comes there, and when.

    ``p_start``: stands there at the cut-off; ``p_new``: reaches it after; ``p_never``: not by
    the horizon; ``q25``, ``q50``, ``q75``: first year, among the runs that newly reach it, missing
    if those are fewer than twenty.
    """
    first = _with_any(kept["first"])
    new = (first > 0) & (first < NEVER)
    columns = {
        "p_start": interval(units(first == 0, draws))["mean"],
        "p_new": interval(units(new, draws))["mean"],
        "se_new": interval(units(new, draws))["se"],
        "p_never": interval(units(first == NEVER, draws))["mean"],
        "runs_new": new.sum(axis=0),
    }
    later = np.sort(np.where(new, first, NEVER).astype(np.int64), axis=0)
    count = columns["runs_new"]
    for name, level in (("q25", 0.25), ("q50", 0.5), ("q75", 0.75)):
        place = np.clip(np.ceil(level * count).astype(int) - 1, 0, None)
        year = np.take_along_axis(later, place[np.newaxis], axis=0)[0] + until
        columns[name] = np.where(count >= FEWEST_RUNS, year, np.nan)
    index = {
        "viewpoint": [until], "state": _STATES, "patron": PATRONS, "area": AREAS, "rung": RUNGS
    }  # fmt: skip
    frame = tidy(index, {name: values[np.newaxis] for name, values in columns.items()})
    frame["horizon"] = horizon
    return frame


def stands(kept: Mapping[str, np.ndarray], draws: int, until: int, horizon: int) -> pd.DataFrame:
    """Mean rung of each state at the cut-off and at the end."""
    frames = []
    for year, name in ((until, "start"), (horizon, "last")):
        found = interval(units(kept[name], draws))
        index = {
            "viewpoint": [until], "year": [year], "state": STATES, "patron": PATRONS, "area": AREAS
        }  # fmt: skip
        columns = {n: found[n][np.newaxis, np.newaxis] for n in ("mean", "se", "lower", "upper")}
        frames.append(tidy(index, columns))
    return pd.concat(frames, ignore_index=True)


def _with_any(first: np.ndarray) -> np.ndarray:
    """First years ``[run, state, ...]`` with those of whichever state is first."""
    return np.concatenate([first, first.min(axis=1, keepdims=True)], axis=1)
