"""Who is on record when and in what form, over how much is assumed to be seen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from ..model.names import PATRON_NAMES, PATRONS, STATES
from .style import COLOURS, FAINT, GRID, INK, Margins, Note, panels, styled, year_axis

WORDS: Final = {
    "agreement": "Agreements",
    "aid": "Aid: equipment,\nloans, courses",
    "exercise": "Exercises and\noperations",
    "unit": "Joint units",
    "base": "Bases",
    "refusal": "Refusals,\nabsences, endings",
}
SEEN: Final = LinearSegmentedColormap.from_list("seen", ["#ffffff", "#a9a294"])
FULL: Final = 0.9
"""Assumed detection that is drawn in the darkest shade."""


def picture(
    years: Sequence[int],
    forms: Sequence[str],
    counts: np.ndarray,
    chance: np.ndarray,
    source: str,
    forces: Sequence[tuple[int, int, int, int]] = (),
) -> Figure:
    """Draw a panel for each form and patron: states by years, one disc for each event.

    Parameters
    ----------
    counts : ndarray [patron, form, state, year]
    chance : ndarray [patron, form, year]
        Assumed detection; forms beyond its length have none and stay unshaded.
    source : str
        Line below the picture.
    forces : sequence of (patron, state, first year, last year)
        Forces that stand, drawn as bars among the bases.
    """
    reading = (
        "A disc is a dated event with a named recipient; its number says how many. Grey: assumed "
        "chance that such a package would be on record\n(darker: higher; none is assumed for "
        "refusals). An empty grey field is a year in which something might have been seen; an "
        "empty white one\ntells nothing. Bar: a force that stands. The refusals in the SCO's "
        "frame were none of China itself."
    )
    note = Note("The record: what the sources tell, not what happened", source, None)
    with styled():
        figure, axes = panels(
            len(forms), len(PATRONS), (11.0, 9.4),
            ("Who is on record, when, and in what form", reading), note,
            Margins(left=1.75, top=1.3, bottom=1.0), gaps=(0.35, 0.14),
        )  # fmt: skip
        for f, form in enumerate(forms):
            for p, patron in enumerate(PATRONS):
                panel = axes[f, p]
                _shade(panel, years, chance[p, f] if f < chance.shape[1] else None)
                if form == "base":
                    _bars(panel, years, patron, [w[1:] for w in forces if w[0] == p])
                _discs(panel, years, patron, counts[p, f])
                if not counts[p, f].any() and not (
                    form == "base" and any(w[0] == p for w in forces)
                ):
                    _nothing(panel)
                panel.set_ylim(len(STATES) - 0.5, -0.5)
                panel.set_yticks(range(len(STATES)), STATES if p == 0 else [""] * len(STATES))
                panel.tick_params(axis="y", length=0)
                year_axis(panel, years)
                if p == 0:
                    panel.set_ylabel(
                        WORDS[form], rotation=0, ha="right", va="center", labelpad=28, color=INK
                    )
                if f == 0:
                    frame = {"china": "with the SCO", "russia": "with the CSTO"}[patron]
                    panel.set_title(
                        f"{PATRON_NAMES[patron]} ({frame})", loc="left", weight="bold",
                        color=COLOURS[patron],
                    )  # fmt: skip
        steps = [0.1, 0.3, 0.5, 0.7]
        figure.legend(
            handles=[
                Patch(facecolor=SEEN(step / FULL), edgecolor=GRID, label=f"{step:g}")
                for step in steps
            ],
            title="assumed chance to be on record", loc="lower right", ncols=len(steps),
            bbox_to_anchor=(0.985, 0.005), title_fontsize=8,
        )  # fmt: skip
    return figure


def _shade(panel: Any, years: Sequence[int], chance: np.ndarray | None) -> None:
    """Background by year, and lines between the states."""
    if chance is not None:
        for year, value in zip(years, chance, strict=True):
            panel.axvspan(year - 0.5, year + 0.5, color=SEEN(min(1.0, value / FULL)), linewidth=0)
    for line in range(1, len(STATES)):
        panel.axhline(line - 0.5, color=GRID if chance is None else "white", linewidth=0.7)


def _discs(panel: Any, years: Sequence[int], patron: str, counts: np.ndarray) -> None:
    """One disc where there are events; the number inside if there are several."""
    for s, y in np.argwhere(counts):
        number = int(counts[s, y])
        panel.plot(
            years[y], s, "o", color=COLOURS[patron], markersize=6.0 if number == 1 else 8.5,
            markeredgecolor="white", markeredgewidth=0.6, clip_on=False,
        )  # fmt: skip
        if number > 1:
            panel.annotate(
                str(number), (years[y], s), ha="center", va="center_baseline", size=6.5,
                color="white", weight="bold",
            )  # fmt: skip


def _bars(
    panel: Any, years: Sequence[int], patron: str, forces: Sequence[tuple[int, int, int]]
) -> None:
    """A bar for each force, over the years in which it stands."""
    for state, first, last in forces:
        begin, end = max(first, years[0]) - 0.5, min(last, years[-1]) + 0.5
        panel.plot(
            [begin, end], [state, state], color=COLOURS[patron], alpha=0.35, linewidth=5,
            solid_capstyle="butt",
        )  # fmt: skip


def _nothing(panel: Any) -> None:
    panel.annotate(
        "nothing on record", (0.5, 0.5), xycoords="axes fraction", ha="center", va="center",
        color=FAINT, size=7.5, style="italic",
    )  # fmt: skip
