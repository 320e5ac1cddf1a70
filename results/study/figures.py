"""Figures of a study."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import PercentFormatter

from ...model.names import AREA_NAMES, PATRON_NAMES, PATRONS, STATE_NAMES, STATES
from ..style import (
    COLOURS,
    FAINT,
    GAIN,
    GRID,
    INK,
    LOSS,
    MARKERS,
    OPEN,
    RUNG_WORDS,
    SHORT_AREAS,
    Margins,
    Note,
    panels,
    styled,
    tints,
    year_axis,
)
from ..tables import ALL, grid
from ..told import chosen
from .growth import FOUR, MEASURES
from .split import COMPONENTS
from .whatifs import OUTCOMES

SHOWN: Final = 14
"""What-ifs in a figure of differences, those with the largest estimates."""
_PARTS: Final = {"structure": "#c98a00", "parameters": "#4d7c8a", "chance": "#c9c9c9"}


def fans(reach: pd.DataFrame, area: str, viewpoint: int, note: Note) -> Figure:
    """Chance that each rung has been reached, by year: patrons down, states across."""
    rows = chosen(reach, {"viewpoint": viewpoint, "area": area})
    years = rows["year"].unique().tolist()
    p = grid(rows, "p", "year", "state", "patron", "rung")
    reading = (
        f"Share of runs that have stood at a rung or above it by the end of the year; the record "
        f"is followed to {viewpoint}.\nShading from light to dark: rungs 1 to 5; white: none yet."
    )
    with styled():
        figure, axes = panels(
            2, len(STATES), (10.0, 4.4),
            (f"Coming to each rung, from {viewpoint}: {AREA_NAMES[area]}", reading), note,
            Margins(left=0.85, top=1.4),
        )  # fmt: skip
        for row, patron in enumerate(PATRONS):
            for column, state in enumerate(STATES):
                panel = axes[row, column]
                for k, colour in enumerate(tints(patron)):
                    panel.fill_between(years, p[:, column, row, k], color=colour, linewidth=0)
                panel.set_ylim(0, 1)
                panel.set_yticks([0, 0.5, 1])
                panel.yaxis.set_major_formatter(PercentFormatter(1.0))
                panel.tick_params(axis="y", labelleft=column == 0)
                year_axis(panel, years)
                if row == 0:
                    panel.set_title(STATE_NAMES[state], loc="left", weight="bold")
            axes[row, 0].set_ylabel(f"{PATRON_NAMES[patron]}\nshare of runs")
        handles = [
            Patch(facecolor=colour, label=words)
            for colour, words in zip(tints("china"), RUNG_WORDS.values(), strict=True)
        ]
        _legend(figure, handles, 0.82)
    return figure


def differences(what_ifs: pd.DataFrame, area: str, viewpoint: int, note: Note) -> Figure:
    """Difference of the mean rung that each what-if makes, with its interval."""
    rows = chosen(what_ifs, {"viewpoint": viewpoint, "area": area, "outcome": "rung"})
    size = rows["difference"].abs().groupby(rows["title"], sort=False).max()
    titles = size.sort_values(ascending=False, kind="stable").index[:SHOWN].tolist()
    left = f" The {len(titles)} with the largest estimates." if len(size) > SHOWN else ""
    reading = (
        "Mean rung of the five states at the end, what-if less baseline, mean of paired runs; "
        "bars: 95% interval.\nFilled: the difference stands when all what-ifs are judged together; "
        f"hollow: it does not.{left}"
    )
    with styled():
        figure, axes = panels(
            1, 1, (10.0, 2.4 + 0.27 * len(titles)),
            (f"What changes the answer, from {viewpoint}: {AREA_NAMES[area]}", reading), note,
            Margins(left=3.6, top=1.35, bottom=0.95), shared=True,
        )  # fmt: skip
        panel = axes[0, 0]
        panel.axvline(0, color=INK, linewidth=0.7)
        panel.grid(axis="x", color=GRID, linewidth=0.5)
        for place, title in enumerate(titles):
            for patron, shift in zip(PATRONS, (-0.16, 0.16), strict=True):
                row = chosen(rows, {"title": title, "patron": patron}).iloc[0]
                height, colour = place + shift, COLOURS[patron]
                panel.plot([row["lower"], row["upper"]], [height] * 2, color=colour, linewidth=1.4)
                panel.plot(
                    row["difference"], height, MARKERS[patron], color=colour, markersize=4.6,
                    markerfacecolor=colour if row["supported"] else "white",
                )  # fmt: skip
        panel.set_yticks(range(len(titles)), [_shorter(title) for title in titles])
        panel.set_ylim(len(titles) - 0.5, -0.5)
        panel.tick_params(axis="y", length=0, labelcolor=INK)
        panel.set_xlabel("difference, rungs")
        _legend(figure, _patron_marks(), 0.82)
    return figure


def waterfall(terms: pd.DataFrame, area: str, viewpoint: int, note: Note) -> Figure:
    """Mean terms of the utility in declined offers, one after the other, both patrons."""
    where = {"viewpoint": viewpoint, "area": area, "state": ALL}
    reading = (
        "Mean contribution of each term to the utility of offers that were declined, all five "
        f"states, from {viewpoint}.\nThe terms add up to the last bar; an offer is weighed against "
        "declining, near 0, with a draw of chance."
    )
    with styled():
        figure, axes = panels(
            1, 2, (10.0, 4.6), (f"What stands in the way: {AREA_NAMES[area]}", reading), note,
            Margins(left=1.15, top=1.3, bottom=0.95), gaps=(1.05, 0.3), shared=False,
        )  # fmt: skip
        for panel, patron in zip(axes[0], PATRONS, strict=True):
            rows = chosen(terms, where | {"patron": patron})
            _fall(panel, rows.sort_values("declined", ascending=False, kind="stable"))
            panel.set_title(PATRON_NAMES[patron], loc="left", weight="bold", color=COLOURS[patron])
            panel.set_xlabel("utility")
        ends = [panel.get_xlim() for panel in axes[0]]
        for panel in axes[0]:
            panel.set_xlim(min(e[0] for e in ends), max(e[1] for e in ends))
    return figure


def _fall(panel: Any, rows: pd.DataFrame) -> None:
    """One bar a term, each beginning where the one before ends; the sum last."""
    rows = rows[rows["declined"] != 0.0]  # terms of other decision rules
    values = np.nan_to_num(rows["declined"].to_numpy())
    starts = np.concatenate([[0.0], values.cumsum()[:-1]])
    words = [term.replace("_", " ") for term in rows["term"]]
    for place, (start, value) in enumerate(zip(starts, values, strict=True)):
        panel.barh(place, value, left=start, color=GAIN if value > 0 else LOSS, height=0.7)
        text = f"{value:+.2f}".replace("-", "\N{MINUS SIGN}")
        panel.annotate(
            text, (max(start, start + value), place), (3, 0), textcoords="offset points",
            va="center", size=6.5, color=FAINT,
        )  # fmt: skip
    total = float(values.sum())
    panel.barh(len(values), total, color=OPEN, height=0.7)
    panel.axvline(0, color=INK, linewidth=0.7)
    panel.set_yticks(range(len(values) + 1), [*words, "utility"])
    panel.set_ylim(len(values) + 0.6, -0.6)
    panel.tick_params(axis="y", length=0, labelcolor=INK)
    edges = np.concatenate([starts, starts + values, [0.0, total]])
    panel.set_xlim(edges.min() - 0.15, edges.max() + 0.45)


def rankings(ranking: pd.DataFrame, note: Note) -> Figure:
    """The four areas by each measure, both patrons and viewpoints, with intervals."""
    viewpoints = ranking["viewpoint"].unique().tolist()
    reading = (
        "Mean of the runs with its 95% interval, which may be smaller than the mark; the areas of "
        "the report of 2010.\nRungs and packages: growth from the viewpoint on; offers: how many "
        "are accepted."
    )
    titles = {"rungs": "rise of the mean rung", "packages": "more packages a year",
              "acceptance": "share of offers accepted"}  # fmt: skip
    with styled():
        figure, axes = panels(
            len(viewpoints), len(MEASURES), (10.0, 1.9 + 1.65 * len(viewpoints)),
            ("Which area grows fastest, and which meets least resistance", reading), note,
            Margins(left=1.75, top=1.45, bottom=0.75), gaps=(0.3, 0.5),
        )  # fmt: skip
        for (row, viewpoint), (column, measure) in (
            (r, c) for r in enumerate(viewpoints) for c in enumerate(MEASURES)
        ):
            panel = axes[row, column]
            rows = chosen(ranking, {"viewpoint": viewpoint, "measure": measure})
            for patron, shift in zip(PATRONS, (-0.14, 0.14), strict=True):
                mine = chosen(rows, {"patron": patron})
                places = [FOUR.index(a) + shift for a in mine["area"]]
                panel.hlines(places, mine["lower"], mine["upper"], color=COLOURS[patron])
                panel.plot(
                    mine["mean"], places, MARKERS[patron], color=COLOURS[patron], markersize=4.6
                )
            panel.autoscale(axis="x")
            panel.margins(x=0.08)
            panel.set_autoscale_on(True)
            panel.relim()
            panel.autoscale_view()
            panel.set_ylim(len(FOUR) - 0.5, -0.5)
            panel.set_yticks(range(len(FOUR)), [SHORT_AREAS[a] for a in FOUR])
            panel.tick_params(axis="y", length=0, labelcolor=INK, labelleft=column == 0)
            panel.tick_params(axis="x", labelbottom=True)
            panel.grid(axis="x", color=GRID, linewidth=0.5)
            panel.axvline(0, color=INK, linewidth=0.7) if measure != "acceptance" else None
            panel.set_title(f"{titles[measure]}, from {viewpoint}", loc="left", weight="bold")
        _legend(figure, _patron_marks(), 0.82)
    return figure


def shares(split: pd.DataFrame, note: Note) -> Figure:
    """How the variance of each outcome is split, over all areas."""
    rows = chosen(split, {"area": ALL})
    viewpoints = rows["viewpoint"].unique().tolist()
    words = {"rung": "mean rung at the end", "reach_3": "states at joint activity",
             "reach_4": "states at a mixed unit", "packages": "packages"}  # fmt: skip
    reading = (
        "Share of the variance between runs that is due to the decision rule, to the parameters, "
        "and to chance.\nAll areas together; lines: one standard error, by leaving out one draw of "
        "the parameters at a time."
    )
    with styled():
        figure, axes = panels(
            1, len(viewpoints), (10.0, 4.2), ("Where the uncertainty comes from", reading), note,
            Margins(left=2.1, top=1.45, bottom=0.75), gaps=(0.3, 0.3),
        )  # fmt: skip
        for column, viewpoint in enumerate(viewpoints):
            panel = axes[0, column]
            labels = []
            for place, (outcome, patron) in enumerate((o, p) for o in OUTCOMES for p in PATRONS):
                row = chosen(rows, {"viewpoint": viewpoint, "outcome": outcome, "patron": patron})
                start = 0.0
                for part in COMPONENTS:
                    share = float(np.nan_to_num(row[f"share_{part}"].iloc[0]))
                    panel.barh(place, share, left=start, color=_PARTS[part], height=0.7)
                    start += share
                    error = float(np.nan_to_num(row[f"se_share_{part}"].iloc[0]))
                    if part != "chance" and share > 0.0:
                        panel.hlines(place, start - error, start + error, color=INK, linewidth=1)
                labels.append(f"{words[outcome]}, {PATRON_NAMES[patron]}")
            panel.set_yticks(range(len(labels)), labels)
            panel.set_ylim(len(labels) - 0.4, -0.6)
            panel.set_xlim(0, 1)
            panel.xaxis.set_major_formatter(PercentFormatter(1.0))
            panel.tick_params(axis="y", length=0, labelcolor=INK, labelleft=column == 0)
            panel.set_title(f"from {viewpoint}", loc="left", weight="bold")
        asked = [part for part in COMPONENTS if rows[f"share_{part}"].notna().any()]
        names = {"structure": "decision rule"}
        _legend(figure, [Patch(facecolor=_PARTS[p], label=names.get(p, p)) for p in asked], 0.82)
    return figure


def _patron_marks() -> list[Line2D]:
    return [
        Line2D([], [], color=COLOURS[p], marker=MARKERS[p], linewidth=1.4, markersize=5,
               label=PATRON_NAMES[p])
        for p in PATRONS
    ]  # fmt: skip


def _legend(figure: Figure, handles: list[Any], below: float) -> None:
    height, width = figure.get_figheight(), figure.get_figwidth()
    figure.legend(
        handles=handles, loc="upper left", ncols=len(handles), columnspacing=1.4, borderaxespad=0,
        borderpad=0, bbox_to_anchor=(0.15 / width, 1 - below / height),
    )  # fmt: skip


def _shorter(title: str) -> str:
    """A title that fits beside a figure."""
    return title if len(title) <= 52 else title[:50].rstrip(" ,") + "\N{HORIZONTAL ELLIPSIS}"
