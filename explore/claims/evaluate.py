"""Evaluate a claim's test on histories: true, false or undefined in each of them.

The words are those of :mod:`steppe.calibration.claim_tests`.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any, Final, Literal

import numpy as np

from ...calibration.claim_tests import (
    AllOf,
    ClaimTest,
    Comparison,
    Measure,
    Rank,
    Test,
    dimensions_of,
    measures_of,
)
from ...model.names import DIMENSIONS, START_YEAR
from .histories import LEVELS_OF_WORLD, Histories

Basis = Literal["accepted", "documented", "record", "waits"]
"""On what a test is evaluated.

``accepted``: what happened in the histories. ``documented``: of the years to the cut only what is
on record is known, so packages are counted as documented before and after alike, and the reach of
the sources tells in the answer. ``record``: no year is after the cut, and the record alone
answers. ``waits``: it asks for something of the years to the cut that no record holds.
"""
RELATIONS: Final[dict[str, Callable[[Any, Any], Any]]] = {
    ">": operator.gt, ">=": operator.ge, "<": operator.lt, "<=": operator.le,
    "==": operator.eq, "!=": operator.ne,
}  # fmt: skip
REDUCERS: Final[dict[str, Callable[..., np.ndarray]]] = {
    "sum": np.sum, "mean": np.mean, "max": np.max, "min": np.min,
}  # fmt: skip


def basis(how: ClaimTest, cut: int, recorded: bool) -> Basis:
    """On what a test can be evaluated."""
    if recorded:
        return "accepted"
    measures = [m for part in (how.test, how.given) for m in measures_of(part)]
    early = [m for m in measures if first_year(m) < known_from(m.quantity, cut)]
    if not early:
        return "accepted"
    if any(m.quantity != "packages" for m in early):
        return "waits"
    if any(m.quantity == "offers" for m in measures):
        return "waits"  # offers are not documented, so no share of theirs is
    return "record" if all(m.years[1] <= cut for m in measures) else "documented"


def first_year(measure: Measure) -> int:
    """First year of which a measure needs to know."""
    return measure.years[0] - (measure.take == "gain")


def known_from(quantity: str, cut: int) -> int:
    """First year of which a quantity is known where only the record tells of those to the cut."""
    return cut if quantity in LEVELS_OF_WORLD else cut + 1


def evaluate(how: ClaimTest, found: Histories) -> np.ndarray:
    """Whether a claim holds: float64 ``[run]``, 1 or 0, NaN where it is undefined.

    Undefined is a share of nothing, and everything where ``given`` does not hold.

    Raises
    ------
    ValueError
        If the claim has no test, or it waits for histories that are recorded.
    """
    ground = basis(how, found.cut, found.recorded)
    if how.test is None or ground == "waits":
        raise ValueError("nothing to evaluate")
    documented = ground != "accepted"
    truth = holds(how.test, found, documented)
    if how.given is not None:
        truth = np.where(holds(how.given, found, documented) == 1.0, truth, np.nan)
    return truth


def holds(test: Test, found: Histories, documented: bool) -> np.ndarray:
    """Whether a test holds: float64 ``[run]``, 1, 0 or NaN."""
    if isinstance(test, Comparison):
        left = measured(test.left, found, documented)
        right = (
            measured(test.right, found, documented)
            if isinstance(test.right, Measure)
            else np.float64(test.right)
        )
        undefined = np.isnan(left) | np.isnan(right)
        return np.where(undefined, np.nan, RELATIONS[test.relation](left, right))
    if isinstance(test, Rank):
        return ranked(test, found, documented)
    parts = test.all_of if isinstance(test, AllOf) else test.any_of
    truths = np.array([holds(part, found, documented) for part in parts])
    settles = 0.0 if isinstance(test, AllOf) else 1.0  # one such part settles the whole
    settled = (truths == settles).any(axis=0)
    undefined = np.isnan(truths).any(axis=0)
    return np.where(settled, settles, np.where(undefined, np.nan, 1.0 - settles))


def ranked(test: Rank, found: Histories, documented: bool) -> np.ndarray:
    """Whether each of some names is in its place: float64 ``[run]``, 1, 0 or NaN.

    A name whose value is undefined stands in nobody's way; one of ``who`` makes the whole
    undefined.
    """
    values = measured(test.rank, found, documented, test.by)
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


def measured(
    measure: Measure, found: Histories, documented: bool = False, by: str | None = None
) -> np.ndarray:
    """Value of a measure: float64 ``[run]``, or ``[run, name]`` with one for each name of ``by``.

    Parameters
    ----------
    measure : Measure
    found : Histories
    documented : bool
        Whether packages are counted as documented.
    by : str, optional
        Dimension that is kept.
    """
    array, axes = cells(measure, found, documented, by)
    for axis in range(len(axes) - 1, -1, -1):
        name = axes[axis]
        if name != by:
            array = REDUCERS[measure.cells or "sum"](array, axis=axis + 2)
    start, end = (year - START_YEAR for year in measure.years)
    if measure.take == "gain":
        value = array[:, end] - array[:, start - 1]
    elif measure.take == "last":
        value = array[:, end]
    else:
        value = REDUCERS[measure.take](array[:, start : end + 1], axis=1)
    if measure.per is not None:
        with np.errstate(divide="ignore", invalid="ignore"):
            value = value / measured(measure.per, found, documented, by)
    return value


def cells(
    measure: Measure, found: Histories, documented: bool, by: str | None
) -> tuple[np.ndarray, tuple[str, ...]]:
    """Cells that a measure looks at: float64 ``[run, year, *dimensions]``, and their names."""
    by_form = measure.quantity == "packages" and bool(measure.form or by == "form")
    if measure.quantity == "packages":
        field = ("documented_" if documented else "") + "forms" if by_form else (
            "documented" if documented else "packages"
        )  # fmt: skip
    else:
        field = measure.quantity
    left_out = "area" if by_form else "form"
    axes = tuple(name for name in dimensions_of(measure.quantity) if name != left_out)
    array = getattr(found.outcome, field).astype(np.float64)
    for axis, name in enumerate(axes):
        wanted = getattr(measure, name)
        if wanted:
            places = [DIMENSIONS[name].index(word) for word in wanted]
            array = np.take(array, places, axis=axis + 2)
    return array, axes
