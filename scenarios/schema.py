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

NAME: Final = r"^[a-z0-9]+(-[a-z0-9]+)*$"
SOURCE: Final = rf"^({'|'.join(DOCUMENTS)}|ext:[A-Z]+[0-9]+|assumed)$"
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


class Citation(Table):
    """A source of the story, and what it is cited for."""

    source: Source = Field(description="key of a document, ext:ID of an external fact, or assumed")
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
    why: Text = Field(description="why this lever, and why by so much")
    source: Source = Field(description="key of a document, ext:ID of an external fact, or assumed")

    @property
    def moves(self) -> list[str]:
        """The moves that are given; a good lever has exactly one."""
        return [move for move in MOVES if getattr(self, move) is not None]


class Scenario(Table):
    """A scenario as its file states it."""

    name: Annotated[str, Field(pattern=NAME)] = Field(description="lower case, with dashes")
    title: Text = Field(description="one line for tables and figures")
    story: Text = Field(description="a paragraph: what happens, and why it might")
    question: Text | None = Field(default=None, description="what the scenario is meant to answer")
    compare_with: Annotated[str, Field(pattern=NAME)] | None = Field(
        default=None, description="scenario of the library that differs only by the levers"
    )
    horizon: Year = Field(default=DEFAULT_HORIZON, description="last year of the run")
    conditioned_until: Annotated[int, Field(ge=START_YEAR, le=LAST_HISTORY_YEAR)] | None = Field(
        default=None,
        description="the runs follow the record up to this year; absent: free from the start",
    )
    sources: Annotated[tuple[Citation, ...], Field(strict=False)] = Field(
        default=(), description="what the story rests on"
    )
    assumptions: Annotated[tuple[Text, ...], Field(strict=False)] = Field(
        default=(), description="what is assumed beyond the sources"
    )
    parameters: ParameterSource = Field(
        default=ParameterSource(), description="where the parameters' values come from"
    )
    levers: Annotated[tuple[Lever, ...], Field(strict=False)] = Field(
        default=(), description="what differs, applied in this order"
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
