"""Evaluate a claim's test on histories: true, false or undefined in each of them.

The words are those of :mod:`steppe.calibration.claim_tests`.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any, Final

import numpy as np

from ...calibration.claim_tests import (
    AllOf,
    ClaimTest,
    Comparison,
    Measure,
    Rank,
    Test,
    dimensions_of,
)
from ...model.names import DIMENSIONS, START_YEAR
from .histories import Histories

RELATIONS: Final[dict[str, Callable[[Any, Any], Any]]] = {
    ">": operator.gt, ">=": operator.ge, "<": operator.lt, "<=": operator.le,
    "==": operator.eq, "!=": operator.ne,
}  # fmt: skip
REDUCERS: Final[dict[str, Callable[..., np.ndarray]]] = {
    "sum": np.sum, "mean": np.mean, "max": np.max, "min": np.min, "moved": np.sum,
}  # fmt: skip


def evaluate(how: ClaimTest, found: Histories) -> np.ndarray:
    """Whether a claim holds: float64 ``[run]``, 1 or 0, NaN where it is undefined.

    Undefined is a share of nothing, and everything where ``given`` does not hold. Of pooled
    histories there is one value, ``[1]``.

    Raises
    ------
    ValueError
        If the claim has no test.
    """
    if how.test is None:
        raise ValueError("the claim has no test")
    truth = holds(how.test, found)
    if how.given is not None:
        truth = np.where(holds(how.given, found) == 1.0, truth, np.nan)
    return truth


def holds(test: Test, found: Histories) -> np.ndarray:
    """Whether a test holds: float64 ``[run]``, 1, 0 or NaN."""
    if isinstance(test, Comparison):
        left = measured(test.left, found)
        right = (
            measured(test.right, found)
            if isinstance(test.right, Measure)
            else np.float64(test.right)
        )
        undefined = np.isnan(left) | np.isnan(right)
        return np.where(undefined, np.nan, RELATIONS[test.relation](left, right))
    if isinstance(test, Rank):
        return ranked(test, found)
    parts = test.all_of if isinstance(test, AllOf) else test.any_of
    truths = np.array([holds(part, found) for part in parts])
    settles = 0.0 if isinstance(test, AllOf) else 1.0  # one such part settles the whole
    settled = (truths == settles).any(axis=0)
    undefined = np.isnan(truths).any(axis=0)
    return np.where(settled, settles, np.where(undefined, np.nan, 1.0 - settles))


def ranked(test: Rank, found: Histories) -> np.ndarray:
    """Whether each of some names is in its place: float64 ``[run]``, 1, 0 or NaN.

    A name whose value is undefined stands in nobody's way; one of ``who`` makes the whole
    undefined.
    """
    values = measured(test.rank, found, test.by)
    names = DIMENSIONS[test.by]
    values = values[:, [names.index(name) for name in test.entrants]]
    if test.order == "lowest":
        values = -values
    truth = np.ones(len(values))
    for name in test.who:
        own = values[:, [test.entrants.index(name)]]
        rivals = (values >= own).sum(axis=1) - 1  # less itself
        truth = np.where(np.isnan(own[:, 0]), np.nan, truth * (rivals < test.places))
    return truth


def measured(measure: Measure, found: Histories, by: str | None = None) -> np.ndarray:
    """Value of a measure: float64 ``[run]``, or ``[run, name]`` with one for each name of ``by``.

    Parameters
    ----------
    measure : Measure
    found : Histories
    by : str, optional
        Dimension that is kept.
    """
    array, axes = cells(measure, found, by)
    for axis in range(len(axes) - 1, -1, -1):
        name = axes[axis]
        if name != by:
            array = REDUCERS[measure.cells or "sum"](array, axis=axis + 2)
    start, end = (year - START_YEAR for year in measure.years)
    if measure.take == "gain":
        value = array[:, end] - array[:, start - 1]
    elif measure.take == "last":
        value = array[:, end]
    elif measure.take == "streak":
        value = streak(array[:, start : end + 1] > 0)
    else:
        value = REDUCERS[measure.take](array[:, start : end + 1], axis=1)
    if measure.per is not None:
        with np.errstate(divide="ignore", invalid="ignore"):
            value = value / measured(measure.per, found, by)
    return np.asarray(value)


def cells(measure: Measure, found: Histories, by: str | None) -> tuple[np.ndarray, tuple[str, ...]]:
    """Cells that a measure looks at: float64 ``[run, year, *dimensions]``, and their names.

    Of pooled histories there is one row, the mean of all.
    """
    by_form = measure.quantity == "packages" and bool(measure.form or by == "form")
    field = "forms" if by_form else measure.quantity
    left_out = "area" if by_form else "form"
    axes = tuple(name for name in dimensions_of(measure.quantity) if name != left_out)
    array = seen(found, field, measure.world)
    if measure.cells == "moved":
        array = np.abs(array - seen(found, field, None))
    for axis, name in enumerate(axes):
        wanted = getattr(measure, name)
        if wanted:
            places = [DIMENSIONS[name].index(word) for word in wanted]
            array = np.take(array, places, axis=axis + 2)
    return array, axes


def seen(found: Histories, field: str, world: str | None) -> np.ndarray:
    """A quantity in one world: float64 ``[run, year, ...]``, one row if histories are pooled."""
    if field == "troops":
        array = found.troops
    else:
        array = getattr(found.outcome if world is None else found.worlds[world], field)
    if array is None:
        raise ValueError(f"nothing is known of {field}")
    array = array.astype(np.float64)
    return array.mean(axis=0, keepdims=True) if found.pooled else array


def streak(happened: np.ndarray) -> np.ndarray:
    """Largest number of years on end in which something happened: int64 ``[run]``.

    >>> streak(np.array([[True, True, False, True], [False, False, False, False]]))
    array([2, 0])
    """
    here = np.zeros(len(happened), np.int64)
    best = here
    for year in range(happened.shape[1]):
        here = np.where(happened[:, year], here + 1, 0)
        best = np.maximum(best, here)
    return best
