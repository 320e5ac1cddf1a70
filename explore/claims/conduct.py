"""All claims in their order: freeze at each document's date, continue, evaluate, compare.

A test of one world is true or false of each history, a test of what-ifs of each draw.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

import numpy as np

from ...calibration.asof import Frozen, frozen
from ...calibration.claim_tests import ClaimTest, Tested, measures_of
from ...calibration.measures.sampler import generator
from ..draws import Draws
from .assess import Estimate, against, estimate, in_word
from .evaluate import evaluate
from .histories import Histories, histories
from .sizes import fitted, largest, needed
from .whatifs import worlds_of

NOTHING: Final = Estimate(math.nan, math.nan, math.nan, 0, math.nan)
"""Estimate of a claim that is not tested."""
Row = dict[str, Any]
"""A claim with what the model and later sources say: a row of ``claims.csv`` of the results."""


def as_of(claims: Sequence[Tested]) -> Frozen:
    """The evidence as of the date of a document, to the last year that its tests look at."""
    cut = claims[0].date.cut
    last = max(last_year(one.how) for one in claims)
    return frozen(cut, max(last, cut + 1))


def last_year(how: ClaimTest) -> int:
    """Last year that a test looks at, 0 without one."""
    parts = (how.test, how.given)
    return max((m.years[1] for part in parts for m in measures_of(part)), default=0)


def examine(
    claims: Sequence[Tested],
    found: Frozen,
    draws: Draws,
    runs: int,
    particles: int,
    seed: int,
) -> list[Row]:
    """Evaluate the claims of one document.

    Parameters
    ----------
    claims : sequence of Tested
        Of one document.
    found : Frozen
        Evidence as of the document's date.
    draws : Draws
    runs : int
        Histories of each draw.
    particles : int
        Worlds of the filter.
    seed : int
    """
    tested = [one for one in claims if one.how.test is not None]
    truths: dict[str, list[np.ndarray]] = {one.claim.id: [] for one in tested}
    sizes = fitted(found.cut, seed) if needed(tested) else None
    for draw, sample in enumerate(histories(found, draws, runs, particles, seed)):
        if sizes is not None:
            rng = generator(seed, "draw", "troops", found.cut, draw)
            sample = replace(sample, troops=largest(sizes, sample.outcome.exercises, rng))
        for one in tested:
            whole = in_worlds(one.how, sample) if one.how.worlds else sample
            truths[one.claim.id].append(evaluate(one.how, whole))
    return [row(one, truths.get(one.claim.id, [])) for one in claims]


def in_worlds(how: ClaimTest, sample: Histories) -> Histories:
    """Futures of a draw with and without a test's what-ifs, to be looked at by their means."""
    if sample.branch is None:
        raise ValueError("histories without a branch have no what-ifs")
    found = worlds_of(sample.branch, how.worlds, last_year(how))
    moved = {name: outcome for name, outcome in found.items() if name is not None}
    return Histories(found[None], sample.cut, worlds=moved, pooled=True)


def row(one: Tested, truths: Sequence[np.ndarray]) -> Row:
    """What is to be said of a claim, from its truths by draw."""
    found = estimate(np.array(truths)) if truths else NOTHING
    claim, how = one.claim, one.how
    word = in_word(found, how.match or "")
    reason = how.not_tested or ""
    if how.test is not None and math.isnan(found.probability):
        reason = f"defined in {found.defined} {'draws' if how.worlds else 'histories'} only"
    return {
        "id": claim.id,
        "claim": claim.claim,
        "document": one.date.short,
        "cut": one.date.cut,
        "horizon": claim.horizon,
        "area": claim.area,
        "match": how.match or "",
        "over": "" if how.test is None else "draws" if how.worlds else "histories",
        "probability": number(found.probability),
        "low": number(found.low),
        "high": number(found.high),
        "defined": found.defined,
        "parameters": number(found.parameters),
        "model": word,
        "verdict": claim.verdict,
        "compared": against(word, claim.verdict),
        "testable_form": claim.testable_form,
        "reading": how.reading or "",
        "reason": reason,
    }


def number(value: float) -> float | None:
    """Four digits, or None for what is no number."""
    return None if math.isnan(value) else round(value, 4)
