"""Sums that the sources tell: a count of exercises over years, or money in all.

A source that tells "more than twenty" or "4.5 million in all" observes a sum over packages,
documented or not. Each particle carries the sums of its own past, and is weighted at the
end of a span by the probability that a sum like its own is told as this one is: with an
error that is normal in logs, read between the two ends of what is told.
"""

from __future__ import annotations

import math
from typing import Final, NamedTuple

import numpy as np

from ...model.columns import EXERCISE_RUNG
from ...model.compiled import compiled
from ...model.world import S
from ...model.year import Year

EXERCISES, AID, DELIVERED = 0, 1, 2
MEASURES: Final = ("exercises", "aid", "delivered")
"""Joint exercises and bilateral ones; assistance pledged, USD million; value delivered."""
ADDED: Final = (0.5, 0.1, 0.1)
"""What is added before a logarithm is taken, so that nothing has one: half an exercise, and
a tenth of a million dollars."""
UNFORESEEN: Final = 1.0
"""Standard deviation, in logs, of the guess of a whole span."""
_EXERCISES, _AID, _DELIVERED = EXERCISES, AID, DELIVERED
_HALF_EXERCISE, _TENTH = ADDED[0], ADDED[1]
_EVERY = (1 << S) - 1


class Sums(NamedTuple):
    """Sums that are told; all arrays ``[sum]``."""

    first: np.ndarray
    """int64, first year"""
    last: np.ndarray
    """int64, last year, at whose end it is weighed"""
    patron: np.ndarray
    """int64"""
    states: np.ndarray
    """int64, bit i set where state i counts"""
    measure: np.ndarray
    """int64, position in :data:`MEASURES`"""
    low: np.ndarray
    """float64, least that is told"""
    high: np.ndarray
    """float64, most that is told; infinite where the source gives no upper end"""
    error: np.ndarray
    """float64, standard deviation of the error in logs"""


def no_sums() -> Sums:
    """Nothing told but single packages."""
    whole, real = np.zeros(0, np.int64), np.zeros(0)
    return Sums(whole, whole, whole, whole, whole, real, real, real)


@compiled
def added(sums: Sums, n: int, year: int, now: Year) -> float:
    """What a year adds to a sum."""
    if not sums.first[n] <= year <= sums.last[n]:
        return 0.0
    p, total, parts = sums.patron[n], 0.0, 0.0
    for i in range(S):
        if (sums.states[n] >> i) & 1:
            if sums.measure[n] == _EXERCISES:
                total += now.forms[i, p, EXERCISE_RUNG - 1]
                parts += now.forms[i, p, EXERCISE_RUNG]
            elif sums.measure[n] == _AID:
                total += now.aid[i, p]
            else:
                total += now.delivered[i, p]
    if sums.measure[n] == _EXERCISES:
        total += now.exercised[p] if sums.states[n] == _EVERY else parts
    return total


@compiled
def cumulated(z: float) -> float:
    """Probability that a standard normal number is below ``z``."""
    return 0.5 * math.erfc(-z / math.sqrt(2.0))


@compiled
def chance_told(sums: Sums, n: int, total: float) -> float:
    """Probability that a sum is told as this one is; a density where both ends are the same."""
    return chance_between(sums, n, total, sums.error[n])


@compiled
def foreseen(sums: Sums, n: int, total: float, year: int) -> float:
    """What :func:`chance_told` is likely to be at the end of the span, from the sum so far.

    The rest of the span is taken to bring its share of what is told, with an error that
    shrinks to nothing by the end. A guide for the particles: right in the last year, and
    before it of no consequence for what the filter estimates, only for its noise.
    """
    if year < sums.first[n]:
        return 1.0
    left = max(0, sums.last[n] - year) / (sums.last[n] - sums.first[n] + 1)
    middle = sums.low[n] if math.isinf(sums.high[n]) else 0.5 * (sums.low[n] + sums.high[n])
    error = math.sqrt(sums.error[n] ** 2 + UNFORESEEN**2 * left)
    return chance_between(sums, n, total + middle * left, error)


@compiled
def chance_between(sums: Sums, n: int, total: float, error: float) -> float:
    """Chance that ``total``, read with an error, lies between the ends; a density at one point."""
    plus = _HALF_EXERCISE if sums.measure[n] == _EXERCISES else _TENTH
    centre = math.log(total + plus)
    below = (math.log(sums.low[n] + plus) - centre) / error
    if sums.low[n] == sums.high[n]:
        return math.exp(-0.5 * below * below) / (error * math.sqrt(2.0 * math.pi))
    above = (math.log(sums.high[n] + plus) - centre) / error
    if below > 0.0:  # the difference of two small tails, not of two numbers near one
        return cumulated(-below) - cumulated(-above)
    return cumulated(above) - cumulated(below)


def totals(sums: Sums, forms: np.ndarray, exercised: np.ndarray, aid: np.ndarray,
           delivered: np.ndarray) -> np.ndarray:  # fmt: skip
    """Plain twin of :func:`added`: each sum of one run, from yearly arrays.

    Parameters
    ----------
    sums : Sums
    forms : ndarray [year, state, patron, form]
    exercised : ndarray [year, patron]
    aid, delivered : ndarray [year, state, patron]
        USD million.
    """
    found = np.zeros(sums.first.size)
    for n in range(found.size):
        span = slice(sums.first[n] - 1992, sums.last[n] - 1991)
        who = [i for i in range(S) if (int(sums.states[n]) >> i) & 1]
        p, measure = int(sums.patron[n]), int(sums.measure[n])
        if measure == EXERCISES:
            found[n] = forms[span][:, who, p, EXERCISE_RUNG - 1].sum()
            every = len(who) == S
            joint = exercised[span, p] if every else forms[span][:, who, p, EXERCISE_RUNG]
            found[n] += joint.sum()
        else:
            found[n] = (aid if measure == AID else delivered)[span][:, who, p].sum()
    return found
