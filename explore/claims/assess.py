"""From truths to probabilities, words and scores."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

LIKELY: Final = 2.0 / 3.0
"""Probability from which a claim is called likely; one third and below is unlikely. The words
are those of Mastrandrea et al. (2010, IPCC guidance note on uncertainties)."""
FEWEST: Final = 50
"""Histories in which a claim is defined, below which no probability is told (assumed)."""
Z90: Final = 1.6448536269514722
"""95% point of the standard normal, for intervals of 90%."""
DIRECTION: Final = {"bears_out": 1.0, "contradicts": 0.0}
"""What a probability is scored against; mixed and silent verdicts are not."""


@dataclass(frozen=True)
class Estimate:
    """Probability of a claim.

    Attributes
    ----------
    probability : float
        NaN where fewer than :data:`FEWEST` histories are defined.
    low, high : float
        90% Monte Carlo interval: draws and histories are a sample of those that could have been.
    defined : int
        Histories in which the claim is true or false.
    parameters : float
        Share of the variance of true and false that lies between draws of the parameters; the
        rest is chance. NaN where all histories agree.
    """

    probability: float
    low: float
    high: float
    defined: int
    parameters: float


def estimate(truths: np.ndarray) -> Estimate:
    """Probability of a claim from its truth in every history.

    Histories of one draw are alike, so the error is that of a ratio over clusters (Cochran 1977,
    *Sampling Techniques*, section 9A); the interval is Wilson's (1927) with as many independent
    histories as that error is worth, which are the draws where all agree.

    Parameters
    ----------
    truths : ndarray of float64 [draw, run]
        1, 0 or NaN.
    """
    defined = np.isfinite(truths)
    counts, hits = defined.sum(axis=1), np.nansum(truths, axis=1)
    total = int(counts.sum())
    if total < FEWEST:
        return Estimate(math.nan, math.nan, math.nan, total, math.nan)
    p = float(hits.sum() / total)
    draws = int((counts > 0).sum())
    spread = p * (1.0 - p)
    worth, between = float(draws), math.nan
    if spread > 0.0 and draws > 1:
        rest = hits - p * counts
        variance = draws / (draws - 1.0) * float((rest**2).sum()) / total**2
        worth = min(float(total), spread / variance) if variance > 0.0 else float(total)
        between = shared_variance(counts, hits)
    return Estimate(p, *wilson(p, worth), total, between)


def wilson(p: float, count: float) -> tuple[float, float]:
    """90% interval of a probability seen in ``count`` independent trials (Wilson 1927)."""
    scale = 1.0 + Z90**2 / count
    middle = (p + 0.5 * Z90**2 / count) / scale
    half = Z90 / scale * math.sqrt(p * (1.0 - p) / count + 0.25 * Z90**2 / count**2)
    return max(0.0, middle - half), min(1.0, middle + half)


def shared_variance(counts: np.ndarray, hits: np.ndarray) -> float:
    """Intraclass correlation of true and false within draws (analysis of variance; Fisher 1925).

    Parameters
    ----------
    counts, hits : ndarray [draw]
        Histories that are defined, and true ones among them.
    """
    used = counts > 0
    n, k = counts[used].astype(float), hits[used]
    total, groups = float(n.sum()), int(used.sum())
    if total <= groups:
        return math.nan
    p = k.sum() / total
    between = float((n * (k / n - p) ** 2).sum()) / (groups - 1)
    within = float((k * (1.0 - k / n)).sum()) / (total - groups)
    size = (total - float((n**2).sum()) / total) / (groups - 1)
    if between + (size - 1.0) * within <= 0.0:
        return math.nan
    return min(1.0, max(0.0, (between - within) / (between + (size - 1.0) * within)))


def in_word(found: Estimate, match: str) -> str:
    """What the model says: ``likely``, ``unlikely`` or ``open``; empty without a probability.

    Likely and unlikely only where the whole Monte Carlo interval is. An upper bound can make a
    claim unlikely, never likely.
    """
    if math.isnan(found.probability):
        return ""
    if found.high <= 1.0 - LIKELY:
        return "unlikely"
    return "likely" if found.low >= LIKELY and match != "wider" else "open"


def against(word: str, verdict: str) -> str:
    """``agrees`` or ``surprise`` where model and later sources both commit themselves."""
    if verdict not in DIRECTION or word not in ("likely", "unlikely"):
        return ""
    return "agrees" if (word == "likely") == (verdict == "bears_out") else "surprise"


def scored(row: Mapping[str, Any]) -> bool:
    """Whether a claim has a probability that is no bound, and a verdict that commits itself."""
    told = row["probability"] is not None and row["match"] in ("exact", "proxy")
    return told and row["verdict"] in DIRECTION


def losses(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Scored claims whose probability lies on the wrong side of one half, worst first."""
    found = [
        (abs(row["probability"] - DIRECTION[row["verdict"]]), row) for row in rows if scored(row)
    ]
    wrong = [(error, row) for error, row in found if error > 0.5]
    return [row for _, row in sorted(wrong, key=lambda pair: -pair[0])]


def scores(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Brier and log scores of the probabilities, beside one half and the base rate.

    Scored are claims with a probability that is no bound, on which later sources commit
    themselves. The base rate is the share that they bear out, known with hindsight only.
    Probabilities are drawn in as far as one further history could move them, so that no log
    score is infinite.

    Returns
    -------
    list of dict
        ``set`` (``exact`` or ``exact and proxy``), ``claims``, ``who``, ``brier`` (lower is
        better) and ``log`` (mean, nats, higher is better).
    """
    found = []
    for name, matches in (("exact and proxy", ("exact", "proxy")), ("exact", ("exact",))):
        chosen = [row for row in rows if scored(row) and row["match"] in matches]
        if not chosen:
            continue
        truth = np.array([DIRECTION[row["verdict"]] for row in chosen])
        told = np.array(
            [(row["probability"] * row["defined"] + 0.5) / (row["defined"] + 1.0) for row in chosen]
        )
        rivals = {"model": told, "one half": np.full_like(told, 0.5)}
        rivals["base rate"] = np.full_like(told, truth.mean())
        for who, p in rivals.items():
            with np.errstate(divide="ignore"):
                log = np.log(np.where(truth == 1.0, p, 1.0 - p))
            found.append(
                {
                    "set": name, "claims": len(chosen), "who": who,
                    "brier": float(((p - truth) ** 2).mean()), "log": float(log.mean()),
                }
            )  # fmt: skip
    return found
