"""A box: an interval for some of the factors, and what is true of the points inside."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

SIGNIFICANT: Final = 0.05
"""Quasi-p-value from which a limit of a box is taken to be chance."""


@dataclass(frozen=True, eq=False)
class Box:
    """Limits of some factors.

    Attributes
    ----------
    names : tuple of str
        All factors.
    low, high : ndarray of float64 [factor]
        Limits, both inside the box; minus and plus infinity where there is none.
    """

    names: tuple[str, ...]
    low: np.ndarray
    high: np.ndarray

    @classmethod
    def everything(cls, names: Sequence[str]) -> Box:
        """Box without a limit."""
        return cls(tuple(names), np.full(len(names), -np.inf), np.full(len(names), np.inf))

    @property
    def restricted(self) -> tuple[int, ...]:
        """Places of the factors that have a limit."""
        bounded = np.isfinite(self.low) | np.isfinite(self.high)
        return tuple(int(n) for n in np.flatnonzero(bounded))

    @property
    def limits(self) -> dict[str, tuple[float | None, float | None]]:
        """By restricted factor its least and greatest value; None where it is open."""
        ends = [
            tuple(float(end) if np.isfinite(end) else None for end in (self.low[n], self.high[n]))
            for n in self.restricted
        ]
        return dict(zip([self.names[n] for n in self.restricted], ends, strict=True))  # type: ignore[arg-type]

    def holds(self, points: np.ndarray) -> np.ndarray:
        """Which points lie inside, ``[point]``."""
        return np.asarray(((points >= self.low) & (points <= self.high)).all(axis=1))

    def limited(self, factor: int, side: int, value: float) -> Box:
        """The same box with one limit set; side 0 is low, 1 is high."""
        low, high = self.low.copy(), self.high.copy()
        (low, high)[side][factor] = value
        return replace(self, low=low, high=high)

    def freed(self, factor: int, side: int) -> Box:
        """The same box without one limit."""
        return self.limited(factor, side, (-np.inf, np.inf)[side])

    def sides(self) -> list[tuple[int, int]]:
        """Factor and side of every limit."""
        ends = np.stack([self.low, self.high], axis=1)
        return [(int(f), int(s)) for f, s in np.argwhere(np.isfinite(ends))]

    def words(self, labels: Mapping[str, str] | None = None) -> str:
        """Limits as a reader says them: ``budget.russia below 1.2``."""
        parts = []
        for name, (low, high) in self.limits.items():
            called = (labels or {}).get(name, name)
            if low is None:
                parts.append(f"{called} at most {high:.4g}")
            elif high is None:
                parts.append(f"{called} at least {low:.4g}")
            else:
                parts.append(f"{called} from {low:.4g} to {high:.4g}")
        return ", ".join(parts) or "no limit"


@dataclass(frozen=True, eq=False)
class Found:
    """A box with what is true of it on a set of points.

    Attributes
    ----------
    box : Box
    mass : float
        Share of all points that lie inside.
    coverage : float
        Share of all cases of interest that lie inside.
    density : float
        Share of the points inside that are of interest.
    points, cases : int
        Points inside, and those of interest among them.
    """

    box: Box
    mass: float
    coverage: float
    density: float
    points: int
    cases: int


def judged(box: Box, points: np.ndarray, cases: np.ndarray) -> Found:
    """Mass, coverage and density of a box.

    Parameters
    ----------
    box : Box
    points : ndarray [point, factor]
    cases : ndarray of bool [point]
        Which are of interest.
    """
    inside = box.holds(points)
    count, hits = int(inside.sum()), int(cases[inside].sum())
    return Found(
        box,
        count / len(points),
        hits / max(int(cases.sum()), 1),
        hits / count if count else 0.0,
        count,
        hits,
    )


def quasi_p(box: Box, points: np.ndarray, cases: np.ndarray) -> dict[str, tuple[float, float]]:
    """Quasi-p-value of every limit (Bryant and Lempert 2010).

    The probability that a box without the limit would, by chance alone, have as many cases
    among as many points as the box with it: a one-sided binomial test. It is no p-value, as
    the limit was chosen for having many.

    Returns
    -------
    dict
        By restricted factor the values of its low and its high limit; not a number where
        there is none.
    """
    from scipy.stats import binomtest  # type: ignore[import-untyped]

    here = judged(box, points, cases)
    found = {box.names[n]: [float("nan"), float("nan")] for n in box.restricted}
    for factor, side in box.sides():
        wider = judged(box.freed(factor, side), points, cases)
        test = binomtest(here.cases, here.points, wider.density, alternative="greater")
        found[box.names[factor]][side] = float(test.pvalue)
    return {name: (low, high) for name, (low, high) in found.items()}


def pruned(box: Box, points: np.ndarray, cases: np.ndarray, least: float = 0.0) -> Box:
    """The box without the limits that may be chance, the weakest taken away first.

    A limit without which the density would fall below ``least`` stays.
    """
    while box.restricted:
        values = quasi_p(box, points, cases)
        worst, (factor, side) = max((values[box.names[f]][s], (f, s)) for f, s in box.sides())
        wider = box.freed(factor, side)
        if worst <= SIGNIFICANT or judged(wider, points, cases).density < least:
            break
        box = wider
    return box
