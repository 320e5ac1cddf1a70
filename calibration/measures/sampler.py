"""Draws from a posterior whose prior is standard normal, by Hamiltonian Monte Carlo.

Neal 2011, "MCMC using Hamiltonian dynamics", in *Handbook of Markov Chain Monte Carlo*. Under a
standard normal prior all numbers have about the same scale, so one length of step serves all;
it is set while warming up. Several chains go side by side and are compared.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np

CHAINS: Final = 8
WARM_UP: Final = 200
KEPT: Final = 400
STEPS: Final = (8, 16)
"""Leapfrog steps of a proposal, drawn anew each time so that none comes back to its start."""
ACCEPTED: Final = 0.8
"""Share of proposals to be accepted (Betancourt, Byrne and Girolami 2014)."""
MOST_R_HAT: Final = 1.05
"""Looser than the gate of the main fit (1.01): a measure is an observation, no finding."""
LEAST_EFFECTIVE: Final = 100.0
"""Effective draws of the worst number, at least."""

Slope = Callable[[np.ndarray], tuple[np.ndarray, np.ndarray]]
"""Of ``z`` [chain, number]: log likelihood [chain] and its slope [chain, number]."""


@dataclass(frozen=True)
class Posterior:
    """Draws, and how well they were drawn.

    Attributes
    ----------
    z : ndarray of float64 [draw, number]
        Standard normal under the prior.
    r_hat : float
        Largest split R-hat over the numbers.
    effective : float
        Smallest effective number of draws.
    """

    z: np.ndarray
    r_hat: float
    effective: float

    @property
    def sound(self) -> bool:
        """Whether the chains agree and have moved enough."""
        return self.r_hat <= MOST_R_HAT and self.effective >= LEAST_EFFECTIVE


def generator(seed: int, *names: str | int) -> np.random.Generator:
    """Random numbers addressed by name: equal names give equal numbers, in any order of calls."""
    words = "|".join(map(str, (seed, *names)))
    key = int.from_bytes(hashlib.sha256(words.encode()).digest()[:16], "little")
    return np.random.Generator(np.random.Philox(key=key))


def sample(
    likelihood: Slope,
    size: int,
    rng: np.random.Generator,
    kept: int = KEPT,
    warm_up: int = WARM_UP,
    chains: int = CHAINS,
) -> Posterior:
    """Draw from the posterior of ``size`` numbers with standard normal priors.

    Parameters
    ----------
    likelihood : callable
        Log likelihood and its slope; see :func:`numeric` for one without a slope.
    kept, warm_up : int
        Steps of each chain that are kept, and that are not.
    """
    z = 0.5 * rng.standard_normal((chains, size))
    level, slope = likelihood(z)
    step, history = 0.1, np.empty((chains, kept, size))
    for number in range(-warm_up, kept):
        z, level, slope, accepted = move(likelihood, z, level, slope, step, rng)
        if number < 0:
            step *= np.exp((accepted - ACCEPTED) / np.sqrt(warm_up + number + 1.0))
        else:
            history[:, number] = z
    return Posterior(history.reshape(-1, size), split_r_hat(history), least_effective(history))


def move(
    likelihood: Slope,
    z: np.ndarray,
    level: np.ndarray,
    slope: np.ndarray,
    step: float,
    rng: np.random.Generator,
) -> tuple[np.ndarray, np.ndarray, np.ndarray, float]:
    """One proposal of every chain; the last value is the mean chance of acceptance."""
    speed = rng.standard_normal(z.shape)
    start = level - 0.5 * (z**2 + speed**2).sum(axis=1)
    new, there, bend = z, level, slope
    count = int(rng.integers(STEPS[0], STEPS[1] + 1))
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):  # refused below
        speed = speed + 0.5 * step * (bend - new)
        for n in range(count):
            new = new + step * speed
            there, bend = likelihood(new)
            speed = speed + (1.0 if n + 1 < count else 0.5) * step * (bend - new)
        end = there - 0.5 * (new**2 + speed**2).sum(axis=1)
        gain = np.where(np.isfinite(end), end - start, -np.inf)
    chance = np.exp(np.minimum(gain, 0.0))
    taken = rng.random(len(z)) < chance
    keep = taken[:, None]
    return (
        np.where(keep, new, z),
        np.where(taken, there, level),
        np.where(keep, bend, slope),
        float(chance.mean()),
    )


def numeric(log_likelihood: Callable[[np.ndarray], np.ndarray], width: float = 1e-4) -> Slope:
    """Give the log likelihood of a few numbers its slope, by central differences.

    A slope that is slightly off makes proposals slightly worse and no draw wrong.
    """

    def likelihood(z: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        chains, size = z.shape
        shift = width * np.eye(size)
        around = np.stack([z[:, None] + shift, z[:, None] - shift])
        ends = log_likelihood(around.reshape(-1, size)).reshape(2, chains, size)
        return log_likelihood(z), (ends[0] - ends[1]) / (2.0 * width)

    return likelihood


def split_r_hat(history: np.ndarray) -> float:
    """Largest split R-hat (Gelman and others 2013, 11.4) of chains ``[chain, step, number]``."""
    steps = history.shape[1] // 2
    halves = np.concatenate([history[:, :steps], history[:, steps : 2 * steps]])
    within = halves.var(axis=1, ddof=1).mean(axis=0)
    between = steps * halves.mean(axis=1).var(axis=0, ddof=1)
    return float(np.sqrt(((steps - 1) / steps * within + between / steps) / within).max())


def least_effective(history: np.ndarray) -> float:
    """Smallest effective number of draws, by batch means (Flegal and Jones 2010).

    Batches are as long as the root of the number of steps, squared in ratio: their means'
    variance against that of single draws tells how many draws are worth one.
    """
    chains, steps, size = history.shape
    batch = max(1, int(np.sqrt(steps)) * 2)
    count = steps // batch
    if count < 2:
        return 0.0
    means = history[:, : count * batch].reshape(chains, count, batch, size).mean(axis=2)
    spread = batch * means.reshape(-1, size).var(axis=0, ddof=1)
    return float((chains * steps * history.var(axis=(0, 1), ddof=1) / spread).min())
