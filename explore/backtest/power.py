"""Power: what a comparison of this size could show, said before the scores are looked at.

Futures are drawn from the model's own forecast, so that in them the model is right. How often
it beats its rivals there, and how often an interval shows it, bounds what the record can tell:
where even a true model often does not win clearly, an unclear result refutes nothing, and a
single win proves nothing.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Final

import numpy as np

from .baselines import BASELINES
from .scores import interval_of_sum, log_score

BEST: Final = "best baseline"
"""Rival: in each future the baseline that turns out best there."""
SIMPLEST: Final = "climatology"


@dataclass(frozen=True)
class Contest:
    """What is to be expected against one rival if the model is right.

    Attributes
    ----------
    rival : str
    wins : float
        Share of the futures in which the model has the better log score.
    clear : float
        Share in which the 90% interval of the gain lies above zero.
    gain, spread : float
        Mean and standard deviation of the gain, nats. The forecasts have as many samples as the
        real ones, so that against a rival like the model the mean may lie a little below zero.
    """

    rival: str
    wins: float
    clear: float
    gain: float
    spread: float

    def in_words(self) -> str:
        """The numbers, after the rival's name."""
        return (
            f"in {self.wins:.0%} of them, clearly (90% interval above zero) in {self.clear:.0%}, "
            f"by {self.gain:.1f} nats on average (standard deviation {self.spread:.1f})"
        )


@dataclass(frozen=True)
class Power:
    """What is to be expected if the model is right.

    Attributes
    ----------
    futures : int
    packages : float
        Mean number of documented packages in a future.
    contests : tuple of Contest
        Against the best baseline, against climatology, and against each ablation.
    """

    futures: int
    packages: float
    contests: tuple[Contest, ...]

    @property
    def digest(self) -> str:
        """Digest of the statement; scores carry it, which shows the statement they go with."""
        return hashlib.sha256(json.dumps(asdict(self), sort_keys=True).encode()).hexdigest()

    def against(self, rival: str) -> Contest:
        """The contest with a rival."""
        return next(one for one in self.contests if one.rival == rival)

    def in_words(self) -> str:
        """The statement."""
        mechanisms = [one for one in self.contests if one.rival not in (BEST, SIMPLEST)]
        told = "; ".join(
            f"{one.rival}: better in {one.wins:.0%}, clearly in {one.clear:.0%}, "
            f"by {round(one.gain, 1) + 0.0:+.1f} nats on average"
            for one in mechanisms
        )
        return (
            f"{self.futures} futures like this one are drawn from the model, with "
            f"{self.packages:.0f} documented packages on average. Were it right, it would beat "
            f"climatology {self.against(SIMPLEST).in_words()}; and whichever of the "
            f"{len(BASELINES)} baselines turns out best {self.against(BEST).in_words()}. Beside "
            f"the model with a mechanism switched off it would be ({told}). By chance alone it "
            f"would be clearly better than its equal in about 5%; shares err by up to "
            f"{1.64 * np.sqrt(0.25 / self.futures):.1%} (90%)."
        )


def power(
    model: np.ndarray, futures: np.ndarray, rivals: Mapping[str, np.ndarray], seed: int
) -> Power:
    """Score the model and its rivals on futures in which the model is right.

    Parameters
    ----------
    model : ndarray of int64 [sample, year, state, patron, form]
    futures : ndarray of int64 [future, year, state, patron, form]
        Forecasts of the model by other luck than ``model``.
    rivals : mapping of str to ndarray of int64 [sample, year, state, patron, form]
        Climatology, other baselines, and ablations.
    seed : int
        Key of the bootstrap.
    """
    baselines = [name for name in rivals if name in BASELINES]
    gains: dict[str, list[np.ndarray]] = {BEST: [], SIMPLEST: []}
    for future in futures:
        own = log_score(model, future).sum(axis=(1, 2, 3))
        over = {
            name: own - log_score(counts, future).sum(axis=(1, 2, 3))
            for name, counts in rivals.items()
        }
        over[BEST] = over[min(baselines, key=lambda name: float(over[name].sum()))]
        for name, gain in over.items():
            if name in gains or name not in BASELINES:
                gains.setdefault(name, []).append(gain)
    return Power(
        len(futures),
        float(futures.sum(axis=(1, 2, 3, 4)).mean()),
        tuple(contest(name, np.array(gain), seed) for name, gain in gains.items()),
    )


def contest(rival: str, gains: np.ndarray, seed: int) -> Contest:
    """Sum up the gains over a rival: float64 [future, year]."""
    lows = [
        interval_of_sum(gain, np.random.default_rng([seed, n]))[0] for n, gain in enumerate(gains)
    ]
    sums = gains.sum(axis=1)
    return Contest(
        rival,
        float(np.mean(sums > 0.0)),
        float(np.mean(np.array(lows) > 0.0)),
        float(sums.mean()),
        float(sums.std()),
    )
