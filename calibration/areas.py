"""What is on record in each area, as far as the sources tell the area of a package."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..model.names import AREAS, PATRONS
from ..model.world import History
from .packages import areas_in


class AreaCounts(NamedTuple):
    """Documented packages by area; arrays of int64 ``[patron, area]``.

    A source often leaves the area open. A part in a joint exercise counts for each state.
    """

    least: np.ndarray
    """Packages that can be of no other area."""
    most: np.ndarray
    """Packages that can be of this one."""


def area_counts(history: History, first: int, last: int) -> AreaCounts:
    """Count the documented packages of some years by area.

    >>> from .packages import as_history, imposed
    >>> found = area_counts(as_history(imposed(2022)), 1992, 2022)
    >>> bool((found.least <= found.most).all())
    True
    """
    package = (history.last == 0) & (history.occasion >= 0) & (history.rung > 0)
    chosen = package & (first <= history.year) & (history.year <= last)
    shape = (len(PATRONS), len(AREAS))
    counts = AreaCounts(np.zeros(shape, np.int64), np.zeros(shape, np.int64))
    for p, mask in zip(history.patron[chosen], history.area_mask[chosen], strict=True):
        areas = list(areas_in(mask))
        counts.most[p, areas] += 1
        if len(areas) == 1:
            counts.least[p, areas] += 1
    return counts
