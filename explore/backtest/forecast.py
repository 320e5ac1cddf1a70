"""Forecasts: samples of the documented packages after a cut, by the model and by baselines.

From a fixed origin the evidence is frozen once. Rolling, every year is forecast from the end of
the year before: the evidence is frozen there, the worlds are filtered to there, and so are the
draws of the parameters (:mod:`.rolling`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

import numpy as np

from ...calibration.asof import COVERAGE, Frozen, frozen, packages_as_of
from ...calibration.filter import filtered
from ...calibration.target import Target
from ...model.engine import simulate_from
from ...model.errors import InputError
from ...model.names import START_YEAR
from ...model.quantities import quantities
from ...model.tables import OFFSET, Tables
from ...model.world import World
from .baselines import BASELINES
from .baselines import forecast as from_counts
from .cells import count, exposure
from .sums import Sizes, draw_sums, sizes_of_model, sizes_on_record, sums_on_record, told_share

MODEL: Final = "model"
ABLATIONS: Final[dict[str, tuple[str, ...]]] = {
    "no rival reaction": ("rival_response",),
    "no complementarity": ("complementarity",),
    "no threat in attention": ("salience", "budget_alarm_response"),
}
"""Quantities that are set to zero; each has a fit of its own (:func:`ablated`)."""
VARIANTS: Final = {MODEL: (), **ABLATIONS}
DEVIATED: Final = 5
"""Address of the luck by which memory and volatility of drivers are drawn."""


@dataclass(frozen=True)
class Task:
    """What is to be forecast, and with how much computing.

    Attributes
    ----------
    cut : int
        Last year that is known.
    last : int
        Last year that is forecast.
    rolling : bool
        Whether each year is forecast from the end of the year before.
    given : tuple of str
        Drivers that are known beyond the cut.
    particles : int
        Worlds that the filter leaves for each draw.
    runs : int
        How many of these are continued, once each: samples for each draw.
    draws : int
        Draws of the parameters that a forecast is made from.
    shares : tuple of float
        Particles of each year over ``particles`` where draws follow the record.
    """

    cut: int
    last: int
    rolling: bool = False
    given: tuple[str, ...] = (COVERAGE,)
    particles: int = 50
    runs: int = 20
    draws: int = 200
    shares: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        if self.last <= self.cut:
            raise InputError(
                "nothing is left to forecast", field="test-until", found=self.last,
                allowed=f"later than {self.cut}",
            )  # fmt: skip

    @property
    def years(self) -> range:
        """Years that are forecast."""
        return range(self.cut + 1, self.last + 1)

    def origins(self) -> Iterable[tuple[int, int]]:
        """Pairs of the last year known and the last year forecast from it."""
        if not self.rolling:
            return [(self.cut, self.last)]
        return [(year - 1, year) for year in self.years]

    @cached_property
    def _frozen(self) -> dict[int, Frozen]:
        return {cut: frozen(cut, last, self.given) for cut, last in self.origins()}

    def frozen(self, cut: int) -> Frozen:
        """The evidence as of an origin: one object, which is checked for leaks and then used."""
        return self._frozen[cut]


@dataclass(frozen=True)
class Forecast:
    """Samples of one competitor.

    Attributes
    ----------
    counts : ndarray of int64 [sample, year, state, patron, form]
    sums : ndarray of float64 [sample, year, state, patron]
        USD million of documented assistance whose sum is told.
    """

    counts: np.ndarray
    sums: np.ndarray


def by_baselines(task: Task, samples: int, seed: int) -> dict[str, Forecast]:
    """Forecasts of all baselines, which know of coverage and membership what the model knows."""
    parts: dict[str, list[np.ndarray]] = {name: [] for name in BASELINES}
    totals: dict[str, list[np.ndarray]] = {name: [] for name in BASELINES}
    for cut, _ in task.origins():
        found = task.frozen(cut)
        counts, tables = count(found.packages, cut), found.tables
        reach, known = exposure(tables["coverage"], tables["membership"]), len(counts)
        for number, (name, baseline) in enumerate(BASELINES.items()):
            rng = np.random.default_rng([seed, number, cut])
            ahead = from_counts(baseline, counts, reach[:known], reach[known:], samples, rng)
            sizes = sizes_on_record(found.packages, samples, rng)
            parts[name].append(ahead)
            totals[name].append(draw_sums(ahead, sizes, told_share(found.packages), rng))
    return {
        name: Forecast(np.concatenate(parts[name], axis=1), np.concatenate(totals[name], axis=1))
        for name in BASELINES
    }


def by_model(
    task: Task,
    positions: np.ndarray,
    seed: int,
    zero: Collection[str] = (),
) -> Forecast:
    """Forecast of the model, or of one of its ablations.

    Parameters
    ----------
    task : Task
    positions : ndarray of float64 [draw, dimension], or [origin, draw, dimension]
        Draws from the posterior at the cut, or at each origin, that of :func:`ablated`, in prior
        standard deviations; ``task.draws`` of them are taken, or all if they are fewer.
    seed : int
    zero : collection of str
        Quantities that are set to zero.

    Returns
    -------
    Forecast
        With ``task.runs`` samples for each draw.
    """
    if task.rolling != (positions.ndim == 3):
        raise ValueError("a rolling forecast takes draws for each origin, another one set of them")
    parts, totals = [], []
    for number, (cut, _) in enumerate(task.origins()):
        found = task.frozen(cut)
        own = positions[number] if task.rolling else positions
        chosen = np.linspace(0, len(own) - 1, min(task.draws, len(own))).round().astype(int)
        ahead, sizes = continued(found, own[chosen], task, seed, zero)
        rng = np.random.default_rng([seed, cut])
        parts.append(ahead)
        totals.append(draw_sums(ahead, sizes, told_share(found.packages), rng))
    return Forecast(np.concatenate(parts, axis=1), np.concatenate(totals, axis=1))


def continued(
    found: Frozen, positions: np.ndarray, task: Task, seed: int, zero: Collection[str]
) -> tuple[np.ndarray, Sizes]:
    """Continue the worlds that the filter leaves at the cut to the horizon.

    How drivers deviate from their series is drawn beside each draw from what was fitted to the
    series as of the cut.

    Returns
    -------
    ndarray of int64 [sample, year, state, patron, form]
        Documented packages.
    Sizes
        Of assistance, with a row for each sample.

    Raises
    ------
    InputError
        If the history is impossible under a draw.
    """
    target = ablated(found.target(task.particles), zero)
    kept = np.linspace(0, task.particles - 1, task.runs).astype(int)
    parts, sizes = [], []
    for draw, (position, luck) in enumerate(zip(positions, lucks(seed, positions), strict=True)):
        own = np.random.default_rng([seed, found.cut, DEVIATED, draw])
        tables = found.deviating(target.at(position), own)
        past = filtered(tables, target.history, found.cut, task.particles, luck, target.sums)
        if not np.isfinite(past.log_likelihood):
            raise InputError(
                "the history is impossible under a draw of the parameters", field=f"draw {draw}",
                todo="fit again, or with more particles",
            )  # fmt: skip
        runs = np.arange(draw * task.runs, (draw + 1) * task.runs, dtype=np.int64)
        worlds = World._make(part[kept] for part in past.worlds)
        future = simulate_from(tables, seed, runs, worlds, found.cut + 1)
        parts.append(future.documented_forms)
        sizes.append(sizes_of_model(tables, task.runs))
    return np.concatenate(parts).astype(np.int64), Sizes._make(
        np.concatenate(part) for part in zip(*sizes, strict=True)
    )


def lucks(seed: int, positions: np.ndarray) -> list[int]:
    """Keys of the filter's luck for each draw, unlike those of any other seed."""
    found: list[int] = np.random.default_rng([seed, 3]).integers(1, 2**62, len(positions)).tolist()
    return found


def ablated(target: Target, zero: Collection[str]) -> Target:
    """Posterior density of the model in which some quantities are zero, and not estimated."""
    if not zero:
        return target
    names = tuple(entry.address for entry in target.entries if entry.family not in zero)
    return replace(target, tables=without(target.tables, zero), names=names)


def without(tables: Tables, zero: Collection[str]) -> Tables:
    """Tables with some quantities at zero."""
    if not zero:
        return tables
    flat = tables.flat.copy()
    for name in zero:
        width = int(np.prod(quantities()[name].shape, dtype=int))
        flat[:, OFFSET[name] : OFFSET[name] + width] = 0.0
    return Tables(flat)


def documented(task: Task) -> tuple[np.ndarray, np.ndarray]:
    """What was documented in the years that are forecast.

    The one place where a backtest from a fixed origin reads what came after the cut.

    Returns
    -------
    counts : ndarray of int64 [year, state, patron, form]
    sums : ndarray of float64 [year, state, patron]
        USD million.
    """
    packages, first = packages_as_of(task.last), task.cut + 1 - START_YEAR
    return count(packages, task.last)[first:], sums_on_record(packages, task.last)[first:]
