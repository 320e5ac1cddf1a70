"""Replicates: spans of runs, computed by threads, handed on in order.

The engine lets go of the interpreter lock, so threads share the tables and use
every core. At most one span more than there are workers is in memory.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import numpy as np

from ..model.engine import simulate
from ..model.world import Outcome, empty_outcome
from .problem import Problem


def simulate_span(problem: Problem, span: range) -> Outcome:
    """Run numbers of a span; run r uses draw r modulo the number of draws."""
    runs = np.arange(span.start, span.stop, dtype=np.int64)
    if problem.draw_count == 1:
        return simulate(problem.tables(0), problem.seed, runs, problem.history, problem.until)
    years = problem.resolved.horizon - problem.resolved.start + 1
    whole = empty_outcome(len(runs), years)
    for draw in range(problem.draw_count):
        rows = np.flatnonzero(runs % problem.draw_count == draw)
        if rows.size:
            part = simulate(
                problem.tables(draw), problem.seed, runs[rows], problem.history, problem.until
            )
            for target, source in zip(whole, part, strict=True):
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
    workers = workers or os.cpu_count() or 1
    waiting: deque[tuple[range, Future[Outcome]]] = deque()
    with ThreadPoolExecutor(workers) as pool:
        try:
            for span in spans:
                waiting.append((span, pool.submit(simulate_span, problem, span)))
                if len(waiting) > workers:
                    first, future = waiting.popleft()
                    yield first, future.result()
            while waiting:
                first, future = waiting.popleft()
                yield first, future.result()
        finally:
            for _, future in waiting:
                future.cancel()
