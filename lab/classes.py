"""Classes: predict, then reveal. In memory only, few, and not for long.

Nobody is named: an answer is a probability under a random number that only the browser that
gave it knows, so that it can be changed until the reveal.
"""

from __future__ import annotations

import csv
import io
import math
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from ..model.errors import InputError
from .errors import BusyError
from .questions import Question, shown

LETTERS: Final = "ABCDEFGHJKMNPQRTUVWXYZ"
CODE: Final = 5
CLASSES: Final = 40
ANSWERS: Final = 400
AGE: Final = 8 * 3600.0
"""Seconds after which a class is gone."""
BINS: Final = 10
EXPORTED: Final = ("question", "who", "probability", "brier", "log", "distance", "expected_log")
CLIP: Final = 0.01
"""Probabilities are moved this far from 0 and 1 for the log score: a sure miss costs 4.6."""


@dataclass
class Class:
    """A class that answers one question."""

    code: str
    token: str
    question: Question
    born: float
    answers: dict[str, float] = field(default_factory=dict)
    told: dict[str, Any] | None = None

    @property
    def probabilities(self) -> list[float]:
        """Answers, sorted, so that their order tells nothing."""
        return sorted(self.answers.values())

    def state(self, teacher: bool) -> dict[str, Any]:
        """What is shown: the distribution to all after the reveal, before it to the teacher."""
        found: dict[str, Any] = {
            "code": self.code,
            "question": shown(self.question),
            "answers": len(self.answers),
            "revealed": self.told is not None,
        }
        if teacher or self.told is not None:
            found["distribution"] = distribution(self.probabilities)
        if self.told is not None:
            found["result"] = {**self.told, **scores(self.probabilities, self.told)}
        return found


def distribution(probabilities: list[float]) -> dict[str, Any]:
    """Numbers of answers by tenths, their mean, and each of them."""
    counts = [0] * BINS
    for p in probabilities:
        counts[min(BINS - 1, int(p * BINS))] += 1
    mean = sum(probabilities) / len(probabilities) if probabilities else None
    return {"counts": counts, "mean": mean, "each": probabilities}


def brier(p: float, happened: bool) -> float:
    """Squared distance from what happened: 0 is best, 1 worst."""
    return (p - happened) ** 2


def log_score(p: float, happened: bool) -> float:
    """Minus the log of the probability given to what happened: 0 is best."""
    held = min(1.0 - CLIP, max(CLIP, p))
    return -math.log(held if happened else 1.0 - held)


def expected_log(p: float, engine: float) -> float:
    """Log score that a probability has on average, if the engine's is right.

    It is least at the engine's own, where it is the entropy of the answer (Gibbs' inequality).
    """
    return engine * log_score(p, True) + (1.0 - engine) * log_score(p, False)


def scores(probabilities: list[float], told: dict[str, Any]) -> dict[str, Any]:
    """Scores against the record, if there is one, and what they would be if the engine were right.

    The distance is the squared difference of two probabilities: by so much would the Brier
    score be worse on average. The expected log score is :func:`expected_log`.
    """
    named = {"engine": told["engine"], "climatology": told["climatology"]}
    if probabilities:
        named["class"] = sum(probabilities) / len(probabilities)
    found: dict[str, Any] = {
        "distance": {
            **{name: (p - told["engine"]) ** 2 for name, p in named.items()},
            "each": [(p - told["engine"]) ** 2 for p in probabilities],
        },
        "expectedLog": {
            **{name: expected_log(p, told["engine"]) for name, p in named.items()},
            "each": [expected_log(p, told["engine"]) for p in probabilities],
        },
    }
    happened = told["record"]
    if happened is not None:
        for name, score in (("brier", brier), ("log", log_score)):
            each = [score(p, happened) for p in probabilities]
            found[name] = {
                **{who: score(p, happened) for who, p in named.items()},
                "each": each,
                "meanOfEach": sum(each) / len(each) if each else None,
            }
    return found


class Classes:
    """All classes of a server."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._open: dict[str, Class] = {}

    def create(self, question: Question) -> Class:
        """Open a class for a question.

        Raises
        ------
        BusyError
            If there are as many as there may be.
        """
        self._forget()
        if len(self._open) >= CLASSES:
            raise BusyError(f"{CLASSES} classes are open: close one", seconds=60)
        code = _free(self._open)
        made = Class(code, secrets.token_urlsafe(18), question, self._clock())
        self._open[code] = made
        return made

    def get(self, code: str) -> Class:
        """Class of a code.

        Raises
        ------
        KeyError
            If there is none, or no more.
        """
        self._forget()
        return self._open[code.upper()]

    def answer(self, found: Class, probability: float, answer: str | None) -> str:
        """Give an answer, or change the one that was given under this number.

        Raises
        ------
        InputError
            If it is no probability, or the question was revealed, or too many have answered.
        """
        if not (math.isfinite(probability) and 0.0 <= probability <= 1.0):
            raise InputError(
                "no probability", field="probability", found=probability, allowed="0 to 1"
            )
        if found.told is not None:
            raise InputError("the answer was revealed", field="code", found=found.code)
        if answer not in found.answers:
            if len(found.answers) >= ANSWERS:
                raise InputError("too many answers", field="code", allowed=f"{ANSWERS} at most")
            answer = secrets.token_urlsafe(12)
        assert answer is not None
        found.answers[answer] = probability
        return answer

    def close(self, found: Class) -> None:
        """Forget a class."""
        self._open.pop(found.code, None)

    def _forget(self) -> None:
        now = self._clock()
        for code in [c for c, known in self._open.items() if now - known.born > AGE]:
            del self._open[code]


def _free(taken: dict[str, Class]) -> str:
    while True:
        code = "".join(secrets.choice(LETTERS) for _ in range(CODE))
        if code not in taken:
            return code


def export_csv(found: Class) -> str:
    """Answers of a class, the engine's, the simple rule's, and their scores.

    Questions of the past have Brier and log score by the record; those of the future, which has
    no record, distance and expected log score by the engine. Before the reveal there are none.
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(EXPORTED)
    rows = [("answer", p) for p in found.probabilities]
    told = found.told
    if told is not None:
        if rows:
            rows.append(("class mean", sum(p for _, p in rows) / len(rows)))
        rows += [("engine", told["engine"]), ("climatology", told["climatology"])]
    for who, p in rows:
        marks: tuple[Any, ...] = ("",) * 4
        if told is not None and told["record"] is not None:
            marks = (brier(p, told["record"]), log_score(p, told["record"]), "", "")
        elif told is not None:
            marks = ("", "", (p - told["engine"]) ** 2, expected_log(p, told["engine"]))
        marks = tuple(mark if mark == "" else round(mark, 6) for mark in marks)
        writer.writerow((found.question.text, who, round(p, 6), *marks))
    return out.getvalue()
