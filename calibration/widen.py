"""The posterior of all uncertain numbers, from a fit of those that the record tells most of.

Chains do well in some forty dimensions, not in the hundred and more that have a prior. They
estimate the numbers that the record was expected to tell of, the others at their priors'
centres. Their draws, each beside a draw of the others from their priors, are then carried
(:mod:`.renew`) from the density in which the others are apart, as if the record said nothing of
them, to the one in which the likelihood reads all, and settle there. So every number that has a
prior is uncertain in every band, and what the record tells of one is told given all others.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property, partial
from pathlib import Path
from typing import Any, Final

import numpy as np

from .renew import SWARMS, Swarm, begin, carry, kept, mapped, place
from .sampler import generator
from .target import DEVIATION, Entry, Target, readable, uncertain

SETTLING: Final = (20, 10, 10)
"""Iterations of the chains in each round after the draws have arrived: moves take their scale and
direction from the draws, anew before each round."""
ADDRESS: Final = 2**21
"""First number of the luck, beyond those of the groups of a fit and of what is varied of it."""
DRAWN, DEVIATED = 2**23 + 2**16, 2**23 + 2**16 + 1
"""Iterations whose addresses name the luck of the draws from priors."""


@dataclass(frozen=True)
class Apart:
    """Density of the fitted numbers times the priors of the others: nothing is said of these.

    Attributes
    ----------
    fitted : Target
        Density of the fitted numbers, the others at their priors' centres.
    whole : Target
        Density of all.
    """

    fitted: Target
    whole: Target

    @cached_property
    def places(self) -> np.ndarray:
        """Where the fitted numbers stand in a position of all."""
        names = [entry.address for entry in self.whole.entries]
        return np.array([names.index(entry.address) for entry in self.fitted.entries])

    def __call__(self, position: np.ndarray, luck: int) -> float:
        """Log of the estimated density, up to a constant."""
        own = position[self.places]
        return -0.5 * float(position @ position) + self.fitted.log_likelihood(own, luck)


def wide(fitted: Target) -> Target:
    """The target of all numbers that the likelihood can read, given the same record."""
    return replace(fitted, names=tuple(entry.address for entry in readable()))


def beside_priors(apart: Apart, positions: np.ndarray, seed: int) -> np.ndarray:
    """Draws of the fitted numbers, each beside one of the others from their priors."""
    drawn = generator(seed, ADDRESS, DRAWN).standard_normal(
        (len(positions), len(apart.whole.entries))
    )
    drawn[:, apart.places] = positions
    return drawn


def widened(
    fitted: Target,
    positions: np.ndarray,
    seed: int = 1,
    workers: int = 1,
    folder: Path | None = None,
    tell: Callable[[int, int], None] | None = None,
) -> list[Swarm]:
    """Draws from the posterior of all numbers, in :data:`SWARMS` swarms that are kept apart.

    Parameters
    ----------
    fitted : Target
        What the chains have fitted.
    positions : ndarray of float64 [draw, entry]
        Draws from it, in prior standard deviations.
    seed : int
        Key of all luck.
    workers : int
        Processes; they change no bit.
    folder : path, optional
        Where each piece of the way is kept, to go on from.
    tell : callable, optional
        Called with (pieces of the way done, of how many).

    Returns
    -------
    list of Swarm
        Positions of the entries of :func:`wide`.

    Raises
    ------
    InputError
        If there are too few draws, or a kept file is damaged.
    """
    apart = Apart(fitted, wide(fitted))
    start = beside_priors(apart, positions, seed)
    way: list[Any] = [start[number::SWARMS] for number in range(SWARMS)]
    with mapped(workers) as run:
        for done, piece in enumerate(PIECES):
            arrived = run(partial(piece, apart, seed, folder), range(SWARMS), way)
            way = []
            for swarm in arrived:
                way.append(swarm)
                if tell is not None:
                    tell(done * SWARMS + len(way), len(PIECES) * SWARMS)
    return way


def _begun(
    apart: Apart, seed: int, folder: Path | None, number: int, positions: np.ndarray
) -> Swarm:
    """Luck for the draws, of the density in which the others are apart."""
    path = place(folder, "apart", (apart.fitted, apart.whole), positions, seed)
    return kept(path, partial(begin, apart, positions, seed, ADDRESS + number))


def _carried(apart: Apart, seed: int, folder: Path | None, number: int, swarm: Swarm) -> Swarm:
    """The way from there to the density of all."""
    path = place(folder, "carried", (apart.fitted, apart.whole), swarm.position, seed)
    address = ADDRESS + SWARMS + number
    return kept(path, partial(carry, apart, apart.whole, swarm, seed, address))


def _settled(
    apart: Apart, seed: int, folder: Path | None, number: int, swarm: Swarm, done: int
) -> Swarm:
    """A round of moves that leave the density of all as it is; the way told is that before."""
    moves = SETTLING[done]
    path = place(folder, "settled", (apart.whole,), swarm.position, seed, moves)
    address = ADDRESS + (2 + done) * SWARMS + number
    make = partial(carry, apart.whole, apart.whole, swarm, seed, address, moves)
    return kept(path, make)._replace(left=swarm.left, stages=swarm.stages)


PIECES: Final = (_begun, _carried, *(partial(_settled, done=n) for n in range(len(SETTLING))))


def deviations(count: int, seed: int) -> tuple[list[Entry], np.ndarray]:
    """Numbers on which no event shall speak, and draws of them from their priors.

    How drivers deviate from their series was fitted to these; their priors are what came of it.

    Returns
    -------
    list of Entry
    ndarray of float64 [draw, entry]
        In prior standard deviations.
    """
    own = [entry for entry in uncertain() if entry.family in DEVIATION]
    return own, generator(seed, ADDRESS, DEVIATED).standard_normal((count, len(own)))
