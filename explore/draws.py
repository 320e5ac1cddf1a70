"""Draws of the parameters from a posterior: the installed one, or that of a fit in a directory."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from ..calibration import fit as fits
from ..calibration.asof import Frozen
from ..calibration.calibrate import gates_of
from ..calibration.diagnose import spread_evenly
from ..calibration.installed import Posterior, all_passed, installed
from ..calibration.target import DEVIATION, Target
from ..model.errors import InputError
from ..model.quantities import addresses, quantities
from ..model.tables import OFFSET, Tables


class Draws(Protocol):
    """Draws of the parameters."""

    def __len__(self) -> int:
        """Number of draws."""

    def tables(self, base: Tables, draw: int) -> Tables:
        """Tables with the parameters of a draw in every year."""


@dataclass(frozen=True)
class InstalledDraws:
    """The first draws of the installed posterior, which stand for all of them."""

    posterior: Posterior
    count: int

    def __len__(self) -> int:
        return self.count

    def tables(self, base: Tables, draw: int) -> Tables:
        """Tables with the parameters of a draw in every year.

        How drivers deviate stays as the base has it: by its date, and not at all while dated.
        """
        flat = base.flat.copy()
        for address, values in self.posterior.draws.items():
            if not address.startswith(DEVIATION):
                flat[:, column(address)] = values[draw]
        flat.flags.writeable = False
        return Tables(flat)


@dataclass(frozen=True)
class FittedDraws:
    """Draws of a fit that read the same frozen evidence.

    Attributes
    ----------
    target : Target
    positions : ndarray of float64 [draw, dimension]
        In prior standard deviations.
    """

    target: Target
    positions: np.ndarray

    def __len__(self) -> int:
        return len(self.positions)

    def tables(self, base: Tables, draw: int) -> Tables:
        """Tables with the parameters of a draw in every year."""
        flat = base.flat.copy()
        for entry, z in zip(self.target.entries, self.positions[draw], strict=True):
            flat[:, entry.column] = entry.value(float(z))
        flat.flags.writeable = False
        return Tables(flat)


def column(address: str) -> int:
    """Column of a full address in the flat tables."""
    name, index = addresses()[address]
    shape = quantities()[name].shape
    return OFFSET[name] + (int(np.ravel_multi_index(index, shape)) if shape else 0)


def installed_draws(most: int) -> tuple[InstalledDraws, dict[str, Any]]:
    """Draws of the installed posterior, at most so many, and what is to be said of them.

    Raises
    ------
    InputError
        If none is installed.
    """
    posterior = installed()
    if posterior is None:
        raise InputError("no posterior is installed", todo="run 'steppe calibrate', or give --fit")
    told = {
        "from": "the installed posterior",
        "until": posterior.manifest.until,
        "digest": posterior.digest,
        "passed": posterior.passed,
    }
    return InstalledDraws(posterior, min(most, posterior.manifest.draws)), told


def fitted_draws(
    directory: Path, found: Frozen, planned: fits.Planned, most: int
) -> tuple[FittedDraws, dict[str, Any]]:
    """Draws of a fit at the cut, at most so many, and what is to be said of them.

    That is where they are from, what the fit is of, and whether it passes its gates.

    Raises
    ------
    InputError
        If the fit is of other evidence, as one that has read what came after the cut, or has
        not passed its pilot.
    """
    plan = planned.plan
    target = found.target_to_cut(planned.particles, planned.shares)
    fits.claim(directory, target, plan)
    kept = fits.draws(directory, plan, len(target.entries))
    if kept.shape[1] == 0:
        raise InputError("the fit has not passed its pilot", file=str(directory))
    gates = gates_of(target, kept)
    told = {
        "from": "a fit at the cut", "until": found.cut, **fits.identity(target, plan),
        "gates": [gate.model_dump() for gate in gates], "passed": all_passed(gates),
    }  # fmt: skip
    return FittedDraws(target, spread_evenly(kept, most)), told
