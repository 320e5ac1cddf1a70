"""Members of a study: which scenarios it runs, from which viewpoint, against which baseline."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from ...model.errors import InputError, near
from ...model.names import AREAS, DECISIONS, START_YEAR
from ...scenarios.load import library, load, load_resolved
from ...scenarios.resolve import Resolved, resolve
from ...scenarios.schema import Scenario

FOUR: Final = tuple(area for area in AREAS if area != "defence")
"""The areas that the report of 2010 names."""
Role = Literal["baseline", "what-if", "rule"]


@dataclass(frozen=True)
class Member:
    """One scenario of a study.

    Attributes
    ----------
    scenario : Scenario
    resolved : Resolved
    role : str
        A baseline, a what-if that is held against it, or the baseline under another rule.
    viewpoint : int
        Last year that follows the record.
    baseline : str
        Name of the scenario it is held against; its own for a baseline.
    """

    scenario: Scenario
    resolved: Resolved
    role: Role
    viewpoint: int
    baseline: str

    @property
    def name(self) -> str:
        """Name of the scenario, with the rule where it is not the scenario's own."""
        return self.resolved.name

    @property
    def rule(self) -> str:
        """Decision rule of the states."""
        return self.resolved.decision

    @property
    def area(self) -> str:
        """The area that it is about, or ``across``."""
        return self.scenario.area or "across"


def members(
    viewpoints: Sequence[int], names: Sequence[str] = (), values: str | None = None
) -> list[Member]:
    """Members of the study of areas, baselines first, each viewpoint in turn.

    Parameters
    ----------
    viewpoints : sequence of int
        Years; each needs a baseline in the library, a scenario without levers that follows the
        record to it.
    names : sequence of str
        Only these what-ifs; all of the library by default.
    values : str, optional
        Where parameter values come from, instead of what the scenarios say.

    Raises
    ------
    InputError
        If a name is unknown or has no part in the study, or a viewpoint has no baseline.
    """
    shipped = [load(name) for name in library()]
    _refuse_unknown(names, [s.name for s in shipped])
    found: list[Member] = []
    for viewpoint in viewpoints:
        seen = [s for s in shipped if s.conditioned_until == viewpoint]
        plain = [s for s in seen if not s.levers]
        if not plain:
            raise InputError(
                "no scenario of the library is a baseline from this year",
                field="--viewpoint",
                found=viewpoint,
                allowed=", ".join(sorted({str(s.conditioned_until) for s in shipped
                                          if not s.levers and s.conditioned_until})),
            )  # fmt: skip
        common = next((s for s in plain if s.name == f"baseline-{viewpoint}"), plain[0])
        own = _member(common, "baseline", common.name, values)
        found.append(own)
        found += [
            _member(s, "what-if", _baseline(s, plain, common), values)
            for s in seen
            if s.levers and (not names or s.name in names)
        ]
        found += [_under(own, rule) for rule in DECISIONS if rule != own.rule]
    left = sorted(set(names) - {m.name for m in found})
    if left:
        raise InputError(
            "this scenario has no part in the study",
            field="--only",
            found=left[0],
            allowed=f"what-ifs that follow the record to {' or '.join(map(str, viewpoints))}",
        )
    return found


def shipped() -> list[Member]:
    """Every scenario of the library beside what it is held against, baselines first."""
    free = [s for s in map(load, library()) if s.conditioned_until is None]
    viewpoints = sorted({s.conditioned_until for s in map(load, library()) if s.conditioned_until})
    alone = [Member(s, resolve(s), "baseline", START_YEAR, s.name) for s in free if not s.levers]
    return [*alone, *(m for m in members(viewpoints) if m.role != "rule")]


def _member(scenario: Scenario, role: Role, baseline: str, values: str | None) -> Member:
    resolved = resolve(scenario) if values is None else load_resolved(scenario.name, values)
    viewpoint = resolved.conditioned_until
    assert viewpoint is not None
    return Member(scenario, resolved, role, viewpoint, baseline)


def _baseline(scenario: Scenario, plain: Sequence[Scenario], common: Scenario) -> str:
    """Baselines without levers give the same numbers: all stand for the common one."""
    same = {s.name for s in plain} | {None}
    if scenario.compare_with in same:
        return common.name
    raise InputError(
        "the scenario is compared with one that has levers, or another viewpoint",
        file=scenario.name,
        field="compare_with",
        found=scenario.compare_with,
        allowed=", ".join(s.name for s in plain),
    )


def _under(own: Member, rule: str) -> Member:
    """The baseline under another decision rule."""
    changed = {"decision": rule, "name": f"{own.name}-{rule}"}
    resolved = own.resolved.model_copy(update=changed)
    return Member(own.scenario, resolved, "rule", own.viewpoint, own.name)


def _refuse_unknown(names: Sequence[str], known: Sequence[str]) -> None:
    for name in names:
        if name not in known:
            raise InputError(
                "no scenario has this name",
                field="--only",
                found=name,
                nearest=near(name, known),
            )
