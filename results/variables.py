"""The variables of a store: what each is, its dimensions, its unit, its type on disk."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from ..model.names import AREAS, FORMS, PATRONS, SIGNALS, STATES

Scale = Literal["rung", "count", "share", "money", "level"]

RUN_DIMENSIONS: Final = ("scenario", "draw", "replicate")
"""Before the dimensions of a variable. Run r is draw r % D, replicate r // D."""
CELL: Final = ("year", "state", "patron", "area")
FORM: Final = ("year", "state", "patron", "form")
PAIR: Final = ("year", "state", "patron")
LABELS: Final[dict[str, tuple[str, ...]]] = {
    "state": STATES,
    "patron": PATRONS,
    "area": AREAS,
    "form": FORMS,
    "signal": SIGNALS,
}


@dataclass(frozen=True)
class Variable:
    """One variable of a store.

    Attributes
    ----------
    name : str
    dims : tuple of str
        Dimensions within a run, year first.
    dtype : str
        Type on disk. Numbers that are not counts are stored in single precision.
    scale : str
        What its numbers are: decides how its quantiles are taken.
    unit, long_name : str
    """

    name: str
    dims: tuple[str, ...]
    dtype: str
    scale: Scale
    unit: str
    long_name: str

    def shape(self, years: int) -> tuple[int, ...]:
        """Shape within one run of so many years."""
        return (years, *(len(LABELS[d]) for d in self.dims[1:]))


_ALL = (
    Variable("rung", CELL, "int8", "rung", "rung, 0 to 5", "Rung reached at the end of the year"),
    Variable("packages", CELL, "uint8", "count", "packages a year", "Packages accepted"),
    Variable(
        "documented", CELL, "uint8", "count", "packages a year", "Packages accepted and documented"
    ),
    Variable("forms", FORM, "uint8", "count", "packages a year", "Packages accepted, by form"),
    Variable(
        "documented_forms",
        FORM,
        "uint8",
        "count",
        "packages a year",
        "Packages accepted and documented, by form",
    ),
    Variable(
        "exercises",
        ("year", "patron"),
        "uint8",
        "count",
        "exercises a year",
        "Joint exercises of the patron's organisation with at least one of the five",
    ),
    Variable(
        "offers",
        CELL,
        "uint8",
        "count",
        "offers a year",
        "Offers that the model tabled itself; those behind packages on record are not among them",
    ),
    Variable("pledged", PAIR, "float32", "money", "USD million a year", "Value pledged"),
    Variable("delivered", PAIR, "float32", "money", "USD million a year", "Value delivered"),
    Variable(
        "outstanding", PAIR, "float32", "money", "USD million", "Value pledged, not yet delivered"
    ),
    Variable(
        "lapsed", PAIR, "float32", "money", "USD million a year", "Pledges lapsed undelivered"
    ),
    Variable("trust", PAIR, "float32", "share", "share, 0 to 1", "Trust in the patron"),
    Variable("fluency", PAIR, "float32", "share", "share, 0 to 1", "Common language and doctrine"),
    Variable(
        "dependence", PAIR, "float32", "share", "share, 0 to 1", "Dependence on delivered value"
    ),
    Variable(
        "resentment", PAIR, "float32", "share", "share, 0 to 1", "Public backlash to the patron"
    ),
    Variable(
        "alarm",
        ("year", "patron"),
        "float32",
        "share",
        "share, 0 to 1",
        "Unease of the patron about its rival",
    ),
    Variable(
        "signals",
        ("year", "state", "signal"),
        "float32",
        "level",
        "index",
        "Drivers as the states meet them",
    ),
)
VARIABLES: Final[dict[str, Variable]] = {v.name: v for v in _ALL}
