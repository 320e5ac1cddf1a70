"""Compute chunks of a sweep on this machine."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

import numpy as np

from ..replicates import in_order
from .problem import SweepProblem


class Task(NamedTuple):
    """A chunk to compute: its place, its points and its runs."""

    chunk: tuple[int, int]
    points: range
    runs: range


class Computed(NamedTuple):
    """What :meth:`.SweepProblem.compute` gives."""

    arrays: dict[str, np.ndarray]
    failures: list[str]


def compute_here(
    problem: SweepProblem, tasks: Iterable[Task], workers: int | None = None
) -> Iterator[tuple[Task, Computed]]:
    """Yield (task, computed) in the order of the tasks.

    Parameters
    ----------
    problem : SweepProblem
    tasks : iterable of Task
    workers : int, optional
        Threads; as many as there are cores by default.
    """

    def compute(task: Task) -> Computed:
        return Computed(*problem.compute(task.points, task.runs))

    yield from in_order(compute, tasks, workers)
