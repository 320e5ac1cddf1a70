"""Arithmetic with intervals ``(low, high)``: what numbers may be when some are not known.

Each operation gives an interval that holds every result that is possible (Moore 1966). Where
a number enters an expression twice, it is wider than need be, never narrower.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np


class Interval(NamedTuple):
    """Least and greatest that each number can be: two arrays of one shape."""

    low: np.ndarray
    high: np.ndarray

    def minus(self, other: Interval) -> Interval:
        """Difference."""
        return Interval(self.low - other.high, self.high - other.low)

    def times(self, other: Interval) -> Interval:
        """Product."""
        products = np.stack([a * b for a in (self.low, self.high) for b in (other.low, other.high)])
        return Interval(products.min(axis=0), products.max(axis=0))

    def squared(self) -> Interval:
        """Square: narrower than the product with itself."""
        size = self.size()
        return Interval(size.low**2, size.high**2)

    def size(self) -> Interval:
        """Absolute value."""
        ends = np.abs(np.stack([self.low, self.high]))
        crosses = (self.low <= 0.0) & (self.high >= 0.0)
        return Interval(np.where(crosses, 0.0, ends.min(axis=0)), ends.max(axis=0))

    def mean(self) -> Interval:
        """Mean over the first axis."""
        return Interval(np.mean(self.low, axis=0), np.mean(self.high, axis=0))

    def over(self, other: Interval) -> Interval:
        """Quotient by what is above 0; without end where it can come down to 0."""
        with np.errstate(divide="ignore", invalid="ignore"):
            ends = np.stack([a / b for a in (self.low, self.high) for b in (other.low, other.high)])
        unbounded = np.broadcast_to(other.low <= 0.0, ends.shape[1:])
        low = np.where(unbounded, -np.inf, ends.min(axis=0))
        return Interval(low, np.where(unbounded, np.inf, ends.max(axis=0)))

    def at(self, place: Any) -> Interval:
        """Both ends at an index."""
        return Interval(self.low[place], self.high[place])


def variance(values: Interval) -> Interval:
    """Variance that numbers may have, each between its ends.

    The least is exact: about any centre each number comes as near as it may, and the sum of
    squares is convex in the centre. The greatest is the mean square about the middle, in which
    each number goes as far as it may; no variance is above it.
    """
    low, high = values
    if np.array_equal(low, high):
        exact = np.asarray(np.var(low))
        return Interval(exact, exact)
    centres = (float(low.min()), float(high.max()))
    for _ in range(200):
        left = centres[0] + (centres[1] - centres[0]) / 3.0
        right = centres[1] - (centres[1] - centres[0]) / 3.0
        nearer = _nearest(values, left) <= _nearest(values, right)
        centres = (centres[0], right) if nearer else (left, centres[1])
    middle = float((low + high).mean() / 2.0)
    farthest = np.maximum((low - middle) ** 2, (high - middle) ** 2).mean()
    return Interval(np.asarray(_nearest(values, sum(centres) / 2.0)), np.asarray(farthest))


def _nearest(values: Interval, centre: float) -> float:
    """Mean square distance of the numbers from a centre, each as near as it may be."""
    return float(((np.clip(centre, values.low, values.high) - centre) ** 2).mean())
