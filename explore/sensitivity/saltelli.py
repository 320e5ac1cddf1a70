"""The points of a Sobol design, told apart: A, B, and A with one column of B.

Saltelli (2002) and Saltelli and others (2010): a block is a row of A, that row with each
factor in turn from B, for second order B's row with each factor in turn from A, and the row
of B. SALib lays them out in this order.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...model.errors import InputError
from .interval import Interval


@dataclass(frozen=True)
class Layout:
    """How the rows of a design are laid out.

    Attributes
    ----------
    factors : int
    second : bool
        Whether B with one column of A is there, as second-order indices need.
    base : int
        Number of blocks.
    """

    factors: int
    second: bool
    base: int

    @property
    def step(self) -> int:
        """Rows of a block."""
        return (2 if self.second else 1) * self.factors + 2

    def whole(self, known: np.ndarray) -> np.ndarray:
        """Blocks of which every row is known, ``[block]``."""
        return np.asarray(known.reshape(self.base, self.step).all(axis=1))

    def rows(self, blocks: np.ndarray) -> np.ndarray:
        """Rows of some blocks, ``[point]``."""
        return np.repeat(blocks, self.step)

    def split(self, values: np.ndarray) -> tuple[np.ndarray, ...]:
        """A, B ``[block, ...]`` and A with B, B with A ``[block, factor, ...]``."""
        blocks = values.reshape(self.base, self.step, *values.shape[1:])
        after = self.factors + 1
        return blocks[:, 0], blocks[:, -1], blocks[:, 1:after], blocks[:, after:-1]

    def split_interval(self, values: Interval) -> tuple[Interval, ...]:
        """The same of intervals."""
        ends = zip(self.split(values.low), self.split(values.high), strict=True)
        return tuple(Interval(low, high) for low, high in ends)


def layout(points: np.ndarray) -> Layout:
    """Layout of a Sobol design.

    Raises
    ------
    InputError
        If the points are no such design.
    """
    factors = points.shape[1]
    for second in (True, False):
        step = (2 if second else 1) * factors + 2
        if len(points) % step == 0 and len(points):
            found = Layout(factors, second, len(points) // step)
            if _is_laid_out(points, found):
                return found
    raise InputError(
        "the points are no Sobol design",
        found=f"{len(points)} points of {factors} factors in another order",
        allowed=f"blocks of {factors + 2} or {2 * factors + 2} points, as SALib samples them",
        todo="use the Sobol design, or delta or PAWN, which take any points",
    )


def _is_laid_out(points: np.ndarray, how: Layout) -> bool:
    a, b, a_with_b, b_with_a = how.split(points)
    own = np.eye(how.factors, dtype=bool)
    if not np.array_equal(a_with_b, np.where(own, b[:, np.newaxis], a[:, np.newaxis])):
        return False
    expected = np.where(own, a[:, np.newaxis], b[:, np.newaxis])
    return not how.second or np.array_equal(b_with_a, expected)
