"""Facts: one row of a file is one statement, with a pass band."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Final, Literal

from pydantic import Field

from ...calibration.codebook import Row, Words
from ...model.errors import near
from ...model.names import LATEST_HORIZON, START_YEAR, STATES
from .vocabulary import (
    ALL,
    BODIES,
    NEED_AT,
    NEED_OF,
    OVER,
    QUANTITIES,
    WORDS,
    DimensionName,
    QuantityName,
    RecordName,
    StatisticName,
    unit_of,
)

Year = Annotated[int, Field(ge=START_YEAR, le=LATEST_HORIZON)]
Number = Annotated[float, Field(allow_inf_nan=False)]
FIVE: Final = "five"


class Fact(Row):
    """One row: a quantity, filters, a period, what is stated, and the band in which it passes."""

    id: Annotated[str, Field(min_length=1)]
    quantity: QuantityName
    statistic: StatisticName
    patron: Literal["china", "russia", "others", "all"] | None = None
    state: Words = ()
    area: str | None = None
    form: str | None = None
    frame: str | None = None
    first_year: Year
    last_year: Year
    of: DimensionName | None = None
    at: Number | None = None
    record: RecordName | None = None
    value: Number | None = None
    low: Number | None = None
    high: Number | None = None
    unit: str | None = None
    source: str | None = None
    note: str | None = None

    @property
    def states(self) -> tuple[str, ...]:
        """States that the row is about; the five where it names none."""
        return STATES if not self.state or FIVE in self.state else self.state

    @property
    def patrons(self) -> str:
        """Patron or supplier, ``all`` where the row names none; of a body, its patron."""
        return self.patron or BODIES.get(self.frame or "", ALL)

    @property
    def framed(self) -> str:
        """Frame: bilateral, multilateral or all."""
        return "multilateral" if self.frame in BODIES else self.frame or ALL

    @property
    def seen_as(self) -> str:
        """How the packages are counted: documented, listed or true."""
        if self.record is not None:
            return self.record
        if self.quantity == "packages" and ((self.area or ALL) != ALL or self.of == "areas"):
            return "true"
        return QUANTITIES[self.quantity].record or "true"

    @property
    def years(self) -> range:
        """Years of the period."""
        return range(self.first_year, self.last_year + 1)

    @property
    def told_unit(self) -> str:
        """Unit of the value and of the band."""
        return unit_of(self.quantity, self.statistic)

    @property
    def band(self) -> tuple[float, float]:
        """Ends of the pass band; an end that is blank is open."""
        low = -float("inf") if self.low is None else self.low
        return low, float("inf") if self.high is None else self.high


Problem = tuple[str, str, object, str, tuple[str, ...]]
"""Field, what is wrong, what was found, what is allowed, what is near."""


def problems_of(fact: Fact) -> Iterable[Problem]:
    """What keeps a row from being evaluated: words, fields that do not go together, numbers."""
    quantity = QUANTITIES[fact.quantity]
    for field in ("area", "form", "frame"):
        word = getattr(fact, field)
        if word is not None and word not in WORDS[field]:
            yield unknown(field, word, WORDS[field])
    for word in fact.state:
        if word not in WORDS["state"]:
            yield unknown("state", word, WORDS["state"])
    for field in ("patron", "state", "area", "form", "frame", "record"):
        if getattr(fact, field) and field not in quantity.filters:
            allowed = ", ".join(quantity.filters)
            yield field, f"{fact.quantity} has no such filter", getattr(fact, field), allowed, ()
    if fact.statistic not in quantity.statistics:
        words = quantity.statistics
        yield unknown("statistic", fact.statistic, words, f"{fact.quantity} has no such statistic")
    if fact.patron == "others" and fact.quantity != "arms":
        yield "patron", "others deliver arms only", "others", "china, russia, all", ()
    if fact.frame in BODIES and fact.patron not in (None, BODIES[fact.frame]):
        yield "patron", f"{fact.frame} is another's frame", fact.patron, BODIES[fact.frame], ()
    yield from _areas(fact)
    yield from _over(fact)
    yield from _numbers(fact)


def unknown(
    field: str, found: str, words: Iterable[str], problem: str = "not in the vocabulary"
) -> Problem:
    """Describe a word that is none of those allowed."""
    allowed = tuple(words)
    return field, problem, found, ", ".join(allowed), tuple(near(found, allowed))


def _areas(fact: Fact) -> Iterable[Problem]:
    if fact.quantity != "packages":
        return
    by_area = (fact.area or ALL) != ALL or fact.of == "areas"
    if by_area and ((fact.form or ALL) != ALL or fact.of == "forms"):
        yield "form", "area and form cannot be asked for together", fact.form, "one of them", ()
    if by_area and fact.record == "listed":
        yield "record", "there is no list by area", "listed", "documented, true", ()


def _over(fact: Fact) -> Iterable[Problem]:
    if (fact.of is not None) != (fact.statistic in NEED_OF):
        needs = "needs column of" if fact.of is None else "takes no column of"
        yield "of", f"{fact.statistic} {needs}", fact.of, ", ".join(OVER[fact.quantity]), ()
    elif fact.of is not None and fact.of not in OVER[fact.quantity]:
        yield unknown("of", fact.of, OVER[fact.quantity], f"{fact.quantity} has no such filter")
    elif fact.of is not None:
        chosen = {
            "patrons": fact.patrons, "areas": fact.area or ALL, "forms": fact.form or ALL,
            "frames": fact.framed, "states": fact.states[0] if len(fact.states) < 5 else ALL,
        }[fact.of]  # fmt: skip
        one = fact.statistic != "share_of" and fact.of == "states" and len(fact.states) != 1
        if chosen == ALL or one:
            yield fact.of[:-1], f"{fact.statistic} {fact.of} needs one to be named", None, "one", ()
    at_rung = fact.quantity == "rung" and fact.statistic == "first_year"
    if (fact.at is not None) != (fact.statistic in NEED_AT or at_rung):
        needs = "needs column at" if fact.at is None else "takes no column at"
        yield "at", f"{fact.statistic} {needs}", fact.at, "a number", ()
    elif fact.at is not None and fact.statistic == "quantile" and not 0 <= fact.at <= 1:
        yield "at", "not a level", fact.at, "0 to 1", ()
    elif fact.at is not None and (fact.at < 0 or (at_rung and not 1 <= fact.at <= 5)):
        yield "at", "out of range", fact.at, "1 to 5" if at_rung else "0 or more", ()
    elif fact.statistic == "share_after" and fact.at is not None and fact.at % 1:
        yield "at", "not a number of years", fact.at, "whole years", ()


def _numbers(fact: Fact) -> Iterable[Problem]:
    if fact.first_year > fact.last_year:
        period = f"{fact.first_year} to {fact.last_year}"
        yield "last_year", "the period ends before it begins", period, "first_year or later", ()
        return
    if fact.low is not None and fact.high is not None and fact.low > fact.high:
        yield "high", "the band ends before it begins", f"{fact.low:g} to {fact.high:g}", "", ()
    if fact.value is None and fact.low is None and fact.high is None:
        yield "value", "neither a value nor a band", None, "a value, low, high, or all of them", ()
    if fact.unit is not None and fact.unit != fact.told_unit:
        yield "unit", "another unit", fact.unit, fact.told_unit, ()
    low, high = limits(fact)
    for field in ("value", "low", "high"):
        number = getattr(fact, field)
        if number is not None and not low <= number <= high:
            yield field, "out of range", number, f"{low:g} to {high:g} ({fact.told_unit})", ()


def limits(fact: Fact) -> tuple[float, float]:
    """Least and largest value that the statistic can take."""
    unit = fact.told_unit
    if unit in ("share", "yes (1) or no (0)"):
        return 0.0, 1.0
    if unit == "year":
        return fact.first_year, fact.last_year + 1
    if unit == "rank":
        return 1.0, 6.0
    bounds = {"years": len(fact.years), "states": len(fact.states), "rung, 0 to 5": 5}
    return 0.0, float(bounds.get(unit, float("inf")))
