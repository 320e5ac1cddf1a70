"""The page of the library: a guide by area, then every file in full."""

from __future__ import annotations

import re

from steppe.model.names import START_YEAR
from steppe.scenarios.load import library_files, load_whole
from steppe.scenarios.schema import Lever, Scenario
from steppe.scenarios.views import view_name

from .cells import table, text

INTRO = """\
# Scenarios

The library that is shipped, `scenarios/library/*.toml`. `steppe scenarios show NAME` prints who,
when and how much before anything runs.

A what-if is asked from two years. **NAME** follows the record to 2022, the last documented year,
and its levers act from 2026 or 2027 on. **NAME-2009** follows it to the end of 2009, as the report
of 2010 saw the region, and the same levers act fifteen years earlier, unless the table says that a
lever belongs to one of the two. Each is held against the baseline of its year
(`steppe compare baseline-2022 NAME`, `steppe compare baseline-2009 NAME-2009`). In runs from 2009
the drivers (Afghanistan, drugs, energy, trade and so on) follow the record after 2009; in runs from
2022 they stay where their series end, with a calm Afghanistan and next to no opium, so that what is
asked about drugs or peacekeepers from 2022 needs another Afghanistan, and says so.

Sizes are argued, not measured: a change that is on record where there is one, else one to three
standard deviations of the number's prior, a step of the scale that a trait is coded on, or
*assumed*. *Expected* is what the levers must do if the model works as described;
`steppe scenarios verify` runs each what-if beside its baseline on the same luck and says whether
they do: a check of the model, and no finding about the world. Which statements of the documents
each file rests on, and which the model does not carry, stands in [mechanisms](mechanisms.md).

"""
QUESTIONS = {
    None: (
        "Baselines",
        "The world as it is in the evidence, with no lever. Each serves all areas.",
    ),
    "counter_narcotics": (
        "Counter-narcotics",
        "The report expected small bilateral operations, first Kazakh, then Kyrgyz and Tajik, on "
        "the model of the treaty organisation's Kanal. Does the form spread by example, by "
        "imitation or by need?",
    ),
    "peacekeeping": (
        "Peacekeeping",
        "The report expected brigades for Afghanistan, symbolic at first, if both patrons want "
        "them. Do they take both patrons, a willing member, a frame, or an unquiet Afghanistan?",
    ),
    "counter_terrorism": (
        "Counter-terrorism",
        "The report saw declarations, requests for joint action to come, and fear that help "
        "becomes a reason to interfere. What turns papers into joint work, and what stops it?",
    ),
    "energy_protection": (
        "Energy protection",
        "The report expected the fastest growth and the least resistance here, in the form of "
        "mixed units, since guards are refused. Is it the form, the flow, or the asking?",
    ),
    "across": (
        "Across the areas",
        "What Moscow, Beijing, a third power, the neighbours and the public may do, whatever it is "
        "about.",
    ),
}


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


def names_of(scenario: Scenario) -> list[str]:
    """Names that a file's scenario and its views are run by."""
    views = (view_name(scenario.name, view.conditioned_until) for view in scenario.views)
    return [scenario.name, *views]


def facts_of(scenario: Scenario) -> str:
    """Years and baselines of a file, its views included."""
    cut = scenario.conditioned_until
    told = [
        f"years {START_YEAR} to {scenario.horizon}",
        f"`{scenario.name}` follows the record to {cut}" if cut else "free from the start",
    ]
    if scenario.compare_with:
        told[-1] += f" (compare with `{scenario.compare_with}`)"
    for view in scenario.views:
        year = view.conditioned_until
        told.append(
            f"`{view_name(scenario.name, year)}` to {year} (compare with `{view.compare_with}`), "
            f"levers {abs(view.shift)} years {'earlier' if view.shift < 0 else 'later'}"
        )
    return "; ".join(told)


def scenario_part(scenario: Scenario) -> str:
    """One file of the library."""
    parts = [
        f"### `{scenario.name}`: {scenario.title}\n\n{facts_of(scenario)}.\n\n",
        f"{text(scenario.story)}\n\n",
    ]
    parts += [
        f"Seen from {view.conditioned_until}: {text(view.story)}\n\n"
        for view in scenario.views
        if view.story
    ]
    if scenario.question:
        parts.append(f"*{text(scenario.question)}*\n\n")
    if scenario.levers:
        rows = [
            (f"`{x.quantity}`", move_of(x), x.view or "all", x.why, f"`{x.source}`")
            for x in scenario.levers
        ]
        parts.append(table(("lever", "moved", "seen from", "why", "source"), rows))
    assumed = [*scenario.assumptions, *scenario.own_assumptions]
    assumed += [a for view in scenario.views for a in view.assumptions]
    expected = [
        f"`{e.outcome}` {e.direction}{f' (from {e.view})' if e.view else ''}: {e.why}"
        for e in scenario.expects
    ]
    for heading, lines in (
        ("Assumed", assumed),
        ("Rests on", [f"`{c.source}`: {c.reason}" for c in scenario.sources]),
        ("Expected", expected),
    ):
        if lines:
            parts.append(f"{heading}:\n\n" + "".join(f"- {text(x)}\n" for x in lines) + "\n")
    if scenario.evidence:
        rows_of_evidence = ", ".join(f"`{row}`" for row in scenario.evidence)
        parts.append(f"Rows of the evidence: {rows_of_evidence}.\n\n")
    return "".join(parts)


def page() -> str:
    """A guide by area, then all files of the library."""
    shipped = [load_whole(name) for name in library_files()]
    parts = [INTRO]
    for area, (heading, question) in QUESTIONS.items():
        found = [s for s in shipped if s.area == area]
        rows = [
            (
                f"[{s.title}](#{anchor(s)})",
                s.question or "",
                ", ".join(f"`{name}`" for name in names_of(s)),
            )
            for s in found
        ]
        parts.append(f"## {heading}\n\n{question}\n\n")
        parts.append(table(("what if" if area else "baseline", "question", "run as"), rows))
    parts.append("## Every file\n\n")
    parts += [scenario_part(s) for s in shipped]
    return "".join(parts)


def anchor(scenario: Scenario) -> str:
    """Anchor that a reader of Markdown gives to the scenario's heading."""
    heading = f"{scenario.name}: {scenario.title}".lower()
    return re.sub(r"[^\w\- ]", "", heading).replace(" ", "-")
