"""Pictures of sensitivity: factors by weight, indices from ever more of the sample, by year."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from .style import FAINT, GAIN, GRID, INK, OPEN, Margins, Note, panels, styled

TOP: Final = 10
"""Factors that are shown."""
_CORRECTED: Final = "ST_expected"
_BAR: Final = "#8fb8a4"
_LINES: Final = ("#00734a", "#8b2d8b", "#b5391c", "#1b5e9b", "#a67c00", "#6b6b6b")


class Measure(NamedTuple):
    """How an index is called and read.

    Attributes
    ----------
    column : str
    label : str
        Of its axis.
    reading : str
        What it says, a sentence.
    second : (str, str) or None
        Column and words of the dot beside it.
    floor : (str, str) or None
        Column and words of what chance alone would show.
    """

    column: str
    label: str
    reading: str
    second: tuple[str, str] | None
    floor: tuple[str, str] | None


MEASURES: Final = {
    "sobol": Measure(
        "ST",
        "share of the variance",
        "Bar: total share of the variance between points that goes with the factor, alone or "
        "with others (line: 95% interval).",
        ("S1", "alone (first order)"),
        None,
    ),
    "morris": Measure(
        "mu_star",
        "mean size of effects",
        "Bar: mean size of the effect of a factor, for the whole of its range (line: 95% "
        "interval). Sizes, no shares.",
        None,
        ("mu_star_chance", "chance alone"),
    ),
    "delta": Measure(
        "delta",
        "delta",
        "Bar: how far the distribution of the outcome moves once the factor is known, 0 to 1 "
        "(line: 95% interval).",
        None,
        ("delta_floor", "a factor that does nothing"),
    ),
    "pawn": Measure(
        "PAWN",
        "PAWN, median",
        "Bar: greatest distance between distribution functions once the factor is known, 0 to 1 "
        "(line: 95% interval).",
        None,
        ("PAWN_floor", "a factor that does nothing"),
    ),
}


def ranks(
    tables: Mapping[str, pd.DataFrame], method: str, title: str, note: Note, top: int = TOP
) -> Figure:
    """Bars of the weightiest factors, a panel for each outcome.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        By name of the panel a table with the index of the method, ``factor``, ``low``,
        ``high`` and ``told``, the weightiest first.
    method : str
        One of :data:`MEASURES`.
    title : str
    note : Note
    top : int
        Factors that are shown.
    """
    measure = MEASURES[method]
    shown = {name: table.head(top) for name, table in tables.items()}
    columns = 1 if len(shown) == 1 else 2
    rows = -(-len(shown) // columns)
    deepest = max(len(table) for table in shown.values())
    longest = max(len(str(f)) for table in shown.values() for f in table["factor"])
    side = 0.35 + 0.062 * longest
    size = (max(5.6 + side, 2.0) if columns == 1 else 10.4, 1.75 + rows * (0.45 + 0.21 * deepest))
    reading = f"{measure.reading}\nGrey: not told apart from chance."
    with styled():
        figure, axes = panels(
            rows, columns, size, (title, reading), note,
            Margins(left=side, top=1.15, bottom=0.95), gaps=(side, 0.5),
        )  # fmt: skip
        flat = axes.ravel()
        for panel, (name, table) in zip(flat, shown.items(), strict=False):
            _bars(panel, table, measure)
            panel.set_title(name, loc="left", weight="bold")
        for panel in flat[len(shown) :]:
            panel.set_axis_off()
        for panel in flat[max(len(shown) - columns, 0) : len(shown)]:
            panel.set_xlabel(measure.label)
        _legend(figure, measure, any(_CORRECTED in table for table in shown.values()))
    return figure


def _bars(panel: Axes, table: pd.DataFrame, measure: Measure) -> None:
    places = np.arange(len(table))[::-1]
    values = table[measure.column].to_numpy()
    colours = np.where(table["told"], _BAR, "#cfcfcf")
    panel.barh(places, values, 0.66, color=colours)
    panel.hlines(places, table["low"], table["high"], color=INK, linewidth=1.1)
    if measure.second is not None:
        panel.plot(table[measure.second[0]], places, "o", color=GAIN, markersize=4.2, zorder=4)
    if _CORRECTED in table:
        panel.plot(
            table[_CORRECTED], places, "D", markersize=4.6, markerfacecolor="white",
            markeredgecolor=INK, markeredgewidth=0.9, zorder=3,
        )  # fmt: skip
    if measure.floor is not None and measure.floor[0] in table:
        for place, value in zip(places, table[measure.floor[0]], strict=True):
            panel.plot([value] * 2, [place - 0.42, place + 0.42], color=OPEN, linestyle=":")
    panel.set_yticks(places, table["factor"])
    panel.tick_params(axis="y", length=0, labelcolor=INK)
    panel.tick_params(axis="x", labelbottom=True)
    panel.set_ylim(-0.6, len(table) - 0.4)
    right = np.nanmax([table["high"].max(), values.max(), 1e-9])
    panel.set_xlim(min(0.0, 1.05 * float(table["low"].min())), 1.06 * float(right))
    panel.axvline(0.0, color=FAINT, linewidth=0.6)
    panel.grid(axis="x", color=GRID, linewidth=0.5)


def _legend(figure: Figure, measure: Measure, corrected: bool) -> None:
    handles: list[Any] = [
        Patch(facecolor=_BAR, label=measure.column),
        Line2D([], [], color=INK, linewidth=1.1, label="95% interval"),
    ]
    if measure.second is not None:
        style: dict[str, Any] = {"marker": "o", "linestyle": "", "color": GAIN, "markersize": 4.2}
        handles.append(Line2D([], [], label=measure.second[1], **style))
    if corrected:
        style = {"marker": "D", "linestyle": "", "color": INK, "markerfacecolor": "white"}
        handles.append(Line2D([], [], markersize=4.6, label="total without chance", **style))
    if measure.floor is not None:
        handles.append(Line2D([], [], color=OPEN, linestyle=":", label=measure.floor[1]))
    figure.legend(handles=handles, loc="lower right", ncols=len(handles))


class Curve(NamedTuple):
    """An index of one factor along something: sizes of the sample, or years."""

    factor: str
    middle: np.ndarray
    low: np.ndarray
    high: np.ndarray


def curves(
    along: Sequence[int],
    drawn: Sequence[Curve],
    method: str,
    words: tuple[str, str],
    note: Note,
    years: bool = False,
) -> Figure:
    """Lines with bands for up to six factors.

    Parameters
    ----------
    along : sequence of int
        Sizes of the sample, on a logarithmic axis, or years.
    drawn : sequence of Curve
        The weightiest first.
    method : str
    words : (str, str)
        Title, and label of the horizontal axis.
    note : Note
    years : bool
        Whether ``along`` are years.
    """
    title, label = words
    measure = MEASURES[method]
    what = "year to year" if years else "from ever more of the sample"
    reading = f"{measure.column} of the weightiest factors, {what}; bands are 95% intervals." + (
        "" if years else "\nIt has settled where lines are level and bands narrow."
    )
    with styled():
        figure, axes = panels(
            1, 1, (7.6, 4.4), (title, reading), note, Margins(right=2.1, top=1.05, bottom=1.0)
        )
        panel = axes[0, 0]
        for curve, colour in zip(drawn, _LINES, strict=False):
            panel.fill_between(along, curve.low, curve.high, color=colour, alpha=0.15, linewidth=0)
            panel.plot(
                along, curve.middle, color=colour, marker="o", markersize=3, label=curve.factor
            )
        if not years:
            panel.set_xscale("log", base=2)
            panel.set_xticks(list(along), [f"{n:,}" for n in along])
            panel.minorticks_off()
        panel.set_xlim(along[0] * (1 if years else 0.93), along[-1] * (1 if years else 1.07))
        ends = np.concatenate([np.concatenate([c.low, c.high]) for c in drawn[: len(_LINES)]])
        ends = ends[np.isfinite(ends)]
        low, high = (float(ends.min()), float(ends.max())) if len(ends) else (0.0, 1.0)
        reach = max(high - min(low, 0.0), 1e-9)
        panel.set_ylim(min(low, 0.0) - 0.03 * reach, high + 0.05 * reach)
        panel.set_xlabel(label)
        panel.set_ylabel(measure.label)
        panel.grid(color=GRID, linewidth=0.5)
        panel.legend(loc="upper left", bbox_to_anchor=(1.01, 1.0))
    return figure
