"""What all moves from one start share: tables of every draw, and worlds to start from.

Posterior draws are the units: future r uses draw r modulo their number, as run r of
``steppe run`` does. Evidence is read once; a lever then changes columns of the tables.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from threading import Lock
from typing import Final

import numpy as np

from ..calibration.deviation import driver_tables
from ..explore.problem import Problem, assemble
from ..model.errors import InputError
from ..model.names import START_YEAR
from ..model.quantities import addresses, quantities
from ..model.tables import OFFSET, Tables
from ..scenarios.draws import draws_for, yearly
from ..scenarios.levers import apply
from ..scenarios.resolve import Resolved, ResolvedLever, resolve
from .moves import first_free, load

MOST: Final = 1000
"""Futures that a page can ask for."""
FEW: Final = 100
"""Futures while a lever is being dragged."""
KEPT: Final = 3
"""Starts whose tables are kept: 30 MB each."""
_MASKED: Final = "driver_volatility"
"""Tables hold zero in its dated years: :func:`steppe.calibration.deviation.driver_tables`."""


@dataclass(frozen=True)
class Ground:
    """A scenario of the library, ready to be moved.

    Attributes
    ----------
    name : str
    problem : Problem
        With as many draws as :data:`MOST` futures use.
    flats : ndarray of float64 [draw, year, column]
        Tables of each draw, the scenario's own levers applied.
    """

    name: str
    problem: Problem
    flats: np.ndarray

    @property
    def resolved(self) -> Resolved:
        """The scenario in full."""
        return self.problem.resolved

    @property
    def draws(self) -> int:
        """Number of parameter draws of :data:`MOST` futures."""
        return self.problem.draw_count

    @property
    def first(self) -> int:
        """First year that is simulated."""
        return first_free(self.resolved)

    @property
    def last(self) -> int:
        """Last year."""
        return self.resolved.horizon

    def draws_of(self, n: int) -> int:
        """Draws that ``n`` futures use, as ``steppe run --runs n`` takes them.

        Raises
        ------
        InputError
            If run r of ``n`` has another draw than run r of :data:`MOST`, so that the futures
            would not be the first of those.
        """
        posterior = self.problem.posterior
        known = posterior.manifest.draws if posterior else self.draws
        draws = draws_for(n, known) if self.draws > 1 else 1
        if n > MOST or draws not in (n, self.draws):
            raise InputError(
                "not a number of futures that the parameter draws divide",
                field="n",
                found=n,
                allowed=f"{FEW}, or a multiple of {self.draws} up to {MOST}",
            )
        return draws

    def moved(self, levers: Iterable[ResolvedLever], draws: slice) -> np.ndarray:
        """Tables of some draws with more levers: [draw, year, column].

        Raises
        ------
        InputError
            If a lever takes an entry out of its bounds in one of them.
        """
        flats = self.flats[draws].copy()
        for lever in levers:
            rows = slice(lever.first - START_YEAR, lever.last - START_YEAR + 1)
            for entry in lever.entries:
                part = flats[:, rows, column(entry)]
                if lever.acts == "set":
                    part[:] = lever.numbers
                else:
                    part *= lever.numbers
                _check(part, lever, entry)
        return flats

    def problem_of(self, resolved: Resolved, seed: int) -> Problem:
        """Problem of a what-if from this start, with the same draws and record."""
        settled = resolved.model_copy(update={"parameters": self.resolved.parameters})
        return replace(self.problem, resolved=settled, seed=seed)

    def past_digest(self) -> str:
        """Digest of what the years that follow the record are drawn from, but for the seed."""
        total = hashlib.sha256()
        followed = self.problem.followed
        if followed is not None:
            years = followed.until - START_YEAR + 1
            total.update(np.ascontiguousarray(self.flats[:, :years]).tobytes())
            for part in (*followed.history, *followed.sums):
                total.update(part.tobytes())
        return total.hexdigest()


def column(entry: str) -> int:
    """Column of a full address in the tables."""
    name, index = addresses()[entry]
    shape = quantities()[name].shape
    return OFFSET[name] + (int(np.ravel_multi_index(index, shape)) if shape else 0)


def _check(part: np.ndarray, lever: ResolvedLever, entry: str) -> None:
    name = addresses()[entry][0]
    if name == _MASKED:
        raise InputError(
            "the lab does not move how far drivers deviate",
            field=f"levers[{lever.number}]",
            todo="'steppe run' does",
        )
    low, high = quantities()[name].bounds
    wrong = np.argwhere(~((part >= low) & (part <= high)))
    if len(wrong):
        draw, year = (int(n) for n in wrong[0])
        raise InputError(
            f"{lever.kind} takes {entry} out of its bounds in {lever.first + year}",
            field=f"levers[{lever.number}]",
            found=float(part[draw, year]),
            allowed=f"{low:g} to {high:g}",
        )


def lay(name: str) -> Ground:
    """Read evidence and draws for a scenario of the library, and write out its tables."""
    resolved = resolve(load(name))
    problem = assemble(resolved, 0, MOST)
    rows = []
    for draw in range(problem.draw_count):
        values = {**yearly(problem.draws, draw, resolved.horizon), **problem.setting}
        rows.append(driver_tables(apply(resolved, values), problem.dated).flat)
    return Ground(name, problem, np.stack(rows))


class Grounds:
    """Grounds that were laid: the last few."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, Ground] = OrderedDict()
        self._lock = Lock()

    def get(self, name: str) -> Ground:
        """Ground of a scenario of the library."""
        with self._lock:
            found = self._kept.get(name) or lay(name)
            self._kept[name] = found
            self._kept.move_to_end(name)
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
            return found


def tables_of(flat: np.ndarray) -> Tables:
    """Tables of one draw."""
    return Tables(np.ascontiguousarray(flat))
