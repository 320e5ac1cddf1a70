"""All figures of a run and of a comparison: drawn, saved, and described in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pandas as pd
from matplotlib.figure import Figure

from ..model.names import PATRON_NAMES, PATRONS
from . import fans, maps, shifts
from .compare import Comparison
from .manifest import Manifest
from .style import Note, save
from .timeline import Event, timeline


@dataclass(frozen=True)
class Drawn:
    """A saved figure.

    Attributes
    ----------
    name, caption, alt : str
        File name without ending; what it shows; the same for who cannot see it.
    paths : list of Path
        PNG, SVG.
    """

    name: str
    caption: str
    alt: str
    paths: list[Path]


_Plan = tuple[str, str, str, Callable[[], Figure]]


def draw_run(
    tables: Mapping[str, pd.DataFrame],
    events: Sequence[Event],
    manifest: Manifest,
    directory: Path,
) -> list[Drawn]:
    """Draw and save the figures of a run, in the order of the report."""
    note = Note.of(manifest)
    years = map_years(manifest)
    told = ", ".join(map(str, years))
    plans: list[_Plan] = [
        (
            f"ladder_{patron}",
            f"Share of runs at or above each rung with {PATRON_NAMES[patron]}, by state and area.",
            "Twenty-five panels, states down and areas across; stacked shading by year.",
            partial(fans.ladder, tables["rungs"], patron, note),
        )
        for patron in PATRONS
    ]
    plans += [
        (
            "joint_activity",
            "Share of runs at joint activity (rung 3) or above, with China and with Russia.",
            "Twenty-five panels, states down and areas across; a solid line for China and a "
            "dashed one for Russia.",
            lambda: fans.joint_activity(tables["rungs"], note),
        ),
        (
            "packages_by_state",
            "Packages accepted since the first year, added up, by patron and state.",
            "Twelve panels, China above and Russia below; mean and bands of runs by year.",
            lambda: fans.packages_by(tables["packages"], "state", note),
        ),
        (
            "packages_by_area",
            "Packages accepted since the first year, added up, by patron and area.",
            "Twelve panels, China above and Russia below; mean and bands of runs by year.",
            lambda: fans.packages_by(tables["packages"], "area", note),
        ),
        (
            "map_alignment",
            f"Mean rung with China less mean rung with Russia ({told}). {maps.DISCLAIMER}",
            "Maps of the five states, the number printed on each.",
            lambda: maps.alignment(tables["rungs"], years, note),
        ),
        (
            "map_highest",
            f"Highest rung of any area, mean of the runs ({told}). {maps.DISCLAIMER}",
            "Maps of the five states for each patron, the number printed on each.",
            lambda: maps.highest(tables["state_patron"], years, note),
        ),
        (
            "timeline",
            "The documented record beside the documented packages of the runs.",
            "Two fans by year with a dot for each year's recorded number, and below them one "
            "lane a state with a mark for each recorded event.",
            lambda: timeline(tables["packages"], events, note),
        ),
    ]
    return _save_all(plans, manifest.badge, directory)


def draw_comparison(
    comparison: Comparison, note: Note, directory: Path, ending: str = ""
) -> list[Drawn]:
    """Draw and save the figures of a comparison; ``ending`` sets their files apart."""
    span = f"{comparison.first_year}-{comparison.last_year}"
    plans: list[_Plan] = [
        (
            "both_sides",
            f"Packages accepted since {comparison.first_year} in A and in B, and B less A in the "
            "same run.",
            "Six panels, A, B and B less A across, China above and Russia below; bands of runs.",
            lambda: shifts.both_sides(comparison, note),
        ),
        (
            "map_sides",
            f"Mean rung over the five areas at the end of {comparison.last_year}, A and B.",
            "Four maps of the five states: A left and B right, China above and Russia below.",
            lambda: maps.sides(comparison, note),
        ),
        (
            "difference_by_year",
            "Difference of packages a year by patron, B less A, with its 95% interval.",
            "Two panels, one a patron; mean difference and interval by year, and a line at zero.",
            lambda: shifts.by_year(comparison, note),
        ),
        *(
            (
                f"difference_{outcome}",
                f"{title}: {words[0].lower()}{words[1:]}, B less A, with 95% intervals.",
                "Five panels, one a state; for each area a dot and a bar for either patron.",
                partial(shifts.by_cell, comparison, outcome, (title, words, unit), note),
            )
            for outcome, title, words, unit in (
                (
                    "rung",
                    "Rungs at the end",
                    f"Mean rung at the end of {comparison.last_year}",
                    "rungs",
                ),
                (
                    "rung_ge_3",
                    "Joint activity or more at the end",
                    f"Chance of rung 3 or above at the end of {comparison.last_year}",
                    "probability",
                ),
                ("packages", "Packages", f"Packages accepted in {span}", "packages"),
            )
        ),
    ]
    plans = [(f"{name}{ending}", words, alt, draw) for name, words, alt, draw in plans]
    return _save_all(plans, note.badge, directory)


def map_years(manifest: Manifest) -> list[int]:
    """Years of the maps: the cut, or the first year; the middle of what follows; the last."""
    start = manifest.projection.start - (manifest.conditioned_until is not None)
    start = max(start, manifest.first_year)
    return sorted({start, (start + manifest.last_year) // 2, manifest.last_year})


def _save_all(plans: Sequence[_Plan], badge: str, directory: Path) -> list[Drawn]:
    return [
        Drawn(
            name,
            caption,
            f"{caption} {alt} Badge: {badge}.",
            save(draw(), directory, name, caption),
        )
        for name, caption, alt, draw in plans
    ]
