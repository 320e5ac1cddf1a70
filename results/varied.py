"""What depends on how the record was judged, in words."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final

SAME: Final = "as it is"
"""Variant that is no other: draws that are moved, and nothing else."""
MOVED: Final = 0.5
"""Posterior standard deviations by which a mean has to move to be named."""
SURE: Final = 3.0
"""Standard deviations by luck of the draws by which it has to move too: two would be passed by
luck alone by about six of 136 numbers."""
SPLIT: Final = "acceptance_constant."
"""Numbers that set acceptance apart from offers."""


def in_words(rows: Sequence[Mapping[str, Any]], named: Callable[[str], str] = str) -> Iterator[str]:
    """A line for each variant: the numbers whose means move, the furthest first.

    Parameters
    ----------
    rows : sequence of mapping
        Rows of ``varied.csv`` as ``steppe calibrate vary`` writes it.
    named : callable
        What an address is called.
    """
    for name in dict.fromkeys(row["variant"] for row in rows if row["variant"] != SAME):
        least = max(MOVED, clear(rows, name))
        own = [row for row in rows if row["variant"] == name]
        moved = [row for row in own if abs(float(row["shift"])) >= least]
        moved.sort(key=lambda row: -abs(float(row["shift"])))
        names = ", ".join(f"{named(row['address'])} ({float(row['shift']):+.1f})" for row in moved)
        yield (
            f"{name[0].upper()}{name[1:]} ({float(own[0]['effective']):.0f} draws in effect): "
            f"{len(moved)} of {len(own)} numbers move by {least:.1f} of their posterior standard "
            f"deviation or more{': ' + names if names else ''}"
        )


def refusals_in_words(rows: Sequence[Mapping[str, Any]]) -> str:
    """How far the constants of acceptance move without what states are on record as declining."""
    moved = [
        abs(float(row["prior_shift"]))
        for row in rows
        if row["variant"].startswith("without ") and row["address"].startswith(SPLIT)
    ]
    if not moved:
        return ""
    return (
        "Left out of the record, what states are on record as declining (absences from joint "
        "exercises, acts of membership) moves the constants of acceptance by "
        f"{max(moved):.2f} prior standard deviations at most"
    )


def clear(rows: Sequence[Mapping[str, Any]], name: str) -> float:
    """Least shift that is no luck of the draws, from how many are in effect."""
    worth = {row["variant"]: float(row["effective"]) for row in rows}
    return SURE * float((1.0 / worth[name] + 1.0 / worth[SAME]) ** 0.5)
