"""How each claim of the documents is tested: a small vocabulary, read from the evidence.

``claim_tests.toml`` holds a table for each row of ``claims.csv``: a test, or the reason why
there is none. A test is a statement on one future of the model, true or false (or, where a
share has nothing to be a share of, undefined):

* a *measure* is a quantity, of some states, patrons, areas or forms, added up (or its mean,
  largest, smallest) over these, and then over years; ``per`` divides it by another measure;
* a *comparison* holds a measure against a number or another measure (``left``, ``relation``,
  ``right``);
* a *rank* says that some states, patrons, areas or forms are among the highest or lowest
  (``rank``, ``by``, ``who``, ``order``, ``places``);
* ``all`` and ``any`` combine tests.

``given`` restricts the futures to those in which another test holds.

A claim that one thing answers to another is a statement on two worlds. ``worlds`` names
what-ifs (:class:`~steppe.calibration.claim_words.Move`), and a measure may look into one of them
(``world``). Such a test is true or false of a draw of the parameters, not of a future: measures
are means over the futures of the draw, which share their luck between the worlds.

Troops stand beside the model (:mod:`steppe.calibration.measures.troops`): sizes of exercises are
drawn anew, also of those whose size is on record.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    Discriminator,
    Field,
    Tag,
    model_validator,
)

from ..model.errors import near
from ..model.names import DIMENSIONS, START_YEAR
from .claim_words import Move, Words, Year, wrong
from .codebook import Claim
from .reading import evidence_directory, read_table, read_tables

TESTS: Final = "claim_tests.toml"
DOCUMENTS: Final = "claim_documents.toml"

StateName = Literal["KZ", "KG", "TJ", "TM", "UZ"]
PatronName = Literal["china", "russia"]
AreaName = Literal[
    "defence", "counter_narcotics", "peacekeeping", "counter_terrorism", "energy_protection"
]
FormName = Literal["agreement", "aid", "exercise", "joint_exercise", "unit", "base"]
Dimension = Literal["state", "patron", "area", "form"]
Quantity = Literal[
    "rung", "offers", "packages", "pledged", "delivered", "lapsed", "outstanding",
    "trust", "fluency", "resentment", "dependence", "alarm", "troops",
]  # fmt: skip
FLOWS: Final = ("offers", "packages", "pledged", "delivered", "lapsed")
"""Quantities that happen in a year and may be added up; the others are levels at its end, but
for troops, which are those of a year's largest exercise."""
DIMENSIONS_OF: Final[dict[str, tuple[str, ...]]] = {
    "rung": ("state", "patron", "area"),
    "offers": ("state", "patron", "area"),
    "packages": ("state", "patron", "area", "form"),
    "alarm": ("patron",),
    "troops": ("patron",),
}
"""By what a quantity can be told apart; the others by state and patron."""
PAIR: Final = ("state", "patron")


def _listed(value: Any) -> Any:
    return (value,) if isinstance(value, str) else value


States = Annotated[tuple[StateName, ...], BeforeValidator(_listed)]
Patrons = Annotated[tuple[PatronName, ...], BeforeValidator(_listed)]
Areas = Annotated[tuple[AreaName, ...], BeforeValidator(_listed)]
Forms = Annotated[tuple[FormName, ...], BeforeValidator(_listed)]


class Measure(Words):
    """A number of each future: a quantity over some cells, and then over some years.

    Attributes
    ----------
    quantity : str
        Packages are those accepted; money is in USD million; troops are those of all sides in
        the largest joint exercise of the patron's organisation in the year, 0 without one; the
        rest is as in :class:`~steppe.model.world.Outcome`.
    state, patron, area, form : tuple of str
        What is looked at; all of them if empty. Packages are counted by area or by form, not
        by both at once.
    cells : str
        What is made of the cells in each year. Flows are added up unless it says otherwise;
        of levels it must be said if there are several cells. ``moved`` is how far they are
        from the world without a what-if, added up without regard to the sign.
    years : (int, int)
        First and last year.
    take : str
        What is made of the years; ``mean`` of a flow is its number a year, ``gain`` is the
        level at the end less the level at the end of the year before the first, ``streak``
        the largest number of years on end with any.
    world : str or None
        The what-if that it looks into.
    per : Measure or None
        What it is divided by.
    """

    quantity: Quantity
    state: States = ()
    patron: Patrons = ()
    area: Areas = ()
    form: Forms = ()
    cells: Literal["sum", "mean", "max", "min", "moved"] | None = None
    years: tuple[Year, Year]
    take: Literal["sum", "mean", "max", "min", "last", "gain", "streak"]
    world: str | None = None
    per: Measure | None = None

    @model_validator(mode="after")
    def _fits(self) -> Measure:
        known = dimensions_of(self.quantity)
        for dimension in ("state", "patron", "area", "form"):
            if getattr(self, dimension) and dimension not in known:
                raise wrong(f"{self.quantity} is not told by {dimension}")
        if self.area and self.form:
            raise wrong("packages are told by area or by form, not by both at once")
        if self.years[0] > self.years[1]:
            raise wrong("the first year is after the last")
        if self.take == "gain" and self.years[0] == START_YEAR:
            raise wrong(f"nothing is recorded of the year before {START_YEAR} to gain upon")
        flow = self.quantity in FLOWS
        if flow and self.take in ("last", "gain"):
            raise wrong(f"{self.quantity} is a flow: it has no level to take")
        if not flow and self.take == "streak":
            raise wrong(f"{self.quantity} does not happen in a year: it has no streak")
        if not flow and self.take == "sum":
            raise wrong(f"{self.quantity} is a level: years of it cannot be added up")
        if not flow and self.cells is None and self.count_of_cells() > 1:
            raise wrong("say what is made of the cells: sum, mean, max or min")
        if self.cells == "moved" and self.world is None:
            raise wrong("cells have moved in a what-if: name its 'world'")
        if self.quantity == "troops" and self.world is not None:
            raise wrong("troops stand beside the model: no what-if moves them")
        return self

    def count_of_cells(self) -> int:
        """Number of cells that are looked at."""
        count = 1
        for dimension in dimensions_of(self.quantity):
            if dimension != "form":
                count *= len(getattr(self, dimension)) or len(DIMENSIONS[dimension])
        return count


def _what(value: Any) -> str:
    return "measure" if isinstance(value, dict | BaseModel) else "number"


NumberOrMeasure = Annotated[
    Annotated[float, Tag("number")] | Annotated[Measure, Tag("measure")], Discriminator(_what)
]


class Comparison(Words):
    """``left relation right``."""

    left: Measure
    relation: Literal[">", ">=", "<", "<=", "==", "!="]
    right: NumberOrMeasure


class Rank(Words):
    """Whether each of ``who`` is among the ``places`` highest or lowest.

    Each of them has fewer than ``places`` others that are as high (or low) as it is or more so:
    a tie counts against the claim.
    """

    rank: Measure
    by: Dimension
    who: Annotated[tuple[str, ...], BeforeValidator(_listed)]
    among: Annotated[tuple[str, ...], BeforeValidator(_listed)] = ()
    order: Literal["highest", "lowest"]
    places: Annotated[int, Field(ge=1)]

    @model_validator(mode="after")
    def _fits(self) -> Rank:
        if self.by not in dimensions_of(self.rank.quantity):
            raise wrong(f"{self.rank.quantity} is not told by {self.by}")
        for measure in measures_of(self):
            if getattr(measure, self.by):
                raise wrong(f"the {self.by} is ranked, so the measure cannot choose one")
        for word in (*self.who, *self.among):
            if word not in DIMENSIONS[self.by]:
                meant = near(word, DIMENSIONS[self.by])
                raise wrong(
                    f"no {self.by} {word!r}; allowed: {', '.join(DIMENSIONS[self.by])}"
                    + (f"; did you mean {' or '.join(meant)}?" if meant else "")
                )
        if not set(self.who) <= set(self.entrants):
            raise wrong("'who' is not among 'among'")
        return self

    @property
    def entrants(self) -> tuple[str, ...]:
        """Names that are ranked."""
        return self.among or DIMENSIONS[self.by]


class AllOf(Words):
    """Every one of some tests."""

    all_of: Annotated[tuple[Test, ...], Field(alias="all", min_length=1)]


class AnyOf(Words):
    """At least one of some tests."""

    any_of: Annotated[tuple[Test, ...], Field(alias="any", min_length=1)]


def _kind(value: Any) -> str:
    if isinstance(value, BaseModel):
        return type(value).__name__
    words = value if isinstance(value, dict) else {}
    found = {"all": "AllOf", "any": "AnyOf", "rank": "Rank"}
    return next((kind for word, kind in found.items() if word in words), "Comparison")


Test = Annotated[
    Annotated[Comparison, Tag("Comparison")]
    | Annotated[Rank, Tag("Rank")]
    | Annotated[AllOf, Tag("AllOf")]
    | Annotated[AnyOf, Tag("AnyOf")],
    Discriminator(_kind),
]


class ClaimTest(Words):
    """One table of ``claim_tests.toml``.

    Attributes
    ----------
    test, given : Test or None
    worlds : dict of str to tuple of Move
        What-ifs by name.
    match : str
        ``exact``: the test says what the claim's testable form says. ``proxy``: it stands for
        it, by what the model has. ``wider``: more makes it true than makes the claim true, so
        that its probability is an upper bound.
    reading : str or None
        How an ambiguous form was read.
    not_tested : str or None
        Why there is no test.
    """

    test: Test | None = None
    given: Test | None = None
    worlds: dict[str, tuple[Move, ...]] = Field(default_factory=dict)
    match: Literal["exact", "proxy", "wider"] | None = None
    reading: str | None = None
    not_tested: str | None = None

    @model_validator(mode="after")
    def _fits(self) -> ClaimTest:
        if (self.test is None) == (self.not_tested is None):
            raise wrong("a claim has either a test or a reason why it is not tested")
        if self.test is not None and (self.match is None or self.reading is None):
            raise wrong("a test says how it was read ('reading') and how well it fits ('match')")
        if self.test is None and (self.given or self.worlds or self.match or self.reading):
            raise wrong("what is not tested has no 'given', 'worlds', 'match' or 'reading'")
        if self.given is not None and self.worlds:
            raise wrong("a test of what-ifs has no 'given': it is not on single futures")
        looked = {m.world for part in (self.test, self.given) for m in measures_of(part)} - {None}
        if looked != set(self.worlds):
            odd = sorted(map(str, looked ^ set(self.worlds)))[0]
            raise wrong(f"what-if {odd!r} is either not in 'worlds' or never looked into")
        return self


class DocumentDate(Words):
    """One table of ``claim_documents.toml``: the last year that a document knew, and why."""

    cut: Year
    short: str
    reason: str


for _model in (Measure, AllOf, AnyOf, ClaimTest):
    _model.model_rebuild()


@dataclass(frozen=True)
class Tested:
    """A claim, how it is tested, and the document that it stands in."""

    claim: Claim
    how: ClaimTest
    document: str
    date: DocumentDate


def dimensions_of(quantity: str) -> tuple[str, ...]:
    """By what a quantity can be told apart."""
    return DIMENSIONS_OF.get(quantity, PAIR)


def measures_of(part: Test | Measure | float | None) -> Iterator[Measure]:
    """Every measure of a test, divisors included."""
    if isinstance(part, Measure):
        yield part
        yield from measures_of(part.per)
    elif isinstance(part, Comparison):
        yield from measures_of(part.left)
        yield from measures_of(part.right)
    elif isinstance(part, Rank):
        yield from measures_of(part.rank)
    elif isinstance(part, AllOf | AnyOf):
        for one in part.all_of if isinstance(part, AllOf) else part.any_of:
            yield from measures_of(one)


def load_claims(directory: str | Path | None = None) -> list[Tested]:
    """All claims with their tests, in the order of ``claims.csv``.

    A claim that stands in several documents is held against the first one.

    Raises
    ------
    InputError
        At the first problem; ``steppe evidence check`` reports all of them.
    """
    from .check_claims import check_claim_tests

    folder = evidence_directory(directory)
    claims, problems = read_table(folder, "claims.csv", Claim)
    tests, faults = read_tables(folder, TESTS, ClaimTest)
    problems += faults
    dates, faults = read_tables(folder, DOCUMENTS, DocumentDate)
    problems += faults
    problems += check_claim_tests(claims, tests, dates) if not problems else []
    if problems:
        raise problems[0].error()
    return [
        Tested(row, tests[row.id].row, row.sources[0], dates[row.sources[0]].row)
        for row in (placed.row for placed in claims)
    ]
