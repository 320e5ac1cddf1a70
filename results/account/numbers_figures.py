"""Figures of the uncertain numbers: prior beside posterior, and convergence of the chains."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from ..style import COLOURS, FAINT, GRID, INK, LOSS, Margins, Note, panels, styled
from .numbers import Number, plain

ROW: Final = 0.235
"""Inches of a number in a chart."""
NINETY: Final = 1.645
"""Standard deviations that hold 90% of a normal distribution."""
EDGE: Final = 3.6
"""Prior standard deviations that the chart shows."""


def beside_priors(numbers: Sequence[Number], note: Note) -> Figure:
    """Dot and 90% interval of each number in prior standard deviations, the most told on top."""
    reading = (
        "Those that it was expected to tell of, or tells. Before the fit each lay in the grey band "
        "with nine chances in ten\n(dark line: its middle). A dot and its line show where it lies "
        "since the record was read, again with nine chances in\nten. Short lines and dots far "
        "from the middle: the record spoke. Hollow dots: told by their priors."
    )
    count = len(numbers)
    with styled():
        figure, axes = panels(
            1, 1, (8.0, 2.15 + ROW * count), ("What the record says of the numbers", reading), note,
            Margins(left=2.6, top=1.05, bottom=1.1),
        )  # fmt: skip
        panel = axes[0, 0]
        panel.axvspan(-NINETY, NINETY, color="#e9e9e9", linewidth=0)
        panel.axvline(0.0, color=FAINT, linewidth=0.8)
        for row, one in enumerate(numbers):
            colour = COLOURS.get(one.patron, INK)
            low, middle, high = one.place
            panel.plot([low, high], [row, row], color=colour, linewidth=2.0, zorder=3)
            panel.plot(
                middle, row, "o", markersize=5.5, color=colour, zorder=4, markeredgewidth=1.3,
                markerfacecolor=colour if one.by_data else "white",
            )  # fmt: skip
        panel.set_ylim(count - 0.4, -0.6)
        edge = max(EDGE, *(abs(end) + 0.2 for one in numbers for end in one.place))
        panel.set_xlim(-edge, edge)
        panel.set_yticks(range(count), [one.name for one in numbers])
        panel.tick_params(axis="y", length=0, labelcolor=INK)
        panel.grid(axis="x", color=GRID, linewidth=0.5)
        panel.set_xlabel("prior standard deviations from what was assumed")
        figure.legend(
            handles=[
                _dot(COLOURS["china"], "China's"), _dot(COLOURS["russia"], "Russia's"),
                _dot(INK, "neither's"), _dot(INK, "told by its prior", "white"),
                Patch(facecolor="#e9e9e9", label="before the fit"),
            ],
            loc="lower right", ncols=5, bbox_to_anchor=(0.985, 0.42 / (2.15 + ROW * count)),
            handletextpad=0.3, columnspacing=1.1,
        )  # fmt: skip
    return figure


def convergence(rows: Sequence[dict[str, Any]], allowed: dict[str, float], note: Note) -> Figure:
    """R-hat and effective sample sizes of each number, beside their gates.

    Parameters
    ----------
    rows : sequence of dict
        ``address, rhat, ess_bulk, ess_tail``.
    allowed : dict of str to float
        Limits ``rhat`` and ``ess``; a line is drawn for those that are given.
    """
    found = sorted(rows, key=lambda row: -row["rhat"])
    count = len(found)
    reading = (
        "Left: R-hat, near 1 if chains that began in different places tell the same. Right: how "
        "many independent draws\nthe chains are worth, for the middle (dots) and the ends "
        "(crosses) of the distribution. The dashed line is the gate;\nwhat lies on its wrong side "
        "is purple. The worst number stands on top."
    )
    with styled():
        figure, axes = panels(
            1, 2, (8.0, 1.9 + ROW * count), ("Have the chains converged?", reading), note,
            Margins(left=2.3, top=1.05, bottom=0.85), gaps=(0.35, 0.3),
        )  # fmt: skip
        left, right = axes[0]
        for row, one in enumerate(found):
            for panel, key, gate, sign, marker in (
                (left, "rhat", "rhat", 1, "o"),
                (right, "ess_bulk", "ess", -1, "o"),
                (right, "ess_tail", "ess", -1, "x"),
            ):
                wrong = gate in allowed and sign * one[key] >= sign * allowed[gate]
                colour = LOSS if wrong else INK
                panel.plot(one[key], row, marker, color=colour, markersize=4.5)
        for panel, gate in ((left, "rhat"), (right, "ess")):
            if gate in allowed:
                panel.axvline(allowed[gate], color=INK, linewidth=0.9, linestyle=(0, (4, 2)))
            panel.set_ylim(count - 0.4, -0.6)
            panel.grid(color=GRID, linewidth=0.5)
            panel.tick_params(axis="y", length=0, labelcolor=INK)
        worst = max(one["rhat"] for one in found)
        left.set_xlim(
            1.0 - 0.03 * max(worst - 1.0, 0.01),
            max(1.0 + 1.08 * (worst - 1.0), allowed.get("rhat", 1.0) + 0.004),
        )
        most = max(max(one["ess_bulk"], one["ess_tail"]) for one in found)
        right.set_xlim(0.0, 1.08 * max(most, allowed.get("ess", 0.0)))
        left.set_yticks(range(count), [plain(one["address"]) for one in found])
        right.set_yticks(range(count), [""] * count)
        left.set_xlabel("R-hat")
        right.set_xlabel("effective draws")
    return figure


def _dot(colour: str, label: str, face: str = "") -> Line2D:
    return Line2D(
        [], [], marker="o", linestyle="", color=colour, label=label, markersize=5,
        markerfacecolor=face or colour,
    )  # fmt: skip
