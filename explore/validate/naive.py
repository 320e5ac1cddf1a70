"""Naive rules: forecasts of a fact that know only the record before its period.

Each makes worlds of its own, from which the fact's statistic is read as it is from the model's:

- *climatology*: every year of the period is a year drawn from all before it, with all states
  and patrons as they were in that year;
- *last years*: the same, from the last five;
- *equal shares*: climatology with the names of the states and those of the patrons shuffled:
  who it was is not known;
- *Russia leads*: climatology's total of each state, four fifths of it Russia's.

A rule that has fewer than three years to draw from says nothing.

The record misses packages, and facts count all of them, or those on a list. So a rule adds to
each year what the sources missed, at the rate of what they saw (with the priors' centres of
detection and the coverage of the years), and what it makes is then told as a run of the model is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache
from typing import Final

import numpy as np

from ...calibration.measures.sampler import generator
from ...calibration.setting import setting
from ...model.names import LAST_HISTORY_YEAR, PATRONS, START_YEAR, STATES
from ...model.tables import point_values
from .facts import Fact
from .record import arms_until, record_sizes, record_worlds
from .statistic import evaluate
from .worlds import CHANNEL_OF, JOINT, Worlds, listed, occasions

SAMPLES: Final = 1_000
LAST: Final = 5
"""Years of the rule of the last years."""
FEWEST: Final = 3
"""Years that a rule needs."""
RUSSIA: Final = 0.8
"""Share of the rule that Russia leads: assumed, before any fact was seen; others share the rest."""
LEAST_SIZE, LARGEST_SIZE = 100.0, 50_000.0
"""Ends of the sizes of equal shares, even in the log: a company, and a strategic exercise."""
RULES: Final = ("climatology", "last years", "equal shares", "Russia leads")


def forecasts(fact: Fact, known_until: int, seed: int) -> Mapping[str, np.ndarray]:
    """Samples of a fact's statistic by each rule that has something to go by.

    Parameters
    ----------
    fact : Fact
    known_until : int
        No later year is looked at, besides those of the fact and after it.
    seed : int
    """
    worlds = record_worlds()
    until = min(fact.first_year - 1, known_until)
    if fact.quantity == "arms":
        until = min(until, arms_until())
    have = until - START_YEAR + 1
    found = {}
    for rule in RULES:
        window = min(have, LAST) if rule == "last years" else have
        if window < FEWEST:
            continue
        rng = generator(seed, "naive", rule, fact.id)
        drawn = rng.integers(have - window, have, (SAMPLES, len(fact.years)))
        whole = with_missed(of_years(worlds, drawn, fact.first_year), worlds, drawn, rng)
        made = as_told(CHANGES[rule](whole, rng), fact.years, rng)
        found[rule] = evaluate(replace(made, sizes=sizes(rule, until)), fact, seed)
    return {rule: values for rule, values in found.items() if np.isfinite(values).mean() > 0.5}


def of_years(worlds: Worlds, drawn: np.ndarray, first_year: int) -> Worlds:
    """Worlds whose years are years of the record: ``drawn`` is int64 [sample, year]."""
    return mapped(
        replace(worlds, first_year=first_year, rate=np.repeat(worlds.rate, len(drawn), axis=0)),
        lambda array: array[0][drawn],
    )


def seen(years: range) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Detection, coverage, and by form the chance of being on record; of an exercise as a whole.

    Arrays ``[patron, channel]``, ``[year, patron, channel]`` and ``[year, patron, form]``.
    """
    detection = point_values()["detection"]
    first, last = years[0] - START_YEAR, years[-1] - START_YEAR
    coverage = coverage_to(max(years[-1], LAST_HISTORY_YEAR))[first : last + 1]
    return detection, coverage, (detection * coverage)[..., CHANNEL_OF]


@cache
def coverage_to(last_year: int) -> np.ndarray:
    """How far the sources reach: ``[year, patron, channel]``; every rule of every fact asks."""
    return setting(last_year)["coverage"]


def naming() -> float:
    """Chance that a documented joint exercise names a state that took part."""
    return float(point_values()["naming"])


def with_missed(
    worlds: Worlds, record: Worlds, drawn: np.ndarray, rng: np.random.Generator
) -> Worlds:
    """Add what the sources missed in the drawn years, at the rate of what they saw in any of them.

    A joint exercise is missed as a whole; of one that was missed each state had a part as often
    as in those on record. Areas are drawn by those of the rest.
    """
    years = np.unique(drawn)
    _, _, chance = seen(range(START_YEAR, START_YEAR + int(years[-1]) + 1))
    documented, areas = record.forms["true"][0, years], record.areas["true"][0, years]
    reach = np.maximum(chance[years].sum(axis=0), 1e-9)
    rate = documented.sum(axis=0) / reach
    more = rng.poisson(rate * (1.0 - chance[drawn])[:, :, None])
    held = occasions(documented[..., JOINT], axis=1).sum(axis=0)
    part = documented[..., JOINT].sum(axis=0) / np.maximum(held, 1) / naming()
    missed = rng.poisson(held / reach[:, JOINT] * (1.0 - chance[drawn][..., JOINT]))
    more[..., JOINT] = rng.binomial(
        np.broadcast_to(missed[:, :, None], more.shape[:-1]), part.clip(max=1.0)
    )
    weights = areas.sum(axis=0) + 1e-9
    where = rng.multinomial(more.sum(axis=-1), weights / weights.sum(axis=-1, keepdims=True))
    return replace(
        worlds,
        forms=dict.fromkeys(worlds.forms, worlds.forms["true"] + more),
        areas=dict.fromkeys(worlds.areas, worlds.areas["true"] + where),
    )


def as_told(worlds: Worlds, years: range, rng: np.random.Generator) -> Worlds:
    """Tell of worlds as the sources of these years would, and as a list would."""
    detection, coverage, chance = seen(years)
    forms, areas = worlds.forms["true"], worlds.areas["true"]
    documented = rng.binomial(forms, np.broadcast_to(chance[:, None], forms.shape))
    parts = forms[..., JOINT]
    held = occasions(parts)
    shown = rng.binomial(held, chance[..., JOINT])
    told, silent = (
        np.broadcast_to(some[:, :, None], parts.shape) for some in (shown, held - shown)
    )
    among = rng.hypergeometric(told, silent, parts)
    documented[..., JOINT] = rng.binomial(among, naming())
    share = documented.sum(axis=-1) / np.maximum(forms.sum(axis=-1), 1)
    each = len(forms)
    found = listed(
        forms, documented, np.broadcast_to(detection, (each, *detection.shape)), coverage,
        np.full(each, naming()), rng,
    )  # fmt: skip
    return replace(
        worlds,
        forms={"documented": documented, "listed": found, "true": forms},
        areas={"documented": rng.binomial(areas, share[..., None]), "true": areas},
    )


def mapped(worlds: Worlds, change: Callable[[np.ndarray], np.ndarray]) -> Worlds:
    """Change every array that goes by year, state and patron."""
    forms, areas = change(worlds.forms["true"]), change(worlds.areas["true"])
    return replace(
        worlds,
        forms=dict.fromkeys(worlds.forms, forms),
        areas=dict.fromkeys(worlds.areas, areas),
        pledged=change(worlds.pledged),
        delivered=change(worlds.delivered),
        outstanding=change(worlds.outstanding),
        at_once=change(worlds.at_once),
        arms=change(worlds.arms),
        trainees=change(worlds.trainees),
        rung=change(worlds.rung),
        membership=change(worlds.membership),
    )


def unchanged(worlds: Worlds, rng: np.random.Generator) -> Worlds:
    """Give the worlds as they are."""
    return worlds


def shuffled(worlds: Worlds, rng: np.random.Generator) -> Worlds:
    """Shuffle the names of states and those of patrons, anew in each sample."""
    states = np.argsort(rng.random((worlds.runs, len(STATES))), axis=1)
    keys = rng.random((worlds.runs, len(PATRONS) + 1))

    def change(array: np.ndarray) -> np.ndarray:
        patrons = np.argsort(keys[:, : array.shape[3]], axis=1)
        rows = np.arange(len(array))[:, None]
        by_state = np.swapaxes(array, 1, 2)[rows, states]
        return np.swapaxes(np.swapaxes(by_state, 1, 3)[rows, patrons], 1, 3).swapaxes(1, 2)

    return mapped(worlds, change)


def russian(worlds: Worlds, rng: np.random.Generator) -> Worlds:
    """Give Russia its share of what all patrons have; of rungs and memberships, all of it."""

    def change(array: np.ndarray) -> np.ndarray:
        names = array.shape[3]
        shares = np.full(names, (1.0 - RUSSIA) / (names - 1))
        shares[PATRONS.index("russia")] = RUSSIA
        if array.dtype in (np.int8, np.bool_):
            largest = array.max(axis=3, keepdims=True)
            only = (np.arange(names) == PATRONS.index("russia")).reshape(
                names, *(array.ndim - 4) * (1,)
            )
            return np.asarray((largest * only).astype(array.dtype))
        total = array.sum(axis=3)
        if array.dtype == np.int64:
            return np.moveaxis(rng.multinomial(total, shares), -1, 3)
        return np.asarray(total[:, :, :, None] * shares)

    return mapped(worlds, change)


CHANGES: Final[dict[str, Callable[[Worlds, np.random.Generator], Worlds]]] = {
    "climatology": unchanged, "last years": unchanged, "equal shares": shuffled,
    "Russia leads": russian,
}  # fmt: skip


def sizes(rule: str, until: int) -> Callable | None:
    """Sizes of exercises by a rule: those on record, the last five, or anything; else none."""
    known = record_sizes().until(until)
    if rule == "Russia leads" or (rule != "equal shares" and len(known.size) < FEWEST):
        return None
    pool = known.size[np.argsort(known.year, kind="stable")]
    pool = pool[-LAST:] if rule == "last years" else pool

    def draw(
        run: np.ndarray, patron: np.ndarray, frame: np.ndarray, rng: np.random.Generator
    ) -> tuple[np.ndarray, np.ndarray]:
        if rule == "equal shares":
            low, high = np.log(LEAST_SIZE), np.log(LARGEST_SIZE)
            total = np.exp(rng.uniform(low, high, len(run)))
        else:
            total = rng.choice(pool, len(run))
        return total, total * rng.random(len(run))

    return draw
