"""Results: each fact held against the model's runs and against the naive rules.

The rule, stated once: a fact **passes** if the model gives its band a probability of at least
one half. Where it gives less, but its median lies in the band, the model is **unsure**: its
middle is right and its spread is wider than the band. All else **fails**. A run in which the
statistic is not defined lies outside every band.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np

from ...model.names import LAST_HISTORY_YEAR
from ..backtest.scores import crps
from .facts import Fact
from .naive import RULES, forecasts
from .predict import Prediction
from .statistic import evaluate
from .vocabulary import ALONE, ARMS, QUANTITIES, RECORDS

PASS: Final = 0.5
"""Least probability of the band."""
LEAST_DEFINED: Final = 0.5
"""Share of the runs in which a statistic must be defined to be told at all."""
LEVELS: Final = (0.05, 0.5, 0.95)
MODEL: Final = "model"
FREE: Final = (
    "probability", "verdict", "median", "q05", "q95", "rank", "of", "beaten_by", "unranked",
)  # fmt: skip
"""What is told of runs that are given no package, beside those that follow the record."""


@dataclass(frozen=True)
class Known:
    """Years that stand behind a prediction.

    Attributes
    ----------
    imposed : int
        Last year whose documented packages were imposed on the runs; 0 for free runs.
    fitted : int
        Last year of the record that the parameters were fitted to; 0 for none.
    arms : int
        Last year of the volumes of arms that were read.
    """

    imposed: int
    fitted: int
    arms: int

    def standing(self, fact: Fact) -> str:
        """Say how a fact's years lie to what was known."""
        rests_on = QUANTITIES[fact.quantity].rests_on
        if rests_on.startswith("given"):
            return "given"
        until = self.arms if fact.quantity == "arms" else self.imposed
        if fact.last_year <= until:
            return "in the record"
        if fact.first_year <= until:
            return "partly in the record"
        if rests_on not in (ARMS, ALONE) and fact.first_year <= self.fitted:
            return "fitted to, not imposed"
        return "out of the record"


def quantile(values: np.ndarray, level: float) -> float:
    """Quantile of the runs in which a statistic is defined."""
    there = values[np.isfinite(values)]
    return float(np.quantile(there, level, method="inverted_cdf")) if there.size else np.nan


def probability(values: np.ndarray, band: tuple[float, float]) -> float:
    """Share of the runs inside a band, its ends included."""
    with np.errstate(invalid="ignore"):
        inside = (values >= band[0]) & (values <= band[1])
    return float(inside.mean())


def place(values: np.ndarray, value: float) -> float:
    """Where a value falls among the runs: share below it, and half of those at it."""
    there = values[np.isfinite(values)]
    if not there.size:
        return np.nan
    return float((there < value).mean() + 0.5 * (there == value).mean())


def score(values: np.ndarray, fact: Fact) -> float:
    """Score of a forecast, lower is better.

    CRPS of the stated value, in the fact's unit; where no value is stated, the squared
    distance of the band's probability from one.
    """
    if fact.value is None:
        return (1.0 - probability(values, fact.band)) ** 2
    there = values[np.isfinite(values)]
    return float(crps(there, np.array(fact.value))) if there.size else np.nan


def result(prediction: Prediction, fact: Fact, known: Known, seed: int) -> dict[str, Any]:
    """One row of the results."""
    values = evaluate(prediction.worlds, fact, seed)
    defined = float(np.isfinite(values).mean())
    told, unsound = defined >= LEAST_DEFINED, fact.quantity in prediction.unsound
    banded = fact.low is not None or fact.high is not None
    chance = probability(values, fact.band) if banded else np.nan
    low, middle, high = (quantile(values, level) if told else np.nan for level in LEVELS)
    stated = np.nan if fact.value is None else fact.value
    row: dict[str, Any] = {
        "id": fact.id, "quantity": fact.quantity, "statistic": fact.statistic,
        "unit": fact.told_unit, "years": f"{fact.first_year}-{fact.last_year}",
        "standing": known.standing(fact), "rests_on": QUANTITIES[fact.quantity].rests_on,
        "years_beyond_data": beyond(fact, known),
        "seen_as": fact.seen_as if QUANTITIES[fact.quantity].record else "",
        "value": stated, "low": fact.band[0], "high": fact.band[1],
        "probability": chance,
        "verdict": verdict(chance, middle, fact, told, unsound),
        "median": middle, "q05": low, "q95": high, "defined": defined,
        "place": place(values, stated) if told and fact.value is not None else np.nan,
        "inside_90": inside(stated, low, high),
    }  # fmt: skip
    row |= by_record(prediction, fact, seed)
    rules = forecasts(fact, known_until(known), seed)
    why = unranked(row["standing"], told, bool(rules), unsound)
    return row | ranked({MODEL: values, **rules} if told else rules, fact, why)


def beyond(fact: Fact, known: Known) -> float:
    """Years of a fact on arms later than the volumes that were read; not a number of others."""
    return float(max(0, fact.last_year - known.arms)) if fact.quantity == "arms" else np.nan


def unranked(standing: str, told: bool, rules: bool, unsound: bool) -> str:
    """Why the model has no rank among the naive rules; blank where it has one."""
    if standing == "given":
        return "given to every run"
    if standing.endswith("in the record"):
        return "runs or measures were given its years, the rules were not"
    if not told:
        return "not defined in most runs"
    if unsound:
        return "measure not converged"
    return "" if rules else "no rule has three years to go by"


def known_until(known: Known) -> int:
    """Last year that a naive rule may look at: a free run's rules may read all before the fact."""
    return known.imposed or LAST_HISTORY_YEAR


def verdict(chance: float, middle: float, fact: Fact, told: bool, unsound: bool) -> str:
    """Pass, unsure, fail, or why there is no verdict."""
    if unsound:
        return "measure not converged"
    if np.isnan(chance):
        return "no band"
    if not told:
        return "not defined"
    if chance >= PASS:
        return "pass"
    return "unsure" if fact.band[0] <= middle <= fact.band[1] else "fail"


def inside(value: float, low: float, high: float) -> str:
    """Whether a stated value lies in the central 90%; blank where there is none, or no spread."""
    if not np.isfinite([value, low, high]).all() or low == high:
        return ""
    return "yes" if low <= value <= high else "no"


def by_record(prediction: Prediction, fact: Fact, seed: int) -> dict[str, float]:
    """Probability of the band under each way of counting, where there is a choice."""
    found = {f"probability_{name}": np.nan for name in RECORDS}
    if QUANTITIES[fact.quantity].record is None:
        return found
    for name in RECORDS:
        by_area = fact.seen_as in prediction.worlds.areas and (fact.area or fact.of == "areas")
        if name == "listed" and by_area and fact.quantity == "packages":
            continue
        other = fact.model_copy(update={"record": name})
        values = evaluate(prediction.worlds, other, seed)
        found[f"probability_{name}"] = probability(values, fact.band)
    return found


def ranked(found: Mapping[str, np.ndarray], fact: Fact, unranked: str) -> dict[str, Any]:
    """Scores of the model and the rules, and the model's rank among them or why it has none."""
    scores = {name: score(values, fact) for name, values in found.items()}
    mine = scores.get(MODEL, np.nan)
    rivals = {name: one for name, one in scores.items() if name != MODEL}
    best = min(rivals, key=lambda name: rivals[name]) if rivals else ""
    spoke = not unranked and np.isfinite(mine)
    row: dict[str, Any] = {
        "score": mine,
        "rank": 1 + sum(one < mine for one in rivals.values()) if spoke else np.nan,
        "of": len(rivals) + 1 if spoke else np.nan, "best_rule": best,
        "beaten_by": "; ".join(n for n, one in rivals.items() if spoke and one < mine),
        "unranked": unranked,
    }  # fmt: skip
    for rule in RULES:
        word = rule.lower().replace(" ", "_")
        row[f"{word}_score"] = rivals.get(rule, np.nan)
        row[f"{word}_median"] = quantile(found[rule], 0.5) if rule in found else np.nan
        banded = rule in found and (fact.low is not None or fact.high is not None)
        row[f"{word}_probability"] = probability(found[rule], fact.band) if banded else np.nan
    return row


def results(
    prediction: Prediction,
    facts: Iterable[Fact],
    known: Known,
    seed: int,
    free: Prediction | None = None,
    before: Callable[[int], Prediction | None] | None = None,
) -> list[dict[str, Any]]:
    """Rows of the results, one a fact, in their order.

    Parameters
    ----------
    prediction : Prediction
    facts : iterable of Fact
    known : Known
    seed : int
    free : Prediction, optional
        Of runs that are given no package, with the same parameters: what they say of a fact, and
        their rank among the naive rules, stand in the columns of :data:`FREE`.
    before : callable, optional
        A :class:`steppe.explore.validate.predict.ArmsBefore`: facts on arms of which the register
        was read are told there by a measure that has read the years before them alone, or not at
        all where these are too few.
    """
    rows = []
    for fact in facts:
        row, beside = result(prediction, fact, known, seed), {}
        other, read = free, replace(known, imposed=0)
        if before is not None and fact.quantity == "arms" and fact.first_year <= known.arms:
            other, read = before(fact.first_year - 1), replace(read, arms=fact.first_year - 1)
            if other is None:
                beside = {"unranked": "the register has too few years before it"}
        if other is not None:
            beside = result(other, fact, read, seed)
        rows.append(row | {f"free_{name}": beside.get(name, np.nan) for name in FREE})
    return rows
