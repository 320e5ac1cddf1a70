"""Draws of a posterior carried to a neighbouring one: weigh, resample, move.

A sequential Monte Carlo sampler on pairs of a position and the luck of its estimate (Chopin 2002,
*Biometrika* 89; Chopin, Jacob and Papaspiliopoulos 2013, *JRSS* B 75). Draws are weighted by the
new density over the old, resampled, and each is then moved by a few iterations of the chains of
:mod:`.sampler`, which leave the new density as it is. Weights alone leave ever fewer draws; the
moves spread them out again. Where the two densities lie far apart the way is made in stages.

It makes no fit: draws begin where a fit that has passed its gates left them. How much chance is in
the answer is told by carrying several swarms apart from each other (:func:`in_effect`): the moves
take their scale and direction from the very draws, and so keep some of their error, which no
look at a single swarm shows. With many dimensions that error is large; moves then go by a
reference from elsewhere, that of the chains which the draws come from.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np

from ..model.errors import InputError
from .files import load, save
from .probe import probe
from .processes import pool
from .sampler import BOLD, CLEAR, WIDENED, Density, Group, generator, step
from .target import Target

SWARMS: Final = 2
"""Swarms that are carried apart from each other, whose distance tells how many draws they are
worth."""
MOVES: Final = 5
"""Iterations of the chains at each stage."""
REFRESHES: Final = 10
"""Times that new luck is proposed to a draw that comes without."""
LEAST: Final = 0.5
"""Share of the draws that the weights of a stage must leave in effect."""
FEWEST: Final = 5
"""Draws with which a swarm may begin."""
HALVINGS: Final = 40
"""Steps in which the share of a stage is sought, each of half the length of that before."""
BEGUN, RESAMPLED = 2**23, 2**23 + 1
"""Iterations whose addresses name the luck of the beginning and of the resampling."""


Reference = tuple[np.ndarray, np.ndarray]
"""Centre, and factor of the covariance, of a normal."""


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
        Draws that the weights of the whole last way would have left in effect (Kish 1965), in one
        stage and without moves.
    stages : int
        Densities on the last way, its end among them.
    """

    position: np.ndarray
    luck: np.ndarray
    value: np.ndarray
    left: float
    stages: int


def kept(path: Path | None, make: Callable[[], Swarm]) -> Swarm:
    """A swarm from its file, or made and written there.

    Raises
    ------
    InputError
        If the file is damaged.
    """
    if path is None:
        return make()
    if path.is_file():
        found: dict[str, Any] = load(
            path, Swarm._fields, "the file of carried draws", "remove it: they are carried anew"
        )
        return Swarm(**{**found, "left": float(found["left"]), "stages": int(found["stages"])})
    swarm = make()
    save(path, **swarm._asdict())
    return swarm


def place(
    folder: Path | None, what: str, targets: Sequence[Target], positions: np.ndarray, seed: int,
    reference: Reference | None = None,
) -> Path | None:  # fmt: skip
    """File of carried draws, named by all that they hang on: positions, densities, effort."""
    if folder is None:
        return None
    name = hashlib.sha256(positions.tobytes())
    for part in reference or ():
        name.update(part.tobytes())
    for target in targets:
        for column in (*target.history, *(target.sums or ())):
            name.update(column.tobytes())
        own = (
            probe(target), target.until, target.particles, target.shares,
            [e.address for e in target.entries],
        )  # fmt: skip
        name.update(repr(own).encode())
    name.update(repr((seed, MOVES, LEAST, kernel())).encode())
    return folder / f"{what}-{name.hexdigest()[:12]}.npz"


@contextmanager
def mapped(workers: int) -> Iterator[Callable[..., Any]]:
    """A ``map`` over so many processes; the own one if it is one."""
    if workers == 1:
        yield map
        return
    with pool(workers) as processes:
        yield processes.map


def kernel() -> str:
    """Digest of where a few draws are carried on a known way.

    Kept files of a code that carries them elsewhere are not gone on from.
    """

    def at(centre: float) -> Density:
        return lambda z, luck: float(-0.5 * ((z - centre) ** 2).sum()) + 1e-3 * (luck % 7)

    begun = begin(at(0.0), np.linspace(-1.5, 1.5, 3 * FEWEST).reshape(FEWEST, 3), 1, 0)
    found = hashlib.sha256()
    elsewhere = np.zeros(3), np.eye(3)
    ways = [carry(at(0.0), at(2.0), begun, 1, 1, reference=one) for one in (None, elsewhere)]
    for swarm in (begun, *ways):
        found.update(swarm.position.tobytes() + swarm.luck.tobytes())
    return found.hexdigest()[:16]


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
        If there are fewer than :data:`FEWEST` draws, or the density is zero at one.
    """
    if len(positions) < FEWEST:
        raise InputError(
            "too few draws to be carried", field="draws", found=len(positions),
            allowed=f"{FEWEST} or more",
        )  # fmt: skip
    positions = np.ascontiguousarray(positions)  # sums over a row hang on its strides
    rng = generator(seed, number, BEGUN)
    luck = rng.integers(1, 2**62, len(positions))
    value = np.array([density(z, int(u)) for z, u in zip(positions, luck, strict=True)])
    for _ in range(REFRESHES):
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
    return Swarm(positions.copy(), luck, value, float(len(positions)), 0)


def carry(
    old: Density, new: Density, swarm: Swarm, seed: int, number: int,
    moves: int = MOVES, least: float = LEAST, reference: Reference | None = None,
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
    reference : tuple of ndarray, optional
        Centre and factor of the normal by which the moves go; that of the draws by default.

    Raises
    ------
    InputError
        If the new density is zero at all draws.
    """
    start = swarm.value
    end = np.array([new(z, int(u)) for z, u in zip(swarm.position, swarm.luck, strict=True)])
    left, share, stage = np.nan, 0.0, 0
    while share < 1.0:
        with np.errstate(invalid="ignore"):
            gained = np.where(np.isneginf(end), -np.inf, end - start)
        if not np.isfinite(gained).any():
            raise InputError("none of the draws can have brought forth the record", field="draws",
                             found=len(gained), todo="fit anew at the later date")  # fmt: skip
        left = left_by(shares_of(gained)) if stage == 0 else left
        further = next_share(gained, share, least)
        shares = shares_of((further - share) * gained)
        chosen = systematic(shares, len(shares), generator(seed, number, RESAMPLED + stage))
        way = Way(old, new, further)
        way.remember(swarm.position[chosen], swarm.luck[chosen], start[chosen], end[chosen])
        group = Group(
            swarm.position[chosen], np.array(way.known(swarm.position[chosen], swarm.luck[chosen])),
            swarm.luck[chosen], swarm.position[chosen],
            *(reference or normal_of(swarm.position, shares)),
            np.empty((0, swarm.position.shape[1] + 1)), stage * moves,
        )  # fmt: skip
        for _ in range(moves):
            step(way, group, seed, number, mix=CLEAR if reference else BOLD)
        pairs = [way.both(z, int(u)) for z, u in zip(group.position, group.luck, strict=True)]
        start, end = (np.array(values) for values in zip(*pairs, strict=True))
        share, stage = further, stage + 1
        swarm = Swarm(group.position, group.luck, end, left, stage)
    return swarm


class Way:
    """Log density at a share of the way between two, which remembers what it has estimated."""

    def __init__(self, old: Density, new: Density, share: float) -> None:
        self.old, self.new, self.share = old, new, share
        self._known: dict[tuple[int, bytes], tuple[float, float]] = {}

    def remember(
        self, positions: np.ndarray, lucks: np.ndarray, start: np.ndarray, end: np.ndarray
    ) -> None:
        """Take both log densities of some draws as known."""
        for z, luck, one, other in zip(positions, lucks, start, end, strict=True):
            self._known[int(luck), z.tobytes()] = float(one), float(other)

    def both(self, position: np.ndarray, luck: int) -> tuple[float, float]:
        """Both log densities; for what is first met at the end of the way, only the second."""
        key = luck, position.tobytes()
        if key not in self._known:
            start = np.nan if self.share == 1.0 else self.old(position, luck)
            self._known[key] = start, self.new(position, luck)
        return self._known[key]

    def known(self, positions: np.ndarray, lucks: np.ndarray) -> list[float]:
        """Log density of some draws."""
        return [self(z, int(luck)) for z, luck in zip(positions, lucks, strict=True)]

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


def positions_of(swarms: Sequence[Swarm]) -> np.ndarray:
    """Draws of all swarms."""
    return np.concatenate([one.position for one in swarms])


def shares_of(logs: np.ndarray) -> np.ndarray:
    """Weights from their logs; they sum to one."""
    weights = np.exp(logs - logs.max())
    return np.asarray(weights / weights.sum())


def left_by(shares: np.ndarray) -> float:
    """Draws that weights leave in effect (Kish 1965)."""
    return 1.0 / float((shares**2).sum())


def in_effect(swarms: Sequence[Swarm], reference: Reference | None = None) -> float:
    """Draws in effect of swarms that were carried apart from each other, taken together.

    From how far their means lie apart, against how far their draws do, over all dimensions: what
    so many independent draws would give. At least one for each swarm, at most all. Two swarms
    of forty dimensions tell it to about a quarter. What all have in common, as a way that is
    too short to forget where they came from, it does not see.

    With a reference it is the smaller of this and of the same over the quarter of the reference's
    directions of which the record tells most: the others are nearly the prior's, are renewed
    fastest, and may hide that these are not.
    """
    positions = [one.position for one in swarms]
    found = _in_effect(positions)
    if reference is None:
        return found
    centre, factor = reference
    clear = [np.linalg.solve(factor, (z - centre).T).T for z in positions]
    return min(found, _in_effect([z[:, : max(1, len(centre) // 4)] for z in clear]))


def _in_effect(positions: Sequence[np.ndarray]) -> float:
    within = np.mean([z.var(axis=0) for z in positions])
    apart = np.var([z.mean(axis=0) for z in positions], axis=0, ddof=1).mean()
    size = sum(map(len, positions))
    return float(np.clip(len(positions) * within / max(apart, 1e-300), len(positions), size))


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


def systematic(shares: np.ndarray, count: int, rng: np.random.Generator) -> np.ndarray:
    """Places drawn in proportion to their shares (Kitagawa 1996)."""
    marks = (np.arange(count) + rng.random()) / count
    return np.minimum(np.searchsorted(np.cumsum(shares), marks), len(shares) - 1)
