"""The codebook: columns and row models of the evidence files.

One row of ``events.csv`` is one event. A blank field is ``None`` (or an empty
tuple); lists are written with semicolons; money is in US dollars of the day.
"""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from ..model.names import LATEST_HORIZON
from .vocabulary import (
    EARLIEST_YEAR,
    EVENT_ID_PATTERN,
    ID_PATTERN,
    LATEST_YEAR,
    Actor,
    AmountBasis,
    Area,
    Certainty,
    Channel,
    EventArea,
    EventKind,
    EventPatron,
    Outcome,
    Recipient,
    SeriesBasis,
    SourceKind,
    Strength,
    Topic,
    TraitBasis,
    Verdict,
)


def _split(mark: str) -> BeforeValidator:
    def parts(text: Any) -> Any:
        if not isinstance(text, str):
            return text
        return tuple(part.strip() for part in text.split(mark))

    return BeforeValidator(parts)


Id = Annotated[str, Field(pattern=ID_PATTERN)]
EventId = Annotated[str, Field(pattern=EVENT_ID_PATTERN)]
Year = Annotated[int, Field(ge=EARLIEST_YEAR, le=LATEST_YEAR)]
AnyYear = Annotated[int, Field(ge=EARLIEST_YEAR, le=LATEST_HORIZON)]
Dollars = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Count = Annotated[int, Field(ge=0)]
Number = Annotated[float, Field(allow_inf_nan=False)]
Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
Words = Annotated[tuple[str, ...], _split(";")]
Locators = Annotated[tuple[str, ...], _split(" | ")]
Actors = Annotated[tuple[Actor, ...], _split(";")]
Recipients = Annotated[tuple[Recipient, ...], _split(";")]


class Row(BaseModel):
    """A row of a table: unknown columns are refused, a blank field is absent."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)

    @model_validator(mode="before")
    @classmethod
    def _blank_is_absent(cls, fields: Any) -> Any:
        return {k: v for k, v in fields.items() if not (isinstance(v, str) and not v.strip())}


class Event(Row):
    """One row of ``events.csv``."""

    id: EventId
    kind: EventKind
    year_start: Year | None = None
    year_end: AnyYear | None = None
    date_text: str | None = None
    patron: EventPatron
    recipients: Recipients = ()
    channel: Channel
    area: EventArea
    amount_usd: Dollars | None = None
    amount_basis: AmountBasis | None = None
    amount_low: Dollars | None = None
    amount_high: Dollars | None = None
    troops_total: Count | None = None
    troops_recipient: Count | None = None
    troops_patron: Count | None = None
    persons_trained: Count | None = None
    outcome: Outcome
    certainty: Certainty
    sources: Words
    locator: Locators
    note: str | None = None


class Reread(Event):
    """One row of ``second_reading/events.csv``: where that reader found no word, none stands."""

    channel: Channel | None = None  # type: ignore[assignment]
    area: EventArea | None = None  # type: ignore[assignment]
    outcome: Outcome | None = None  # type: ignore[assignment]


class Trait(Row):
    """One row of ``traits.csv``: a structural fact; blank years mean all years."""

    id: Id
    subject: Actors
    trait: str
    quantity: str | None = None
    value: str | None = None
    unit: str | None = None
    year_start: Year | None = None
    year_end: AnyYear | None = None
    raises: str | None = None
    lowers: str | None = None
    basis: TraitBasis
    sources: Words
    locator: Locators = ()
    note: str | None = None


class Claim(Row):
    """One row of ``claims.csv``: a forward-looking claim or a ranking."""

    id: Id
    claim: str
    testable_form: str
    horizon: AnyYear
    area: Topic
    actors: Actors
    sources: Words
    locator: Locators
    verdict: Verdict
    verdict_sources: Words = ()
    note: str | None = None


class Mechanism(Row):
    """One row of ``mechanisms.csv``: a causal claim of an author."""

    id: Id
    cause: str
    effect: str
    sign: Literal["+", "-", "?"]
    actors: Actors
    area: Topic
    strength: Strength
    sources: Words
    locator: Locators
    in_model: Words = ()
    why_not: str | None = None
    note: str | None = None


class LeftOut(Row):
    """One row of ``left_out.csv``: a statement of a document that no other row holds."""

    id: Id
    sources: Words
    locator: Locators
    statement: str
    reason: str


class Conflict(Row):
    """One row of ``conflicts.csv``: what stands against what, and how the rows keep it."""

    id: Id
    entries: Words
    conflict: str
    kept_as: str
    reason: str


class Occasion(Row):
    """One row of ``occasions.csv``: an event that belongs to the same occasion as another."""

    id: Id
    event: str
    occasion: str
    note: str


class Sum(Row):
    """One row of ``sums.csv``: how a sum or count over years is read, or why it is not.

    ``least`` and ``most`` are exercises or USD million; an open end is blank. ``error`` is the
    standard deviation of the error in logs.
    """

    id: Id
    event: str
    measure: Literal["exercises", "aid", "delivered"] | None = None
    year_start: Year
    year_end: Year
    least: Dollars | None = None
    most: Dollars | None = None
    error: Annotated[float, Field(gt=0, allow_inf_nan=False)] | None = None
    reason: str

    @model_validator(mode="after")
    def _fits(self) -> Sum:
        if self.year_start > self.year_end:
            raise ValueError(
                f"the span ends before it begins: {self.year_start} to {self.year_end}"
            )
        if self.measure is not None and (self.least is None or self.error is None):
            raise ValueError("a sum that is read needs least and error")
        if self.least is not None and self.most is not None and self.least > self.most:
            raise ValueError(f"the ends are reversed: {self.least:g} to {self.most:g}")
        return self


class Statement(Row):
    """One row of ``statements.csv``: that nothing stood at a rung or above in some years."""

    id: Id
    event: str
    rung: Annotated[int, Field(ge=1, le=5)]
    year_start: Year
    year_end: Year
    areas: Annotated[tuple[Area, ...], _split(";")]
    reason: str

    @model_validator(mode="after")
    def _fits(self) -> Statement:
        if self.year_start > self.year_end:
            raise ValueError(
                f"the span ends before it begins: {self.year_start} to {self.year_end}"
            )
        return self


class Detection(Row):
    """One row of ``detection.csv``: why a form of package is taken to be seen as often as it is.

    The assumed chance itself is the parameter ``detection``; ``low`` and ``high`` are what
    the sources would allow.
    """

    id: Id
    patron: Literal["china", "russia"]
    channel: Literal["agreement", "aid", "exercise", "unit", "base"]
    low: Share
    high: Share
    sources: Words
    locator: Locators
    reason: str


class ParameterBasis(Row):
    """One row of ``parameters.csv``: what a parameter's value rests on.

    ``id`` is the address of a family or of an entry; the longest that fits an entry holds.
    """

    id: str
    basis: TraitBasis
    sources: Words
    locator: Locators
    reason: str


class Pair(Row):
    """One row of ``second_reading/pairs.csv``: two ids of the same event."""

    first: EventId
    second: EventId


class Settled(Row):
    """One row of ``second_reading/settled.csv``: where the readings differ, and what stands.

    ``field`` is a column of ``events.csv``, or ``row`` where one reading has no such row
    (its value is then ``absent``). ``settled`` says which reading the record follows:
    ``neither`` also where both said the same and a later look changed it.
    """

    first: EventId | None = None
    second: EventId | None = None
    field: str
    first_value: str | None = None
    second_value: str | None = None
    settled: Literal["first", "second", "neither"]
    reason: str


class SeriesPoint(Row):
    """One row of ``series/<name>.csv``: a raw value (or an anchor) of a year."""

    year: Annotated[int, Field(ge=1900, le=LATEST_HORIZON)]
    entry: str | None = None
    value: Number
    source: Words
    note: str | None = None


class DriverPrior(BaseModel):
    """Prior of a driver's deviation from its series, before the series is looked at.

    ``persistence`` and ``volatility`` are medians of a logit-normal and a lognormal
    distribution, the spreads their standard deviations on those scales.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    persistence: Annotated[float, Field(gt=0, lt=1)]
    persistence_spread: Annotated[float, Field(gt=0)]
    volatility: Annotated[float, Field(gt=0)]
    volatility_spread: Annotated[float, Field(gt=0)]


class Driver(BaseModel):
    """One table of ``drivers.toml``: how raw values become the driver's unit.

    ``steppe.calibration.series`` applies the fields in the order in which they stand.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    file: str
    raw_unit: str
    unit: str
    interpolate: Literal["linear", "log", "step", "none"]
    before: Literal["hold"] | Number | None = None
    trailing_years: Annotated[int, Field(ge=1)] = 1
    divide_by: Number | dict[str, Number]
    divide_note: str
    power: Annotated[float, Field(gt=0, allow_inf_nan=False)] = 1.0
    cap: Number | None = None
    basis: SeriesBasis
    sources: tuple[str, ...]
    meaning: str
    prior: DriverPrior | None = None
    note: str | None = None


class Source(BaseModel):
    """One table of ``sources.toml`` or ``sources_series.toml``.

    ``year`` is the year of publication; of an external fact it is the fact's own year,
    and ``value``, ``unit`` and ``locator`` say what was read on its page.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    title: str
    publisher: str | None = None
    author: str | None = None
    year: int | None = None
    year_end: int | None = None
    url: str | None = None
    see_also: tuple[str, ...] = ()
    via: str | None = None
    kind: SourceKind
    cite: str
    stem: str | None = None
    value: str | None = None
    unit: str | None = None
    locator: str | None = None
    confidence: str | None = None
    independence: str | None = None
    reason: str | None = None
    licence: str | None = None
    note: str | None = None


NEEDED: Final[dict[str, tuple[str, ...]]] = {
    "document": ("publisher", "year"),
    "external": ("url", "locator", "confidence"),
    "series": ("publisher", "url", "licence"),
    "literature": ("author", "publisher", "year"),
    "assumed": (),
}
"""What a source of each kind must say beside its title and how to cite it."""


def columns(model: type[Row]) -> tuple[str, ...]:
    """Columns of a table, in the order in which they must stand."""
    return tuple(model.model_fields)


EVENT_COLUMNS: Final = columns(Event)
TABLES: Final[dict[str, type[Row]]] = {
    "events.csv": Event,
    "traits.csv": Trait,
    "claims.csv": Claim,
    "mechanisms.csv": Mechanism,
    "left_out.csv": LeftOut,
    "conflicts.csv": Conflict,
    "occasions.csv": Occasion,
    "sums.csv": Sum,
    "statements.csv": Statement,
    "detection.csv": Detection,
    "parameters.csv": ParameterBasis,
}
"""Tables whose rows have ids."""
SECOND_READING: Final[dict[str, type[Row]]] = {
    "second_reading/events.csv": Reread,
    "second_reading/pairs.csv": Pair,
    "second_reading/settled.csv": Settled,
}
SOURCE_FILES: Final = ("sources.toml", "sources_series.toml")


def as_fields(row: Row) -> list[str]:
    """Fields of the row as they stand in its file: the way back from a model."""
    fields = []
    for name, value in row:
        if isinstance(value, tuple):
            fields.append((" | " if name == "locator" else ";").join(value))
        elif isinstance(value, float) and value.is_integer():
            fields.append(str(int(value)))
        else:
            fields.append("" if value is None else str(value))
    return fields
