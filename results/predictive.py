"""What is documented beside what the fitted model expects to be documented: by state and form."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from ..model.names import FORMS, PATRON_NAMES, PATRONS, STATE_NAMES, STATES
from .style import COLOURS, FAINT, GRID, INK, Margins, Note, panels, styled

WORDS: Final = {
    "agreement": "Agreements",
    "aid": "Aid: equipment,\nloans, courses",
    "exercise": "Bilateral exercises\nand operations",
    "joint_exercise": "Parts in exercises\nof SCO or CSTO",
    "unit": "Joint units",
    "base": "Bases",
}
Row = Mapping[str, Any]


def picture(rows: Sequence[Row], first: int, last: int, note: Note) -> Figure:
    """Draw a panel for each form and patron: states across, packages up.

    Parameters
    ----------
    rows : sequence of mapping
        Counts by state, patron and form: ``state, patron, form, documented, median, q05, q95,
        miss``.
    first, last : int
        Years that are counted.
    note : Note
    """
    found = {(row["state"], row["patron"], row["form"]): row for row in rows}
    reading = (
        f"A dot is the number of packages on record in {first}-{last}. The bar is where that number"
        " would lie in nine of ten records of the fitted model\n(line: the middle one), if sources "
        "reached as far as they are assumed to. A ring marks a number that hardly one record in "
        "fifty would have.\nThe model was fitted to this record: agreement shows that it can bring "
        "it forth, not that it can foresee."
    )
    with styled():
        figure, axes = panels(
            len(FORMS), len(PATRONS), (10.0, 10.0),
            ("On record, and expected to be on record", reading), note,
            Margins(left=1.7, top=1.35, bottom=1.0), gaps=(0.45, 0.2),
        )  # fmt: skip
        for f, form in enumerate(FORMS):
            cells = [[found[state, patron, form] for state in STATES] for patron in PATRONS]
            top = max(max(row["documented"], row["q95"], 2.0) for line in cells for row in line)
            for p, patron in enumerate(PATRONS):
                panel = axes[f, p]
                for place, row in enumerate(cells[p]):
                    _cell(panel, place, row, COLOURS[patron])
                panel.set_xlim(-0.6, len(STATES) - 0.4)
                panel.set_ylim(-0.06 * top, 1.12 * top)
                panel.yaxis.get_major_locator().set_params(integer=True, nbins=4)
                panel.grid(axis="y", color=GRID, linewidth=0.5)
                panel.set_xticks(range(len(STATES)), [STATE_NAMES[state] for state in STATES])
                panel.tick_params(axis="x", length=0)
                if p == 0:
                    panel.set_ylabel(
                        WORDS[form], rotation=0, ha="right", va="center", labelpad=22, color=INK
                    )
                if f == 0:
                    panel.set_title(
                        PATRON_NAMES[patron], loc="left", weight="bold", color=COLOURS[patron]
                    )
        _legend(figure)
    return figure


def _cell(panel: Axes, place: int, row: Row, colour: str) -> None:
    """Bar of the model and dot of the record; nothing is drawn as a line at zero."""
    low, high = row["q05"], row["q95"]
    panel.bar(
        place, max(high - low, 0.0), 0.5, low, color=colour, alpha=0.22, linewidth=0.8,
        edgecolor=colour,
    )  # fmt: skip
    panel.plot([place - 0.25, place + 0.25], [row["median"]] * 2, color=colour, linewidth=1.8)
    panel.plot(place, row["documented"], "o", color=INK, markersize=4.5, zorder=4)
    if row["miss"]:
        panel.plot(
            place, row["documented"], "o", markersize=10.5, markerfacecolor="none",
            markeredgecolor=INK, markeredgewidth=1.1, zorder=4,
        )  # fmt: skip


def _legend(figure: Figure) -> None:
    ring: dict[str, Any] = {"marker": "o", "linestyle": "", "color": INK}
    figure.legend(
        handles=[
            Line2D([], [], markersize=4.5, label="on record", **ring),
            Line2D([], [], markersize=9, markerfacecolor="none", label="a miss", **ring),
            Patch(facecolor=FAINT, alpha=0.3, edgecolor=FAINT, label="nine of ten records"),
            Line2D([], [], color=FAINT, linewidth=1.8, label="the middle one"),
        ],
        loc="lower right", ncols=4, bbox_to_anchor=(0.985, 0.005),
    )  # fmt: skip
