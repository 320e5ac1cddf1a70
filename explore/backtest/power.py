"""Power: what a comparison of this size could show, said before the scores are looked at.

Futures are drawn from the model's own forecast, so that in them the model is right. How often
it beats climatology there, and how often an interval shows it, bounds what the record can tell:
where even a true model often does not win clearly, an unclear result refutes nothing, and a
single win proves nothing.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass

import numpy as np

from .scores import interval_of_sum, log_score


@dataclass(frozen=True)
class Power:
    """What is to be expected if the model is right.

    Attributes
    ----------
    futures : int
    packages : float
        Mean number of documented packages in a future.
    wins : float
        Share of the futures in which the model has the better log score than climatology.
    clear : float
        Share in which the 90% interval of the gain lies above zero.
    gain, spread : float
        Mean and standard deviation of the gain, nats.
    """

    futures: int
    packages: float
    wins: float
    clear: float
    gain: float
    spread: float

    @property
    def digest(self) -> str:
        """Digest of the statement: scores carry it, and so cannot have come first."""
        return hashlib.sha256(json.dumps(asdict(self), sort_keys=True).encode()).hexdigest()

    def in_words(self) -> str:
        """The statement."""
        return (
            f"If the model were right, it would beat climatology in {self.wins:.0%} of "
            f"{self.futures} futures like this one, and clearly (90% interval above zero) in "
            f"{self.clear:.0%}, by {self.gain:.1f} nats on average (standard deviation "
            f"{self.spread:.1f}), with {self.packages:.0f} documented packages."
        )


def power(model: np.ndarray, futures: np.ndarray, climatology: np.ndarray, seed: int) -> Power:
    """Score model and climatology on futures in which the model is right.

    Parameters
    ----------
    model, climatology : ndarray of int64 [sample, year, state, patron, form]
    futures : ndarray of int64 [future, year, state, patron, form]
        Forecasts of the model by other luck than ``model``.
    seed : int
        Key of the bootstrap.
    """
    gains, clear = [], []
    for n, future in enumerate(futures):
        gain = (log_score(model, future) - log_score(climatology, future)).sum(axis=(1, 2, 3))
        low, _ = interval_of_sum(gain, np.random.default_rng([seed, n]))
        gains.append(gain.sum())
        clear.append(low > 0.0)
    return Power(
        len(futures),
        float(futures.sum(axis=(1, 2, 3, 4)).mean()),
        float(np.mean(np.array(gains) > 0.0)),
        float(np.mean(clear)),
        float(np.mean(gains)),
        float(np.std(gains)),
    )
