"""Figures of paired differences between two scenarios."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from ..model.names import AREAS, PATRON_NAMES, PATRONS, STATE_NAMES, STATES
from .compare import Comparison
from .sides import SIDES
from .style import (
    COLOURS,
    GRID,
    INK,
    LINES,
    MARKERS,
    SHORT_AREAS,
    Margins,
    Note,
    fan,
    mark_cut,
    panels,
    styled,
    year_axis,
)
from .tables import grid

BANDS: Final = ("mean", "q05", "q25", "q75", "q95")
SIDE_WORDS: Final = {"a": "A", "b": "B", "difference": "B less A"}
_OFFSETS: Final = {"china": -0.16, "russia": 0.16}


def by_year(comparison: Comparison, note: Note) -> Figure:
    """Mean difference of packages a year by patron, with its 95% interval."""
    years = comparison.years["year"].unique().tolist()
    reading = (
        "Packages accepted a year by the five states together, B less A, mean of paired runs; "
        "shading: 95% interval of the mean.\n" + note.cut_words
    )
    with styled():
        figure, axes = panels(
            1, 2, (10.0, 3.8), ("What changes, year by year", reading), note,
            Margins(left=0.85, top=1.15, bottom=0.95), shared=True,
        )  # fmt: skip
        for panel, patron in zip(axes[0], PATRONS, strict=True):
            mine = comparison.years[comparison.years["patron"] == patron]
            panel.axhline(0, color=INK, linewidth=0.7)
            panel.fill_between(
                years, mine["lower"], mine["upper"], color=COLOURS[patron], alpha=0.25, linewidth=0
            )
            panel.plot(years, mine["difference"], color=COLOURS[patron], linestyle=LINES[patron])
            panel.set_title(PATRON_NAMES[patron], loc="left", weight="bold", color=COLOURS[patron])
            panel.grid(axis="y", color=GRID, linewidth=0.5)
            panel.set_xlabel("year")
            mark_cut(panel, note)
            year_axis(panel, years)
        axes[0, 0].set_ylabel("difference, packages a year")
        _room(axes)
    return figure


def both_sides(comparison: Comparison, note: Note) -> Figure:
    """Fans of packages of A and of B, and of the paired difference, both patrons."""
    frame = comparison.fans
    years = frame["year"].unique().tolist()
    found = {n: grid(frame, n, "side", "year", "patron") for n in (*BANDS, "lower", "upper")}
    reading = (
        f"Packages accepted since {years[0]} by the five states, added up. Line: mean of the runs; "
        "bands: the middle 50% and 90% of runs.\nB less A, of the same run on both sides; thin "
        f"lines: 95% interval of its mean. {note.cut_words}"
    )
    with styled():
        figure, axes = panels(
            2, len(SIDES), (10.0, 5.4), ("Both sides, and what is between them", reading), note,
            Margins(left=0.85, right=0.25, top=1.15, bottom=0.95), gaps=(0.55, 0.3),
        )  # fmt: skip
        for (row, column), panel in np.ndenumerate(axes):
            patron = PATRONS[row]
            fan(panel, years, patron, {n: found[n][column, :, row] for n in BANDS})
            panel.grid(axis="y", color=GRID, linewidth=0.5)
            mark_cut(panel, note)
            year_axis(panel, years)
            if row == 0:
                panel.set_title(SIDE_WORDS[SIDES[column]], loc="left", weight="bold")
            if column == 0:
                panel.set_ylabel(f"{PATRON_NAMES[patron]}\npackages")
            if SIDES[column] == "difference":
                panel.axhline(0, color=INK, linewidth=0.7)
                for name in ("lower", "upper"):
                    panel.plot(years, found[name][column, :, row], color=INK, linewidth=0.6)
                low = min(0.0, *(found[n][column, :, row].min() for n in ("q05", "lower")))
                high = max(0.0, *(found[n][column, :, row].max() for n in ("q95", "upper")))
                room = 0.05 * (high - low) if high - low > 0.2 else 1.0
                panel.set_ylim(low - room, high + room)
            else:
                panel.set_ylim(0, found["q95"][:2, :, row].max() * 1.05 + 0.5)
    return figure


def by_cell(
    comparison: Comparison, outcome: str, texts: tuple[str, str, str], note: Note
) -> Figure:
    """Difference of an outcome in every state and area, with its 95% interval.

    ``texts`` are the title, the outcome in words, and the unit of a difference.
    """
    title, words, unit = texts
    chosen = comparison.table[comparison.table["outcome"] == outcome]
    reading = (
        f"{words}, B less A, mean of paired runs; bars: 95% interval.\n"
        "Filled: the difference stands when all cells of the figure are judged together; "
        "hollow: it does not."
    )
    with styled():
        figure, axes = panels(
            1, len(STATES), (10.0, 4.3), (title, reading), note,
            Margins(left=1.35, top=1.35, bottom=0.95), gaps=(0.2, 0.3), shared=True,
        )  # fmt: skip
        for panel, state in zip(axes[0], STATES, strict=True):
            panel.axvline(0, color=INK, linewidth=0.7)
            panel.grid(axis="x", color=GRID, linewidth=0.5)
            for patron in PATRONS:
                _bars(panel, chosen[(chosen["state"] == state) & (chosen["patron"] == patron)])
            panel.set_title(STATE_NAMES[state], loc="left", weight="bold")
            panel.set_yticks(range(len(AREAS)), [SHORT_AREAS[a] for a in AREAS])
            panel.set_ylim(len(AREAS) - 0.5, -0.5)
            panel.tick_params(axis="y", length=0, labelcolor=INK)
            panel.locator_params(axis="x", nbins=4)
        figure.text(
            0.55, 0.55 / figure.get_figheight(),
            f"difference, {unit}", ha="center", va="bottom",
        )  # fmt: skip
        figure.legend(
            handles=[
                Line2D(
                    [], [], color=COLOURS[p], marker=MARKERS[p], linewidth=1.4, markersize=5,
                    label=PATRON_NAMES[p],
                )
                for p in PATRONS
            ],
            loc="upper left", ncols=2, borderaxespad=0, borderpad=0,
            bbox_to_anchor=(0.15 / 10.0, 1 - 0.82 / figure.get_figheight()),
        )  # fmt: skip
        _room(axes)
    return figure


def _bars(panel: Any, rows: pd.DataFrame) -> None:
    for place, area in enumerate(AREAS):
        row = rows[rows["area"] == area].iloc[0]
        patron = row["patron"]
        height = place + _OFFSETS[patron]
        colour = COLOURS[patron]
        panel.plot([row["lower"], row["upper"]], [height, height], color=colour, linewidth=1.4)
        panel.plot(
            row["difference"], height, MARKERS[patron], color=colour, markersize=4.6,
            markerfacecolor=colour if row["supported"] else "white",
        )  # fmt: skip


def _room(axes: np.ndarray) -> None:
    """Keep a visible scale where every difference is zero."""
    sides = ("y", axes[0, 0].get_ylim()) if axes.shape[1] == 2 else ("x", axes[0, 0].get_xlim())
    name, limits = sides
    if max(abs(limits[0]), abs(limits[1])) < 0.1:
        for panel in axes.ravel():
            panel.set(**{f"{name}lim": (-1.0, 1.0)})
