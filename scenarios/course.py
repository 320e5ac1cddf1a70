"""The course of a lever: in which years it acts, and by which number in each."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from typing import Literal, NamedTuple

DIGITS = 12
"""Significant digits of computed numbers, so that every machine stores the same."""


class Course(NamedTuple):
    """One number a year.

    Attributes
    ----------
    acts : {"set", "multiply"}
        What the numbers do to the quantity.
    first : int
        Year of the first number.
    numbers : tuple of float
        One for every year from ``first`` on.
    """

    acts: Literal["set", "multiply"]
    first: int
    numbers: tuple[float, ...]


def constant(number: float, acts: Literal["set", "multiply"], first: int, until: int) -> Course:
    """Give the same number in every year from ``first`` to ``until``, both included."""
    return Course(acts, first, (float(number),) * (until - first + 1))


def path(
    points: Mapping[int, float],
    acts: Literal["set", "multiply"],
    between: Literal["linear", "step"],
    horizon: int,
) -> Course:
    """Numbers through given years; the last is held to the horizon.

    Parameters
    ----------
    points : mapping of int to float
        Number by year, at least one.
    acts : {"set", "multiply"}
        What the numbers do.
    between : {"linear", "step"}
        Between two given years: on a straight line, or the earlier number.
    horizon : int
        Last year.
    """
    years = sorted(points)
    numbers = []
    for year in range(years[0], horizon + 1):
        left = years[bisect_right(years, year) - 1]
        number = float(points[left])
        if between == "linear" and left != years[-1] and year != left:
            right = years[years.index(left) + 1]
            share = (year - left) / (right - left)
            number = _rounded(number + (points[right] - number) * share)
        numbers.append(number)
    return Course(acts, years[0], tuple(numbers))


def shock(year: int, factor: float, half_life: float, horizon: int) -> Course:
    """Factor ``1 + (factor - 1) 2^(-(t - year) / half_life)`` in every year t from ``year`` on.

    Parameters
    ----------
    year : int
        Year of the blow, in which the factor is whole.
    factor : float
        What the quantity is multiplied by in that year.
    half_life : float
        Years until half of the departure from 1 is left.
    horizon : int
        Last year.
    """
    numbers = (
        _rounded(1.0 + (factor - 1.0) * 2.0 ** (-(t - year) / half_life))
        for t in range(year, horizon + 1)
    )
    return Course("multiply", year, tuple(numbers))


def _rounded(number: float) -> float:
    return float(f"{number:.{DIGITS}g}")
