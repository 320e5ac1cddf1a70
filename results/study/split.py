"""Variance of an outcome split three ways: rules, parameters, chance.

The law of total variance, taken in this order: between decision rules (a fixed set, each with
the same weight); between draws of the parameters under a rule; between runs of a draw. Runs of
a draw come in blocks that share a particle filter, so the design is nested: run in block in
draw. With mean squares MS of the balanced design, b blocks of n runs in a draw,

    run   = MS_run,  block = (MS_block - MS_run) / n,  draw = (MS_draw - MS_block) / (b n)

are unbiased (Searle, Casella and McCulloch 1992, section 3.6); run and block together are
chance. A component below zero means that it cannot be told from zero; the share takes it as
zero, the table keeps it. Errors are delete-one-draw jackknife.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

BLOCK: Final = 10
"""Runs that share a filter (``explore.conditioning.BLOCK``; a test compares them)."""
COMPONENTS: Final = ("structure", "parameters", "chance")


@dataclass(frozen=True)
class Split:
    """Variance components of many outcomes, ``[...]`` each.

    Attributes
    ----------
    components : dict of str to ndarray
        By name of :data:`COMPONENTS`; unbiased, so possibly below zero.
    errors : dict of str to ndarray
        Jackknife standard errors of the components.
    shares, share_errors : dict of str to ndarray
        Of the total, components below zero taken as zero.
    total : ndarray
    filter_part : ndarray
        The part of chance that runs of a block have in common; not a number with one block.
    """

    components: dict[str, np.ndarray]
    errors: dict[str, np.ndarray]
    shares: dict[str, np.ndarray]
    share_errors: dict[str, np.ndarray]
    total: np.ndarray
    filter_part: np.ndarray


def split(values: np.ndarray, draws: int) -> Split:
    """Split the variance of runs.

    Parameters
    ----------
    values : ndarray [rule, run, ...]
        Run r has draw r modulo ``draws``; all rules have the same draws.
    draws : int
        Two at least, for a split; with one the whole is chance.

    Raises
    ------
    ValueError
        If runs are no multiple of the draws, or a draw has a single run.
    """
    rules, runs = values.shape[:2]
    if runs % draws or runs // draws < 2:
        raise ValueError("a draw needs two runs at least, and all as many")
    wide = values.astype(np.float64).reshape(rules, runs // draws, draws, *values.shape[2:])
    wide = wide.swapaxes(1, 2)  # [rule, draw, replicate, ...]
    moments = [_moments(one) for one in wide]
    names = moments[0].keys()
    stacked = {name: np.stack([m[name] for m in moments]) for name in names}
    whole = _components(stacked)
    shares = _shares(whole)
    if draws == 1:
        nothing = {name: np.full(whole["chance"].shape, np.nan) for name in COMPONENTS}
        return Split(
            {n: whole[n] for n in COMPONENTS}, nothing, shares, nothing,
            _total(whole), whole["block"],
        )  # fmt: skip
    left = [
        _components({n: np.delete(a, d, axis=1) for n, a in stacked.items()}) for d in range(draws)
    ]
    parts = {n: np.stack([one[n] for one in left]) for n in COMPONENTS}
    of_total = [_shares(one) for one in left]
    return Split(
        components={n: whole[n] for n in COMPONENTS},
        errors={n: _jackknife(parts[n]) for n in COMPONENTS},
        shares=shares,
        share_errors={n: _jackknife(np.stack([s[n] for s in of_total])) for n in COMPONENTS},
        total=_total(whole),
        filter_part=whole["block"],
    )


def _moments(values: np.ndarray) -> dict[str, np.ndarray]:
    """Of each draw: mean, mean square of runs in blocks, mean square of blocks; and their sizes."""
    draws, replicates = values.shape[:2]
    size = BLOCK if replicates % BLOCK == 0 and replicates > BLOCK else replicates
    blocks = values.reshape(draws, replicates // size, size, *values.shape[2:])
    means = blocks.mean(axis=2)
    inside = ((blocks - means[:, :, np.newaxis]) ** 2).sum(axis=(1, 2))
    mean = means.mean(axis=1)
    between = size * ((means - mean[:, np.newaxis]) ** 2).sum(axis=1)
    count = replicates // size
    return {
        "mean": mean,
        "run": inside / (count * (size - 1)),
        "block": between / (count - 1) if count > 1 else np.full(mean.shape, np.nan),
        "size": np.full(mean.shape, float(size)),
        "count": np.full(mean.shape, float(count)),
    }


def _components(moments: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Components from moments ``[rule, draw, ...]``."""
    mean, size, count = moments["mean"], moments["size"][:, 0], moments["count"][:, 0]
    rules, draws = mean.shape[:2]
    run = moments["run"].mean(axis=1)
    nested = np.where(count > 1, moments["block"].mean(axis=1), run)
    block = np.where(count > 1, (nested - run) / size, np.nan)
    chance = run + np.where(count > 1, block, 0.0)
    apart_draws = mean.var(axis=1, ddof=1) if draws > 1 else nested / (size * count)
    draw = apart_draws - nested / (size * count)
    structure = mean.mean(axis=1).var(axis=0) if rules > 1 else np.full(mean.shape[2:], np.nan)
    if rules > 1 and draws > 1:  # less what chance and the choice of draws put between the means
        apart = mean - mean.mean(axis=0)
        structure = structure - (apart.var(axis=1, ddof=1) / draws).mean(axis=0)
    return {
        "structure": structure,
        "parameters": draw.mean(axis=0),
        "chance": chance.mean(axis=0),
        "block": block.mean(axis=0),
    }


def _shares(found: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    kept = {n: np.maximum(found[n], 0.0) for n in COMPONENTS}
    total = _total(found)
    with np.errstate(invalid="ignore", divide="ignore"):
        return {n: np.where(total > 0.0, kept[n] / total, np.nan) for n in COMPONENTS}


def _total(found: dict[str, np.ndarray]) -> np.ndarray:
    """Sum of the components; one that was not asked for adds nothing."""
    return np.asarray(sum(np.nan_to_num(np.maximum(found[n], 0.0)) for n in COMPONENTS))


def _jackknife(values: np.ndarray) -> np.ndarray:
    count = len(values)
    return np.asarray(np.sqrt((count - 1) * values.var(axis=0)))
