"""A scenario written out in full: every address, every year, every number.

A resolved scenario needs no other file: its JSON, stored with a result,
re-creates the run.
"""

from __future__ import annotations

import hashlib
import json
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ..model.errors import InputError
from ..model.names import START_YEAR
from ..model.quantities import addresses
from . import check, course
from .addresses import expand
from .draws import read_draws
from .problems import Place, Problems
from .schema import Decision, Lever, ParameterSource, Scenario, ValueSource


class Explicit(BaseModel):
    """A table of the explicit form: nothing is left to a default."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)


class ResolvedCitation(Explicit):
    """A source and what it is cited for."""

    source: str
    reason: str


class ResolvedParameters(Explicit):
    """Where parameter values come from; draws from a file are carried along.

    ``entries`` names the columns and ``rows`` holds the draws of a scenario's own
    file; both are empty for the other sources. ``draws`` is None where the scenario
    leaves their number to the number of runs.
    """

    source: ValueSource
    draws: int | None
    entries: tuple[str, ...]
    rows: tuple[tuple[float, ...], ...]

    @property
    def installed(self) -> bool:
        """Whether the draws are those of the installed posterior."""
        return self.source == "posterior" and not self.entries


class ResolvedLever(Explicit):
    """A lever with full addresses and one number for every year in which it acts."""

    number: Annotated[int, Field(ge=1)]
    entries: tuple[str, ...]
    kind: Literal["value", "factor", "path", "shock"]
    acts: Literal["set", "multiply"]
    first: int
    numbers: tuple[float, ...]
    why: str
    source: str

    @property
    def last(self) -> int:
        """Last year in which the lever acts."""
        return self.first + len(self.numbers) - 1


class Resolved(Explicit):
    """A scenario in its explicit form."""

    format: Literal[1]
    name: str
    title: str
    story: str
    question: str | None
    compare_with: str | None
    sources: tuple[ResolvedCitation, ...]
    assumptions: tuple[str, ...]
    start: int
    horizon: int
    conditioned_until: int | None
    decision: Decision
    parameters: ResolvedParameters
    levers: tuple[ResolvedLever, ...]

    def to_json(self) -> str:
        """Canonical JSON: sorted keys, no spaces, shortest exact numbers."""
        return _canonical(self.model_dump(mode="json"))

    @classmethod
    def from_json(cls, text: str, file: str = "resolved scenario") -> Resolved:
        """Read what :meth:`to_json` wrote.

        Raises
        ------
        InputError
            If it is not a resolved scenario, or names entries that this version lacks.
        """
        try:
            resolved = cls.model_validate_json(text)
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            raise InputError(
                f"not a resolved scenario: {first['msg']}",
                file=file,
                field=".".join(str(part) for part in first["loc"]) or None,
            ) from error
        named = {entry for lever in resolved.levers for entry in lever.entries}
        unknown = sorted((named | set(resolved.parameters.entries)) - set(addresses()))
        if unknown:
            raise InputError(
                "this version has no such entry",
                file=file,
                found=unknown[0],
                todo="use the version that wrote it",
            )
        return resolved

    def digest(self) -> str:
        """SHA-256 of what determines the run: years, parameters and what the levers do.

        Name, title, story, sources and reasons are left out: they change no number.
        """
        levers = [
            [list(lever.entries), lever.acts, lever.first, list(lever.numbers)]
            for lever in self.levers
        ]
        content = {
            "format": self.format,
            "start": self.start,
            "horizon": self.horizon,
            "conditioned_until": self.conditioned_until,
            "decision": self.decision,
            "parameters": self.parameters.model_dump(mode="json"),
            "levers": levers,
        }
        return hashlib.sha256(_canonical(content).encode()).hexdigest()


def _canonical(content: object) -> str:
    return json.dumps(
        content, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    )


def resolve(scenario: Scenario, problems: Problems | None = None) -> Resolved:
    """Write a scenario out in full.

    Parameters
    ----------
    scenario : Scenario
        What the file says.
    problems : Problems, optional
        Where to note what is wrong, if the file's name and lines are known.

    Raises
    ------
    InputError
        All that is wrong, a line each.
    """
    problems = problems or Problems(scenario.name)
    check.horizon(scenario, problems)
    parameters = _parameters(scenario.parameters, problems)
    levers = []
    for position, lever in enumerate(scenario.levers):
        explicit = _lever(lever, position, scenario.horizon, problems)
        if explicit is not None:
            check.followed(explicit, scenario.conditioned_until, ("levers", position), problems)
            levers.append(explicit)
    check.clashes(levers, problems)
    check.free_years(levers, scenario.conditioned_until, problems)
    check.opposed(levers, problems)
    if not problems.found:
        check.trial(levers, scenario.horizon, problems)
    problems.stop()
    return Resolved(
        format=1,
        name=scenario.name,
        title=scenario.title,
        story=scenario.story.strip(),
        question=scenario.question,
        compare_with=scenario.compare_with,
        sources=tuple(ResolvedCitation(source=c.source, reason=c.reason) for c in scenario.sources),
        assumptions=scenario.assumptions,
        start=START_YEAR,
        horizon=scenario.horizon,
        conditioned_until=scenario.conditioned_until,
        decision=scenario.decision,
        parameters=parameters,
        levers=tuple(levers),
    )


def _parameters(source: ParameterSource, problems: Problems) -> ResolvedParameters:
    """Make the source of parameters explicit; read the draws of a file."""
    check.parameter_source(source, problems)
    entries: tuple[str, ...] = ()
    rows: tuple[tuple[float, ...], ...] = ()
    draws = 1 if source.source == "point" else source.draws
    if source.source == "posterior" and source.file is not None:
        try:
            entries, rows = read_draws(source.file, source.draws)
        except InputError as error:
            problems.found.append(error)
        draws = len(rows)
    return ResolvedParameters(source=source.source, draws=draws, entries=entries, rows=rows)


def _lever(lever: Lever, position: int, end: int, problems: Problems) -> ResolvedLever | None:
    """Make one lever explicit, or note why it cannot be."""
    place: Place = ("levers", position)
    before = len(problems.found)
    entries: list[str] = []
    try:
        entries = expand(lever.quantity)
    except InputError as error:
        problems.adopt((*place, "quantity"), error)
    taken = _course(lever, place, end, problems) if check.one_move(lever, place, problems) else None
    if taken is None or len(problems.found) > before:
        return None
    explicit = ResolvedLever(
        number=position + 1,
        entries=tuple(entries),
        kind=lever.moves[0],  # type: ignore[arg-type]
        acts=taken.acts,
        first=taken.first,
        numbers=taken.numbers,
        why=lever.why,
        source=lever.source,
    )
    check.numbers(explicit, place, problems)
    check.first_year(explicit, place, problems)
    return explicit


def _course(lever: Lever, place: Place, end: int, problems: Problems) -> course.Course | None:
    """Years and numbers of a lever that has one move; None if its years are wrong."""
    before = len(problems.found)
    if lever.shock is not None:
        if lever.shock.year <= end:
            return course.shock(lever.shock.year, lever.shock.factor, lever.shock.half_life, end)
        problems.add(
            (*place, "shock", "year"),
            "the lever has no effect within the horizon",
            found=lever.shock.year,
            allowed=f"{START_YEAR} to the horizon {end}",
        )
        return None
    if lever.path is not None and lever.path_as is not None and lever.between is not None:
        points = check.years_of_path(lever, place, end, problems)
        if len(problems.found) > before:
            return None
        acts: Literal["set", "multiply"] = "set" if lever.path_as == "value" else "multiply"
        return course.path(points, acts, lever.between, end)
    first, until = check.years_of_span(lever, place, end, problems)
    if len(problems.found) > before:
        return None
    if lever.value is not None:
        return course.constant(lever.value, "set", first, until)
    if lever.factor is not None:
        return course.constant(lever.factor, "multiply", first, until)
    return None
