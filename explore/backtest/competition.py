"""The competition: every score of every competitor, its difference to the best baseline.

The best baseline of a score and a group of cells is the one that turned out best there over the
whole test window: chosen with hindsight, which favours the baselines, and the more so the
smaller the group. All is the mean over the seeds of the forecasts.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from ...model.names import FORMS, PATRONS, STATES
from .baselines import BASELINES
from .cells import PROMISES, highest
from .forecast import MODEL, VARIANTS
from .scores import (
    LEVELS,
    brier,
    covered,
    crps,
    from_uniform,
    interval_of_sum,
    log_score,
    randomised_pit,
)
from .sums import SCORE as SUMS

ACTIVE: Final = 0.05
"""Packages that climatology expects in a cell and year, from which on the PIT is looked at."""
HIGHER: Final = "log"
"""The score of which more is better; of the others less is."""
RUNGS: Final = "rps of rungs"
"""Ranked probability score of the highest rung on record of a state and patron in a year."""
CONTESTS: Final = ("log", "brier", "crps", RUNGS, SUMS)
"""Scores that competitors are held against each other by."""
AGAINST: Final = "against the model"
"""After the name of a score: of the model with a mechanism switched off, less that with it."""


Tables = Mapping[str, Mapping[tuple[str, str, str], np.ndarray]]
"""Yearly scores, float64 ``[seed, year]``, by competitor and (score, by, key)."""


@dataclass(frozen=True)
class Group:
    """Cells that are summed up: ``by`` is the kind of group, ``key`` its name."""

    by: str
    key: str
    cells: np.ndarray
    """bool [state, patron, form]"""


def groups() -> list[Group]:
    """All cells, and those of each state, patron, form, both, and kind (pledges or events).

    And all cells without those of one state.
    """
    state, patron, form = np.indices((len(STATES), len(PATRONS), len(FORMS)))
    promises = np.isin(form, [FORMS.index(name) for name in PROMISES])
    found = [Group("all", "all", np.ones(state.shape, bool))]
    found += [Group("state", name, state == n) for n, name in enumerate(STATES)]
    found += [Group("without", name, state != n) for n, name in enumerate(STATES)]
    found += [Group("patron", name, patron == n) for n, name in enumerate(PATRONS)]
    found += [Group("form", name, form == n) for n, name in enumerate(FORMS)]
    found += [
        Group("patron and form", f"{PATRONS[p]}.{FORMS[f]}", (patron == p) & (form == f))
        for p, f in np.ndindex(len(PATRONS), len(FORMS))
    ]
    return [*found, Group("kind", "pledges", promises), Group("kind", "events", ~promises)]


def yearly_scores(counts: np.ndarray, observed: np.ndarray) -> dict[tuple[str, str, str], Any]:
    """Scores of each year by (score, by, key), float64 [year].

    Log score and Brier score are summed over the cells of the group; the CRPS and the coverage
    are of the group's total in the year; the ranked probability score of the highest rung is
    summed over states and patrons.
    """
    logs, briers = log_score(counts, observed), brier(counts, observed)
    rungs = crps(highest(counts), highest(observed))  # of whole numbers it is the ranked one
    found = {}
    for group in groups():
        total, seen = counts[..., group.cells].sum(-1), observed[..., group.cells].sum(-1)
        place = (group.by, group.key)
        found["log", *place] = logs[..., group.cells].sum(-1)
        found["brier", *place] = briers[..., group.cells].sum(-1)
        found["crps", *place] = crps(total, seen)
        for level in LEVELS:
            found[f"coverage {level:.0%}", *place] = covered(total, seen, level)
        if group.by in ("all", "state", "patron"):
            found[RUNGS, *place] = rungs[:, group.cells.any(axis=-1)].sum(axis=-1)
    return found


def score_rows(tables: Tables, seed: int) -> list[dict[str, Any]]:
    """Score all competitors.

    Parameters
    ----------
    tables : Tables
        The baselines among them.
    seed : int
        Key of the bootstrap.

    Returns
    -------
    list of dict
        ``competitor, score, by, key, value, seed_sd, best, gain, gain_sd, low, high``. ``value``
        is the sum over years of a score, and the mean over years of a coverage. ``gain`` is how
        much better it is than the baseline ``best``, below zero if it is worse, with a 90%
        interval over years and seeds; blank for coverage, which is no contest. Both have their
        standard deviation over the seeds.
    """
    best = best_baselines(tables)
    rows: list[dict[str, Any]] = []
    for name, table in tables.items():
        for place, values in table.items():
            score, by, key = place
            row: dict[str, Any] = {"competitor": name, "score": score, "by": by, "key": key}
            if score in CONTESTS:
                gains = gains_over(values, tables[best[place]][place], score)
                row |= {**over_seeds(values.sum(axis=1)), "best": best[place]}
                row |= gained(gains, seed)
            else:
                row |= over_seeds(values.mean(axis=1))
            rows.append(row)
    return rows + ablation_rows(tables, seed)


def by_seed(tables: Iterable[Mapping[str, Mapping[tuple[str, str, str], Any]]]) -> Tables:
    """Put the tables of several seeds together."""
    listed = list(tables)
    return {
        name: {place: np.stack([table[name][place] for table in listed]) for place in places}
        for name, places in listed[0].items()
    }


def over_seeds(values: np.ndarray) -> dict[str, float]:
    """Mean of a value over the seeds, and its standard deviation; not a number for one seed."""
    spread = float(values.std(ddof=1)) if len(values) > 1 else np.nan
    return {"value": float(values.mean()), "seed_sd": spread}


def gains_over(values: np.ndarray, others: np.ndarray, score: str) -> np.ndarray:
    """How much better one series of yearly scores is than another."""
    found: np.ndarray = values - others if score == HIGHER else others - values
    return found


def gained(gains: np.ndarray, seed: int) -> dict[str, float]:
    """Sum of yearly gains ``[seed, year]`` with its interval, and its deviation over seeds."""
    low, high = interval_of_sum(gains, np.random.default_rng([seed, 1]))
    told = over_seeds(gains.sum(axis=1))
    return {"gain": told["value"], "gain_sd": told["seed_sd"], "low": low, "high": high}


def best_baselines(tables: Tables) -> dict[tuple[str, str, str], str]:
    """Baseline with the best total by (score, by, key)."""
    names = [name for name in tables if name in BASELINES]
    signs = {score: 1.0 if score == HIGHER else -1.0 for score in CONTESTS}
    return {
        place: max(names, key=lambda name: signs[place[0]] * float(tables[name][place].sum()))
        for place in tables[names[0]]
        if place[0] in CONTESTS
    }


def ablation_rows(tables: Tables, seed: int) -> list[dict[str, Any]]:
    """How much better the model without a mechanism is than with it, year by year paired.

    ``value`` is the gain itself.
    """
    rows = []
    for name in VARIANTS:
        if name == MODEL or name not in tables or MODEL not in tables:
            continue
        for score in CONTESTS:
            place = (score, "all", "all")
            found = gained(gains_over(tables[name][place], tables[MODEL][place], score), seed)
            rows.append(
                {"competitor": name, "score": f"{score} {AGAINST}", "by": "all", "key": "all",
                 "value": found["gain"], "seed_sd": found["gain_sd"], "best": MODEL, **found}
            )  # fmt: skip
    return rows


def pit_rows(
    tries: Mapping[int, Mapping[str, np.ndarray]], observed: np.ndarray, seed: int
) -> list[dict[str, Any]]:
    """Distance of the randomised PIT from the uniform, over the cells that are not idle."""
    first = next(iter(tries.values()))
    active = first["climatology"].mean(axis=0) >= ACTIVE
    rows: list[dict[str, Any]] = []
    for name in first:
        far = [
            from_uniform(
                randomised_pit(found[name], observed, np.random.default_rng([seed, 2]))[active]
            )
            for found in tries.values()
        ]
        place = {"competitor": name, "score": "pit distance", "by": "all", "key": "all"}
        rows.append({**place, **over_seeds(np.array(far))})
    return rows


def cell_rows(
    forecasts: Mapping[str, np.ndarray], observed: np.ndarray, first_year: int
) -> list[dict[str, Any]]:
    """One row for each competitor and cell: what was forecast, what was documented, the scores."""
    rows = []
    for name, counts in forecasts.items():
        mean, chance = counts.mean(axis=0), (counts > 0).mean(axis=0)
        logs, briers = log_score(counts, observed), brier(counts, observed)
        for place in np.ndindex(observed.shape):
            t, i, p, f = place
            rows.append(
                {
                    "competitor": name,
                    "year": first_year + t,
                    "state": STATES[i],
                    "patron": PATRONS[p],
                    "form": FORMS[f],
                    "documented": int(observed[place]),
                    "expected": float(mean[place]),
                    "chance_of_any": float(chance[place]),
                    "log": float(logs[place]),
                    "brier": float(briers[place]),
                }
            )
    return rows


def total_rows(cells: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Packages by year, state, patron and form: documented, and expected by each competitor.

    Parameters
    ----------
    cells : list of dict
        As of :func:`cell_rows`.

    Returns
    -------
    list of dict
        ``year, state, patron, form, documented``, and a column for each competitor.
    """
    found: dict[tuple[Any, ...], dict[str, Any]] = {}
    for cell in cells:
        place = {name: cell[name] for name in ("year", "state", "patron", "form")}
        row = found.setdefault(tuple(place.values()), {**place, "documented": 0})
        row[cell["competitor"]] = row.get(cell["competitor"], 0.0) + cell["expected"]
        if cell["competitor"] == cells[0]["competitor"]:
            row["documented"] += cell["documented"]
    return list(found.values())
