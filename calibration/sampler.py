"""Sampling from a density that is only estimated: particle-marginal Metropolis-Hastings.

The chain moves on pairs of a position and the luck of its estimate. A *move* proposes a
position and keeps the luck, so that neighbours are compared on the same luck; a *refresh*
keeps the position and proposes new luck. Both are Metropolis steps for the joint density
of position and luck, whose margin over the luck is the exact posterior when the estimate
is unbiased (Andrieu and Roberts 2009, *Annals of Statistics* 37; keeping the luck follows
Deligiannidis, Doucet and Pitt 2018, *JRSS B* 80).

Moves are differential evolution with an archive and snooker updates (ter Braak and Vrugt
2008, *Statistics and Computing* 18): a group of chains shares an archive of its own past,
which gives scale and direction of the proposals.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

import numpy as np

REFRESH: Final = 0.2
"""Share of the steps that draw new luck."""
SNOOKER: Final = 0.1
"""Share of the moves along the line to another point of the archive."""
LONG: Final = 0.1
"""Share of the difference moves with factor one, which jump between modes."""
ARCHIVED_EVERY: Final = 5
"""Iterations between two entries of a chain into the archive."""
CROSSOVER: Final = (0.2, 0.5, 1.0)
"""Shares of the coordinates that a difference move may change."""
JITTER: Final = 1e-3

Density = Callable[[np.ndarray, int], float]
"""Log of an unbiased estimate of a density, at a position and a luck."""


@dataclass
class Group:
    """Chains that share an archive.

    Attributes
    ----------
    position : ndarray of float64 [chain, dimension]
    value : ndarray of float64 [chain]
        Stored estimate of the log density.
    luck : ndarray of int64 [chain]
        Key of the luck of the stored estimate.
    archive : ndarray of float64 [entry, dimension]
    iteration : int
        Iterations done.
    moves, refreshes : ndarray of int64 [2]
        Accepted, and tried.
    """

    position: np.ndarray
    value: np.ndarray
    luck: np.ndarray
    archive: np.ndarray
    iteration: int = 0
    moves: np.ndarray = field(default_factory=lambda: np.zeros(2, np.int64))
    refreshes: np.ndarray = field(default_factory=lambda: np.zeros(2, np.int64))


def generator(seed: int, group: int, iteration: int) -> np.random.Generator:
    """Generator of one iteration: addressed, so that a resumed run goes on as if never stopped."""
    counter = np.array([0, iteration, group, 1], np.uint64)
    return np.random.Generator(
        np.random.Philox(key=np.array([seed, 0], np.uint64), counter=counter)
    )


def start(density: Density, starts: np.ndarray, seed: int, group: int, chains: int) -> Group:
    """Begin a group: the starts are the first archive, and the first of them the chains.

    Parameters
    ----------
    density : callable
        Log of the estimated density.
    starts : ndarray of float64 [entry, dimension]
        Draws from the prior, at least two for each dimension.
    seed, group : int
        Address of the group's luck.
    chains : int
        Number of chains.

    Raises
    ------
    ValueError
        If there are too few starts, or the density is zero at the first of them.
    """
    if len(starts) < max(chains, 2 * starts.shape[1]):
        raise ValueError(f"{len(starts)} starts are too few for {starts.shape[1]} dimensions")
    rng = generator(seed, group, 0)
    luck = rng.integers(1, 2**62, chains)
    value = np.array([density(starts[c], int(luck[c])) for c in range(chains)])
    if not np.isfinite(value).all():
        raise ValueError("the density is zero or undefined at a start")
    return Group(starts[:chains].copy(), value, luck, starts.copy())


def step(density: Density, group: Group, seed: int, number: int) -> None:
    """One iteration: each chain in turn is moved, or its luck drawn anew."""
    group.iteration += 1
    rng = generator(seed, number, group.iteration)
    for chain in range(len(group.position)):
        if rng.random() < REFRESH:
            luck = int(rng.integers(1, 2**62))
            accepted = _consider(density, group, chain, group.position[chain], luck, 0.0, rng)
            group.refreshes += (accepted, 1)
        else:
            proposal, factor = propose(group.position[chain], group.archive, rng)
            luck = int(group.luck[chain])
            accepted = _consider(density, group, chain, proposal, luck, factor, rng)
            group.moves += (accepted, 1)
    if group.iteration % ARCHIVED_EVERY == 0:
        group.archive = np.concatenate([group.archive, group.position])


def _consider(
    density: Density,
    group: Group,
    chain: int,
    position: np.ndarray,
    luck: int,
    factor: float,
    rng: np.random.Generator,
) -> bool:
    value = density(position, luck)
    accepted = bool(np.log(rng.random()) < value - group.value[chain] + factor)
    if accepted:
        group.position[chain], group.value[chain], group.luck[chain] = position, value, luck
    return accepted


def propose(
    here: np.ndarray, archive: np.ndarray, rng: np.random.Generator
) -> tuple[np.ndarray, float]:
    """Proposal and log of the factor that its acceptance takes.

    Returns
    -------
    ndarray of float64 [dimension], float
    """
    if rng.random() < SNOOKER:
        return snooker(here, archive, rng)
    one, other = archive[rng.choice(len(archive), 2, replace=False)]
    chosen = rng.random(here.size) < rng.choice(CROSSOVER)
    if not chosen.any():
        chosen[rng.integers(here.size)] = True
    scale = 1.0 if rng.random() < LONG else 2.38 / np.sqrt(2.0 * chosen.sum())
    jump = scale * (one - other) + JITTER * rng.standard_normal(here.size)
    return np.where(chosen, here + jump, here), 0.0


def snooker(
    here: np.ndarray, archive: np.ndarray, rng: np.random.Generator
) -> tuple[np.ndarray, float]:
    """Move along the line through a point of the archive, by the projected difference of two."""
    anchor, one, other = archive[rng.choice(len(archive), 3, replace=False)]
    line = here - anchor
    length = float(line @ line)
    if length == 0.0:
        return here.copy(), -np.inf
    along = float((one - other) @ line) / length
    proposal = here + rng.uniform(1.2, 2.2) * along * line
    ahead = float(np.linalg.norm(proposal - anchor))
    if ahead == 0.0:
        return here.copy(), -np.inf
    return proposal, (here.size - 1) * (np.log(ahead) - 0.5 * np.log(length))
