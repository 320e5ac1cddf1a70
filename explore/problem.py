"""A problem: everything that determines a set of runs, ready for the engine."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np

from ..calibration.deviation import dated_years, driver_tables
from ..calibration.installed import Posterior, installed
from ..calibration.packages import as_history, imposed
from ..calibration.setting import setting
from ..model.security import SecurityModel
from ..model.tables import Tables
from ..model.world import History, no_history
from ..scenarios.draws import PRIOR_DRAWS, parameter_draws, settled, yearly
from ..scenarios.levers import apply
from ..scenarios.resolve import Resolved

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
    history : History
        Packages imposed up to the cut-off; empty for a free run.
    posterior : Posterior or None
        The installed posterior, if the draws are from it.
    """

    resolved: Resolved
    seed: int
    draws: dict[str, np.ndarray]
    setting: dict[str, np.ndarray]
    history: History
    posterior: Posterior | None = None

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
        """Digest of the tables of all draws and of the imposed history."""
        total = hashlib.sha256()
        for draw in range(self.draw_count):
            total.update(self.tables(draw).flat.tobytes())
        for column in self.history:
            total.update(column.tobytes())
        return total.hexdigest()

    def model(self, run: int, trace: bool = False) -> SecurityModel:
        """One run as Mesa agents; its draw is ``run`` modulo the number of draws."""
        return SecurityModel(
            self.tables(run % self.draw_count), run, self.seed, self.history, self.until, trace
        )


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
    until = resolved.conditioned_until
    posterior = installed() if resolved.parameters.installed else None
    resolved = settled(resolved, runs, posterior.manifest.draws if posterior else PRIOR_DRAWS)
    return Problem(
        resolved,
        seed,
        parameter_draws(resolved, seed, posterior.draws if posterior else None),
        setting(resolved.horizon),
        no_history() if until is None else as_history(imposed(until)),
        posterior,
    )
