"""Questions with yes or no for an answer: by the engine, by a simple rule, by the record."""

from __future__ import annotations

import math
import tomllib
from functools import cache
from importlib.resources import files
from typing import Any, Final, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from ..model.names import AREAS, CHANNELS, FORMS, PATRONS, START_YEAR, STATES
from .evidence import documented
from .futures import Arrays, Baseline
from .moves import load

YEARS_BEFORE: Final = 10
"""Years before the cut from which the climatology takes its rate."""
HALF: Final = 0.5
"""Packages added to those counted, so that what never happened is not impossible."""


class Question(BaseModel):
    """A question of ``questions.toml``."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)
    id: str
    text: str
    start: str
    measure: Literal["documented", "packages", "forms", "rung"]
    state: str
    patron: str
    area: str | None = None
    forms: tuple[str, ...] = ()
    first: int = Field(alias="from")
    until: int
    at_least: int

    @property
    def past(self) -> bool:
        """Whether the record answers it."""
        return self.measure == "documented"

    @property
    def cut(self) -> int:
        """Last year that the start follows the record."""
        until = load(self.start).conditioned_until
        assert until is not None
        return until

    def holds(self, arrays: Arrays) -> np.ndarray:
        """Whether the answer is yes, in each future: bool [run]."""
        i, p = STATES.index(self.state), PATRONS.index(self.patron)
        rows = slice(self.first - START_YEAR, self.until - START_YEAR + 1)
        if self.measure == "rung":
            held = arrays["rung"][:, rows, i, p, AREAS.index(self.area or "")][:, -1]
            return np.asarray(held >= self.at_least)
        if self.measure == "packages":
            counted = arrays["packages"][:, rows, i, p, AREAS.index(self.area or "")]
        else:
            name = "documented_forms" if self.past else "forms"
            places = [FORMS.index(form) for form in self.forms]
            counted = arrays[name][:, rows, i, p][..., places].sum(axis=-1, dtype=int)
        return np.asarray(counted.sum(axis=1, dtype=int) >= self.at_least)

    def on_record(self, first: int, last: int) -> int:
        """Packages on record that it counts, in a span of years."""
        return sum(
            first <= row["year"] <= last
            and row["state"] == self.state
            and row["patron"] == self.patron
            and (self._of_form(row) if self.forms else self.area in row["areas"])
            for row in documented()
        )

    def _of_form(self, row: dict[str, Any]) -> bool:
        channels = {form.removeprefix("joint_") for form in self.forms}
        return CHANNELS[row["rung"] - 1] in channels

    def record(self) -> bool | None:
        """Answer of the record; None for a question of the future."""
        return self.on_record(self.first, self.until) >= self.at_least if self.past else None

    def simple(self, base: Baseline, arrays: Arrays) -> tuple[float, str]:
        """Probability by a simple rule, and the rule in words."""
        if self.measure == "rung":
            i, p = STATES.index(self.state), PATRONS.index(self.patron)
            a, row = AREAS.index(self.area or ""), self.cut - START_YEAR
            share = float((arrays["rung"][:, row, i, p, a] >= self.at_least).mean())
            return share, (
                f"as it is: the share of futures in which this already stands at the end of "
                f"{self.cut}, none of which is a forecast"
            )
        first = self.cut - YEARS_BEFORE + 1
        counted = self.on_record(first, self.cut)
        mean = (counted + HALF) / YEARS_BEFORE * (self.until - self.first + 1)
        below = sum(mean**k / math.factorial(k) for k in range(self.at_least))
        return 1.0 - math.exp(-mean) * below, (
            f"climatology: {counted} such packages on record in {first}-{self.cut}, and half a "
            f"one added, as a constant rate"
        )


@cache
def questions() -> dict[str, Question]:
    """All questions by id."""
    text = (files("steppe.lab") / "questions.toml").read_text("utf-8")
    found = [Question.model_validate(entry) for entry in tomllib.loads(text)["question"]]
    return {question.id: question for question in found}


def shown(question: Question) -> dict[str, Any]:
    """A question as a page gets it: without any answer."""
    return {
        "id": question.id,
        "text": question.text,
        "past": question.past,
        "start": question.start,
        "state": question.state,
        "patron": question.patron,
        "from": question.first,
        "until": question.until,
    }


NOTE_PAST: Final = (
    "The engine's futures know the record to {cut} only, but its parameters were fitted to the "
    "record to {fitted}, so it has seen something of the answer. The honest test, with "
    "parameters fitted to {cut} only, is 'steppe backtest'."
)
NOTE_FUTURE: Final = "Nobody knows the answer. The engine's is that of its assumptions."


def answer(question: Question, base: Baseline, arrays: Arrays) -> dict[str, Any]:
    """What the engine, the simple rule and the record say."""
    holds = question.holds(arrays)
    simple, rule = question.simple(base, arrays)
    posterior = base.ground.problem.posterior
    fitted = posterior.manifest.until if posterior else question.cut
    note = NOTE_PAST.format(cut=question.cut, fitted=fitted) if question.past else NOTE_FUTURE
    return {
        "engine": float(holds.mean()),
        "futures": len(holds),
        "climatology": simple,
        "rule": rule,
        "record": question.record(),
        "onRecord": question.on_record(question.first, question.until) if question.past else None,
        "note": note,
    }
