"""A backtest in its order: forecasts, the statement of power, and only then the scores."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

import numpy as np

from .competition import (
    by_seed,
    cell_rows,
    gained,
    over_seeds,
    pit_rows,
    score_rows,
    yearly_scores,
)
from .forecast import (
    MODEL,
    VARIANTS,
    Forecast,
    Task,
    by_baselines,
    by_model,
    documented,
)
from .power import Power, power
from .rolling import Followed
from .sums import yearly_sums

FUTURES: Final = 500
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
        Draws from the posterior of the model and of each ablation; rolling, those of
        :mod:`.rolling`, with an origin before.
    seed : int
    tell : callable, optional
        Called with what is forecast next.
    """
    found = {}
    for name, zero in VARIANTS.items():
        if tell is not None:
            tell(f"{name}, seed {seed}")
        found[name] = by_model(task, positions[name], seed, zero)
    return {**found, **by_baselines(task, len(found[MODEL].counts), seed)}


def state_power(task: Task, entered: Entrants, positions: np.ndarray, seed: int) -> Power:
    """Say what the comparisons could show; always from a fixed origin.

    A rolling forecast reads the years that it is about to forecast next, and so cannot stand
    before the scores.

    Parameters
    ----------
    task : Task
        From a fixed origin.
    entered : mapping of str to Forecast
        Forecasts by the seed.
    positions : ndarray of float64 [draw, dimension]
        Draws from the posterior of the model.
    seed : int
    """
    rivals = {name: one.counts for name, one in entered.items()}
    model = rivals.pop(MODEL)
    other = by_model(task, positions, (seed + 1) % KEYS).counts
    futures = other[np.linspace(0, len(other) - 1, min(FUTURES, len(other))).astype(int)]
    return power(model, futures, rivals, seed)


def score(
    task: Task,
    tries: Mapping[int, Entrants],
    stated: Power,
    followed: Mapping[str, Followed] | None = None,
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Score every competitor by every seed.

    Parameters
    ----------
    task : Task
    tries : mapping of int to mapping
        Forecasts by seed.
    stated : Power
        The statement that was made before; its digest stands in every row.
    followed : mapping of str to Followed, optional
        Draws of the model and of each ablation that kept up with the record; rolling only.

    Returns
    -------
    scores : list of dict
        As :func:`~steppe.explore.backtest.competition.score_rows`, with the distance of the PIT
        and, rolling, the joint log density; and ``power``.
    cells : list of dict
        As :func:`~steppe.explore.backtest.competition.cell_rows`, of the samples of all seeds.

    Raises
    ------
    ValueError
        If the competitors have different numbers of samples.
    """
    counts, sums = documented(task)
    first = next(iter(tries))
    tables = by_seed(yearly(found, counts, sums) for found in tries.values())
    samples = {seed: {n: one.counts for n, one in found.items()} for seed, found in tries.items()}
    rows = score_rows(tables, first) + pit_rows(samples, counts, first)
    rows += density_rows(followed or {}, first)
    pooled = {
        name: np.concatenate([found[name] for found in samples.values()]) for name in samples[first]
    }
    return (
        [{**row, "power": stated.digest[:16]} for row in rows],
        cell_rows(pooled, counts, task.cut + 1),
    )


def yearly(
    found: Entrants, counts: np.ndarray, sums: np.ndarray
) -> dict[str, dict[tuple[str, str, str], np.ndarray]]:
    """Scores of each year, of counts and of sums, by competitor and (score, by, key)."""
    if len({len(one.counts) for one in found.values()}) > 1:
        raise ValueError("competitors must have as many samples as each other")
    money = yearly_sums({name: one.sums for name, one in found.items()}, sums)
    return {
        name: {**yearly_scores(one.counts, counts), **money[name]} for name, one in found.items()
    }


def density_rows(followed: Mapping[str, Followed], seed: int) -> list[dict[str, Any]]:
    """Log density of the years one after the other: of the ablations against the model.

    ``seed_sd`` and ``gain_sd`` are by the luck of the draws, which have one seed.
    """
    rows = []
    for name, one in followed.items():
        place = {"competitor": name, "score": "joint log density", "by": "all", "key": "all"}
        told = gained((one.densities - followed[MODEL].densities)[np.newaxis], seed)
        luck = float(np.sqrt((one.errors**2).sum()))
        other = 0.0 if name == MODEL else float(np.sqrt((followed[MODEL].errors ** 2).sum()))
        rows.append(
            {**place, **over_seeds(one.densities.sum(keepdims=True)), "best": MODEL, **told,
             "seed_sd": luck, "gain_sd": 0.0 if name == MODEL else float(np.hypot(luck, other))}
        )  # fmt: skip
    return rows
