"""A sweep written out in full: scenario, factors with full addresses and years, design, outcomes.

Its JSON, stored with the results or sent to another machine, is all that a sweep needs.
"""

from __future__ import annotations

from typing import Any, Final, Literal

from pydantic import ValidationError

from ...model.errors import InputError, near
from ...model.names import START_YEAR
from ...model.quantities import addresses, quantities
from ...scenarios.check import WHOLE_UNITS
from ...scenarios.problems import Place, Problems
from ...scenarios.resolve import Explicit, Resolved
from ...scenarios.resolve import resolve as resolve_scenario
from ...scenarios.schema import Lever, Scenario
from . import check
from .design import Method
from .outcomes import OUTCOMES, YEARLY
from .quantiles import Source
from .schema import DesignTable, FactorTable, SweepTable

CHUNK_RUNS: Final = 4000
"""Runs that are stored together unless the sweep says: a second or two of two cores."""


class ResolvedFactor(Explicit):
    """A factor with full addresses and years.

    ``bounds`` are numbers, ``quantiles`` the probabilities that they stand for, if they do, and
    ``quantiles_of`` what has them: the prior or the fitted draws.
    ``count`` or ``at`` is given for the methods one and grid. A factor of which only ``whole``
    numbers make sense takes each of them equally often.
    """

    name: str
    quantity: str
    entries: tuple[str, ...]
    acts: Literal["set", "multiply"]
    first: int
    last: int
    bounds: tuple[float, float]
    quantiles: tuple[float, float] | None
    quantiles_of: Source | None
    count: int | None
    at: tuple[float, ...] | None
    whole: bool
    why: str | None


class ResolvedDesign(Explicit):
    """Method and what belongs to it; ``size`` is None for one and grid."""

    method: Method
    size: int | None
    second_order: bool
    levels: int
    posterior: Literal["replicates", "points"]


class ResolvedSweep(Explicit):
    """A sweep in its explicit form."""

    format: Literal[1]
    name: str
    title: str
    question: str | None
    scenario: Resolved
    seed: int
    replicates: int
    design: ResolvedDesign
    factors: tuple[ResolvedFactor, ...]
    outcomes: tuple[str, ...]
    yearly: tuple[str, ...]
    failures: Literal["refuse", "mark"]
    chunk: tuple[int, int] | None

    def to_json(self) -> str:
        """JSON that :meth:`from_json` reads."""
        return self.model_dump_json()

    @classmethod
    def from_json(cls, text: str, file: str = "resolved sweep") -> ResolvedSweep:
        """Read what :meth:`to_json` wrote.

        Raises
        ------
        InputError
            If it is no resolved sweep, or names entries that this version lacks.
        """
        try:
            sweep = cls.model_validate_json(text)
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            raise InputError(
                f"not a resolved sweep: {first['msg']}",
                file=file,
                field=".".join(str(part) for part in first["loc"]) or None,
            ) from error
        Resolved.from_json(sweep.scenario.to_json(), file)
        lost = sorted({e for f in sweep.factors for e in f.entries} - set(addresses()))
        if lost:
            raise InputError("this version has no such entry", file=file, found=lost[0])
        return sweep


class _Moved(Problems):
    """Problems of a scenario's levers behind its own, told as problems of factors."""

    def __init__(self, problems: Problems, levers: int, fields: list[str]) -> None:
        super().__init__(problems.file)
        self._outer, self._levers, self._fields = problems, levers, fields
        self.found = problems.found

    def add(self, place: Place, problem: str, **details: Any) -> None:
        """Note a problem of a lever at the factor that it stands for."""
        number = place[1] - self._levers if place[:1] == ("levers",) else -1  # type: ignore[operator]
        if number >= 0:
            field = place[2] if place[2:] not in ((), ("value",), ("factor",)) else None
            place = ("factors", number, field or self._fields[number])
        self._outer.add(place, problem, **details)


def resolve(
    table: SweepTable, scenario: Scenario, problems: Problems | None = None
) -> ResolvedSweep:
    """Write a sweep out in full.

    Parameters
    ----------
    table : SweepTable
        What the file says.
    scenario : Scenario
        The one that it is on, with the sweep's source of parameters.
    problems : Problems, optional
        Where to note what is wrong, if the file's name and lines are known.

    Raises
    ------
    InputError
        All that is wrong, a line each.
    """
    problems = problems or Problems(table.name)
    _known(table.outcomes, OUTCOMES, "outcomes", problems)
    _known(table.yearly, YEARLY, "yearly", problems)
    check.design(table, problems)
    base = resolve_scenario(scenario)
    factors = _factors(table, scenario, base, problems)
    check.names([factor.name for factor in factors], problems)
    problems.stop()
    return ResolvedSweep(
        format=1,
        name=table.name,
        title=table.title,
        question=table.question,
        scenario=base,
        seed=table.seed,
        replicates=table.replicates,
        design=_design(table.design),
        factors=factors,
        outcomes=tuple(name for name in OUTCOMES if name in table.outcomes),
        yearly=tuple(name for name in YEARLY if name in table.yearly),
        failures=table.failures,
        chunk=None if table.chunk is None else (table.chunk[0], table.chunk[1]),
    )


def _design(table: DesignTable) -> ResolvedDesign:
    posterior = "points" if table.method == "posterior" else table.posterior
    return ResolvedDesign(
        method=table.method,
        size=table.size,
        second_order=table.second_order,
        levels=table.levels,
        posterior=posterior,
    )


def _known(names: tuple[str, ...], catalogue: Any, field: str, problems: Problems) -> None:
    for name in names:
        if name not in catalogue:
            problems.add(
                (field,), f"there is no such {'outcome' if field == 'outcomes' else 'number'}",
                found=name, allowed=", ".join(catalogue), nearest=near(name, catalogue),
            )  # fmt: skip


def _factors(
    table: SweepTable, scenario: Scenario, base: Resolved, problems: Problems
) -> tuple[ResolvedFactor, ...]:
    """Factors in full; each is checked as a lever at its least and at its greatest number."""
    before = len(problems.found)
    ranges = [check.factor(f, n, table, base, problems) for n, f in enumerate(table.factors)]
    if len(problems.found) > before:
        return ()
    begin = START_YEAR if base.conditioned_until is None else base.conditioned_until + 1
    fields = [f.moves[0] for f in table.factors]
    ends = []
    for side in (0, 1):
        levers = [
            _lever(f, r[side], begin, base)
            for f, r in zip(table.factors, ranges, strict=True)
            if r is not None
        ]
        more = {"levers": (*scenario.levers, *levers)}
        told = _Moved(problems, len(scenario.levers), fields)
        ends.append(resolve_scenario(scenario.model_copy(update=more), told))
    found = []
    for n, factor in enumerate(table.factors):
        low, high = (end.levers[len(scenario.levers) + n] for end in ends)
        unit = quantities()[addresses()[low.entries[0]][0]].unit
        found.append(
            ResolvedFactor(
                name=factor.name or factor.quantity.replace("*", "all"),
                quantity=factor.quantity,
                entries=low.entries,
                acts=low.acts,
                first=low.first,
                last=low.last,
                bounds=(low.numbers[0], high.numbers[0]),
                quantiles=factor.quantiles,
                quantiles_of=factor.source,
                count=factor.count,
                at=None if factor.at is None else tuple(factor.at),
                whole=low.acts == "set" and unit in WHOLE_UNITS,
                why=factor.why,
            )
        )
    return tuple(found)


def _lever(factor: FactorTable, number: float, begin: int, base: Resolved) -> Lever:
    """The lever that a factor is at one of its numbers."""
    return Lever.model_validate(
        {
            "quantity": factor.quantity,
            "factor" if factor.factor is not None else "value": number,
            "from": begin if factor.first is None else factor.first,
            "until": base.horizon if factor.until is None else factor.until,
            "why": factor.why or "swept",
            "source": "assumed",
        }
    )
