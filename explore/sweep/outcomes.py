"""What is kept of a run of a sweep, and how it is reduced where the run is computed.

A run is first reduced to *yearly* numbers of the five states together or of each. Outcomes of
a run are taken from these, and so are their means over the runs of a point.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np

from ...model.names import AREAS, PATRONS, RUNGS, START_YEAR, STATES
from ...model.world import Outcome

PATRON: Final = ("patron",)
CELL: Final = ("patron", "area")
STATE: Final = ("state", "patron")
STATE_CELL: Final = ("state", "patron", "area")
REACHED: Final = RUNGS[1:]
"""Rungs that can be reached; ``none`` is where all start."""
LABELS: Final[dict[str, tuple[str, ...]]] = {
    "state": STATES,
    "patron": PATRONS,
    "area": AREAS,
    "rung": REACHED,
}


@dataclass(frozen=True)
class Yearly:
    """A number of every run and year.

    Attributes
    ----------
    name : str
    dims : tuple of str
        Dimensions within a year.
    dtype : str
        Type of the numbers of one run.
    unit, long_name : str
    of : function of an Outcome
        Array ``[run, year, *dims]``.
    """

    name: str
    dims: tuple[str, ...]
    dtype: str
    unit: str
    long_name: str
    of: Callable[[Outcome], np.ndarray]


@dataclass(frozen=True)
class RunOutcome:
    """A number of every run.

    Attributes
    ----------
    name : str
    dims : tuple of str
    dtype : str
        Type on disk.
    unit, long_name : str
    needs : str
        The yearly numbers that it is taken from.
    of : function of the yearly array and of the place of the first projected year in it
        Array ``[run, *dims]``.
    """

    name: str
    dims: tuple[str, ...]
    dtype: str
    unit: str
    long_name: str
    needs: str
    of: Callable[[np.ndarray, int], np.ndarray]


def _all_states(array: np.ndarray) -> np.ndarray:
    """Sum over the states ``[run, year, state, ...]``, added in their order."""
    total: np.ndarray = array[:, :, 0].astype(np.float64 if array.dtype.kind == "f" else np.uint16)
    for i in range(1, len(STATES)):
        np.add(total, array[:, :, i], out=total, casting="unsafe")
    return total


def _mean_state(array: np.ndarray) -> np.ndarray:
    return _all_states(array) / len(STATES)


_YEARLY: Final = (
    Yearly(
        "mean_rung", CELL, "float32", "rung, 0 to 5", "Rung, mean of the five states",
        lambda out: _mean_state(out.rung),
    ),
    Yearly(
        "top_rung", CELL, "uint8", "rung, 0 to 5", "Highest rung in any state",
        lambda out: out.rung.max(axis=2),
    ),
    Yearly(
        "packages", CELL, "uint16", "packages a year", "Packages accepted by the five states",
        lambda out: _all_states(out.packages),
    ),
    Yearly(
        "exercises", PATRON, "uint8", "exercises a year",
        "Joint exercises of the patron's organisation", lambda out: out.exercises,
    ),
    Yearly(
        "pledged", PATRON, "float64", "USD million a year", "Value pledged to the five states",
        lambda out: _all_states(out.pledged),
    ),
    Yearly(
        "delivered", PATRON, "float64", "USD million a year",
        "Value delivered to the five states", lambda out: _all_states(out.delivered),
    ),
    Yearly(
        "trust", PATRON, "float64", "share, 0 to 1", "Trust in the patron, mean of the states",
        lambda out: _mean_state(out.trust),
    ),
    Yearly(
        "dependence", PATRON, "float64", "share, 0 to 1",
        "Dependence on delivered value, mean of the states",
        lambda out: _mean_state(out.dependence),
    ),
    Yearly(
        "state_rung", STATE_CELL, "uint8", "rung, 0 to 5", "Rung of each state",
        lambda out: out.rung,
    ),
    Yearly(
        "state_packages", STATE_CELL, "uint8", "packages a year", "Packages accepted, by state",
        lambda out: out.packages,
    ),
    Yearly(
        "state_delivered", STATE, "float64", "USD million a year", "Value delivered, by state",
        lambda out: out.delivered,
    ),
    Yearly(
        "state_dependence", STATE, "float64", "share, 0 to 1",
        "Dependence on delivered value, by state", lambda out: out.dependence,
    ),
)  # fmt: skip
YEARLY: Final[dict[str, Yearly]] = {y.name: y for y in _YEARLY}


def _total(yearly: np.ndarray, first: int) -> np.ndarray:
    whole = yearly.dtype.kind in "iu"
    return np.asarray(yearly[:, first:].sum(axis=1, dtype=np.uint32 if whole else np.float64))


def _last(yearly: np.ndarray, first: int) -> np.ndarray:
    return yearly[:, -1]


def first_years(top: np.ndarray, first: int = 0) -> np.ndarray:
    """First year of a rung or a higher one, 0 where it is not reached.

    Parameters
    ----------
    top : ndarray
        Rungs ``[run, year, ...]`` from 1992 on.

    Returns
    -------
    ndarray of int16 [run, ..., rung]
        For the rungs of :data:`REACHED`.
    """
    found = np.zeros((len(top), *top.shape[2:], len(REACHED)), np.int16)
    for n in range(len(REACHED)):
        reached = top >= n + 1
        year = (reached.argmax(axis=1) + START_YEAR).astype(np.int16)
        found[..., n] = np.where(reached.any(axis=1), year, np.int16(0))
    return found


_OUTCOMES: Final = (
    RunOutcome(
        "packages", CELL, "uint16", "packages",
        "Packages accepted by the five states in all projected years", "packages", _total,
    ),
    RunOutcome(
        "mean_rung", CELL, "float32", "rung, 0 to 5",
        "Rung at the end of the last year, mean of the five states", "mean_rung", _last,
    ),
    RunOutcome(
        "top_rung", CELL, "uint8", "rung, 0 to 5",
        "Highest rung in any state at the end of the last year", "top_rung", _last,
    ),
    RunOutcome(
        "first_year", (*CELL, "rung"), "int16", "year, 0: never",
        "First year, from 1992 on, in which any state stands at the rung or higher",
        "top_rung", first_years,
    ),
    RunOutcome(
        "exercises", PATRON, "uint16", "exercises",
        "Joint exercises of the patron's organisation in all projected years",
        "exercises", _total,
    ),
    RunOutcome(
        "pledged", PATRON, "float32", "USD million",
        "Value pledged to the five states in all projected years", "pledged", _total,
    ),
    RunOutcome(
        "delivered", PATRON, "float32", "USD million",
        "Value delivered to the five states in all projected years", "delivered", _total,
    ),
    RunOutcome(
        "trust", PATRON, "float32", "share, 0 to 1",
        "Trust in the patron at the end of the last year, mean of the states", "trust", _last,
    ),
    RunOutcome(
        "dependence", PATRON, "float32", "share, 0 to 1",
        "Dependence on delivered value at the end of the last year, mean of the states",
        "dependence", _last,
    ),
    RunOutcome(
        "state_rung", STATE_CELL, "uint8", "rung, 0 to 5",
        "Rung of each state at the end of the last year", "state_rung", _last,
    ),
    RunOutcome(
        "state_first_year", (*STATE_CELL, "rung"), "int16", "year, 0: never",
        "First year, from 1992 on, in which the state stands at the rung or higher",
        "state_rung", first_years,
    ),
    RunOutcome(
        "state_packages", STATE_CELL, "uint16", "packages",
        "Packages accepted by each state in all projected years", "state_packages", _total,
    ),
    RunOutcome(
        "state_delivered", STATE, "float32", "USD million",
        "Value delivered to each state in all projected years", "state_delivered", _total,
    ),
    RunOutcome(
        "state_dependence", STATE, "float32", "share, 0 to 1",
        "Dependence of each state at the end of the last year", "state_dependence", _last,
    ),
)  # fmt: skip
OUTCOMES: Final[dict[str, RunOutcome]] = {o.name: o for o in _OUTCOMES}

DEFAULT_OUTCOMES: Final = tuple(name for name in OUTCOMES if not name.startswith("state_"))
DEFAULT_YEARLY: Final = ("mean_rung", "packages", "delivered", "dependence")


def yearly_of(outcome: Outcome, names: tuple[str, ...]) -> dict[str, np.ndarray]:
    """Yearly numbers of some runs, by name an array ``[run, year, *dims]``."""
    return {name: YEARLY[name].of(outcome).astype(YEARLY[name].dtype) for name in names}


def needed(outcomes: tuple[str, ...], yearly: tuple[str, ...]) -> tuple[str, ...]:
    """Yearly numbers that outcomes and means are taken from, in the order of the catalogue."""
    wanted = {OUTCOMES[name].needs for name in outcomes} | set(yearly)
    return tuple(name for name in YEARLY if name in wanted)
