"""Figures of rungs and packages over the years."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import PercentFormatter

from ..model.names import AREAS, PATRON_NAMES, PATRONS, STATE_NAMES, STATES
from .style import (
    COLOURS,
    GRID,
    INK,
    LINES,
    RUNG_WORDS,
    SHORT_AREAS,
    Margins,
    Note,
    fan,
    mark_cut,
    panels,
    styled,
    tints,
    year_axis,
)
from .summaries import CUMULATIVE
from .tables import ALL, grid

_SIZE: Final = (10.0, 8.6)
_BANDS: Final = ("mean", "q05", "q25", "q75", "q95")


def ladder(rungs: pd.DataFrame, patron: str, note: Note) -> Figure:
    """Chance of standing at or above each rung of one patron: states down, areas across."""
    years = rungs["year"].unique().tolist()
    reached = [
        grid(rungs, f"p_rung_ge_{k}", "year", "state", "patron", "area")[
            :, :, PATRONS.index(patron)
        ]
        for k in RUNG_WORDS
    ]
    reading = (
        "Share of runs that stand at a rung or above it at the end of the year; white: no rung.\n"
        + note.cut_words
    )
    with styled():
        figure, axes = panels(
            5, 5, _SIZE, (f"How far the states go with {PATRON_NAMES[patron]}", reading), note,
            Margins(left=1.15, top=1.3),
        )  # fmt: skip
        for (row, column), panel in np.ndenumerate(axes):
            for chance, colour in zip(reached, tints(patron), strict=True):
                panel.fill_between(years, chance[:, row, column], color=colour, linewidth=0)
            mark_cut(panel, note)
        _frame(axes, years, 1.0)
        handles = [
            Patch(facecolor=colour, label=words)
            for colour, words in zip(tints(patron), RUNG_WORDS.values(), strict=True)
        ]
        _legend(figure, handles)
    return figure


def joint_activity(rungs: pd.DataFrame, note: Note) -> Figure:
    """Chance of joint activity or more, both patrons: states down, areas across."""
    years = rungs["year"].unique().tolist()
    dims = ("year", "state", "patron", "area")
    chance, error = (grid(rungs, f"{kind}_rung_ge_3", *dims) for kind in ("p", "se"))
    reading = (
        "Share of runs at rung 3 or above (exercises, mixed units, forces) at the end of the year; "
        "shading: 95% Monte Carlo interval.\n" + note.cut_words
    )
    with styled():
        figure, axes = panels(
            5, 5, _SIZE, ("Joint activity or more, with China and with Russia", reading), note,
            Margins(left=1.15, top=1.3),
        )  # fmt: skip
        for (row, column), panel in np.ndenumerate(axes):
            panel.grid(axis="y", color=GRID, linewidth=0.5)
            for p, patron in enumerate(PATRONS):
                middle, width = chance[:, row, p, column], 1.96 * error[:, row, p, column]
                panel.fill_between(
                    years, np.clip(middle - width, 0, 1), np.clip(middle + width, 0, 1),
                    color=COLOURS[patron], alpha=0.25, linewidth=0,
                )  # fmt: skip
                panel.plot(years, middle, color=COLOURS[patron], linestyle=LINES[patron])
            mark_cut(panel, note)
        _frame(axes, years, _quarters(float((chance + 1.96 * error).max())))
        _legend(figure, patron_lines())
    return figure


def packages_by(packages: pd.DataFrame, by: str, note: Note) -> Figure:
    """Fans of packages since the first year, by patron and by ``state`` or ``area``."""
    chosen = packages[packages["measure"] == CUMULATIVE]
    other = "area" if by == "state" else "state"
    chosen = chosen[chosen[other] == ALL]
    years = chosen["year"].unique().tolist()
    names: dict[str, str] = STATE_NAMES | {ALL: "All five"} if by == "state" else SHORT_AREAS
    order = ("year", "state", "patron") if by == "state" else ("year", "patron", "area")
    found = {name: grid(chosen, name, *order) for name in _BANDS}
    if by == "state":
        found = {name: values.swapaxes(1, 2) for name, values in found.items()}
    reading = (
        f"Packages accepted since {years[0]}, added up. Line: mean of the runs; bands: the "
        "middle 50% and 90% of runs. The last column has its own scale.\n" + note.cut_words
    )
    with styled():
        figure, axes = panels(
            2, len(names), (10.0, 4.6), (f"Packages accepted, by {by}", reading), note,
            Margins(left=0.85, right=0.5, top=1.15), gaps=(0.22, 0.3),
        )  # fmt: skip
        for (row, patron), (column, word) in (
            (r, c) for r in enumerate(PATRONS) for c in enumerate(names.values())
        ):
            panel = axes[row, column]
            fan(panel, years, patron, {n: v[:, row, column] for n, v in found.items()})
            panel.grid(axis="y", color=GRID, linewidth=0.5)
            mark_cut(panel, note)
            year_axis(panel, years)
            if row == 0:
                panel.set_title(word, loc="left", weight="bold")
            if column == 0:
                panel.set_ylabel(f"{PATRON_NAMES[patron]}\npackages")
        for columns in (slice(0, -1), slice(-1, None)):
            top = found["q95"][..., columns].max() * 1.05 + 0.5
            for panel in axes[:, columns].ravel():
                panel.set_ylim(0, top)
        for panel in axes[:, 1:-1].ravel():
            panel.set_yticklabels([])
        for panel in axes[:, -1]:
            panel.yaxis.tick_right()
            panel.spines["left"].set_visible(False)
            panel.spines["right"].set_visible(True)
    return figure


def patron_lines() -> list[Line2D]:
    """Legend entries of the two patrons."""
    return [
        Line2D([], [], color=COLOURS[p], linestyle=LINES[p], linewidth=1.8, label=PATRON_NAMES[p])
        for p in PATRONS
    ]


def _quarters(highest: float) -> float:
    """Next quarter at or above a share: where the axis ends."""
    return min(1.0, max(0.25, float(np.ceil(4.0 * highest) / 4.0)))


def _frame(axes: np.ndarray, years: list[int], top: float) -> None:
    """Names of areas above, of states at the left, per cent and years at the edges."""
    for column, area in enumerate(AREAS):
        axes[0, column].set_title(SHORT_AREAS[area], loc="left", weight="bold")
    for row, state in enumerate(STATES):
        axes[row, 0].set_ylabel("share of runs")
        axes[row, 0].annotate(
            STATE_NAMES[state].upper(), (0, 0.5), (-58, 0), xycoords="axes fraction",
            textcoords="offset points", rotation=90, va="center", ha="center", weight="bold",
            color=INK, size=8,
        )  # fmt: skip
    for panel in axes[:, 1:].ravel():
        panel.tick_params(axis="y", labelleft=False)
    for panel in axes.ravel():
        panel.set_ylim(0, top)
        panel.set_yticks([0, top / 2, top])
        panel.yaxis.set_major_formatter(PercentFormatter(1.0))
        year_axis(panel, years)


def _legend(figure: Figure, handles: list[Line2D] | list[Patch]) -> None:
    height = figure.get_figheight()
    figure.legend(
        handles=handles, loc="upper left", ncols=len(handles), columnspacing=1.4,
        handlelength=2.6, borderaxespad=0, borderpad=0,
        bbox_to_anchor=(0.15 / figure.get_figwidth(), 1 - 0.8 / height),
    )  # fmt: skip
