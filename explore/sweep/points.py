"""The design of a resolved sweep: sampled as its method says, in the numbers that are set."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from ...model.errors import InputError
from ...model.quantities import addresses, parameters
from ...scenarios.addresses import series
from . import samplers
from .check import LISTED
from .design import Design
from .quantiles import quantiles_of
from .resolve import ResolvedFactor, ResolvedSweep


def design_of(sweep: ResolvedSweep, draws: Mapping[str, np.ndarray]) -> Design:
    """Points of a sweep.

    Parameters
    ----------
    sweep : ResolvedSweep
    draws : mapping of str to ndarray
        By parameter an array ``[draw, *dims]``. Where each point has a draw of its own, point
        i has draw i modulo their number, and the entries that differ between draws are
        further columns.

    Raises
    ------
    InputError
        If there are fewer draws than points of method posterior, or a number is not whole.
    """
    found = None if sweep.design.method == "posterior" else _of_factors(sweep)
    if sweep.design.posterior == "replicates":
        assert found is not None
        return found
    count = len(next(iter(draws.values())))
    size = sweep.design.size or count
    if sweep.design.method == "posterior" and size > count:
        raise InputError(
            "there are fewer draws of the parameters", file=sweep.name, field="design.size",
            found=size, allowed=f"{count} at most",
        )  # fmt: skip
    names, values = _varying(draws)
    columns = values[np.arange(size) % count]
    if found is None:
        return Design("posterior", names, _ranges(values), columns, sweep.seed)
    twice = set(names) & set(found.names)
    if twice:
        raise InputError(
            "a factor has the name of a column of draws", file=sweep.name, field="factors",
            found=min(twice), todo="give it a name of its own",
        )  # fmt: skip
    return replace(
        found,
        names=(*found.names, *names),
        bounds=(*found.bounds, *_ranges(values)),
        points=np.concatenate([found.points, columns], axis=1),
    )


def _of_factors(sweep: ResolvedSweep) -> Design:
    """Sample the factors, then turn probabilities into numbers and parts into whole ones."""
    design, factors, seed = sweep.design, sweep.factors, sweep.seed
    names = [factor.name for factor in factors]
    spaces = [factor.quantiles or factor.bounds for factor in factors]
    size = design.size or 0
    if design.method in LISTED:
        found = samplers.crossed(
            names, [_axis(f, s, sweep.name) for f, s in zip(factors, spaces, strict=True)]
        )
        found = replace(found, method=design.method)
    elif design.method == "lhs":
        found = samplers.latin_hypercube(names, spaces, size, seed)
    elif design.method == "sequence":
        found = samplers.sequence(names, spaces, size, seed)
    elif design.method == "sobol":
        found = samplers.saltelli(names, spaces, size, seed, design.second_order)
    else:
        found = samplers.morris(names, spaces, size, seed, design.levels)
    points = found.points.copy()
    for n, factor in enumerate(factors):
        if factor.quantiles_of is not None:
            points[:, n] = quantiles_of(factor.quantiles_of, factor.entries[0], points[:, n])
        elif factor.whole and design.method not in LISTED:
            points[:, n] = _whole(points[:, n], *factor.bounds)
    return replace(found, points=points, bounds=tuple(f.bounds for f in factors))


def _axis(factor: ResolvedFactor, space: tuple[float, float], file: str) -> np.ndarray:
    axis = np.array(factor.at) if factor.at else np.linspace(*space, factor.count or 2)
    if factor.whole and (axis != np.round(axis)).any():
        raise InputError(
            "only whole numbers make sense", file=file, field=f"{factor.name}.count",
            found=factor.count or list(factor.at or ()), todo="give another count, or at",
        )  # fmt: skip
    return axis


def _whole(values: np.ndarray, low: float, high: float) -> np.ndarray:
    """Whole numbers from evenly spread ones, each equally often."""
    parts = np.floor((values - low) / (high - low) * (high - low + 1.0))
    return np.asarray(low + np.minimum(parts, high - low))


def _varying(draws: Mapping[str, np.ndarray]) -> tuple[tuple[str, ...], np.ndarray]:
    """Entries that differ between draws, and their numbers ``[draw, entry]``."""
    found = {}
    for address, (name, _) in addresses().items():
        if name in parameters():
            numbers = series(draws[name], address)
            if (numbers != numbers[0]).any():
                found[address] = numbers
    if not found:
        raise InputError(
            "the parameters have one draw only", field="design.posterior", found="points",
            allowed="a scenario with draws from the posterior or the priors",
        )  # fmt: skip
    return tuple(found), np.stack(list(found.values()), axis=1)


def _ranges(values: np.ndarray) -> tuple[tuple[float, float], ...]:
    return tuple(zip(values.min(axis=0).tolist(), values.max(axis=0).tolist(), strict=True))
