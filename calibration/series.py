"""From raw series to what the model reads, in visible steps.

Entry by entry, in this order:

1. fill the years between two given years as ``interpolate`` says; years before the
   first take ``before``, years after the last take the last value;
2. average each year with the ``trailing_years`` - 1 years before it, of which those
   before the first given year are left out;
3. divide by ``divide_by``;
4. raise to ``power``;
5. cap at ``cap``.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib.resources.abc import Traversable
from itertools import product

import numpy as np

from ..model.names import DIMENSIONS, START_YEAR
from ..model.quantities import Quantity
from .codebook import Driver, SeriesPoint
from .problems import Placed, Problem
from .reading import read_table

Points = dict[int, float]
"""Raw values of one entry by year."""


def entry_labels(quantity: Quantity) -> tuple[str, ...]:
    """Labels of the entries, such as ``KZ`` or ``china.exercise``; none for a scalar."""
    if not quantity.dims:
        return ()
    return tuple(".".join(labels) for labels in product(*(DIMENSIONS[d] for d in quantity.dims)))


def read_points(
    folder: Traversable, file: str, quantity: Quantity
) -> tuple[dict[str, Points], list[Placed[SeriesPoint]], list[Problem]]:
    """Raw values of a series file by entry (``""`` for a scalar) and year.

    The column ``entry`` stands only where the driver has a dimension. It holds the label of
    an entry or the beginning of several (``china`` for all below it); the rows of the longest
    label that fits an entry are the entry's, and no others.
    """
    without = () if quantity.dims else ("entry",)
    rows, problems = read_table(folder, file, SeriesPoint, without=without)
    labels = entry_labels(quantity) or ("",)
    given: dict[str, Points] = {}
    for placed in rows:
        entry = placed.row.entry or ""
        if not any(entry in beginnings(label) for label in labels):
            problems.append(placed.unknown("entry", entry, labels, problem="no such entry"))
        elif placed.row.year in given.setdefault(entry, {}):
            problems.append(
                placed.problem("year", "the year is given twice", placed.row.year, entry)
            )
        else:
            given[entry][placed.row.year] = placed.row.value
    points = {
        label: next((given[name] for name in beginnings(label) if name in given), {})
        for label in labels
    }
    return points, rows, problems


def beginnings(label: str) -> list[str]:
    """Labels that name an entry, the longest first.

    >>> beginnings("china.exercise")
    ['china.exercise', 'china']
    """
    words = label.split(".")
    return [".".join(words[:n]) for n in range(len(words), 0, -1)]


def fill(points: Points, driver: Driver, first: int, last: int) -> np.ndarray:
    """Step 1: raw values of every year; NaN where none can be had.

    Parameters
    ----------
    points : dict of int to float
        Given raw values; at least one.
    first, last : int
        Years of the array's ends.

    Returns
    -------
    ndarray
        ``[year]``, raw unit.
    """
    given = np.array(sorted(points), dtype=np.float64)
    raw = np.array([points[int(year)] for year in given])
    years = np.arange(first, last + 1, dtype=np.float64)
    filled: np.ndarray
    if driver.interpolate == "linear":
        filled = np.interp(years, given, raw)
    elif driver.interpolate == "log":
        logs = np.log(np.where(raw > 0.0, raw, np.nan))
        filled = np.exp(np.interp(years, given, logs))
    else:
        filled = raw[np.maximum(np.searchsorted(given, years, side="right") - 1, 0)]
        if driver.interpolate == "none":
            gap = ~np.isin(years, given) & (years > given[0]) & (years < given[-1])
            filled = np.where(gap, np.nan, filled)
    if driver.before != "hold":
        early = np.nan if driver.before is None else driver.before
        filled = np.where(years < given[0], early, filled)
    return filled


def trailing_mean(filled: np.ndarray, years: int, given_from: int) -> np.ndarray:
    """Step 2: mean over each year and those before it.

    Parameters
    ----------
    filled : ndarray
        ``[year]``.
    years : int
        Length of the window.
    given_from : int
        Index of the first given year: the window does not reach behind it, and
        what stands before it stays.
    """
    averaged = filled.copy()
    for n in range(given_from, filled.size):
        averaged[n] = filled[max(given_from, n - years + 1) : n + 1].mean()
    return averaged


def convert(points: Points, driver: Driver, entry: str, last_year: int) -> np.ndarray:
    """All five steps for one entry.

    Returns
    -------
    ndarray
        ``[year]`` from 1992 to ``last_year``, in the driver's unit; NaN where
        there is no value.
    """
    if not points:
        return np.full(last_year - START_YEAR + 1, np.nan)
    first = min(START_YEAR, *points)
    filled = fill(points, driver, first, max(last_year, *points))
    averaged = trailing_mean(filled, driver.trailing_years, min(points) - first)
    scale = driver.divide_by
    divisor = scale.get(entry, np.nan) if isinstance(scale, Mapping) else scale
    value = averaged / (divisor if divisor else np.nan)
    if driver.power != 1.0:
        value = np.where(value >= 0.0, np.abs(value) ** driver.power, np.nan)
    if driver.cap is not None:
        value = np.minimum(value, driver.cap)
    begin = START_YEAR - first
    return value[begin : begin + last_year - START_YEAR + 1]


def yearly(
    points: Mapping[str, Points], driver: Driver, quantity: Quantity, last_year: int
) -> np.ndarray:
    """Array ``[year, *dims]`` of a driver from 1992; default or NaN where nothing is given."""
    columns = [convert(points[e], driver, e, last_year) for e in entry_labels(quantity) or ("",)]
    array = np.stack(columns, axis=-1).reshape(-1, *quantity.shape) if quantity.dims else columns[0]
    return array if quantity.default is None else np.where(np.isnan(array), quantity.default, array)
