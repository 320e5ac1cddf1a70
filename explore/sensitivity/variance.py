"""Sobol indices: shares of the variance of an outcome, of first, total and second order.

SALib estimates them on the mean over replicates, with bootstrapped confidence. Beside them
stand what chance does to them: ``S1_expected`` and ``ST_expected`` are indices of the expected
outcome, and ``S1_run``, ``ST_run`` of a single run, of whose variance luck is a part.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from .chance import Parts, parts
from .interval import Interval, variance
from .responses import Responses
from .saltelli import Layout

Answer = dict[str, np.ndarray]


def salib_seed(seed: int) -> int:
    """Seed for SALib, which takes 0 for none."""
    return int(np.random.SeedSequence(seed).generate_state(1)[0]) | 1


def estimate(
    problem: Mapping[str, Any],
    how: Layout,
    values: np.ndarray,
    resamples: int,
    level: float,
    seed: int,
) -> Answer:
    """Indices by SALib of a mean over replicates ``[point]``, none missing."""
    from SALib.analyze import sobol as salib

    found = salib.analyze(
        dict(problem), values, how.second, resamples, level, seed=salib_seed(seed)
    )
    answer: Answer = {}
    for name in ("S1", "ST", "S2")[: 3 if how.second else 2]:
        middle, reach = np.asarray(found[name]), np.asarray(found[f"{name}_conf"])
        if name == "S2":
            middle, reach = (np.where(np.isnan(m), m.T, m) for m in (middle, reach))
        answer |= {name: middle, f"{name}_low": middle - reach, f"{name}_high": middle + reach}
    return answer


def bounds(how: Layout, answers: Responses) -> Answer:
    """What SALib's estimates could be whatever the missing runs would have given.

    Values are centred at the mean of what is known; numerator and denominator are bounded
    apart, so the truth may be narrower and is never wider.
    """
    centre = float(answers.means[answers.known].mean())
    between = Interval(*(end - centre for end in answers.between))
    a, b, a_with_b, b_with_a = how.split_interval(between)
    all_of = variance(Interval(*(np.concatenate([x, y]) for x, y in zip(a, b, strict=True))))
    first, total = [], []
    for factor in range(how.factors):
        one = a_with_b.at((slice(None), factor))
        first.append(b.times(one.minus(a)).mean())
        square = a.minus(one).squared().mean()
        total.append(Interval(square.low / 2.0, square.high / 2.0))
    answer = {
        **_ends("S1", _stacked(first).over(all_of)),
        **_ends("ST", _stacked(total).over(all_of)),
    }
    if how.second:
        answer |= _ends("S2", _second(how, (a, b, a_with_b, b_with_a), first).over(all_of))
    return answer


def _second(how: Layout, split: tuple[Interval, ...], first: list[Interval]) -> Interval:
    a, b, a_with_b, b_with_a = split
    both = a.times(b)
    low, high = (np.full((how.factors, how.factors), np.nan) for _ in range(2))
    for j in range(how.factors):
        for k in range(j + 1, how.factors):
            closed = b_with_a.at((slice(None), j)).times(a_with_b.at((slice(None), k)))
            found = closed.minus(both).mean().minus(first[j]).minus(first[k])
            low[j, k] = low[k, j] = found.low
            high[j, k] = high[k, j] = found.high
    return Interval(low, high)


def _stacked(found: list[Interval]) -> Interval:
    return Interval(*(np.stack([x[end] for x in found]) for end in (0, 1)))


def _ends(name: str, found: Interval) -> Answer:
    return {f"{name}_least": found.low, f"{name}_most": found.high}


def with_chance(
    how: Layout, values: np.ndarray, paired: bool, resamples: int, level: float, seed: int
) -> tuple[Answer, Parts]:
    """Indices of the expected outcome and of a single run, and how variance splits.

    Parameters
    ----------
    how : Layout
    values : ndarray [point, replicate]
        None missing.
    paired : bool
        Whether replicate r has the same luck at every point.
    resamples, level, seed
        Of the bootstrap over blocks.

    Notes
    -----
    Products are taken of two different replicates, whose luck is independent, so that luck
    does not add to them; without that the total index of a mean over R replicates is too
    large by the variance of luck over R. ``ST_run`` holds a factor's interactions with luck:
    it is half the mean square of what moving the factor does to a run on its own luck.
    """
    a, b, a_with_b, _ = how.split(values - values.mean())
    split = parts(np.concatenate([a, b]), paired)
    if values.shape[1] < 2:
        return {}, split
    moved = a_with_b - a[:, np.newaxis]
    # Per block [block, factor] or [block]: what enters the means below.
    first, total = _crossed(b[:, np.newaxis], moved), _crossed(moved, moved) / 2.0
    own = (moved**2).mean(axis=-1) / 2.0
    share = {
        "S1_expected": (first, split.factors),
        "ST_expected": (total, split.factors),
        "S1_run": (first, split.total),
        **({"ST_run": (own, split.total)} if paired else {}),
    }
    draws = np.random.default_rng(np.random.SeedSequence((seed, 1))).integers(
        how.base, size=(resamples, how.base)
    )
    spread = [parts(np.concatenate([a[d], b[d]]), paired) for d in draws]
    answer: Answer = {}
    for name, (terms, whole) in share.items():
        over = np.array([s.factors if name.endswith("expected") else s.total for s in spread])
        again = np.stack([terms[d].mean(axis=0) for d in draws])
        with np.errstate(divide="ignore", invalid="ignore"):
            again = again / over[:, np.newaxis]
            answer[name] = terms.mean(axis=0) / whole
        tail = (1.0 - level) / 2.0
        low, high = np.quantile(again, [tail, 1.0 - tail], axis=0)
        answer |= {f"{name}_low": low, f"{name}_high": high}
    return answer, split


def _crossed(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Mean of products over all pairs of different replicates, the last axis."""
    count = one.shape[-1]
    whole = one.sum(axis=-1) * other.sum(axis=-1)
    return np.asarray((whole - (one * other).sum(axis=-1)) / (count * (count - 1)))
