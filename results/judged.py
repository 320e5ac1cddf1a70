"""What depends on how far the sources are judged to reach, in words."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final

MOVED: Final = 0.5
"""Posterior standard deviations by which a mean has to move to be named."""
SURE: Final = 2.0
"""Standard deviations by luck of the draws by which it has to move too."""


def coverage_in_words(
    rows: Sequence[Mapping[str, Any]], named: Callable[[str], str] = str
) -> Iterator[str]:
    """A line for each factor: the numbers whose means move, the furthest first.

    Parameters
    ----------
    rows : sequence of mapping
        Rows of ``coverage.csv`` as ``steppe calibrate coverage`` writes it.
    named : callable
        What an address is called.
    """
    for factor in dict.fromkeys(row["factor"] for row in rows if float(row["factor"]) != 1.0):
        least = max(MOVED, SURE * luck_of(rows, factor))
        own = [row for row in rows if row["factor"] == factor]
        moved = [row for row in own if abs(float(row["shift"])) >= least]
        moved.sort(key=lambda row: -abs(float(row["shift"])))
        names = ", ".join(f"{named(row['address'])} ({float(row['shift']):+.1f})" for row in moved)
        yield (
            f"Coverage times {factor}: {len(moved)} of {len(own)} numbers move by {least:.1f} of "
            f"their posterior standard deviation or more{': ' + names if names else ''}"
        )


def luck_of(rows: Sequence[Mapping[str, Any]], factor: str) -> float:
    """Standard deviation of a shift by luck of the draws, from how many are in effect."""
    worth = {float(row["factor"]): float(row["effective"]) for row in rows}
    return float((1.0 / worth[float(factor)] + 1.0 / worth[1.0]) ** 0.5)
