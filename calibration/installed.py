"""The posterior that is installed: fitted draws, the checks of their fit, and what was learned."""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
from pydantic import BaseModel, ConfigDict, ValidationError

from ..model.errors import InputError, near
from ..model.quantities import ZERO, Prior, addresses, parameters

DRAWS: Final = "draws.csv"
MANIFEST: Final = "manifest.json"
ALIKE: Final = 0.7
"""Overlap with the prior from which a number counts as told by its prior."""
_GRID: Final = np.linspace(-8.0, 8.0, 1601)
_STEP: Final = float(_GRID[1] - _GRID[0])


class Gate(BaseModel):
    """A check that a fit has to pass."""

    model_config = ConfigDict(frozen=True)
    name: str
    value: Any
    allowed: Any
    passed: bool
    where: str = ""


class Manifest(BaseModel):
    """What is said of a fit beside its draws; further fields are let be."""

    model_config = ConfigDict(frozen=True)
    until: int
    seed: int
    draws: int
    gates: tuple[Gate, ...]
    particles: int
    model: str
    record: str
    probe: tuple[float | None, ...]
    """Log likelihoods that the model has to give: :func:`steppe.calibration.probe.probe`."""
    estimated: tuple[str, ...]
    """Numbers that the chains estimated."""
    overlaps: dict[str, float]
    """By address of every column of the draws, what its posterior has in common with its prior."""
    note: str = ""


@dataclass(frozen=True)
class Posterior:
    """Fitted draws, and what is known of their fit.

    Attributes
    ----------
    path : Traversable
        File of the draws.
    manifest : Manifest
    draws : dict of str to ndarray
        By full address a number for each draw. The first ones, however many, stand for all.
    digest : str
        Of both files.
    """

    path: Traversable
    manifest: Manifest
    draws: Mapping[str, np.ndarray]
    digest: str

    @property
    def passed(self) -> bool:
        """Whether the fit was checked and passed every gate."""
        return all_passed(self.manifest.gates)


def all_passed(gates: Collection[Gate]) -> bool:
    """Whether a fit was checked and passed every gate."""
    return bool(gates) and all(gate.passed for gate in gates)


def installed(directory: str | Path | None = None) -> Posterior | None:
    """Read the posterior that is shipped, or that of a directory.

    Returns
    -------
    Posterior or None
        None where no fit has been installed yet.

    Raises
    ------
    InputError
        If a file is damaged, or the two do not belong together.
    """
    folder: Traversable = files("steppe.calibration") / "posterior"
    if directory is not None:
        folder = Path(directory)
    path = folder / DRAWS
    if not path.is_file() and not (folder / MANIFEST).is_file():
        return None
    manifest = _read_manifest(folder / MANIFEST)
    values = _read_draws(path, manifest)
    digest = hashlib.sha256((folder / MANIFEST).read_bytes() + path.read_bytes()).hexdigest()
    draws = dict(zip(manifest.overlaps, values.T, strict=True))
    return Posterior(path, manifest, draws, digest)


def _read_manifest(path: Traversable) -> Manifest:
    try:
        return Manifest.model_validate_json(path.read_bytes(), strict=True)
    except OSError as error:
        raise InputError("the posterior has no manifest", file=str(path)) from error
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        raise InputError(
            f"not the manifest of a posterior: {first['msg']}",
            file=str(path),
            field=".".join(str(part) for part in first["loc"]) or None,
        ) from error


def _read_draws(path: Traversable, manifest: Manifest) -> np.ndarray:
    """Draws ``[draw, address]``, as many and of the numbers that the manifest says."""
    try:
        head, *lines = csv.reader(io.StringIO(path.read_text("utf-8")))
        values = np.array(lines, dtype=np.float64)
    except (OSError, UnicodeDecodeError, csv.Error, ValueError) as error:
        raise InputError("the draws of the posterior are damaged", file=str(path)) from error
    _check_header(head, manifest, str(path))
    if manifest.draws < 1 or values.shape != (manifest.draws, len(head)):
        raise InputError(
            "the draws are not as many as the manifest says", file=str(path),
            found=" x ".join(map(str, values.shape)), allowed=f"{manifest.draws} x {len(head)}",
        )  # fmt: skip
    for address, column in zip(head, values.T, strict=True):
        low, high = parameters()[addresses()[address][0]].bounds
        wrong = np.flatnonzero(~((column >= low) & (column <= high)))
        if wrong.size:
            raise InputError(
                "a draw is out of bounds", file=str(path), field=f"row {wrong[0] + 1}, {address}",
                found=float(column[wrong[0]]), allowed=f"{low:g} to {high:g}",
            )  # fmt: skip
    return values


def _check_header(head: list[str], manifest: Manifest, file: str) -> None:
    known = [a for a, (name, _) in addresses().items() if name in parameters()]
    for address in head:
        if address not in known:
            raise InputError(
                "a column is no full address of a parameter", file=file, field="header",
                found=address, nearest=near(address, known),
            )  # fmt: skip
    if head != [*manifest.overlaps]:
        raise InputError(
            "the columns are not the numbers that the manifest says", file=file, field="header",
            found=",".join(head), allowed=",".join(manifest.overlaps),
        )  # fmt: skip


# ---------------------------------------------------------------- what was learned


class Learned(NamedTuple):
    """Posterior of one number beside its prior: quantiles, and the overlap of the two.

    Quantiles are those of the draws that are installed; the overlap is that of the fit.
    """

    q05: float
    median: float
    q95: float
    overlap: float


def learned(posterior: Posterior | None) -> dict[str, Learned]:
    """By address of a number, its posterior beside its prior; empty without a posterior."""
    if posterior is None:
        return {}
    found = {}
    for address, shared in posterior.manifest.overlaps.items():
        if parameters()[addresses()[address][0]].prior is None:
            raise InputError("the posterior has draws of a fixed number", found=address)
        low, middle, high = np.quantile(posterior.draws[address], (0.05, 0.5, 0.95))
        found[address] = Learned(float(low), float(middle), float(high), shared)
    return found


def is_uncertain(address: str) -> bool:
    """Whether a parameter's number has a prior that leaves it open.

    An entry at the edge of its scale (a lognormal median of zero) has no spread; those at zero
    from which their family's others are measured have none either.
    """
    name, index = addresses()[address]
    quantity = parameters()[name]
    if quantity.prior is None or address in ZERO:
        return False
    centre = float(quantity.values()[index])
    return quantity.prior_at(index).at(centre, 1.0) != centre


def told_by(address: str, known: Mapping[str, Learned]) -> str:
    """What tells a parameter's value: ``data``, ``prior``, or nothing since it is ``fixed``."""
    if not is_uncertain(address):
        return "fixed"
    return "data" if address in known and known[address].overlap < ALIKE else "prior"


def standardised(draws: np.ndarray, prior: Prior, centre: float) -> np.ndarray:
    """Draws in prior standard deviations from the prior's median: the inverse of ``Prior.at``."""

    def scale(values: Any) -> Any:
        if prior.family == "normal":
            return values
        return np.log(values) if prior.family == "lognormal" else np.log(values / (1.0 - values))

    with np.errstate(divide="ignore"):  # a draw on the edge of its scale is infinitely far
        return np.asarray((scale(draws) - scale(np.float64(centre))) / prior.spread)


def overlap(z: np.ndarray) -> float:
    """Share that the draws' density has in common with the prior's, which is standard normal.

    The integral of the smaller of the two; 1 for equal densities, 0 for ones that do not
    meet. The draws' density is smoothed by normal kernels (Scott 1992, *Multivariate Density
    Estimation*: the sample's standard deviation times n to the power -1/5).

    Parameters
    ----------
    z : ndarray
        Draws in prior standard deviations.
    """
    inside = np.clip(z, _GRID[0], _GRID[-1])
    width = max(float(inside.std()) * len(z) ** -0.2, _STEP)
    kernels = np.exp(-0.5 * ((_GRID[:, np.newaxis] - inside) / width) ** 2)
    density = kernels.mean(axis=1) / (width * np.sqrt(2.0 * np.pi))
    prior = np.exp(-0.5 * _GRID**2) / np.sqrt(2.0 * np.pi)
    return float(np.minimum(density, prior).sum() * _STEP)
