"""A problem: everything that determines a set of runs, ready for the engine."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ..calibration.packages import as_history, imposed
from ..calibration.setting import setting
from ..model.security import SecurityModel
from ..model.tables import Tables, build_tables
from ..model.world import History, no_history
from ..scenarios.draws import parameter_draws, yearly
from ..scenarios.levers import apply
from ..scenarios.resolve import Resolved


@dataclass(frozen=True)
class Problem:
    """A resolved scenario with its tables.

    Attributes
    ----------
    resolved : Resolved
    seed : int
    draws : dict of str to ndarray
        By parameter an array ``[draw, *dims]``.
    setting : dict of str to ndarray
        By trait and driver an array ``[year, *dims]``.
    history : History
        Packages imposed up to the cut-off; empty for a free run.
    """

    resolved: Resolved
    seed: int
    draws: dict[str, np.ndarray]
    setting: dict[str, np.ndarray]
    history: History

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
        """Values of every quantity before any lever, first draw."""
        return {**yearly(self.draws, 0, self.resolved.horizon), **self.setting}

    def tables(self, draw: int) -> Tables:
        """Tables of one draw, levers applied."""
        values = {**yearly(self.draws, draw, self.resolved.horizon), **self.setting}
        return build_tables(apply(self.resolved, values))

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


def assemble(resolved: Resolved, seed: int) -> Problem:
    """Read evidence and parameters for a resolved scenario.

    Parameters
    ----------
    resolved : Resolved
        What to run.
    seed : int
        Key of all luck, that of draws from the priors included.

    Raises
    ------
    InputError
        If evidence, draws or levers do not fit.
    """
    until = resolved.conditioned_until
    return Problem(
        resolved,
        seed,
        parameter_draws(resolved, seed),
        setting(resolved.horizon),
        no_history() if until is None else as_history(imposed(until)),
    )
