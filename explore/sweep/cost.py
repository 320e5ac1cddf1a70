"""What a sweep will cost, measured on a small part of it."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import product
from time import perf_counter
from typing import Final, NamedTuple

import numpy as np

from ..conditioning import BLOCK
from .problem import SweepProblem

LONG_ENOUGH: Final = 0.3
"""Seconds that runs are timed for."""
MEASURED: Final = 64
"""Runs of the part that is timed, and of which the room is extrapolated."""
FOLLOWING: Final = 16
"""The same where runs follow the record: each may need a filter."""


class Cost(NamedTuple):
    """Cost of a sweep on one core.

    Attributes
    ----------
    run : float
        Seconds a run.
    block : float
        Seconds to draw the past of a block of runs, 0 for a free scenario.
    sample : dict of str to ndarray
        Outcomes of the part that was timed, for measuring their room on disk.
    points, runs : range
        That part.
    """

    run: float
    block: float
    sample: dict[str, np.ndarray]
    points: range
    runs: range

    def seconds(self, runs: int, blocks: int) -> float:
        """Seconds of one core for so many runs and blocks."""
        return runs * self.run + blocks * self.block


def measure(problem: SweepProblem, chunk: tuple[int, int]) -> Cost:
    """Compute a small part of a sweep and take the time; what was compiled before is not in it.

    The part has the shape of a chunk (points, replicates) as far as it can: luck that points
    share makes their numbers alike, so they take less room than as many runs of one point.
    """
    most = MEASURED if problem.problem.followed is None else FOLLOWING
    along = min(chunk[1], problem.sweep.replicates, most // min(chunk[0], 4))
    points, runs = range(min(chunk[0], len(problem.design), most // along)), range(along)
    begin = perf_counter()
    sample, _ = problem.compute(points, runs)
    first = perf_counter() - begin
    count, begin = 0, perf_counter()
    while count == 0 or perf_counter() - begin < LONG_ENOUGH:
        problem.compute(points, runs)
        count += len(points) * len(runs)
    run = (perf_counter() - begin) / count
    drawn = blocks(problem, [(points, runs)])
    block = max(0.0, first - run * len(points) * len(runs)) / drawn if drawn else 0.0
    return Cost(run, block, sample, points, runs)


def blocks(problem: SweepProblem, spans: Iterable[tuple[range, range]]) -> int:
    """Blocks of the filter that runs follow, by points and runs; 0 for a free scenario."""
    if problem.problem.followed is None:
        return 0
    draws = problem.problem.draw_count
    found: set[tuple[int, int]] = set()
    if problem.sweep.design.posterior == "points":
        for points, runs in spans:
            turns = range(runs.start // BLOCK, (runs.stop - 1) // BLOCK + 1)
            found.update(product({point % draws for point in points}, turns))
        return len(found)
    for runs in {runs for _, runs in spans}:
        turn, draw = np.divmod(np.arange(runs.start, runs.stop), draws)
        found.update(zip(draw.tolist(), (turn // BLOCK).tolist(), strict=True))
    return len(found)
