"""What a scenario file may say.

Here stand the fields, their types and what they mean; :mod:`.check` adds what
they mean together, and :mod:`.resolve` writes a scenario out in full.
"""

from __future__ import annotations

import json
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from ..model.names import DEFAULT_HORIZON, LAST_HISTORY_YEAR, LATEST_HORIZON, START_YEAR
from ..model.quantities import quantities

DOCUMENTS: Final = {
    "000_e0d38c0e5c981c6b": "China Brief 10(5), 2010",
    "001_ed48a56282a53ea7": "Chamber of Commerce and Industry Romania-Turkmenistan, 2017",
    "002_f0a8ddd99eaae0a6": "Eurasia Daily Monitor 13(185), 2016",
    "003_f6f376b6d78da00b": "FPRI Eurasia Program, 2022",
    "004_8894d143028e4c46": "Eurasia Daily Monitor 2(176), 2005",
}
"""The five documents that a scenario may cite, by key."""

SERIES: Final = {
    "dispute-press": "quarrels between states, press",
    "energy-press": "oil and gas flows, press",
    "exercises-list": "joint exercises with Russia, 2009-2013",
    "gtd": "Global Terrorism Database",
    "owid-milex": "military expenditure, SIPRI through Our World in Data",
    "sipri-press": "military expenditure, SIPRI press releases",
    "trade-china": "China's trade with the five",
    "trade-russia": "Russia's trade with the five",
    "ucdp-ged": "UCDP Georeferenced Event Dataset",
    "unodc-opium": "UNODC opium surveys",
}
"""Yearly series that a scenario may cite for the size of a change, by key."""

NAME: Final = r"^[a-z0-9]+(-[a-z0-9]+)*$"
SOURCE: Final = rf"^({'|'.join((*DOCUMENTS, *SERIES))}|ext:[A-Z]+[0-9]+|assumed)$"
ADDRESS: Final = r"^[a-z][a-z_]*(\.[A-Za-z0-9_*-]+)*$"
MOVES: Final = ("value", "factor", "path", "shock")
"""The four ways of moving a quantity; a lever uses exactly one of them."""

LEVER_MOVES: Final[dict[str, Any]] = {"oneOf": [{"required": [move]} for move in MOVES]}
PATH_KEYS: Final[dict[str, Any]] = {"propertyNames": {"pattern": "^[0-9]{4}$"}, "minProperties": 2}


class Table(BaseModel):
    """A table of a scenario file: unknown fields, NaN and loose types are refused."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, strict=True, allow_inf_nan=False, populate_by_name=True
    )


Year = Annotated[int, Field(ge=START_YEAR, le=LATEST_HORIZON)]
Text = Annotated[str, Field(min_length=1)]
Source = Annotated[str, Field(pattern=SOURCE)]
Area = Literal[
    "defence",
    "counter_narcotics",
    "peacekeeping",
    "counter_terrorism",
    "energy_protection",
    "across",
]
Name = Annotated[str, Field(pattern=NAME)]
Cut = Annotated[int, Field(ge=START_YEAR, le=LAST_HISTORY_YEAR)]
SOURCES: Final = "key of a document or series, ext:ID of an external fact, or assumed"


class Citation(Table):
    """A source of the story, and what it is cited for."""

    source: Source = Field(description=SOURCES)
    reason: Text = Field(description="what the source is cited for")


ValueSource = Literal["point", "prior", "posterior"]


class ParameterSource(Table):
    """Where the values of the parameters come from."""

    source: ValueSource = Field(
        default="posterior",
        description="point: the priors' centres; prior: draws from the priors; "
        "posterior: the installed fitted draws, or those of a file",
    )
    draws: Annotated[int, Field(ge=1, le=100_000)] | None = Field(
        default=None,
        description="number of draws, the first rows of a file; absent: all rows of a file, "
        "else as many as divide the runs, 200 at most from the priors",
    )
    file: Text | None = Field(
        default=None,
        description="CSV of draws beside the scenario: a column for each address, a row a draw",
    )


Decision = Literal["logit", "balancing", "bandwagoning"]


class Shock(Table):
    """A blow that multiplies by ``factor`` in ``year`` and then fades."""

    year: Year = Field(description="year of the blow")
    factor: Annotated[float, Field(ge=0)] = Field(description="what it multiplies by in that year")
    half_life: Annotated[float, Field(gt=0)] = Field(description="years until half of it is left")


class Lever(Table):
    """One quantity, moved in one way, for a stated reason."""

    model_config = ConfigDict(json_schema_extra=LEVER_MOVES)

    quantity: Text = Field(
        description="address such as budget.russia; a shorter one names all below it, "
        "* stands for any one label (domestic_price.*.russia)",
        json_schema_extra={"pattern": ADDRESS},
    )
    value: float | None = Field(default=None, description="set to this number")
    factor: float | None = Field(default=None, description="multiply by this number")
    path: dict[str, float] | None = Field(
        default=None,
        description="numbers by year; the last is held, years before the first are untouched",
        json_schema_extra=PATH_KEYS,
    )
    shock: Shock | None = Field(default=None, description="multiply by a factor that fades")
    path_as: Literal["value", "factor"] | None = Field(
        default=None, alias="as", description="of a path: what its numbers are"
    )
    between: Literal["linear", "step"] | None = Field(
        default=None, description="of a path: what happens between its years"
    )
    first: Year | None = Field(
        default=None, alias="from", description=f"first year of a value or factor; {START_YEAR}"
    )
    until: Year | None = Field(
        default=None, description="last year of a value or factor; the horizon"
    )
    view: Cut | None = Field(
        default=None,
        description="year of the one view that has this lever, in that view's own years; "
        "absent: all views, with their shift",
    )
    why: Text = Field(description="why this lever, and why by so much")
    source: Source = Field(description=SOURCES)

    @property
    def moves(self) -> list[str]:
        """The moves that are given; a good lever has exactly one."""
        return [move for move in MOVES if getattr(self, move) is not None]


class View(Table):
    """The same what-if seen from another year: a scenario of its own, called NAME-YEAR."""

    conditioned_until: Cut = Field(description="the runs follow the record up to this year")
    compare_with: Name = Field(description="scenario of the library that differs by the levers")
    shift: Annotated[int, Field(ge=-50, le=50)] = Field(
        description="years by which the levers are moved: -15 makes 2026 of the file 2011"
    )
    title: Text | None = Field(default=None, description="instead of the file's")
    story: Text | None = Field(default=None, description="instead of the file's")
    assumptions: Annotated[tuple[Text, ...], Field(strict=False)] = Field(
        default=(), description="beside those of the file"
    )


class Expectation(Table):
    """What the levers should do if the model works as described; checked on paired luck."""

    outcome: Text = Field(
        description="variable and labels: packages.china.counter_narcotics, mixed_unit.TJ; "
        "the mean over all else and over the years from the first lever on"
    )
    direction: Literal["up", "down"] = Field(description="against compare_with")
    why: Text = Field(description="by which rule of the model")
    view: Cut | None = Field(default=None, description="year of the one view that expects it")


class Scenario(Table):
    """A scenario as its file states it."""

    name: Name = Field(description="lower case, with dashes")
    title: Text = Field(description="one line for tables and figures")
    story: Text = Field(description="a paragraph: what happens, and why it might")
    question: Text | None = Field(default=None, description="what the scenario is meant to answer")
    area: Area | None = Field(
        default=None, description="area that the question is about, or across"
    )
    compare_with: Name | None = Field(
        default=None, description="scenario of the library that differs only by the levers"
    )
    horizon: Year = Field(default=DEFAULT_HORIZON, description="last year of the run")
    conditioned_until: Cut | None = Field(
        default=None,
        description="the runs follow the record up to this year; absent: free from the start",
    )
    sources: Annotated[tuple[Citation, ...], Field(strict=False)] = Field(
        default=(), description="what the story rests on"
    )
    assumptions: Annotated[tuple[Text, ...], Field(strict=False)] = Field(
        default=(), description="what is assumed beyond the sources"
    )
    own_assumptions: Annotated[tuple[Text, ...], Field(strict=False)] = Field(
        default=(),
        description="what is assumed as seen from the file's own year alone, and not in its views",
    )
    decision: Decision = Field(
        default="logit",
        description="rule by which the states choose: logit on all utilities; balancing, away "
        "from a patron that weighs too much; bandwagoning, with the patron they depend on",
    )
    evidence: Annotated[tuple[Name, ...], Field(strict=False)] = Field(
        default=(),
        description="rows of the evidence behind it: ids of mechanisms, claims, events or traits",
    )
    views: Annotated[tuple[View, ...], Field(strict=False)] = Field(
        default=(), description="other years from which the same what-if is seen"
    )
    parameters: ParameterSource = Field(
        default=ParameterSource(), description="where the parameters' values come from"
    )
    levers: Annotated[tuple[Lever, ...], Field(strict=False)] = Field(
        default=(), description="what differs, applied in this order"
    )
    expects: Annotated[tuple[Expectation, ...], Field(strict=False)] = Field(
        default=(), description="directions that the levers should give, to be checked"
    )


def json_schema() -> dict[str, Any]:
    """JSON schema of a scenario file, for editors."""
    schema = plain_schema(Scenario, "Steppe scenario")
    schema["$defs"]["Lever"]["properties"]["quantity"]["examples"] = list(quantities())
    return schema


def plain_schema(table: type[BaseModel], title: str) -> dict[str, Any]:
    """JSON schema of a file that holds this table, with nothing that TOML lacks."""
    schema: dict[str, Any] = _without_null(table.model_json_schema())
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "title": title}


def schema_text() -> str:
    """Text of the schema as it is shipped in ``scenario.schema.json``."""
    return json.dumps(json_schema(), indent=2, ensure_ascii=False) + "\n"


def _without_null(node: Any) -> Any:
    """Drop ``null`` from the alternatives: TOML has none, an optional field is left out."""
    if isinstance(node, list):
        return [_without_null(item) for item in node]
    if not isinstance(node, dict):
        return node
    kept = {k: _without_null(v) for k, v in node.items() if not (k == "default" and v is None)}
    choices = [c for c in kept.get("anyOf", []) if c != {"type": "null"}]
    if "anyOf" in kept and len(choices) == 1:
        del kept["anyOf"]
        kept = {**choices[0], **kept}
    return kept
