"""The posterior density: priors on a scale where they are standard normal, and the filter."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property
from pathlib import Path
from typing import Any, Final

import numpy as np

from ..model.names import PATRONS, START_YEAR, STATES
from ..model.quantities import Prior, parameters
from ..model.tables import OFFSET, Tables, point_values
from ..model.world import History
from .deviation import dated_years, driver_tables
from .filter import Sums, filtered
from .filter.sums import MEASURES
from .installed import is_uncertain
from .packages import PATRON_OF, as_history, imposed
from .record import load_record
from .setting import setting

DEVIATION: Final = ("driver_persistence", "driver_volatility")
"""Families of how drivers deviate from their series; fitted to these beforehand (`drivers`), so
that no event speaks on them: the likelihood has them at their priors' centres, where it reads them
at all (after the last dated year of a series)."""


@dataclass(frozen=True)
class Entry:
    """One uncertain number.

    Attributes
    ----------
    address : str
    column : int
        Its place in the flat tables.
    centre : float
        Median of its prior.
    prior : Prior
    """

    address: str
    family: str
    column: int
    centre: float
    prior: Prior

    def value(self, z: float) -> float:
        """Value at ``z`` prior standard deviations, kept within the bounds."""
        low, high = parameters()[self.family].bounds
        return min(max(self.prior.at(self.centre, z), low), high)

    @property
    def at_zero(self) -> float:
        """Prior standard deviations from its median at which it is zero; NaN where it never is."""
        return -self.centre / self.prior.spread if self.prior.family == "normal" else float("nan")


@cache
def uncertain() -> tuple[Entry, ...]:
    """All numbers that have a prior with a spread, in the order of the tables."""
    found = []
    for name, quantity in parameters().items():
        centres = quantity.values()
        for number, (address, index) in enumerate(quantity.entries()):
            if is_uncertain(address):
                centre, prior = float(centres[index]), quantity.prior_at(index)
                found.append(Entry(address, name, OFFSET[name] + number, centre, prior))
    return tuple(found)


def entries() -> list[Entry]:
    """The uncertain numbers that the record is expected to tell of, in the order of the tables."""
    return [one for one in uncertain() if parameters()[one.family].asks(one.address)]


def readable() -> list[Entry]:
    """The uncertain numbers that a record may speak on: all but those of :data:`DEVIATION`."""
    return [one for one in uncertain() if one.family not in DEVIATION]


def wide(asked: Target) -> Target:
    """The target of all numbers that a record may speak on, given the same record."""
    return replace(asked, names=tuple(entry.address for entry in readable()))


def centres(last_year: int) -> dict[str, np.ndarray]:
    """Centres of the priors in every year: name -> ``[year, *dims]``."""
    years = last_year - START_YEAR + 1
    return {n: np.broadcast_to(a, (years, *a.shape)) for n, a in point_values().items()}


def record_target(until: int, particles: int) -> Target:
    """Posterior density given the shipped record up to and including a year.

    Raises
    ------
    InputError
        If the evidence cannot be read.
    """
    tables = driver_tables({**centres(until), **setting(until)}, dated_years(until))
    history, sums = as_history(imposed(until)), sums_told(until)
    return Target(tables, history, until, particles, sums=sums)


def sums_told(until: int, directory: str | Path | None = None) -> Sums:
    """Sums that the sources tell and that end by a year, as the filter reads them.

    Raises
    ------
    InputError
        If the evidence cannot be read.
    """
    record = load_record(directory)
    events = {event.id: event for event in record.events}
    rows = [row for row in record.sums if row.measure is not None and row.year_end <= until]
    columns: list[list[Any]] = [[] for _ in Sums._fields]
    for row in rows:
        event = events[row.event]
        named = [i for i, state in enumerate(STATES) if state in event.recipients]
        fields = (
            row.year_start, row.year_end, PATRONS.index(PATRON_OF[event.patron]),
            sum(1 << i for i in named or range(len(STATES))), MEASURES.index(row.measure or ""),
            row.least, np.inf if row.most is None else row.most, row.error,
        )  # fmt: skip
        for column, value in zip(columns, fields, strict=True):
            column.append(value)
    return Sums(
        *(np.array(column, np.int64) for column in columns[:5]),
        *(np.array(column, np.float64) for column in columns[5:]),
    )


def draw_rows(numbers: Sequence[Entry], positions: np.ndarray) -> list[list[str]]:
    """Positions as a table that a scenario can name as its file.

    Addresses in the first row, and a row for each position with values in their own units.
    """
    return [[entry.address for entry in numbers]] + [
        [f"{e.value(float(z)):.6g}" for e, z in zip(numbers, row, strict=True)] for row in positions
    ]


@dataclass(frozen=True)
class Target:
    """Posterior density of some uncertain numbers, given a record.

    A position is a vector of prior standard deviations: zero is the centre of every prior,
    and the prior is standard normal.

    Attributes
    ----------
    tables : Tables
        Tables at the centres, at least to ``until``.
    history : History
        Documented packages and standing forces.
    until : int
        Last year that is read.
    particles : int
    names : tuple of str
        Addresses of :func:`readable` that a position holds; those of :func:`entries` if empty.
        The others stay as the tables have them.
    sums : Sums, optional
        Sums that the sources tell.
    shares : tuple of float
        Particles of each year from 1992 on, over ``particles``; all ones if empty.
    """

    tables: Tables
    history: History
    until: int
    particles: int
    names: tuple[str, ...] = ()
    sums: Sums | None = None
    shares: tuple[float, ...] = ()

    @cached_property
    def entries(self) -> list[Entry]:
        """What a position's numbers mean."""
        if not self.names:
            return entries()
        return [entry for entry in readable() if entry.address in self.names]

    def at(self, position: np.ndarray) -> Tables:
        """Tables at a position."""
        flat = self.tables.flat.copy()
        for entry, z in zip(self.entries, position, strict=True):
            flat[:, entry.column] = entry.value(float(z))
        flat.flags.writeable = False
        return Tables(flat)

    def log_likelihood(self, position: np.ndarray, luck: int) -> float:
        """Log of an unbiased estimate of the record's likelihood."""
        found = filtered(
            self.at(position), self.history, self.until, self.particles, luck, self.sums,
            self.shares,
        )  # fmt: skip
        return found.log_likelihood

    def __call__(self, position: np.ndarray, luck: int) -> float:
        """Log of the estimated posterior density, up to a constant."""
        return -0.5 * float(position @ position) + self.log_likelihood(position, luck)
