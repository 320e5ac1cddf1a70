"""Draws of a posterior carried to a neighbouring one: weigh, resample, move.

A sequential Monte Carlo sampler on pairs of a position and the luck of its estimate (Chopin 2002,
*Biometrika* 89; Chopin, Jacob and Papaspiliopoulos 2013, *JRSS* B 75). Draws are weighted by the
new density over the old, resampled, and each is then moved by a few iterations of the chains of
:mod:`.sampler`, which leave the new density as it is. Weights alone leave ever fewer draws; the
moves spread them out again. Where the two densities lie far apart the way is made in stages.

It makes no fit: draws begin where a fit that has passed its gates left them. How much luck is left
in what it gives is told by :attr:`Swarm.effective`.
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
LEAST: Final = 1.0 / 3.0
"""Share of the draws that the weights of a stage must leave in effect."""
HALVINGS: Final = 40
BEGUN, RESAMPLED = 2**23, 2**23 + 1
"""Iterations whose addresses name the luck of the beginning and of the resampling."""


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
        Draws that weights left in effect (Kish 1965), before any was moved: the least of all
        stages.
    memory : float
        Mean squared correlation, over the dimensions, between the draws before and after they
        were moved: 1 if none moved, 0 if they are as good as new; the largest of all stages.
    effective : float
        Draws in effect. Copies of one draw agree by ``memory`` after their moves, so that ``n``
        draws are worth ``n / (1 + (n / left - 1) memory)``, the design effect of clusters. A guide:
        with few moves between densities that are far apart it is too high, up to twice.
    stages : float
        Densities in between on the last way, and its end.
    """

    position: np.ndarray
    luck: np.ndarray
    value: np.ndarray
    left: float
    memory: float
    effective: float
    stages: float = 0.0


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
    old: Density, new: Density, swarm: Swarm, seed: int, number: int,
    moves: int = MOVES, least: float = LEAST,
) -> Swarm:  # fmt: skip
    """Carry draws from one density to another.

    Where the weights of the new one would leave too few draws, the way is made in stages: the log
    density of a stage is a mixture of the two estimates under the same luck, so that it starts
    and ends at the right density of positions and luck together.

    Parameters
    ----------
    old, new : callable
        Logs of the estimated densities: that of the draws, and the one to go to.
    swarm : Swarm
    seed, number : int
        Address of the luck; another number for each density that is gone to.
    moves : int
        Iterations of the chains at each stage.
    least : float
        Share of the draws that the weights of a stage must leave in effect; 0 for one stage.

    Raises
    ------
    InputError
        If the new density is zero at all draws.
    """
    size, share, stages = len(swarm.position), 0.0, 0
    swarm = swarm._replace(left=float(size), memory=0.0)
    start = swarm.value
    end = np.array([new(z, int(u)) for z, u in zip(swarm.position, swarm.luck, strict=True)])
    while share < 1.0:
        with np.errstate(invalid="ignore"):
            gained = np.where(np.isneginf(end), -np.inf, end - start)
        if not np.isfinite(gained).any():
            raise InputError("none of the draws can have brought forth the record", field="draws",
                             found=size, todo="begin with more draws")  # fmt: skip
        further = next_share(gained, share, least)
        way = Way(old, new, further)
        swarm = _renewed(way, swarm, (further - share) * gained, seed, number, moves, stages)
        pairs = [way.both(z, int(u)) for z, u in zip(swarm.position, swarm.luck, strict=True)]
        start, end = (np.array(values) for values in zip(*pairs, strict=True))
        share, stages = further, stages + 1
    return swarm._replace(value=end, stages=float(stages))


class Way:
    """Log density at a share of the way between two, which remembers what it has estimated."""

    def __init__(self, old: Density, new: Density, share: float) -> None:
        self.old, self.new, self.share = old, new, share
        self._known: dict[tuple[int, bytes], tuple[float, float]] = {}

    def both(self, position: np.ndarray, luck: int) -> tuple[float, float]:
        """Both log densities; that of the end alone, and no number, at the end of the way."""
        key = luck, position.tobytes()
        if key not in self._known:
            start = np.nan if self.share == 1.0 else self.old(position, luck)
            self._known[key] = start, self.new(position, luck)
        return self._known[key]

    def __call__(self, position: np.ndarray, luck: int) -> float:
        """Log density here, up to a constant."""
        start, end = self.both(position, luck)
        if self.share == 1.0:
            return end
        return -np.inf if -np.inf in (start, end) else start + self.share * (end - start)


def next_share(gained: np.ndarray, share: float, least: float) -> float:
    """How far the weights carry: to the end, or as far as they leave enough draws in effect.

    Parameters
    ----------
    gained : ndarray of float64 [draw]
        What the whole way adds to the log density of each draw.
    share : float
        Share of the way that is done.
    least : float
        Share of the draws that must be left (Jasra, Stephens, Doucet and Tsagaris 2011,
        *Scandinavian Journal of Statistics* 38).
    """
    enough = least * np.isfinite(gained).sum()
    if left_by(shares_of((1.0 - share) * gained)) >= enough:
        return 1.0
    low, high = 0.0, 1.0 - share
    for _ in range(HALVINGS):
        middle = 0.5 * (low + high)
        if left_by(shares_of(middle * gained)) >= enough:
            low = middle
        else:
            high = middle
    return share + high


def shares_of(logs: np.ndarray) -> np.ndarray:
    """Weights from their logs; they sum to one."""
    weights = np.exp(logs - logs.max())
    return np.asarray(weights / weights.sum())


def left_by(shares: np.ndarray) -> float:
    """Draws that weights leave in effect (Kish 1965)."""
    return 1.0 / float((shares**2).sum())


def _renewed(
    way: Way, swarm: Swarm, logs: np.ndarray, seed: int, number: int, moves: int, stage: int
) -> Swarm:
    """One stage: weigh by some logs, resample, move."""
    shares, size = shares_of(logs), len(swarm.position)
    left = left_by(shares)
    chosen = systematic(shares, size, generator(seed, number, RESAMPLED + stage))
    centre, factor = normal_of(swarm.position, shares)
    before, luck = swarm.position[chosen], swarm.luck[chosen]
    value = np.array([way(z, int(u)) for z, u in zip(before, luck, strict=True)])
    group = Group(
        before.copy(), value, luck, before.copy(), centre, factor,
        np.empty((0, len(centre) + 1)), stage * moves,
    )  # fmt: skip
    for _ in range(moves):
        step(way, group, seed, number, mix=BOLD)
    memory = agreement(before, group.position)
    in_effect = left * swarm.effective / size
    return Swarm(
        group.position, group.luck, group.value, min(left, swarm.left),
        max(memory, swarm.memory), size / (1.0 + (size / in_effect - 1.0) * memory),
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
