"""Figure of the backtests: gains and losses over the best baseline."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from typing import Any, Final

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from ..style import FAINT, GAIN, GRID, INK, LOSS, OPEN, Margins, Note, panels, styled
from .foresight import Backtest, gains, verdict
from .foresight_words import where

MARKS: Final = {
    "gain": (GAIN, "^", "clear gain"),
    "loss": (LOSS, "v", "clear loss"),
    "open": (OPEN, "o", "not clear"),
}
"""Colour, marker and words of a verdict."""
DRAWN: Final = {"log": "gain in log score (nats)", "crps": "gain in CRPS of yearly totals"}
ROW: Final = 0.235
"""Inches of a group in a panel."""
APART: Final = 0.6
"""Rows kept free between kinds of groups."""


def picture(found: Sequence[Backtest], note: Note) -> Figure:
    """Gains over the best baseline by group, with intervals: scores down, backtests across."""
    names = [(row["by"], row["key"]) for row in gains(found[0].rows)]
    starts = [n for n in range(1, len(names)) if names[n][0] != names[n - 1][0]]
    place = [n + APART * sum(n >= start for start in starts) for n in range(len(names))]
    reading = (
        "How much better the model was than the baseline that turned out best: right of the line "
        "better, left of it worse. Above,\nthe probability it gave to what was then documented; "
        "below, how near the totals of a year came. Lines are 90% intervals\nover blocks of years; "
        "where one crosses zero, the test does not tell the two apart."
    )
    height = 2.85 + len(DRAWN) * ROW * (place[-1] + 1.0)
    with styled():
        figure, axes = panels(
            len(DRAWN), len(found), (9.0, height),
            ("Does the model foresee more than a count would?", reading), note,
            Margins(left=1.35, top=1.5, bottom=0.95), gaps=(0.3, 0.45),
        )  # fmt: skip
        for line, (score, words) in zip(axes, DRAWN.items(), strict=True):
            for panel, test in zip(line, found, strict=True):
                own = {(row["by"], row["key"]): row for row in gains(test.rows, score)}
                _gains(panel, [own.get(name) for name in names], place)
                panel.set_xlabel(words, color=FAINT)
                panel.tick_params(labelbottom=True)
            line[0].set_yticks(place, [where({"by": by, "key": key}) for by, key in names])
        for panel, test in zip(axes[0], found, strict=True):
            panel.set_title(textwrap.fill(test.title, 36), loc="left", size=8)
        figure.legend(
            handles=[
                Line2D([], [], color=colour, marker=marker, label=words,
                       markerfacecolor="white" if kind == "open" else colour)
                for kind, (colour, marker, words) in MARKS.items()
            ],
            loc="lower right", ncols=3, bbox_to_anchor=(0.985, 0.01),
        )  # fmt: skip
    return figure


def _gains(panel: Axes, rows: Sequence[Mapping[str, Any] | None], place: Sequence[float]) -> None:
    """Draw the gains of a score in a test."""
    ends = [0.0]
    for y, row in zip(place, rows, strict=True):
        if row is None:
            continue
        kind = verdict(row)
        colour, marker, _ = MARKS[kind]
        panel.plot([row["low"], row["high"]], [y, y], color=colour, linewidth=2.0)
        panel.plot(
            row["gain"], y, marker, color=colour, markersize=6.0,
            markerfacecolor="white" if kind == "open" else colour,
        )  # fmt: skip
        ends += [row[end] for end in ("low", "high", "gain") if row[end] == row[end]]
    panel.axvline(0.0, color=INK, linewidth=1.0)
    room = 0.06 * (max(ends) - min(ends)) + 0.1
    panel.set_xlim(min(ends) - room, max(ends) + room)
    panel.set_ylim(place[-1] + 0.6, -0.6)
    panel.grid(axis="x", color=GRID, linewidth=0.5)
    panel.set_yticks(place, [""] * len(place))
    panel.tick_params(axis="y", length=0, labelcolor=INK)
