"""A problem: everything that determines a set of runs, ready for the engine."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Final

import numpy as np

from ..calibration.deviation import dated_years, driver_tables
from ..calibration.installed import Posterior, installed
from ..calibration.packages import as_history, imposed
from ..calibration.setting import setting
from ..calibration.target import sums_told
from ..model.engine import simulate, simulate_from
from ..model.errors import InputError
from ..model.names import START_YEAR, VOLATILE
from ..model.tables import Tables
from ..model.world import Outcome, World
from ..scenarios import gates
from ..scenarios.draws import PRIOR_DRAWS, parameter_draws, settled, yearly
from ..scenarios.levers import apply
from ..scenarios.resolve import Resolved
from .conditioning import BLOCK, Followed, Pasts, agents_in, block_of, place_of, rows_of

if TYPE_CHECKING:
    from ..model.security import SecurityModel

KEPT: Final = 256
"""Draws of which the tables are kept once they are built: about 160 kB each."""


@dataclass(frozen=True)
class Problem:
    """A resolved scenario with its tables.

    Attributes
    ----------
    resolved : Resolved
        With its number of parameter draws.
    seed : int
    draws : dict of str to ndarray
        By parameter an array ``[draw, *dims]``.
    setting : dict of str to ndarray
        By trait and driver an array ``[year, *dims]``.
    followed : Followed or None
        What is documented up to the cut-off; None for a free run.
    posterior : Posterior or None
        The installed posterior, if the draws are from it.
    pasts : Pasts
        Where the runs' pasts are kept once they are drawn.
    """

    resolved: Resolved
    seed: int
    draws: dict[str, np.ndarray]
    setting: dict[str, np.ndarray]
    followed: Followed | None
    posterior: Posterior | None = None
    pasts: Pasts = field(default_factory=Pasts, compare=False)

    def beside(self, resolved: Resolved) -> Problem:
        """Another scenario with the evidence, the draws and the record of this one.

        Parameters
        ----------
        resolved : Resolved
            Differs by its levers and its words only.

        Raises
        ------
        InputError
            If a lever of it does nothing.
        ValueError
            If it has other years or other parameters.
        """
        mine = self.resolved
        same = resolved.parameters.model_copy(update={"draws": mine.parameters.draws})
        if (resolved.horizon, resolved.conditioned_until, same) != (
            mine.horizon,
            mine.conditioned_until,
            mine.parameters,
        ):
            raise ValueError(f"{resolved.name} has other years or parameters than {mine.name}")
        _require_deviations(resolved)
        changed = resolved.model_copy(update={"parameters": same})
        return replace(self, resolved=changed)

    @cached_property
    def _kept(self) -> dict[int, Tables]:
        return {}

    @cached_property
    def dated(self) -> np.ndarray:
        """Years in which a family's series is dated, ``[year, family]``."""
        return dated_years(self.resolved.horizon)

    @property
    def draw_count(self) -> int:
        """Number of parameter draws."""
        return len(next(iter(self.draws.values())))

    @property
    def until(self) -> int | None:
        """Last conditioned year."""
        return self.resolved.conditioned_until

    @cached_property
    def baseline_values(self) -> dict[str, np.ndarray]:
        """Values of every quantity before any lever, parameters at the median of their draws."""
        middle = {name: np.median(array, axis=0)[np.newaxis] for name, array in self.draws.items()}
        return {**yearly(middle, 0, self.resolved.horizon), **self.setting}

    def tables(self, draw: int) -> Tables:
        """Tables of one draw, levers applied; those of the first draws are kept."""
        found = self._kept.get(draw)
        if found is None:
            values = {**yearly(self.draws, draw, self.resolved.horizon), **self.setting}
            found = driver_tables(apply(self.resolved, values), self.dated)
            if draw < KEPT:
                self._kept[draw] = found
        return found

    def digest(self) -> str:
        """Digest of the tables of all draws and of the record that is followed."""
        total = hashlib.sha256()
        for draw in range(self.draw_count):
            total.update(self.tables(draw).flat.tobytes())
        for column in (*self.followed.history, *self.followed.sums) if self.followed else ():
            total.update(column.tobytes())
        return total.hexdigest()

    def groups(self, runs: np.ndarray) -> list[np.ndarray]:
        """Places in ``runs`` of those that :meth:`outcome` takes together, in order.

        These are the runs of one draw, and of one block of it if they follow the record.
        """
        draws = self.draw_count
        blocks = runs // draws // BLOCK if self.until is not None else np.zeros_like(runs)
        _, first, group = np.unique(
            blocks * draws + runs % draws, return_index=True, return_inverse=True
        )
        return [np.flatnonzero(group == n) for n in np.argsort(first)]

    def outcome(self, runs: np.ndarray) -> Outcome:
        """Outcome of runs of one of the :meth:`groups`, a row for each."""
        places = [place_of(int(run), self.draw_count) for run in runs]
        draw, block, _ = places[0]
        tables = self.tables(draw)
        if self.followed is None:
            return simulate(tables, self.seed, runs)
        past = self.pasts.get(tables, self.followed, self.seed, draw, block)
        rows = np.array([place.row for place in places])
        worlds = rows_of(past.worlds, rows)
        rest = simulate_from(tables, self.seed, runs, worlds, self.followed.until + 1)
        return Outcome._make(
            np.concatenate([before[rows], after], axis=1)
            for before, after in zip(past.outcome, rest, strict=True)
        )

    def past_worlds(self, run: int) -> World:
        """Worlds that the record leaves to the block of a conditioned run, a row for each."""
        assert self.followed is not None
        draw, block, _ = place_of(run, self.draw_count)
        return self.pasts.get(self.tables(draw), self.followed, self.seed, draw, block).worlds

    def past(self, run: int) -> tuple[Outcome, World, World]:
        """Years of a conditioned run that follow the record.

        Returns
        -------
        outcome : Outcome
            ``[year, ...]``, 1992 to the cut-off.
        starts : World
            As each year began: ``[year, ...]``.
        world : World
            After the cut-off.
        """
        assert self.followed is not None
        draw, block, row = place_of(run, self.draw_count)
        found = block_of(self.tables(draw), self.followed, self.seed, draw, block)
        outcome = Outcome._make(part[row] for part in found.outcome)
        return outcome, rows_of(found.starts, row), rows_of(found.worlds, row)

    def model(self, run: int, trace: bool = False) -> SecurityModel:
        """One run as Mesa agents; its draw is ``run`` modulo the number of draws.

        A conditioned run starts in the year after the cut-off, from the world that its
        :meth:`past` leaves.
        """
        from ..model.security import SecurityModel  # Mesa takes most of a second to load

        tables = self.tables(run % self.draw_count)
        if self.until is None:
            return SecurityModel(tables, run, self.seed, trace=trace)
        _, _, world = self.past(run)
        return SecurityModel(tables, run, self.seed, world, self.until + 1, trace)

    def standing(self, run: int, year: int) -> tuple[Outcome, SecurityModel]:
        """Outcome of a run's :meth:`past`, and its agents as they stand in one of its years.

        The drivers of the year have moved and needs are felt, as in the past; nothing has
        been offered yet. For looking at what an offer would be worth, not for stepping on.
        """
        outcome, starts, last = self.past(run)
        tables = self.tables(run % self.draw_count)
        model = agents_in(tables, run, self.seed, starts, last, year)
        return outcome, model


def assemble(resolved: Resolved, seed: int, runs: int | None = None) -> Problem:
    """Read evidence and parameters for a resolved scenario.

    Parameters
    ----------
    resolved : Resolved
        What to run.
    seed : int
        Key of all luck, that of draws from the priors included.
    runs : int, optional
        Runs that the parameter draws must divide, where the scenario leaves their number
        open; all draws are taken without it.

    Raises
    ------
    InputError
        If evidence, draws or levers do not fit.
    """
    _require_deviations(resolved)
    until = resolved.conditioned_until
    posterior = installed() if resolved.parameters.installed else None
    resolved = settled(resolved, runs, posterior.manifest.draws if posterior else PRIOR_DRAWS)
    problem = Problem(
        resolved,
        seed,
        parameter_draws(resolved, seed, posterior.draws if posterior else None),
        setting(resolved.horizon),
        None if until is None else Followed(as_history(imposed(until)), sums_told(until), until),
        posterior,
    )
    if any(gates.gate_of(lever) for lever in resolved.levers):
        gates.require_open(resolved, problem.tables(0))
    return problem


def _require_deviations(resolved: Resolved) -> None:
    """Refuse a lever on the deviation of a driver in years in which the driver is dated.

    Raises
    ------
    InputError
        If all years of a lever are such years: it would do nothing.
    """
    dated = dated_years(resolved.horizon)
    for lever in resolved.levers:
        name, _, family = lever.entries[0].partition(".")
        if name not in ("driver_persistence", "driver_volatility"):
            continue
        column = dated[:, VOLATILE.index(family)]
        if (
            len(lever.entries) == 1
            and column[lever.first - START_YEAR :][: len(lever.numbers)].all()
        ):
            free = START_YEAR + int(column.sum())
            raise InputError(
                f"the lever does nothing: {family} is dated until {free - 1} and does not deviate",
                file=resolved.name,
                field=f"levers[{lever.number}]",
                found=f"{lever.first} to {lever.last}",
                allowed=f"years from {free} on",
            )
