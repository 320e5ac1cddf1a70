"""The page of the library."""

from __future__ import annotations

import re

from steppe.model.names import START_YEAR
from steppe.scenarios.load import library, load
from steppe.scenarios.schema import Lever, Scenario

from .cells import table, text


def move_of(lever: Lever) -> str:
    """Say what a lever does."""
    if lever.shock is not None:
        s = lever.shock
        return f"times {s.factor:g} in {s.year}, half of it gone every {s.half_life:g} years"
    if lever.path is not None:
        points = ", ".join(f"{year}: {number:g}" for year, number in sorted(lever.path.items()))
        verb = "set to" if lever.path_as == "value" else "times"
        between = "straight lines" if lever.between == "linear" else "steps"
        return f"{verb} {points} ({between}, the last is held)"
    span = (f" from {lever.first}" if lever.first else "") + (
        f" until {lever.until}" if lever.until else ""
    )
    if lever.value is not None:
        return f"set to {lever.value:g}{span}"
    return f"times {lever.factor:g}{span}"


def scenario_part(scenario: Scenario) -> str:
    """One scenario of the library."""
    cut = scenario.conditioned_until
    facts = [
        f"years {START_YEAR} to {scenario.horizon}",
        f"the record is followed to {cut}" if cut else "free from the start",
        f"parameters: {scenario.parameters.source}",
    ]
    if scenario.compare_with:
        facts.append(f"compare with `{scenario.compare_with}`")
    parts = [
        f"## `{scenario.name}`: {scenario.title}\n\n{'; '.join(facts)}.\n\n",
        f"{text(scenario.story)}\n\n",
        f"*{text(scenario.question)}*\n\n" if scenario.question else "",
    ]
    if scenario.levers:
        rows = [(f"`{x.quantity}`", move_of(x), x.why, f"`{x.source}`") for x in scenario.levers]
        parts.append(table(("lever", "moved", "why", "source"), rows))
    for heading, lines in (
        ("Assumed", scenario.assumptions),
        ("Rests on", [f"`{c.source}`: {c.reason}" for c in scenario.sources]),
    ):
        if lines:
            parts.append(f"{heading}:\n\n" + "".join(f"- {text(x)}\n" for x in lines) + "\n")
    return "".join(parts)


def page() -> str:
    """All scenarios of the library."""
    shipped = [load(name) for name in library()]
    rows = [(f"[`{s.name}`](#{anchor(s)})", s.title, len(s.levers)) for s in shipped]
    return (
        "# Scenarios\n\nThe library that is shipped, `scenarios/library/*.toml`. "
        "`steppe scenarios show NAME` prints who, when and how much before anything runs.\n\n"
        + table(("name", "title", "levers"), rows)
        + "".join(scenario_part(s) for s in shipped)
    )


def anchor(scenario: Scenario) -> str:
    """Anchor that a reader of Markdown gives to the scenario's heading."""
    heading = f"{scenario.name}: {scenario.title}".lower()
    return re.sub(r"[^\w\- ]", "", heading).replace(" ", "-")
