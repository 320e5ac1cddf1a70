"""Draws of a posterior carried to a neighbouring one: weigh, resample, move.

A sequential Monte Carlo sampler on pairs of a position and the luck of its estimate (Chopin 2002,
*Biometrika* 89; Chopin, Jacob and Papaspiliopoulos 2013, *JRSS* B 75). Draws are weighted by the
new density over the old, resampled, and each is then moved by a few iterations of the chains of
:mod:`.sampler`, which leave the new density as it is. Weights alone leave ever fewer draws; the
moves spread them out again.

It makes no fit: draws begin where a fit that has passed its gates left them, and the two densities
must be close. How much luck is left in what it gives is told by :attr:`Swarm.effective`.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np

from ..model.errors import InputError
from . import arrays
from .sampler import BOLD, WIDENED, Density, Group, generator, step

MOVES: Final = 5
"""Iterations of the chains after each resampling."""
SETTLED: Final = 10
"""Times that new luck is proposed to a draw that comes without."""
BEGUN, RESAMPLED = 2**23, 2**23 + 1
"""Iterations whose addresses name the luck of the beginning and of the resampling."""
Tell = Callable[[int, int], None]
"""Called with iterations done, and of how many."""


class Swarm(NamedTuple):
    """Draws of a posterior whose density is estimated, all of the same weight.

    Attributes
    ----------
    position : ndarray of float64 [draw, dimension]
    luck : ndarray of int64 [draw]
        Key of the luck of the estimate.
    value : ndarray of float64 [draw]
        Estimate of the log density.
    left : float
        Draws that the last weights left in effect (Kish 1965), before any was moved.
    memory : float
        Mean squared correlation, over the dimensions, between the draws before and after they
        were moved: 1 if none moved, 0 if they are as good as new.
    effective : float
        Draws in effect. Copies of one draw agree by ``memory`` after their moves, so that ``n``
        draws are worth ``n / (1 + (n / left - 1) memory)``, the design effect of clusters. A guide:
        with few moves between densities that are far apart it is too high, up to twice.
    """

    position: np.ndarray
    luck: np.ndarray
    value: np.ndarray
    left: float
    memory: float
    effective: float


def kept(path: Path | None, make: Callable[[], Swarm]) -> Swarm:
    """A swarm from its file, or made and written there.

    Raises
    ------
    InputError
        If the file is damaged.
    """
    if path is not None and path.is_file():
        found = arrays.load(
            path, Swarm._fields, "the file of carried draws", "remove it: they are carried anew"
        )
        return Swarm(*(a if a.ndim else float(a) for a in found.values()))  # type: ignore[arg-type]
    swarm = make()
    if path is not None:
        arrays.save(path, **swarm._asdict())
    return swarm


def begin(density: Density, positions: np.ndarray, seed: int, number: int) -> Swarm:
    """Give luck to draws that were kept without: positions stay, luck is moved.

    Parameters
    ----------
    density : callable
        Log of the estimated density that the positions are drawn from.
    positions : ndarray of float64 [draw, dimension]
    seed, number : int
        Address of the swarm's luck.

    Raises
    ------
    InputError
        If the density is zero at a draw.
    """
    rng = generator(seed, number, BEGUN)
    luck = rng.integers(1, 2**62, len(positions))
    value = np.array([density(z, int(u)) for z, u in zip(positions, luck, strict=True)])
    for _ in range(SETTLED):
        for n, z in enumerate(positions):
            other = int(rng.integers(1, 2**62))
            found = density(z, other)
            if np.isneginf(value[n]) or np.log(rng.random()) < found - value[n]:
                luck[n], value[n] = other, found
    if not np.isfinite(value).all():
        raise InputError(
            "a draw cannot have brought forth the record", field="draw",
            found=int(np.argmin(np.isfinite(value))), todo="fit again, or with more particles",
        )  # fmt: skip
    size = float(len(positions))
    return Swarm(positions.copy(), luck, value, size, 1.0, size)


def carry(
    density: Density, swarm: Swarm, seed: int, number: int, moves: int = MOVES,
    tell: Tell | None = None,
) -> Swarm:  # fmt: skip
    """Carry draws to another density.

    Parameters
    ----------
    density : callable
        Log of the estimated density to go to.
    swarm : Swarm
        Draws from a density that is close to it.
    seed, number : int
        Address of the luck; another number for each density on the way.
    moves : int
        Iterations of the chains.
    tell : callable, optional

    Raises
    ------
    InputError
        If the density is zero at all draws.
    """
    pairs = zip(swarm.position, swarm.luck, strict=True)
    value = np.array([density(z, int(luck)) for z, luck in pairs])
    gained = value - swarm.value
    if not np.isfinite(gained).any():
        raise InputError("none of the draws can have brought forth the record", field="draws",
                         found=len(gained), todo="begin with more draws")  # fmt: skip
    shares = np.exp(gained - gained.max())
    shares /= shares.sum()
    size, left = len(shares), 1.0 / float((shares**2).sum())
    chosen = systematic(shares, size, generator(seed, number, RESAMPLED))
    centre, factor = normal_of(swarm.position, shares)
    group = Group(
        swarm.position[chosen], value[chosen], swarm.luck[chosen], swarm.position[chosen], centre,
        factor, np.empty((0, len(centre) + 1)),
    )  # fmt: skip
    before = group.position.copy()
    for done in range(moves):
        step(density, group, seed, number, mix=BOLD)
        if tell is not None:
            tell(done + 1, moves)
    memory = agreement(before, group.position)
    in_effect = left * swarm.effective / size
    return Swarm(
        group.position, group.luck, group.value, left, memory,
        size / (1.0 + (size / in_effect - 1.0) * memory),
    )  # fmt: skip


def normal_of(positions: np.ndarray, shares: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Normal reference of weighted draws, for the moves: centre, and factor of the covariance.

    The covariance is drawn towards that of the prior, which is the unit matrix, as if the prior
    were as many draws as there are dimensions; and widened, since tails must not be light.
    """
    dimension = positions.shape[1]
    centre = shares @ positions
    away = positions - centre
    draws = 1.0 / float((shares**2).sum())
    spread = (away * shares[:, None]).T @ away
    drawn = (draws * spread + dimension * np.eye(dimension)) / (draws + dimension)
    return centre, np.linalg.cholesky(WIDENED**2 * drawn)


def agreement(before: np.ndarray, after: np.ndarray) -> float:
    """Mean over the dimensions of the squared correlation of draws before and after."""
    spread = before.std(axis=0) * after.std(axis=0)
    together = ((before - before.mean(axis=0)) * (after - after.mean(axis=0))).mean(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        return float(np.mean(np.where(spread > 0.0, together / spread, 1.0) ** 2))


def systematic(shares: np.ndarray, count: int, rng: np.random.Generator) -> np.ndarray:
    """Places drawn in proportion to their shares (Kitagawa 1996)."""
    marks = (np.arange(count) + rng.random()) / count
    return np.minimum(np.searchsorted(np.cumsum(shares), marks), len(shares) - 1)
