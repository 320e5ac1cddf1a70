"""Replicates: spans of runs, computed by threads, handed on in order.

The engine lets go of the interpreter lock, so threads share the tables and use
every core. At most one span more than there are workers is in memory.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

import numpy as np

from ..model.world import Outcome, empty_outcome
from .problem import Problem

Task = TypeVar("Task")
Result = TypeVar("Result")


def simulate_span(problem: Problem, span: range) -> Outcome:
    """Run numbers of a span; run r uses draw r modulo the number of draws."""
    runs = np.arange(span.start, span.stop, dtype=np.int64)
    whole = empty_outcome(len(runs), problem.resolved.horizon - problem.resolved.start + 1)
    for rows in problem.groups(runs):
        for target, source in zip(whole, problem.outcome(runs[rows]), strict=True):
            target[rows] = source
    return whole


def simulate_spans(
    problem: Problem, spans: Iterable[range], workers: int | None = None
) -> Iterator[tuple[range, Outcome]]:
    """Yield (span, outcome) in the order of ``spans``, computed ahead by threads.

    Parameters
    ----------
    problem : Problem
    spans : iterable of range
        Run numbers.
    workers : int, optional
        Threads; as many as there are cores by default.
    """
    yield from in_order(lambda span: simulate_span(problem, span), spans, workers)


def in_order(
    compute: Callable[[Task], Result], tasks: Iterable[Task], workers: int | None = None
) -> Iterator[tuple[Task, Result]]:
    """Yield (task, result) in the order of ``tasks``, computed ahead by threads.

    At most one task more than there are workers is under way or waits to be taken.

    Parameters
    ----------
    compute : function of a task
    tasks : iterable
    workers : int, optional
        Threads; as many as there are cores by default.
    """
    workers = workers or os.cpu_count() or 1
    waiting: deque[tuple[Task, Future[Result]]] = deque()
    with ThreadPoolExecutor(workers) as pool:
        try:
            for task in tasks:
                waiting.append((task, pool.submit(compute, task)))
                if len(waiting) > workers:
                    first, future = waiting.popleft()
                    yield first, future.result()
            while waiting:
                first, future = waiting.popleft()
                yield first, future.result()
        finally:
            for _, future in waiting:
                future.cancel()
