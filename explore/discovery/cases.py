"""Cases: which futures are of interest, from the outcomes of their runs.

An event is written as an outcome, a comparison and a number, ``top_rung.china.defence >= 3`` or
``first_year.china.energy_protection.mixed_unit < 2030``. A point of a sweep has many runs on
its values; it is a case if the event comes about in a stated share of them.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from ...model.errors import InputError
from ..swept import RUN, outcome_at

if TYPE_CHECKING:
    from xarray import Dataset

NEVER: Final = 0
"""Year of what never happens, in outcomes that are first years."""
COMPARISONS: Final[dict[str, Callable[[Any, Any], Any]]] = {
    "<=": operator.le,
    ">=": operator.ge,
    "<": operator.lt,
    ">": operator.gt,
}
_EVENT: Final = re.compile(r"\s*([\w.]+)\s*(<=|>=|<|>)\s*(-?\d+(?:\.\d*)?)\s*")


@dataclass(frozen=True)
class Event:
    """What a run must show.

    Attributes
    ----------
    address : str
        An outcome with a label for each of its dimensions, ``top_rung.china.defence``.
    comparison : str
        One of :data:`COMPARISONS`.
    number : float
    """

    address: str
    comparison: str
    number: float

    @classmethod
    def read(cls, text: str) -> Event:
        """Read an event.

        Raises
        ------
        InputError
            If it is not written as it must be.
        """
        found = _EVENT.fullmatch(text)
        if found is None:
            raise InputError(
                "not written as an event must be",
                found=text,
                allowed="OUTCOME COMPARISON NUMBER, such as "
                "'first_year.china.energy_protection.mixed_unit < 2030'",
            )
        return cls(found[1], found[2], float(found[3]))

    def __str__(self) -> str:
        return f"{self.address} {self.comparison} {self.number:g}"

    def happens(self, sweep: Dataset) -> np.ndarray:
        """Whether each run shows it, ``[point, replicate]``: 1 or 0; not a number if missing.

        A first year that never comes is neither before nor after any year.
        """
        values = outcome_at(sweep, self.address)
        if values.ndim > 2:
            raise InputError(
                "the event needs a label for each dimension of its outcome",
                found=self.address,
                allowed=", ".join(str(d) for d in values.dims if d not in RUN),
            )
        array = np.asarray(values.values, dtype=np.float64)
        shown = COMPARISONS[self.comparison](array, self.number)
        if self.address.split(".")[0].endswith("first_year"):
            shown &= array != NEVER
        found: np.ndarray = np.where(np.isfinite(array), shown, np.nan)
        return found.reshape(len(found), -1)


def cases(runs: np.ndarray, share: float = 0.5) -> np.ndarray:
    """Points of which at least a share of the runs show an event, ``[point]``.

    Parameters
    ----------
    runs : ndarray [point, replicate]
        1, 0, or not a number where a run is missing.
    share : float
        Above 0, at most 1.

    Raises
    ------
    InputError
        If missing runs leave open whether a point is a case, or no or all points are; with the
        shares that occur.
    """
    if not 0.0 < share <= 1.0:
        raise InputError("no share of runs", found=share, allowed="above 0, at most 1")
    least = np.where(np.isnan(runs), 0.0, runs).mean(axis=1)
    most = np.where(np.isnan(runs), 1.0, runs).mean(axis=1)
    open_points = (least < share) & (most >= share)
    if open_points.any():
        raise InputError(
            f"runs are missing, so that {int(open_points.sum())} points may or may not be of "
            "interest",
            found=f"{int(np.isnan(runs).sum())} missing runs",
            todo="finish the sweep",
        )
    found: np.ndarray = least >= share
    if found.all() or not found.any():
        raise InputError(
            f"{'every' if found.all() else 'no'} point brings the event in so many of its runs",
            found=f"{share:g}",
            allowed=f"shares from {least.min():.3g} to {least.max():.3g} occur, "
            f"{np.median(least):.3g} in the middle",
            todo="choose a share between them, or another event",
        )
    return found
