"""Tipping points: the value of a lever at which an outcome crosses a threshold.

Runs at every value have the same luck, run by run, so that values differ by what the lever
does and not by chance. A coarse look over the whole range shows whether the outcome crosses
at all, how often, and whether it moves one way only; bisection then narrows the crossing.
How sure it is comes from the runs: they are drawn anew, with all their values together, and
the crossing is found again on each drawing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np

from ..model.errors import InputError

Runs = Callable[[float], np.ndarray]
Verdict = Literal["found", "none", "open", "several"]
COARSE: Final = 9
"""Values of the first look."""
MOST_VALUES: Final = 60
FEWEST_RUNS: Final = 20


@dataclass(frozen=True)
class Tipping:
    """What was found.

    Attributes
    ----------
    verdict : str
        ``found``; ``none``: no tipping point in the range; ``open``: none is seen, but the
        runs are too few to exclude one; ``several``: the outcome crosses more than once, and
        turns back by more than chance explains.
    value : float
        Where the outcome crosses; not a number unless found.
    low, high : float
        Its interval; minus or plus infinity where it may lie outside the range.
    rising : bool
        Whether the outcome is larger at the upper end.
    turns_back : bool
        Whether it moves against its direction somewhere, by more than chance explains.
    flips : float
        Share of single runs that cross more than once over the values that were tried.
    threshold : float
    level : float
        Of the interval.
    bounds : (float, float)
        The range.
    values : ndarray [value]
        Those that were tried, in order.
    means, lows, highs : ndarray [value]
        Mean of the outcome at each, and its interval.
    crossings : tuple of (float, float)
        Neighbouring values between which the mean crosses.
    runs : int
    """

    verdict: Verdict
    value: float
    low: float
    high: float
    rising: bool
    turns_back: bool
    flips: float
    threshold: float
    level: float
    bounds: tuple[float, float]
    values: np.ndarray
    means: np.ndarray
    lows: np.ndarray
    highs: np.ndarray
    crossings: tuple[tuple[float, float], ...]
    runs: int

    @property
    def words(self) -> str:
        """The answer in a sentence or two."""
        least, most = self.bounds
        ends = f"the outcome goes from {self.means[0]:.3g} to {self.means[-1]:.3g}"
        if self.verdict == "none":
            said = (
                f"No tipping point from {least:g} to {most:g}: {ends}, threshold {self.threshold:g}"
            )
        elif self.verdict == "open":
            said = (
                f"No tipping point is seen from {least:g} to {most:g} ({ends}, threshold "
                f"{self.threshold:g}), but {self.runs:,} runs are too few to exclude one"
            )
        elif self.verdict == "several":
            places = ", ".join(f"{a:.4g} to {b:.4g}" for a, b in self.crossings)
            said = f"Several crossings of {self.threshold:g}, not one tipping point: {places}"
        else:
            low = "below the range" if np.isinf(self.low) else f"{self.low:.4g}"
            high = "above the range" if np.isinf(self.high) else f"{self.high:.4g}"
            way = "rises" if self.rising else "falls"
            said = (
                f"Tipping point at {self.value:.4g} ({self.level:.0%} interval {low} to {high}): "
                f"the outcome {way} through {self.threshold:g}"
            )
        turned = (
            " It turns back on the way by more than chance explains." if self.turns_back else ""
        )
        return f"{said}.{turned}"


def tipping_point(
    runs: Runs,
    bounds: tuple[float, float],
    threshold: float,
    *,
    seed: int,
    units: np.ndarray | None = None,
    tolerance: float | None = None,
    coarse: int = COARSE,
    resamples: int = 1000,
    level: float = 0.95,
) -> Tipping:
    """Find where the mean of an outcome crosses a threshold along a lever.

    Parameters
    ----------
    runs : function of a value of the lever
        Outcome of every run there, ``[run]``; run r has the same luck at every value. 0 and 1
        for an event, whose mean is its probability.
    bounds : (float, float)
        Range of the lever.
    threshold : float
    seed : int
        Of the drawing of runs.
    units : ndarray of int [run], optional
        Runs with the same number belong together and are drawn together, as those of one
        parameter draw; each run by itself without it.
    tolerance : float, optional
        Width to which the crossing is narrowed; a 200th of the range by default.
    coarse : int
        Values of the first look.
    resamples, level
        Of the interval.

    Raises
    ------
    InputError
        If the range is none, there are hardly any runs, or one is missing.
    """
    least, most = bounds
    if not (np.isfinite(least) and np.isfinite(most) and least < most):
        raise InputError("no range of a lever", found=f"{least:g} to {most:g}")
    if coarse < 3:
        raise InputError("too few values to see a crossing", found=coarse, allowed="3 or more")
    width = (most - least) / 200.0 if tolerance is None else tolerance
    if not width > 0.0:
        raise InputError("the tolerance is not above 0", found=width)
    tried = _Tried(runs, threshold, seed, units, resamples, level)
    for value in np.linspace(least, most, coarse):
        tried.add(float(value))
    if len(tried.brackets()) == 1 or (tried.brackets() and not tried.turns_back()):
        _narrow(tried, width)
        for _ in range(2):
            for end in tried.interval()[1:]:
                if np.isfinite(end) and tried.nearest(end) > width:
                    tried.add(float(end))
    return tried.answer(bounds)


def _narrow(tried: _Tried, width: float) -> None:
    """Halve the bracket in which the smoothed mean crosses until it is narrow."""
    while len(tried.values) < MOST_VALUES:
        low, high = tried.bracket()
        if high - low <= width:
            return
        tried.add((low + high) / 2.0)


class _Tried:
    """The values that were tried, with the outcome of every run at each."""

    def __init__(
        self,
        runs: Runs,
        threshold: float,
        seed: int,
        units: np.ndarray | None,
        resamples: int,
        level: float,
    ) -> None:
        self._runs, self.threshold, self.level = runs, threshold, level
        self.values: list[float] = []
        self._found: list[np.ndarray] = []
        self._units = units
        self._resamples, self._seed = resamples, seed
        self._weights: np.ndarray | None = None

    def add(self, value: float) -> None:
        """Try a value."""
        found = np.asarray(self._runs(value), dtype=np.float64).ravel()
        if not np.isfinite(found).all():
            raise InputError(
                "runs are missing, so no tipping point can be told",
                found=f"{int((~np.isfinite(found)).sum())} of {len(found)} at {value:g}",
            )
        if self._weights is None:
            self._weights = self._drawn(len(found))
        place = int(np.searchsorted(self.values, value))
        self.values.insert(place, value)
        self._found.insert(place, found)

    def _drawn(self, count: int) -> np.ndarray:
        """How often each run is drawn ``[resample, run]``, as a share of all."""
        units = np.arange(count) if self._units is None else np.asarray(self._units)
        if len(units) != count:
            raise InputError("a unit is needed for each run", found=len(units), allowed=str(count))
        _, unit = np.unique(units, return_inverse=True)
        groups = int(unit.max()) + 1
        if groups < FEWEST_RUNS:
            raise InputError(
                "too few runs for an interval",
                found=f"{groups} independent ones",
                allowed=f"{FEWEST_RUNS} or more",
            )
        luck = np.random.default_rng(np.random.SeedSequence((self._seed, 5)))
        times = luck.multinomial(groups, np.full(groups, 1.0 / groups), size=self._resamples)
        weights = times[:, unit].astype(np.float64)
        found: np.ndarray = weights / weights.sum(axis=1, keepdims=True)
        return found

    @property
    def table(self) -> np.ndarray:
        """Outcomes ``[value, run]``."""
        return np.stack(self._found)

    @property
    def rising(self) -> bool:
        """Whether the mean at the upper end is the larger one."""
        return bool(self._found[-1].mean() >= self._found[0].mean())

    def nearest(self, value: float) -> float:
        """Distance to the nearest value that was tried."""
        return float(np.abs(np.array(self.values) - value).min())

    def brackets(self) -> list[tuple[float, float]]:
        """Neighbours between which the mean crosses."""
        above = self.table.mean(axis=1) >= self.threshold
        places = np.flatnonzero(above[1:] != above[:-1])
        return [(self.values[n], self.values[n + 1]) for n in places]

    def bracket(self) -> tuple[float, float]:
        """Neighbours between which the smoothed mean crosses."""
        found = _first_above(self._smooth(self.table.mean(axis=1)), self.threshold)
        place = int(np.clip(found, 1, len(self.values) - 1)[0])
        return self.values[place - 1], self.values[place]

    def drawn_means(self) -> np.ndarray:
        """Means ``[resample, value]`` over the runs as drawn."""
        assert self._weights is not None
        found: np.ndarray = self._weights @ self.table.T
        return found

    def turns_back(self) -> bool:
        """Whether neighbours differ against the direction, by more than chance explains.

        The level is shared among all pairs of neighbours (Bonferroni).
        """
        way = 1.0 if self.rising else -1.0
        steps = way * np.diff(self.drawn_means(), axis=1)
        tail = (1.0 - self.level) / steps.shape[1]
        return bool((np.quantile(steps, 1.0 - tail, axis=0) < 0.0).any())

    def flips(self) -> float:
        """Share of runs that cross more than once."""
        above = self.table >= self.threshold
        return float(((above[1:] != above[:-1]).sum(axis=0) > 1).mean())

    def _smooth(self, means: np.ndarray) -> np.ndarray:
        """Means that only rise: the middle of the least curve above and the greatest below.

        Falling ones are mirrored, with the threshold, so that a crossing is upwards always.
        """
        rows = np.atleast_2d(means)
        rows = rows if self.rising else 2.0 * self.threshold - rows
        up = np.maximum.accumulate(rows, axis=1)
        down = np.minimum.accumulate(rows[:, ::-1], axis=1)[:, ::-1]
        found: np.ndarray = (up + down) / 2.0
        return found

    def crossing(self, means: np.ndarray) -> np.ndarray:
        """Where smoothed means reach the threshold, ``[row]``; infinite outside the range."""
        smooth, values = self._smooth(means), np.array(self.values)
        place = _first_above(smooth, self.threshold)
        inside = (place > 0) & (place < len(values))
        here = np.clip(place, 1, len(values) - 1)
        rows = np.arange(len(smooth))
        low, high = smooth[rows, here - 1], smooth[rows, here]
        with np.errstate(invalid="ignore", divide="ignore"):
            part = np.clip((self.threshold - low) / (high - low), 0.0, 1.0)
        found = values[here - 1] + part * (values[here] - values[here - 1])
        return np.where(inside, found, np.where(place == 0, -np.inf, np.inf))

    def interval(self) -> tuple[float, float, float]:
        """Crossing of the means, and the interval of the crossing."""
        middle = float(self.crossing(self.table.mean(axis=1))[0])
        drawn = np.sort(self.crossing(self.drawn_means()))
        tail = (1.0 - self.level) / 2.0
        places = np.clip(
            [int(np.floor(tail * len(drawn))), int(np.ceil((1.0 - tail) * len(drawn))) - 1],
            0,
            len(drawn) - 1,
        )
        return middle, float(drawn[places[0]]), float(drawn[places[1]])

    def answer(self, bounds: tuple[float, float]) -> Tipping:
        """All that was found."""
        drawn, means = self.drawn_means(), self.table.mean(axis=1)
        tail = (1.0 - self.level) / 2.0
        lows, highs = np.quantile(drawn, [tail, 1.0 - tail], axis=0)
        crossings = tuple(self.brackets())
        middle, low, high = self.interval()
        verdict: Verdict = "found"
        if not crossings:
            reaches = (lows < self.threshold) & (self.threshold <= highs)
            verdict = "open" if reaches.any() else "none"
        elif len(crossings) > 1 and self.turns_back():
            verdict = "several"
        elif not np.isfinite(middle):  # a dip at one end that chance explains
            verdict = "open"
        if verdict != "found":
            middle = low = high = float("nan")
        return Tipping(
            verdict, middle, low, high, self.rising, self.turns_back(), self.flips(),
            self.threshold, self.level, bounds, np.array(self.values), means, lows, highs,
            crossings, self.table.shape[1],
        )  # fmt: skip


def _first_above(rows: np.ndarray, threshold: float) -> np.ndarray:
    """Place of the first number of each row that reaches the threshold; its length for none."""
    reached = rows >= threshold
    return np.asarray(np.where(reached.any(axis=1), reached.argmax(axis=1), rows.shape[1]))
