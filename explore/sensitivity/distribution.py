"""Indices that compare whole distributions, from any points: delta and PAWN.

Delta (Borgonovo 2007) is half the mean area between the density of the outcome and its
density where a factor is known. PAWN (Pianosi and Wagener 2018) is the greatest distance
between the distribution functions, here the median over slices of the factor. SALib
estimates both.

Small samples make both too large: slices of a factor that does nothing differ by chance. So
each stands beside its ``floor``: what a factor that does nothing would reach, from shuffled
points (95% of shuffles stay below it).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import pairwise
from typing import Any, Final

import numpy as np

from .responses import RefusedError

Answer = dict[str, np.ndarray]
SLICES: Final = 10
_GRID: Final = 100
_MOST_ALIKE: Final = 0.25
"""Share of points with one and the same outcome from which it has no density."""


def pawn(
    problem: Mapping[str, Any],
    points: np.ndarray,
    values: np.ndarray,
    settings: tuple[int, float, int],
) -> Answer:
    """PAWN by SALib, the median over slices, with bootstrapped interval and floor.

    A factor with fewer values than slices, as in a grid, has no index.

    Parameters
    ----------
    problem, points, values
        Points ``[point, factor]``, values ``[point]``, none missing.
    settings : (int, float, int)
        Resamples, level of confidence, seed.
    """
    from SALib.analyze import pawn as salib

    middle = np.asarray(salib.analyze(dict(problem), points, values, S=SLICES)["median"])
    spread, floor = _shaken(
        lambda x, y: float(np.nanmedian(distances(x, y))), points, values, settings
    )
    middle[_levels(points) < SLICES] = np.nan  # too few values to slice
    reach = _half(settings[1]) * spread.std(axis=0, ddof=1)
    return {
        "PAWN": middle,
        "PAWN_low": middle - reach,
        "PAWN_high": middle + reach,
        "PAWN_floor": np.quantile(floor, settings[1], axis=0),
    }


def distances(points: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Kolmogorov-Smirnov distance of each slice of one factor from the whole, ``[slice]``.

    The same numbers as SALib's, fast enough to be resampled.

    Parameters
    ----------
    points : ndarray [point]
        Of one factor.
    values : ndarray [point]
    """
    edges = np.nanquantile(points, np.arange(0, 1 + 1 / SLICES, 1 / SLICES))
    inside = (points[:, np.newaxis] >= edges[:-1]) & (points[:, np.newaxis] < edges[1:])
    order = np.argsort(values, kind="stable")
    last = np.flatnonzero(np.diff(values[order], append=np.inf))
    steps = inside[order].cumsum(axis=0)[last]
    counts = inside.sum(axis=0)
    whole = (last + 1.0) / len(values)
    with np.errstate(invalid="ignore", divide="ignore"):
        found: np.ndarray = np.abs(steps / counts - whole[:, np.newaxis]).max(axis=0)
    return found


def delta(
    problem: Mapping[str, Any],
    points: np.ndarray,
    values: np.ndarray,
    settings: tuple[int, float, int],
) -> Answer:
    """Delta by SALib's estimator, its bias reduced by the bootstrap, with interval and floor.

    Parameters
    ----------
    problem, points, values, settings
        As of :func:`pawn`.

    Raises
    ------
    RefusedError
        If the outcome has no density, as where many points have one and the same value.

    Notes
    -----
    Plischke and others (2013), eq. 30: twice the estimate less the mean of its resamples.
    """
    from SALib.analyze.delta import calc_delta

    _, repeats = np.unique(values, return_counts=True)
    if repeats.max() > _MOST_ALIKE * len(values):
        raise RefusedError(
            f"{repeats.max()} of {len(values)} points have the same outcome, which has no "
            "density then; take PAWN or Sobol indices, or the mean over more replicates"
        )
    edges = _classes(len(values))
    grid = np.linspace(values.min(), values.max(), _GRID)
    first = np.array([calc_delta(values, grid, column, edges) for column in points.T])
    spread, floor = _shaken(lambda x, y: area_between(x, y, edges, grid), points, values, settings)
    middle = 2.0 * first - spread.mean(axis=0)
    reach = _half(settings[1]) * spread.std(axis=0, ddof=1)
    return {
        "delta": middle,
        "delta_low": middle - reach,
        "delta_high": middle + reach,
        "delta_floor": np.quantile(floor, settings[1], axis=0),
    }


def area_between(
    points: np.ndarray, values: np.ndarray, edges: np.ndarray, grid: np.ndarray
) -> float:
    """Delta of one factor: the same number as SALib's ``calc_delta``, for resampling.

    Parameters
    ----------
    points, values : ndarray [point]
    edges : ndarray
        Ranks between which a class of the factor lies.
    grid : ndarray
        Where densities are compared.
    """
    order = np.argsort(points, kind="stable")
    whole = _density(values, grid)
    total = 0.0
    for low, high in pairwise(edges):
        inside = values[order[int(np.floor(low)) : int(np.floor(high))]]
        if len(inside) and np.ptp(inside) > 0.0:
            apart = np.trapezoid(np.abs(whole - _density(inside, grid)), grid)
            total += len(inside) / (2.0 * len(values)) * float(apart)
    return total


def _density(values: np.ndarray, grid: np.ndarray) -> np.ndarray:
    """Gaussian kernel density with Silverman's width, as SciPy's."""
    width = values.std(ddof=1) * (len(values) * 0.75) ** -0.2
    with np.errstate(under="ignore"):
        kernels = np.exp(-0.5 * ((grid[:, np.newaxis] - values) / width) ** 2)
    found: np.ndarray = kernels.sum(axis=1) / (len(values) * width * np.sqrt(2.0 * np.pi))
    return found


def _classes(count: int) -> np.ndarray:
    """Ranks that part the points into classes, as many as SALib takes."""
    power = 2.0 / (7.0 + np.tanh((1500.0 - count) / 500.0))
    return np.linspace(0, count, int(min(np.ceil(count**power), 48)) + 1)


def _shaken(
    index: Callable[[np.ndarray, np.ndarray], float],
    points: np.ndarray,
    values: np.ndarray,
    settings: tuple[int, float, int],
) -> tuple[np.ndarray, np.ndarray]:
    """An index on resampled points, and on points of which a factor is shuffled.

    Returns
    -------
    spread, floor : ndarray [resample, factor], [shuffle, factor]
        Both luck alone: what the sample leaves open, and what a factor that does nothing has.
    """
    resamples, _, seed = settings
    luck = np.random.default_rng(np.random.SeedSequence((seed, 2)))
    count = len(points)
    chosen = [luck.integers(count, size=count) for _ in range(resamples)]
    spread = [[index(x[c], values[c]) for x in points.T] for c in chosen]
    floor = [[index(luck.permutation(x), values) for x in points.T] for _ in range(resamples)]
    return np.array(spread), np.array(floor)


def _levels(points: np.ndarray) -> np.ndarray:
    """Number of different values of each factor."""
    return np.array([len(np.unique(column)) for column in points.T])


def _half(level: float) -> float:
    """Standard deviations on either side of the middle."""
    from scipy.special import ndtri  # type: ignore[import-untyped]

    return float(ndtri(0.5 + level / 2.0))


def blurred(points: np.ndarray, known: np.ndarray) -> np.ndarray:
    """How far missing points can move a distance between distributions, ``[factor]``.

    With a share p of its points missing, a distribution is within p of that of the points
    that are there, in distribution function as in total variation; a distance from it moves
    by p and by the share that is missing in the slice. The worst slice is taken.
    """
    missing = ~known
    reach = np.empty(points.shape[1])
    for factor, column in enumerate(points.T):
        edges = np.quantile(column, np.linspace(0.0, 1.0, SLICES + 1))
        slices = np.clip(np.searchsorted(edges, column, side="right") - 1, 0, SLICES - 1)
        share = np.bincount(slices, missing, SLICES) / np.maximum(
            np.bincount(slices, minlength=SLICES), 1
        )
        reach[factor] = missing.mean() + share.max()
    return reach
