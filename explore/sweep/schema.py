"""What a sweep file may say: fields, types, and what they mean; :mod:`.resolve` adds the rest."""

from __future__ import annotations

import json
from typing import Annotated, Any, Final, Literal

from pydantic import ConfigDict, Field

from ...model.quantities import quantities
from ...scenarios.problems import Tables
from ...scenarios.schema import (
    ADDRESS,
    NAME,
    Table,
    Text,
    ValueSource,
    Year,
    plain_schema,
)
from .design import Method
from .outcomes import DEFAULT_OUTCOMES, DEFAULT_YEARLY, OUTCOMES, YEARLY
from .quantiles import SOURCES, Source

Range = Annotated[list[float], Field(min_length=2, max_length=2)]
Size = Annotated[int, Field(ge=1, le=10_000_000)]
FACTOR_MOVES: Final = ("factor", "value", *SOURCES)
"""The four ways of moving a factor; each uses exactly one of them."""


class FactorTable(Table):
    """One factor: what is moved, in which way, and how far."""

    model_config = ConfigDict(
        json_schema_extra={"oneOf": [{"required": [move]} for move in FACTOR_MOVES]}
    )

    quantity: Text = Field(
        description="address such as budget.russia; a shorter one moves all below it together, "
        "* stands for any one label (domestic_price.*.russia)",
        json_schema_extra={"pattern": ADDRESS},
    )
    factor: Range | None = Field(
        default=None, description="multiply by a number from the first to the second"
    )
    value: Range | None = Field(
        default=None, description="set to a number from the first to the second"
    )
    prior: Range | None = Field(
        default=None,
        description="set a parameter to its prior's quantile, from the first to the second: "
        "[0.05, 0.95]; evenly spread probabilities, not numbers",
    )
    fitted: Range | None = Field(
        default=None,
        description="set a parameter to the quantile of its draws in the installed "
        "posterior, from the first to the second: [0.05, 0.95]; evenly spread probabilities too",
    )
    count: Annotated[int, Field(ge=2, le=100_000)] | None = Field(
        default=None, description="of one and grid: how many evenly spaced numbers"
    )
    at: Annotated[list[float], Field(min_length=1)] | None = Field(
        default=None, description="of one and grid: these numbers, instead of a count"
    )
    first: Year | None = Field(
        default=None,
        alias="from",
        description="first year; that after conditioned_until, or 1992 for a free scenario",
    )
    until: Year | None = Field(default=None, description="last year; the horizon")
    name: Text | None = Field(
        default=None, description="what its column is called; the address by default"
    )
    why: Text | None = Field(default=None, description="why this factor, and why so far")

    @property
    def moves(self) -> list[str]:
        """The moves that are given; a good factor has exactly one."""
        return [move for move in FACTOR_MOVES if getattr(self, move) is not None]

    @property
    def source(self) -> Source | None:
        """Whose quantiles are given, if any are."""
        return next((source for source in SOURCES if getattr(self, source) is not None), None)

    @property
    def quantiles(self) -> tuple[float, float] | None:
        """The two probabilities, if quantiles are given."""
        found = None if self.source is None else getattr(self, self.source)
        return None if found is None else (found[0], found[1])


class DesignTable(Table):
    """At which points the factors are tried."""

    method: Method = Field(
        description="one: one factor along its range; grid: every combination; "
        "lhs: Latin hypercube; sequence: scrambled Sobol sequence; sobol: Saltelli's crossed "
        "samples; morris: trajectories; posterior: fitted draws, no factors"
    )
    size: Size | None = Field(
        default=None,
        description="points of lhs and sequence, base samples of sobol (a power of two), "
        "trajectories of morris, draws of posterior; not of one and grid",
    )
    second_order: bool = Field(
        default=True, description="of sobol: points for indices of pairs too, twice as many"
    )
    levels: Annotated[int, Field(ge=2, le=100)] = Field(
        default=4, description="of morris: levels of a factor, even"
    )
    posterior: Literal["replicates", "points"] = Field(
        default="replicates",
        description="replicates: run r of every point has draw r; points: every point has a draw "
        "of its own, whose numbers become columns (lhs and sequence)",
    )


class SweepTable(Table):
    """A sweep as its file states it."""

    name: Annotated[str, Field(pattern=NAME)] = Field(description="lower case, with dashes")
    title: Text = Field(description="one line for tables and figures")
    question: Text | None = Field(default=None, description="what the sweep is meant to answer")
    on: Text = Field(description="scenario that is swept: a shipped one, or a file beside this")
    parameters: ValueSource | None = Field(
        default=None,
        description="where parameter values come from, instead of what the scenario says",
    )
    seed: Annotated[int, Field(ge=0, le=2**63 - 1)] = Field(
        default=1, description="key of all luck, that of the design included"
    )
    replicates: Annotated[int, Field(ge=1, le=10_000_000)] = Field(
        default=200, description="runs of every point, on the same luck at all points"
    )
    design: DesignTable
    factors: Annotated[tuple[FactorTable, ...], Field(strict=False)] = Field(
        default=(), description="what is moved"
    )
    outcomes: Annotated[tuple[str, ...], Field(strict=False)] = Field(
        default=DEFAULT_OUTCOMES,
        description="kept of every run",
        json_schema_extra={"items": {"type": "string", "enum": list(OUTCOMES)}},
    )
    yearly: Annotated[tuple[str, ...], Field(strict=False)] = Field(
        default=DEFAULT_YEARLY,
        description="kept of every point and year, as mean and standard deviation of its runs",
        json_schema_extra={"items": {"type": "string", "enum": list(YEARLY)}},
    )
    failures: Literal["refuse", "mark"] = Field(
        default="refuse",
        description="what becomes of a factor that takes a draw out of its bounds: refuse the "
        "sweep, or mark its runs as failed and go on",
    )
    chunk: Annotated[list[int], Field(min_length=2, max_length=2)] | None = Field(
        default=None,
        description="points and replicates that are stored together; a sixteenth of the sweep by "
        "default, from 200 to 4,000 runs",
    )


TABLES: Final[Tables] = {
    (): SweepTable,
    ("design",): DesignTable,
    ("factors",): FactorTable,
}


def json_schema() -> dict[str, Any]:
    """JSON schema of a sweep file, for editors."""
    schema = plain_schema(SweepTable, "Steppe sweep")
    schema["$defs"]["FactorTable"]["properties"]["quantity"]["examples"] = list(quantities())
    return schema


def schema_text() -> str:
    """Text of the schema as it is shipped in ``sweep.schema.json``."""
    return json.dumps(json_schema(), indent=2, ensure_ascii=False) + "\n"
