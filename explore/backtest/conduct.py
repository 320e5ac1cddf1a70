"""A backtest in its order: forecasts, the statement of power, and only then the scores."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Final

import numpy as np

from .baselines import BASELINES
from .competition import cell_rows, score_rows
from .forecast import MODEL, VARIANTS, Forecast, Task, by_baselines, by_model, documented
from .power import Power, power
from .sums import sum_rows

FUTURES: Final = 40
"""Futures of the statement of power."""
KEYS: Final = 2**63
"""Seeds are below."""
Entrants = Mapping[str, Forecast]
"""Forecasts by competitor."""


def enter(
    task: Task,
    positions: Mapping[str, np.ndarray],
    seed: int,
    tell: Callable[[str], None] | None = None,
) -> dict[str, Forecast]:
    """Forecasts of the model, its ablations and the baselines, with as many samples each.

    Parameters
    ----------
    task : Task
    positions : mapping of str to ndarray of float64 [draw, dimension]
        Draws from the posterior of the model and of each ablation, as many of each.
    seed : int
    tell : callable, optional
        Called with what is forecast next.
    """
    found = {}
    for name, zero in VARIANTS.items():
        if tell is not None:
            tell(f"{name}, seed {seed}")
        found[name] = by_model(task, positions[name], seed, zero)
    return {**found, **by_baselines(task, len(positions[MODEL]) * task.runs, seed)}


def state_power(task: Task, positions: np.ndarray, seed: int) -> Power:
    """Say what the comparison could show; always from a fixed origin.

    A rolling forecast reads the years that it is about to forecast next, and so cannot stand
    before the scores.
    """
    fixed = replace(task, rolling=False)
    model = by_model(fixed, positions, seed).counts
    other = by_model(fixed, positions, (seed + 1) % KEYS).counts
    futures = other[np.linspace(0, len(other) - 1, min(FUTURES, len(other))).astype(int)]
    baseline = by_baselines(fixed, len(model), seed)["climatology"].counts
    return power(model, futures, baseline, seed)


def score(
    task: Task, tries: Mapping[int, Entrants], stated: Power
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Score every competitor by every seed.

    Parameters
    ----------
    task : Task
    tries : mapping of int to mapping
        Forecasts by seed; the values are those of the first seed.
    stated : Power
        The statement that was made before; its digest stands in every row.

    Returns
    -------
    scores : list of dict
        As :func:`~steppe.explore.backtest.competition.score_rows`, with ``seed_sd``, the
        standard deviation of ``value`` over the seeds, and ``power``.
    cells : list of dict
        As :func:`~steppe.explore.backtest.competition.cell_rows`, of the first seed.
    """
    counts, sums = documented(task)
    tables = [score_once(found, counts, sums, seed) for seed, found in tries.items()]
    values = np.array([[row["value"] for row in table] for table in tables])
    noise = values.std(axis=0, ddof=1) if len(tables) > 1 else np.full(values.shape[1], np.nan)
    rows = [
        {**row, "seed_sd": float(sd), "power": stated.digest[:16]}
        for row, sd in zip(tables[0], noise, strict=True)
    ]
    first = {name: found.counts for name, found in next(iter(tries.values())).items()}
    return rows, cell_rows(first, counts, task.cut + 1)


def score_once(
    found: Entrants, counts: np.ndarray, sums: np.ndarray, seed: int
) -> list[dict[str, Any]]:
    """Score the forecasts of one seed."""
    rows = score_rows({name: one.counts for name, one in found.items()}, counts, seed)
    rows += sum_rows({name: one.sums for name, one in found.items()}, sums, list(BASELINES), seed)
    return rows + density_rows(found)


def density_rows(found: Entrants) -> list[dict[str, Any]]:
    """Log density of the years one after the other: of the model against its own ablations."""
    rows = []
    for name, one in found.items():
        if one.densities is None:
            continue
        place = {"competitor": name, "score": "joint log density", "by": "all", "key": "all"}
        rows.append({**place, "value": float(one.densities.sum()), "best": MODEL})
    return rows
