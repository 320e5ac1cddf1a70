"""The posterior density: priors on a scale where they are standard normal, and the filter."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from ..model.names import PATRONS, START_YEAR, STATES
from ..model.quantities import parameters
from ..model.tables import OFFSET, Tables, point_values
from ..model.world import History
from .deviation import dated_years, driver_tables
from .filter import Sums, filtered
from .filter.sums import MEASURES
from .packages import PATRON_OF, as_history, imposed
from .record import load_record
from .setting import setting


@dataclass(frozen=True)
class Entry:
    """One estimated number.

    Attributes
    ----------
    address : str
    column : int
        Its place in the flat tables.
    centre : float
        Median of its prior.
    """

    address: str
    family: str
    column: int
    centre: float

    def value(self, z: float) -> float:
        """Value at ``z`` prior standard deviations, kept within the bounds."""
        quantity = parameters()[self.family]
        assert quantity.prior is not None
        low, high = quantity.bounds
        return min(max(quantity.prior.at(self.centre, z), low), high)

    @property
    def at_zero(self) -> float:
        """Prior standard deviations from its median at which it is zero; NaN where it never is."""
        prior = parameters()[self.family].prior
        assert prior is not None
        return -self.centre / prior.spread if prior.family == "normal" else float("nan")


def entries() -> list[Entry]:
    """All numbers that the calibration estimates, in the order of the tables.

    An entry at the edge of its scale (a median of zero) has no spread and is left out.
    """
    found = []
    for name, quantity in parameters().items():
        if quantity.prior is None:
            continue
        centres = quantity.values()
        for number, (address, index) in enumerate(quantity.entries()):
            centre = float(centres[index])
            if quantity.estimates(address) and quantity.prior.at(centre, 1.0) != centre:
                found.append(Entry(address, name, OFFSET[name] + number, centre))
    return found


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


@dataclass(frozen=True)
class Target:
    """Posterior density of the estimated numbers, given a record.

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
        Addresses that are estimated; all of :func:`entries` if empty. The others stay as the
        tables have them.
    sums : Sums, optional
        Sums that the sources tell.
    """

    tables: Tables
    history: History
    until: int
    particles: int
    names: tuple[str, ...] = ()
    sums: Sums | None = None

    @cached_property
    def entries(self) -> list[Entry]:
        """What a position's numbers mean."""
        return [entry for entry in entries() if not self.names or entry.address in self.names]

    def at(self, position: np.ndarray) -> Tables:
        """Tables at a position."""
        flat = self.tables.flat.copy()
        for entry, z in zip(self.entries, position, strict=True):
            flat[:, entry.column] = entry.value(float(z))
        flat.flags.writeable = False
        return Tables(flat)

    def draw_rows(self, positions: np.ndarray) -> list[list[str]]:
        """Positions as a table that a scenario can name as its file.

        Addresses in the first row, and a row for each position with values in their own units.
        """
        return [[entry.address for entry in self.entries]] + [
            [f"{e.value(float(z)):.6g}" for e, z in zip(self.entries, row, strict=True)]
            for row in positions
        ]

    def log_likelihood(self, position: np.ndarray, luck: int) -> float:
        """Log of an unbiased estimate of the record's likelihood."""
        found = filtered(
            self.at(position), self.history, self.until, self.particles, luck, self.sums
        )
        return found.log_likelihood

    def __call__(self, position: np.ndarray, luck: int) -> float:
        """Log of the estimated posterior density, up to a constant."""
        return -0.5 * float(position @ position) + self.log_likelihood(position, luck)
