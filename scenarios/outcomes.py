"""Outcomes by name: which numbers of a run ``packages.china.counter_narcotics`` stands for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from ..model.errors import InputError, near
from ..model.names import DIMENSIONS, RUNGS

if TYPE_CHECKING:
    import numpy as np

    from ..model.world import Outcome

CELL: Final = ("state", "patron", "area")
TIE: Final = ("state", "patron")
VARIABLES: Final[dict[str, tuple[str, ...]]] = {
    "offers": CELL,
    "packages": CELL,
    "rung": CELL,
    **dict.fromkeys(RUNGS[3:], CELL),
    "forms": (*TIE, "form"),
    "exercises": ("patron",),
    **dict.fromkeys(("pledged", "delivered", "outstanding", "lapsed"), TIE),
    **dict.fromkeys(("trust", "fluency", "dependence", "resentment"), TIE),
    "alarm": ("patron",),
}
"""Variables of a run with their dimensions after run and year. The name of a rung stands for
the share that has reached it."""


class Named(NamedTuple):
    """An outcome: a recorded variable, and the entries of it that are meant.

    Attributes
    ----------
    variable : str
        Field of :class:`steppe.model.world.Outcome`.
    rung : int or None
        Rung that must have been reached, where a share is meant.
    place : tuple
        Index after run and year: a number for a label that is given, else all.
    """

    variable: str
    rung: int | None
    place: tuple[int | slice, ...]

    def of(self, outcome: Outcome) -> np.ndarray:
        """Mean over what is left open, ``[run, year]``, float64."""
        array: Any = getattr(outcome, self.variable)[(slice(None), slice(None), *self.place)]
        if self.rung is not None:
            array = array >= self.rung
        mean: np.ndarray = array.reshape(*array.shape[:2], -1).mean(axis=2, dtype="float64")
        return mean


def named(text: str) -> Named:
    """Read the name of an outcome.

    >>> named("mixed_unit.china.energy_protection").place
    (slice(None, None, None), 0, 4)

    Raises
    ------
    InputError
        If there is no such variable, or a label belongs to none of its dimensions.
    """
    variable, *labels = text.split(".")
    if variable not in VARIABLES:
        raise InputError(
            "no outcome has this name",
            found=variable,
            allowed=", ".join(VARIABLES),
            nearest=near(variable, VARIABLES),
        )
    dims = VARIABLES[variable]
    place: list[int | slice] = [slice(None)] * len(dims)
    for label in labels:
        where = [n for n, dim in enumerate(dims) if label in DIMENSIONS[dim]]
        if not where or place[where[0]] != slice(None):
            allowed = [name for dim in dims for name in DIMENSIONS[dim]]
            raise InputError(
                f"{label} is no label of {variable}, or one too many",
                found=text,
                allowed=", ".join(allowed),
                nearest=near(label, allowed),
            )
        place[where[0]] = DIMENSIONS[dims[where[0]]].index(label)
    rung = RUNGS.index(variable) if variable in RUNGS else None
    return Named("rung" if rung is not None else variable, rung, tuple(place))
