"""Run members of a study: the same luck for all, pasts shared, reduced as they come."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Final

import numpy as np

from ...model.names import START_YEAR
from ..conditioning import Pasts
from ..problem import Problem
from ..replicates import simulate_spans
from .outcomes import Kept, kept_of

SHARED: Final = 2000
"""Blocks of pasts that members of a study share."""


def shared_pasts() -> Pasts:
    """Room for the pasts of scenarios that are run one after the other."""
    return Pasts(SHARED)


def with_pasts(problem: Problem, pasts: Pasts) -> Problem:
    """The same problem, its pasts kept where others find them."""
    return replace(problem, pasts=pasts)


def conduct(problem: Problem, runs: int, told: Callable[[int], None] = lambda _: None) -> Kept:
    """Run a problem and keep of each run what a study needs.

    Parameters
    ----------
    problem : Problem
        A free run is looked at from the end of its first year.
    runs : int
        A multiple of the number of parameter draws.
    told : callable
        Hears how many runs each span added.
    """
    until = START_YEAR if problem.until is None else problem.until
    step = problem.draw_count
    spans = [range(first, min(first + step, runs)) for first in range(0, runs, step)]
    parts = []
    for span, outcome in simulate_spans(problem, spans):
        parts.append(kept_of(outcome, until))
        told(len(span))
    return Kept._make(np.concatenate(columns) for columns in zip(*parts, strict=True))
