"""The report of a study: tables, figures and one page, in HTML and PDF."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import pandas as pd
from matplotlib.figure import Figure

from ...model.names import AREA_NAMES, PATRON_NAMES, PATRONS, START_YEAR
from .. import maps, timeline
from ..figures import Drawn
from ..files import write_atomic
from ..html import embedded, render
from ..manifest import Manifest
from ..pdf import pdf_of
from ..report import PDF
from ..store import REPORT
from ..style import Note, save
from ..tables import write_table
from ..told import Teller, Told, chosen, problems
from ..words import MEANING, rung_rows
from . import answers, figures, sheets
from .growth import FOUR

_CONTENTS: Final = (
    ("asked", "What was asked"),
    ("answer", "The short answer"),
    *((area, AREA_NAMES[area][0].upper() + AREA_NAMES[area][1:]) for area in FOUR),
    ("ranking", "Which area grows fastest, which meets least resistance"),
    ("changes", "What changes the answer"),
    ("uncertainty", "Where the uncertainty comes from"),
    ("unknown", "What is not known"),
    ("scenarios", "The scenarios"),
    ("references", "References"),
    ("again", "How to have it again"),
)


@dataclass(frozen=True)
class Beside:
    """What the report tells beside the numbers.

    Attributes
    ----------
    events : sequence of mapping
        The documented record, as for :func:`~steppe.results.report.finish`.
    stories : sequence of mapping
        ``title``, ``story`` and ``assumptions`` of each scenario.
    assumptions, notes : sequence of str
        Of the baselines; and what else a reader should know.
    """

    events: Sequence[Mapping[str, Any]] = ()
    stories: Sequence[Mapping[str, Any]] = ()
    assumptions: Sequence[str] = ()
    notes: Sequence[str] = field(default=())


def write(
    directory: Path, tables: Mapping[str, pd.DataFrame], manifest: Manifest, beside: Beside
) -> Path:
    """Write tables, figures, page and PDF of a study; every sentence is checked on the way.

    Raises
    ------
    RuntimeError
        If a sentence does not follow from its table.
    InputError
        If the place cannot be written.
    """
    for name, frame in tables.items():
        write_table(directory, name, frame, manifest)
    page = page_of(directory, tables, manifest, beside)
    wrong = problems(page, tables)
    if wrong:
        raise RuntimeError(f"{len(wrong)} sentences do not follow from their tables: {wrong[0]}")
    write_atomic(directory / REPORT, page)
    write_atomic(directory / PDF, pdf_of(page, manifest.title))
    return directory / REPORT


def page_of(
    directory: Path, tables: Mapping[str, pd.DataFrame], manifest: Manifest, beside: Beside
) -> bytes:
    """Draw the figures and give the page."""
    teller = Teller(tables)
    viewpoints = sorted(tables["cases"]["viewpoint"].unique().tolist())
    draw = _Pictures(directory, Note.of(manifest))
    return render(
        "study.html",
        manifest=manifest,
        key=manifest.key(),
        meaning=" ".join(t for kind, t in MEANING.items() if f"{kind}:" in manifest.badge),
        contents=_CONTENTS,
        cases=len(tables["cases"]),
        viewpoints=viewpoints,
        assumptions=beside.assumptions,
        notes=beside.notes,
        stories=beside.stories,
        rungs=rung_rows(),
        patron_names=PATRON_NAMES,
        traced=int(tables["facts"]["traced"].iloc[0]),
        one_rule=_one_rule(tables),
        rules=int(tables["split"]["rules"].iloc[0]) if "split" in tables else 1,
        short=answers.in_short(teller, viewpoints),
        areas=[_area(teller, area, viewpoints, draw, beside) for area in FOUR],
        rankings=answers.rankings(teller, viewpoints),
        ranking_figures=[
            draw(
                "rankings",
                "Growth and acceptance in the four areas, with each patron.",
                "Dots with intervals: areas down, measures across, viewpoints below each other.",
                lambda: figures.rankings(tables["ranking"], draw.note),
            )
        ],
        ranking_tables=sheets.rankings(tables),
        changes_told=answers.changes(teller, viewpoints),
        change_tables=sheets.changes(tables),
        split_told=answers.splits(teller, viewpoints),
        split_figures=_split_figures(tables, draw),
        split_tables=[*sheets.rules(tables), *sheets.splits(tables)],
        case_tables=sheets.cases(tables),
    )


def _one_rule(tables: Mapping[str, pd.DataFrame]) -> str:
    """Name of the decision rule of all what-ifs; empty if they have several, or there are none."""
    rules = set(tables["what_ifs"]["rule"]) if "what_ifs" in tables else set()
    return str(rules.pop()) if len(rules) == 1 else ""


def _area(
    teller: Teller, area: str, viewpoints: Sequence[int], draw: _Pictures, beside: Beside
) -> dict[str, Any]:
    """Everything that the report says of one area."""
    title = AREA_NAMES[area][0].upper() + AREA_NAMES[area][1:]
    views = [
        {
            "viewpoint": viewpoint,
            "told": {p: _told(teller, area, viewpoint, p) for p in PATRONS},
            "figures": _area_figures(teller.tables, area, viewpoint, draw),
            "tables": sheets.area(teller.tables, area, viewpoint),
        }
        for viewpoint in viewpoints
    ]
    events = [e for e in beside.events if e["area"] == area]
    years = range(START_YEAR, max(viewpoints) + 1)
    evidence = None
    if events:
        evidence = draw(
            f"evidence_{area}",
            f"Packages on record in {AREA_NAMES[area]}: {len(events)}, one mark a recipient. Those "
            "whose area no source tells are not shown.",
            "Lanes of the five states; marks by form in their years.",
            lambda: timeline.evidence(events, years, AREA_NAMES[area], draw.note),
        )
    return {"id": area, "title": title, "views": views, "evidence": evidence}


def _told(teller: Teller, area: str, viewpoint: int, patron: str) -> list[Told]:
    said = answers.on_area(teller, area, viewpoint, patron)
    if _has_what_ifs(teller.tables, viewpoint):
        said.append(answers.what_changes(teller, area, viewpoint, patron))
    return said


def _has_what_ifs(tables: Mapping[str, pd.DataFrame], viewpoint: int) -> bool:
    return "what_ifs" in tables and viewpoint in set(tables["what_ifs"]["viewpoint"])


def _area_figures(
    tables: Mapping[str, pd.DataFrame], area: str, viewpoint: int, draw: _Pictures
) -> list[dict[str, Any]]:
    words, ending = AREA_NAMES[area], f"{area}_{viewpoint}"
    note = draw.at(viewpoint)
    plans: list[tuple[str, str, str, Callable[[], Figure]]] = [
        (
            f"map_{ending}",
            f"Mean rung in {words} at the end of {viewpoint} and at the end of the runs.",
            "Four maps of the five states: China above, Russia below.",
            lambda: maps.area(
                chosen(tables["stands"], {"viewpoint": viewpoint, "area": area}), words, note
            ),
        ),
        (
            f"reach_{ending}",
            f"Share of runs that have come to each rung in {words}, by year.",
            "Ten panels, states across, China above and Russia below; stacked shading.",
            lambda: figures.fans(tables["reach"], area, viewpoint, note),
        ),
        (
            f"terms_{ending}",
            f"Terms of the utility in declined offers, {words}.",
            "Two waterfalls of bars, China left and Russia right.",
            lambda: figures.waterfall(tables["terms"], area, viewpoint, note),
        ),
    ]
    if _has_what_ifs(tables, viewpoint):
        plans.append(
            (
                f"what_ifs_{ending}",
                f"What the what-ifs change in {words}.",
                "Dots with intervals, a row for each what-if, both patrons.",
                lambda: figures.differences(tables["what_ifs"], area, viewpoint, note),
            )
        )
    return [draw(*plan) for plan in plans]


def _split_figures(tables: Mapping[str, pd.DataFrame], draw: _Pictures) -> list[dict[str, Any]]:
    if "split" not in tables:
        return []
    return [
        draw(
            "split",
            "Share of the variance between runs by where it comes from.",
            "Stacked bars, a row for each outcome and patron, a panel for each viewpoint.",
            lambda: figures.shares(tables["split"], draw.note),
        )
    ]


class _Pictures:
    """Draws, saves and embeds figures."""

    def __init__(self, directory: Path, note: Note) -> None:
        self.note = Note(note.badge, note.source, None)
        self._directory = directory

    def at(self, viewpoint: int) -> Note:
        """Note of the figures of a viewpoint."""
        return Note(self.note.badge, self.note.source, viewpoint)

    def __call__(
        self, name: str, caption: str, alt: str, make: Callable[[], Figure]
    ) -> dict[str, Any]:
        paths = save(make(), self._directory, name, caption)
        drawn = Drawn(name, caption, alt, paths)
        data = embedded(paths[0].read_bytes())
        return {"name": drawn.name, "caption": drawn.caption, "alt": drawn.alt, "data": data}
