"""The documented record over what the runs say would be documented."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from ..model.names import CHANNELS, LAST_HISTORY_YEAR, PATRON_NAMES, PATRONS, STATE_NAMES, STATES
from .style import (
    COLOURS,
    FAINT,
    GRID,
    INK,
    Margins,
    Note,
    fan,
    mark_cut,
    panels,
    styled,
    year_axis,
)
from .tables import ALL

Event = Mapping[str, Any]
"""A row of the record: id, year, state, patron, area, channel, text; one row a recipient."""
FORMS: Final = {"agreement": "v", "aid": "s", "exercise": "o", "unit": "D", "base": "^"}
_OTHER: Final = "x"


def recorded(events: Sequence[Event]) -> Counter[tuple[int, str]]:
    """Count the recorded packages by year and patron; other events are no packages."""
    return Counter((int(e["year"]), e["patron"]) for e in events if e["channel"] in CHANNELS)


def timeline(packages: pd.DataFrame, events: Sequence[Event], note: Note) -> Figure:
    """Fans of documented packages with the recorded numbers, and below them each event."""
    chosen = packages[packages["measure"] == "documented"]
    chosen = chosen[(chosen["state"] == ALL) & (chosen["area"] == ALL)]
    years = chosen["year"].unique().tolist()
    counted = recorded(events)
    reading = (
        "Above: documented packages a year; dots: the record; line and bands: mean, middle 50% and "
        f"90% of runs.\nAfter {LAST_HISTORY_YEAR} the bands are what sources as thin as in that "
        "year would show. Below: each event.\n" + note.cut_words
    )
    with styled():
        figure, axes = panels(
            3, 1, (10.0, 8.2), ("The documented record and the simulated one", reading), note,
            Margins(left=1.15, top=1.15, bottom=0.95), gaps=(0.0, 0.42),
        )  # fmt: skip
        for panel, patron in zip(axes[:2, 0], PATRONS, strict=True):
            mine = chosen[chosen["patron"] == patron]
            bands = {c: mine[c].to_numpy() for c in ("mean", "q05", "q25", "q75", "q95")}
            fan(panel, years, patron, bands)
            past = [year for year in years if year <= LAST_HISTORY_YEAR]
            numbers = [counted[year, patron] for year in past]
            panel.plot(past, numbers, "o", color=INK, markersize=4, zorder=5, clip_on=False)
            panel.set_title(PATRON_NAMES[patron], loc="left", weight="bold", color=COLOURS[patron])
            panel.set_ylabel("documented packages\na year")
            panel.set_ylim(0, 1.08 * max([*numbers, *bands["q95"], 2]))
            panel.grid(axis="y", color=GRID, linewidth=0.5)
            mark_cut(panel, note)
        _lanes(axes[2, 0], events, years, note)
        for panel in axes[:, 0]:
            year_axis(panel, years)
        _legend(figure, axes[2, 0])
    return figure


def evidence(events: Sequence[Event], years: Sequence[int], words: str, note: Note) -> Figure:
    """The events of the record alone, one lane a state."""
    reading = f"Documented packages in {words}, each a mark in its year; one lane a state.\n"
    with styled():
        figure, axes = panels(
            1, 1, (10.0, 3.6), (f"What is on record: {words}", reading + note.cut_words), note,
            Margins(left=1.15, top=1.35, bottom=0.95),
        )  # fmt: skip
        _lanes(axes[0, 0], events, years, note)
        axes[0, 0].set_title("", loc="left")
        year_axis(axes[0, 0], years)
        _legend(figure, axes[0, 0])
    return figure


def _lanes(panel: Any, events: Sequence[Event], years: Sequence[int], note: Note) -> None:
    """One lane a state, China's events in its upper half, Russia's in its lower."""
    placed: Counter[tuple[int, str, str]] = Counter()
    for event in events:
        year, state, patron = int(event["year"]), event["state"], event["patron"]
        if state not in STATES or patron not in PATRONS or year not in years:
            continue
        height = STATES.index(state) + (-0.2 if patron == "china" else 0.2)
        beside = placed[year, state, patron]
        placed[year, state, patron] += 1
        marker = FORMS.get(event["channel"], _OTHER)
        panel.plot(
            year + 0.24 * (beside % 4) - 0.3, height + 0.12 * (beside // 4), marker, markersize=4.2,
            color=COLOURS[patron], zorder=3, markeredgewidth=0.9,
            markerfacecolor=COLOURS[patron] if patron == "china" else "white",
        )  # fmt: skip
    panel.set_ylim(len(STATES) - 0.5, -0.5)
    panel.set_yticks(range(len(STATES)), [STATE_NAMES[s] for s in STATES])
    panel.tick_params(axis="y", length=0, labelcolor=INK)
    for line in np.arange(0.5, len(STATES) - 1):
        panel.axhline(line, color=GRID, linewidth=0.6)
    panel.set_title("Events of the record", loc="left", weight="bold")
    panel.set_xlabel("year")
    mark_cut(panel, note)


def _legend(figure: Figure, panel: Any) -> None:
    shapes = [
        Line2D([], [], color=FAINT, marker=marker, linestyle="", markersize=4.5, label=form)
        for form, marker in {**FORMS, "no package": _OTHER}.items()
    ]
    patrons = [
        Line2D(
            [], [], color=COLOURS[p], marker="o", linestyle="", markersize=4.5,
            markerfacecolor=COLOURS[p] if p == "china" else "white",
            label=f"{PATRON_NAMES[p]} ({'filled' if p == 'china' else 'hollow'})",
        )
        for p in PATRONS
    ]  # fmt: skip
    panel.legend(
        handles=[*patrons, *shapes], loc="lower right", bbox_to_anchor=(1.0, 1.0), ncols=8,
        borderaxespad=0.1, columnspacing=1.1, handletextpad=0.2, fontsize=7.5,
    )  # fmt: skip
