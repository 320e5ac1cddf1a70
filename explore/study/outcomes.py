"""What a study keeps of a run: enough for every table of its report, about a kilobyte."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

from ...model.names import START_YEAR
from ...model.world import Outcome

RUNGS: Final = 5
NEVER: Final = 255
"""Stands for a rung that is never reached."""
YEARS_BEFORE: Final = 10
"""Years up to the cut-off with which those after it are compared."""


class Kept(NamedTuple):
    """What is kept of runs; cells are ``[run, state, patron, area]``, after the cut-off.

    A rung is reached in the first year at whose end the ladder stands there or above.
    """

    start: np.ndarray
    """int8 cells, rung at the end of the last year on record."""
    last: np.ndarray
    """int8 cells, rung at the end of the last year."""
    first: np.ndarray
    """uint8 cells and rung 1 to 5: years after the cut-off until the rung is first stood on;
    0 if it is at the cut-off, 255 if never."""
    packages: np.ndarray
    """uint16 cells, accepted."""
    offers: np.ndarray
    """uint16 cells, tabled."""
    before: np.ndarray
    """uint16 cells, accepted in the ten years up to the cut-off."""
    forms: np.ndarray
    """uint16 [run, state, patron, form], accepted."""
    delivered: np.ndarray
    """float32 [run, state, patron], USD million."""


def kept_of(outcome: Outcome, until: int) -> Kept:
    """Reduce runs to what is kept of them.

    Parameters
    ----------
    outcome : Outcome
        Arrays ``[run, year, ...]`` from the first year on.
    until : int
        Last year that follows the record.
    """
    cut = until - START_YEAR + 1
    after = slice(cut, None)
    rung = outcome.rung[:, cut - 1 :]
    reached = rung[..., np.newaxis] > np.arange(RUNGS)  # [run, year, state, patron, area, rung]
    first = np.where(reached.any(axis=1), reached.argmax(axis=1), NEVER)
    before = slice(max(0, cut - YEARS_BEFORE), cut)
    return Kept(
        start=rung[:, 0],
        last=rung[:, -1],
        first=first.astype(np.uint8),
        packages=outcome.packages[:, after].sum(axis=1, dtype=np.uint16),
        offers=outcome.offers[:, after].sum(axis=1, dtype=np.uint16),
        before=outcome.packages[:, before].sum(axis=1, dtype=np.uint16),
        forms=outcome.forms[:, after].sum(axis=1, dtype=np.uint16),
        delivered=outcome.delivered[:, after].sum(axis=1).astype(np.float32),
    )
