"""Samplers: the points of a design, by method.

Those of Saltelli (2002, *Computer Physics Communications* 145) and Morris (1991,
*Technometrics* 33) come in the order that SALib analyses. Each depends on its seed and size
only, and those of :data:`~.design.NESTED` begin with the points of a smaller size.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ...model.errors import InputError
from ...model.luck import philox_plain
from .design import Design

Bounds = Sequence[tuple[float, float]]

MORRIS_LUCK = 0x4D4F5252
"""Second word of the key of Morris trajectories, so that they share no luck with the engine."""


def one(name: str, bounds: tuple[float, float], count: int) -> Design:
    """One factor at evenly spaced values, both ends included."""
    points = np.linspace(*bounds, count)[:, np.newaxis]
    return Design("one", (name,), (bounds,), points)


def grid(names: Sequence[str], bounds: Bounds, counts: Sequence[int]) -> Design:
    """Every combination of evenly spaced values; the last factor moves fastest."""
    axes = [np.linspace(*pair, count) for pair, count in zip(bounds, counts, strict=True)]
    return crossed(names, axes)


def crossed(names: Sequence[str], axes: Sequence[Sequence[float] | np.ndarray]) -> Design:
    """Every combination of given values; the last factor moves fastest."""
    values = [np.asarray(axis, dtype=np.float64) for axis in axes]
    mesh = np.meshgrid(*values, indexing="ij")
    points = np.stack([part.ravel() for part in mesh], axis=1)
    bounds = tuple((float(axis.min()), float(axis.max())) for axis in values)
    return Design("grid", tuple(names), bounds, points, 0, {"shape": [len(v) for v in values]})


def latin_hypercube(names: Sequence[str], bounds: Bounds, size: int, seed: int) -> Design:
    """Points of which each factor has one in every of ``size`` equal parts of its range."""
    luck = np.random.Generator(np.random.Philox(key=seed))
    places = np.empty((size, len(names)))
    for n in range(len(names)):
        places[:, n] = (luck.permutation(size) + luck.random(size)) / size
    return Design("lhs", tuple(names), tuple(bounds), scaled(places, bounds), seed)


def sequence(names: Sequence[str], bounds: Bounds, size: int, seed: int) -> Design:
    """First points of a scrambled Sobol sequence: even, and more can follow."""
    points = scaled(_sobol(len(names), size, seed), bounds)
    return Design("sequence", tuple(names), tuple(bounds), points, seed)


def saltelli(
    names: Sequence[str], bounds: Bounds, size: int, seed: int, second_order: bool = True
) -> Design:
    """Base samples of a scrambled Sobol sequence, crossed for Sobol's indices.

    For each base sample a block: A, then A with one factor of B for each factor, then (for
    the second order) B with one factor of A for each, then B.

    Parameters
    ----------
    names, bounds
        Factors.
    size : int
        Number of base samples, a power of two.
    seed : int
        Key of the scrambling.
    second_order : bool
        Whether the indices of the second order can be had.

    Raises
    ------
    InputError
        If ``size`` is no power of two: the sequence is balanced only there.
    """
    if size < 1 or size & (size - 1):
        below = 1 << max(size, 1).bit_length() - 1
        raise InputError(
            "the number of base samples is no power of two", field="size", found=size,
            allowed="1, 2, 4, 8, ...", nearest=[str(below), str(2 * below)],
        )  # fmt: skip
    factors = len(names)
    base = _sobol(2 * factors, size, seed)
    a, b = base[:, np.newaxis, :factors], base[:, np.newaxis, factors:]
    swapped = np.eye(factors, dtype=bool)
    parts = [a, np.where(swapped, b, a)]
    if second_order:
        parts.append(np.where(swapped, a, b))
    places = np.concatenate([*parts, b], axis=1).reshape(-1, factors)
    meta = {"size": size, "second_order": second_order}
    return Design("sobol", tuple(names), tuple(bounds), scaled(places, bounds), seed, meta)


def morris(names: Sequence[str], bounds: Bounds, size: int, seed: int, levels: int = 4) -> Design:
    """Trajectories that move one factor after the other by half the levels.

    A trajectory starts on a level from which its factor can move up or down by
    ``levels / (2 (levels - 1))`` of the range, and moves each factor once, in an order of its
    own. Its luck is addressed by seed, trajectory and factor.

    Raises
    ------
    InputError
        If ``levels`` is odd: the levels would not be met equally often.
    """
    if levels < 2 or levels % 2:
        raise InputError(
            "the number of levels is not even", field="levels", found=levels, allowed="2, 4, 6, ..."
        )
    factors = len(names)
    places = np.empty((size, factors + 1, factors))
    half = levels // 2
    for number in range(size):
        luck = [philox_plain((number, n, 0, 0), (seed, MORRIS_LUCK)) for n in range(factors)]
        start = np.array([(words[0] >> 11) % half for words in luck])
        up = np.array([(words[1] >> 63) == 1 for words in luck])
        order = np.argsort([words[2] for words in luck], kind="stable")
        current = np.where(up, start, start + half)
        places[number, 0] = current
        for step, moved in enumerate(order, start=1):
            current[moved] += half if up[moved] else -half
            places[number, step] = current
    places = places.reshape(-1, factors) / (levels - 1)
    meta = {"size": size, "levels": levels}
    return Design("morris", tuple(names), tuple(bounds), scaled(places, bounds), seed, meta)


def scaled(places: np.ndarray, bounds: Bounds) -> np.ndarray:
    """Points from places in the unit cube ``[point, factor]``, never outside the bounds."""
    low, high = np.array(bounds, dtype=np.float64).reshape(-1, 2).T
    return np.clip(low + places * (high - low), low, high)


def _sobol(dimensions: int, size: int, seed: int) -> np.ndarray:
    import warnings

    from scipy.stats import qmc  # type: ignore[import-untyped]

    with warnings.catch_warnings():  # sizes between powers of two are the caller's business
        warnings.simplefilter("ignore", UserWarning)
        points: np.ndarray = qmc.Sobol(d=dimensions, scramble=True, seed=seed).random(size)
    return points
