"""Statistics of facts: from worlds to one number a run.

A number is not a number (NaN) where it is not defined: a share of nothing, the median size of
no exercise, the attendance of a state that is no member.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ...calibration.measures.arms import SUPPLIERS
from ...calibration.measures.sampler import generator
from ...model.names import AREAS, FORMS, FRAMES, PATRONS, RUNGS, STATES
from .facts import Fact
from .vocabulary import ALL, FIELD_OF, WORDS
from .worlds import BILATERAL, JOINT, Worlds, places

LARGEST = ("rung", "base", "membership")
"""Quantities that are not added over states and patrons: the largest counts."""
ADDED = ("pledged", "delivered", "outstanding", "arms", "trainees")
"""Quantities of one array that are added over states and patrons."""
BASE = RUNGS.index("standing_force")


def evaluate(worlds: Worlds, fact: Fact, seed: int) -> np.ndarray:
    """Value of a fact's statistic in every run: float64 [run]."""
    if fact.quantity in ("troops", "contingent"):
        return of_sizes(worlds, fact, seed)
    if fact.quantity == "attendance":
        return attendance(worlds, fact)
    if fact.quantity == "delivered_share":
        return share_after(worlds, fact)
    if fact.statistic == "share_of":
        whole = series(worlds, anything(fact)).sum(axis=1)
        part = series(worlds, fact).sum(axis=1)
        return np.where(whole > 0.0, part / np.where(whole > 0.0, whole, 1.0), np.nan)
    if fact.statistic in ("rank_of", "rank_first"):
        return rank(worlds, fact)
    if fact.statistic == "count_states":
        each = [series(worlds, of_state(fact, state)) for state in fact.states]
        return np.asarray(sum((one > 0.0).any(axis=1).astype(np.float64) for one in each))
    return of_years(series(worlds, fact), fact)


def of_years(yearly: np.ndarray, fact: Fact) -> np.ndarray:
    """Statistic of yearly values [run, year]."""
    if fact.statistic == "first_year":
        return first_year(yearly, fact)
    found = {
        "total": yearly.sum(axis=1),
        "mean": yearly.mean(axis=1),
        "max": yearly.max(axis=1),
        "any": (yearly > 0.0).any(axis=1),
        "years_with": (yearly > 0.0).sum(axis=1),
    }[fact.statistic]
    return np.asarray(found, np.float64)


def first_year(yearly: np.ndarray, fact: Fact) -> np.ndarray:
    """First year with any, of rung with the rung asked for; the year after the last if none."""
    there = yearly >= fact.at if fact.at is not None else yearly > 0.0
    first = np.where(there.any(axis=1), there.argmax(axis=1), yearly.shape[1])
    return np.asarray(fact.first_year + first, np.float64)


def rank(worlds: Worlds, fact: Fact) -> np.ndarray:
    """Rank of the fact's own word among all of its dimension, 1 for the most or the first."""

    def worth(one: Fact) -> np.ndarray:
        yearly = series(worlds, one)
        if fact.statistic == "rank_first":
            return np.asarray(-first_year(yearly, one))
        largest = fact.quantity in LARGEST
        return np.asarray(yearly.max(axis=1) if largest else yearly.sum(axis=1))

    own = worth(fact)
    above = [worth(other) > own for other in alternatives(fact)]
    return np.asarray(1.0 + np.sum(above, axis=0))


def alternatives(fact: Fact) -> list[Fact]:
    """The same fact with each other word of the dimension that its rank runs over."""
    field = FIELD_OF[fact.of or ""]
    words = [word for word in WORDS[field] if word not in (ALL, "five", "sco", "csto")]
    if field == "patron" and fact.quantity != "arms":
        words.remove("others")
    own = {"patron": fact.patrons, "frame": fact.framed}.get(field, getattr(fact, field))
    own = own[0] if isinstance(own, tuple) else own
    return [with_word(fact, field, word) for word in words if word != own]


def with_word(fact: Fact, field: str, word: str) -> Fact:
    """Give the same fact with another word in a filter."""
    if field == "state":
        return fact.model_copy(update={"state": () if word == ALL else (word,)})
    update: dict[str, Any] = {field: word}
    if field == "patron" and fact.frame in ("sco", "csto"):
        update["frame"] = "multilateral"
    if field == "frame" and fact.patron is None:
        update["patron"] = fact.patrons
    return fact.model_copy(update=update)


def anything(fact: Fact) -> Fact:
    """Give the same fact over all words of the dimension that its share runs over."""
    return with_word(fact, FIELD_OF[fact.of or ""], ALL)


def of_state(fact: Fact, state: str) -> Fact:
    """Give the same fact for one state."""
    return fact.model_copy(update={"state": (state,)})


def span(worlds: Worlds, fact: Fact) -> slice:
    """Years of the fact in the arrays."""
    begin = fact.first_year - worlds.first_year
    return slice(begin, begin + len(fact.years))


def whom(fact: Fact) -> list[int]:
    """Indices of the patrons, or suppliers, that a fact is about."""
    words = SUPPLIERS if fact.quantity == "arms" else PATRONS
    return [words.index(fact.patrons)] if fact.patrons != ALL else list(range(len(words)))


def series(worlds: Worlds, fact: Fact) -> np.ndarray:
    """Yearly values of a fact's quantity under its filters: float64 [run, year]."""
    years, states, patrons = span(worlds, fact), places(fact.states), whom(fact)

    def cut(array: np.ndarray) -> np.ndarray:
        return np.asarray(array[:, years][:, :, states][:, :, :, patrons])

    if fact.quantity == "exercises":
        whole = fact.seen_as == "true" and len(states) == len(STATES)
        held = None if worlds.exercises is None else worlds.exercises[:, years][:, :, patrons]
        return exercises(cut(worlds.forms[fact.seen_as]), fact, held if whole else None)
    if fact.quantity == "packages":
        return packages(worlds, fact, cut)
    if fact.quantity in ADDED:
        return np.asarray(cut(getattr(worlds, fact.quantity)).sum(axis=(2, 3)))
    if fact.quantity == "membership":
        return np.asarray(cut(worlds.membership).max(axis=(2, 3)), np.float64)
    rung = cut(worlds.rung)
    if fact.quantity == "base":
        return np.asarray((rung == BASE).any(axis=(2, 3, 4)), np.float64)
    rung = rung if (fact.area or ALL) == ALL else rung[..., [AREAS.index(fact.area or "")]]
    return np.asarray(rung.max(axis=(2, 3, 4)), np.float64)


def exercises(forms: np.ndarray, fact: Fact, held: np.ndarray | None) -> np.ndarray:
    """Joint exercises by year: those with one state, and occasions of the organisation.

    How many occasions there were (``held``, ``[run, year, patron]``) is known of all that
    happened and for the five together. Else only the parts of each state are: the largest
    number of parts is the least that it can have been.
    """
    alone = forms[..., BILATERAL].sum(axis=(2, 3))
    joint = (forms[..., JOINT].max(axis=2) if held is None else held).sum(axis=2)
    found = {FRAMES[0]: alone, FRAMES[1]: joint}.get(fact.framed, alone + joint)
    return np.asarray(found, np.float64)


def packages(worlds: Worlds, fact: Fact, cut: Any) -> np.ndarray:
    """Packages by year, of a form or of an area or of all."""
    by_area = (fact.area or ALL) != ALL or fact.of == "areas"
    array = cut((worlds.areas if by_area else worlds.forms)[fact.seen_as])
    words, word = (AREAS, fact.area) if by_area else (FORMS, fact.form)
    if word is not None and word != ALL:
        array = array[..., [words.index(word)]]
    return np.asarray(array.sum(axis=(2, 3, 4)), np.float64)


def share_after(worlds: Worlds, fact: Fact) -> np.ndarray:
    """Share of the pledges of these years that had arrived some years after."""
    years, states, patrons = span(worlds, fact), places(fact.states), whom(fact)

    def total(array: np.ndarray) -> np.ndarray:
        return np.asarray(array[:, years][:, :, states][:, :, :, patrons].sum(axis=(1, 2, 3)))

    pledged = total(worlds.pledged)
    arrived = total(worlds.delivered_after(int(fact.at or 0)))
    return np.where(pledged > 0.0, arrived / np.where(pledged > 0.0, pledged, 1.0), np.nan)


def attendance(worlds: Worlds, fact: Fact) -> np.ndarray:
    """Parts taken, of those that members among the fact's states could have taken."""
    years, states, patrons = span(worlds, fact), places(fact.states), whom(fact)
    parts = worlds.forms["true"][:, years][..., patrons, JOINT]
    held = parts.max(axis=2)[:, :, None]
    member = worlds.membership[:, years][:, :, states][:, :, :, patrons]
    could = (held * member).sum(axis=(1, 2, 3)).astype(np.float64)
    took = (parts[:, :, states] * member).sum(axis=(1, 2, 3))
    return np.where(could > 0.0, took / np.where(could > 0.0, could, 1.0), np.nan)


def of_sizes(worlds: Worlds, fact: Fact, seed: int) -> np.ndarray:
    """Statistic of the sizes of the exercises that a list would show.

    Luck is addressed by what is asked, so the troops and the contingent of an exercise agree.
    """
    if worlds.sizes is None:
        return np.full(worlds.runs, np.nan)
    years, states, patrons = span(worlds, fact), places(fact.states), whom(fact)
    forms = worlds.forms["listed"][:, years][:, :, states][:, :, :, patrons]
    counts = np.stack(
        [forms[..., BILATERAL].sum(axis=(1, 2)), forms[..., JOINT].max(axis=2).sum(axis=1)], axis=2
    ).astype(np.int64)
    if fact.framed != ALL:
        counts[..., 1 - FRAMES.index(fact.framed)] = 0
    run, place, frame = (np.repeat(n.ravel(), counts.ravel()) for n in np.indices(counts.shape))
    asked = "|".join((*fact.states, fact.patrons, fact.framed))
    rng = generator(seed, "sizes", asked, fact.first_year, fact.last_year)
    both = worlds.sizes(run, np.array(patrons)[place], frame, rng)
    size = both[1 if fact.quantity == "contingent" else 0]
    return by_run(size, run, worlds.runs, fact)


def by_run(size: np.ndarray, run: np.ndarray, runs: int, fact: Fact) -> np.ndarray:
    """Statistic of the sizes of each run; NaN where a run has no exercise (a total of 0)."""
    ends = np.cumsum(np.bincount(run, minlength=runs))
    found = np.full(runs, 0.0 if fact.statistic == "total" else np.nan)
    for n, some in enumerate(np.split(size, ends[:-1])):
        if some.size:
            found[n] = of_some(some, fact)
    return found


def of_some(size: np.ndarray, fact: Fact) -> float:
    """Statistic of some sizes."""
    if fact.statistic == "share_above":
        return float((size > (fact.at or 0.0)).mean())
    if fact.statistic in ("median", "quantile"):
        return float(np.quantile(size, 0.5 if fact.at is None else fact.at))
    if fact.statistic == "max":
        return float(size.max())
    return float(size.mean() if fact.statistic == "mean" else size.sum())
