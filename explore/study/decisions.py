"""Decisions of a sample of runs, as arrays: what was on the table, each term, the choice."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from ...model.names import AREAS, CHOICES, PATRONS, STATES
from ...model.rules import form
from ...model.trace import Terms
from ..problem import Problem


class Decisions(NamedTuple):
    """Offers of the free years of some runs, one row each."""

    run: np.ndarray
    """int32."""
    year: np.ndarray
    """int16."""
    state: np.ndarray
    """int8, place in ``names.STATES``; so the next two."""
    patron: np.ndarray
    """int8."""
    area: np.ndarray
    """int8."""
    rung: np.ndarray
    """int8, 1 to 5."""
    form: np.ndarray
    """int8, place in ``names.FORMS``."""
    accepted: np.ndarray
    """bool."""
    decline: np.ndarray
    """float32, utility of declining."""
    terms: np.ndarray
    """float32 [offer, term], in the order of :class:`~steppe.model.trace.Terms`."""


TERMS = Terms._fields


def sample(problem: Problem, runs: Iterable[int]) -> Decisions:
    """Trace some runs as agents and keep every offer with its terms.

    Parameters
    ----------
    problem : Problem
    runs : iterable of int
        Run numbers; their luck is that of the same numbers in the engine.
    """
    rows: list[tuple[float, ...]] = []
    for run in runs:
        model = problem.model(run, trace=True)
        model.run_until(problem.resolved.horizon)
        for decision in model.decisions:
            choice = CHOICES.index(decision.choice)
            for offer in decision.offers:
                p = PATRONS.index(offer.patron)
                rows.append(
                    (
                        run,
                        decision.year,
                        STATES.index(decision.state),
                        p,
                        AREAS.index(decision.area),
                        offer.rung,
                        form(offer.rung, offer.host is not None),
                        bool(choice & (1 + p)),
                        decision.decline,
                        *offer.terms,
                    )
                )
    table = np.array(rows, dtype=np.float64).reshape(len(rows), 9 + len(TERMS))
    kinds = ("int32", "int16", "int8", "int8", "int8", "int8", "int8", "bool", "float32")
    columns = [table[:, n].astype(kind) for n, kind in enumerate(kinds)]
    return Decisions._make([*columns, table[:, 9:].astype(np.float32)])
