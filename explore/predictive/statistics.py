"""Statistics of a record: what a free run is held against the documented history by.

Each has a kind, a state, a patron and a form; ``all`` stands where it is over all of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final, NamedTuple

import numpy as np

from ...model.names import FORMS, PATRONS, START_YEAR, STATES
from .records import Records

ALL: Final = "all"
EXERCISE: Final = FORMS.index("exercise")
JOINT: Final = FORMS.index("joint_exercise")
UNITS: Final = {
    "count": "packages",
    "first year": "year",
    "sum": "USD million",
    "sums told": "sums",
    "largest sum": "USD million",
    "median sum": "USD million",
    "median troops": "troops of all sides",
    "largest troops": "troops of all sides",
    "share above 1,000": "share of exercises",
    "dispersion of yearly counts": "variance over mean",
    "years without a package": "years",
    "longest gap": "years",
    "joint share of exercises": "share",
    "share of empty cells": "share",
}
"""Kinds of statistics, with their units."""


class Statistic(NamedTuple):
    """A number of every record.

    Attributes
    ----------
    values : ndarray of float64 [record]
        NaN where the record has nothing of the kind.
    """

    kind: str
    state: str
    patron: str
    form: str
    values: np.ndarray


def statistics(records: Records) -> list[Statistic]:
    """All statistics, in an order that does not depend on the records."""
    return [*cell_statistics(records), *margins(records), *shapes(records)]


def cell_statistics(records: Records) -> Iterator[Statistic]:
    """Counts and first years by state, patron and form; all sums and the largest without form."""
    for i, state in enumerate(STATES):
        for p, patron in enumerate(PATRONS):
            for f, form in enumerate(FORMS):
                yearly = records.counts[:, :, i, p, f]
                yield Statistic("count", state, patron, form, yearly.sum(axis=1).astype(float))
                yield Statistic("first year", state, patron, form, first_year(yearly))
            sums = records.sums[:, i, p]
            yield Statistic("sum", state, patron, "aid", total(sums))
            largest = np.nan_to_num(of_told(np.nanmax, sums))  # none, as the total of none
            yield Statistic("largest sum", state, patron, "aid", largest)


def margins(records: Records) -> Iterator[Statistic]:
    """The same over all states or all forms, and sizes of sums by patron."""
    for p, patron in enumerate(PATRONS):
        counts = records.counts[:, :, :, p]
        for f, form in enumerate(FORMS):
            yearly = counts[..., f].sum(axis=2)
            yield Statistic("count", ALL, patron, form, yearly.sum(axis=1).astype(float))
            yield Statistic("first year", ALL, patron, form, first_year(yearly))
        for i, state in enumerate(STATES):
            yield Statistic(
                "count", state, patron, ALL, counts[:, :, i].sum(axis=(1, 2)).astype(float)
            )
        yield Statistic("count", ALL, patron, ALL, counts.sum(axis=(1, 2, 3)).astype(float))
        sums = records.sums[:, :, p].reshape(len(records.sums), -1)
        told = np.isfinite(sums).sum(axis=1).astype(float)
        yield Statistic("sum", ALL, patron, "aid", total(sums))
        yield Statistic("sums told", ALL, patron, "aid", told)
        yield Statistic("largest sum", ALL, patron, "aid", of_told(np.nanmax, sums))
        yield Statistic("median sum", ALL, patron, "aid", of_told(np.nanmedian, sums))


def shapes(records: Records) -> Iterator[Statistic]:
    """How packages lie in time and over forms, by patron, and how many cells are empty."""
    for p, patron in enumerate(PATRONS):
        yearly = records.counts[:, :, :, p].sum(axis=(2, 3))
        mean = yearly.mean(axis=1)
        with np.errstate(divide="ignore", invalid="ignore"):
            dispersion = yearly.var(axis=1, ddof=1) / mean
            held = records.counts[:, :, :, p].sum(axis=(1, 2))
            joint = held[:, JOINT] / (held[:, JOINT] + held[:, EXERCISE])
        yield Statistic("dispersion of yearly counts", ALL, patron, ALL, dispersion)
        empty = (yearly == 0).sum(axis=1).astype(float)
        yield Statistic("years without a package", ALL, patron, ALL, empty)
        yield Statistic("longest gap", ALL, patron, ALL, longest_gap(yearly))
        yield Statistic("joint share of exercises", ALL, patron, ALL, joint)
    zeros = (records.counts == 0).mean(axis=(1, 2, 3, 4))
    yield Statistic("share of empty cells", ALL, ALL, ALL, zeros)


def first_year(yearly: np.ndarray) -> np.ndarray:
    """First year with a package; the year after the last one where there is none.

    Parameters
    ----------
    yearly : ndarray [record, year]
    """
    found = (yearly > 0).argmax(axis=1)
    none = ~(yearly > 0).any(axis=1)
    years = np.where(none, yearly.shape[1], found).astype(float)
    return np.asarray(years + float(START_YEAR))


def longest_gap(yearly: np.ndarray) -> np.ndarray:
    """Longest run of years without a package, the first and last years included.

    >>> longest_gap(np.array([[0, 0, 1, 0, 0, 0, 2, 0], [1, 1, 1, 1, 1, 1, 1, 1]])).tolist()
    [3.0, 0.0]
    """
    longest = np.zeros(len(yearly))
    current = np.zeros(len(yearly))
    for year in range(yearly.shape[1]):
        current = np.where(yearly[:, year] == 0, current + 1.0, 0.0)
        longest = np.maximum(longest, current)
    return longest


def of_told(reduce: Callable[..., np.ndarray], sums: np.ndarray) -> np.ndarray:
    """A reduction of the sums that are told [record, sum]: [record], NaN where none is."""
    nothing = ~np.isfinite(sums).any(axis=1)
    padded = np.where(nothing[:, None], 0.0, sums)
    return np.asarray(np.where(nothing, np.nan, reduce(padded, axis=1)))


def total(sums: np.ndarray) -> np.ndarray:
    """Total of what is told along the last axis; zero where nothing is."""
    return np.asarray(np.nansum(sums, axis=-1))
