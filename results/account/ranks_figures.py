"""Figures of the checks on simulated records: ranks, and truth against posterior."""

from __future__ import annotations

import textwrap
from typing import Final

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ..style import COLOURS, FAINT, GRID, INK, LOSS, Margins, Note, panels, styled
from .numbers import plain
from .ranks import Bands, Ranks
from .ranks import recovery as recovered

ACROSS: Final = 6
"""Panels in a row of the recovery."""
NINETY: Final = 1.645
NAMED: Final = 5
"""Lines that leave the band and are named, at most."""


def differences(right: Bands, wrong: Bands | None, names: tuple[tuple[str, ...], ...], note: Note
                ) -> Figure:  # fmt: skip
    """Share of low ranks less what is expected, by rank; the negative control beside it.

    Parameters
    ----------
    right : Bands
    wrong : Bands or None
        Of the negative control.
    names : tuple of tuple of str
        Estimated numbers of both.
    """
    reading = (
        "One line a number. Had the fit given back what the records were made of, every line would "
        "stay near zero: the dark band\nholds the line of one number in 95 of 100 such checks, the "
        "light one all lines together. A line above zero: posteriors lie\ntoo high; below: too "
        "low; an S: too narrow or too wide. The control, whose likelihood is wrong on "
        "purpose,\nmust leave the bands."
    )
    with styled():
        figure, axes = panels(
            1, 2, (8.6, 4.75), ("Does the fit give back what is known?", reading), note,
            Margins(left=0.65, top=1.5, bottom=1.0), gaps=(0.45, 0.3),
        )  # fmt: skip
        left, other = axes[0]
        left.set_title("The fit", loc="left", weight="bold")
        other.set_title("Negative control: half the coverage is believed", loc="left")
        top = max(_lines(left, right, names[0]), _lines(other, wrong, names[-1]) if wrong else 0.0)
        for panel in (left, other):
            panel.set_ylim(-1.1 * top, 1.1 * top)
            panel.set_xlim(0.0, 1.0)
            panel.grid(color=GRID, linewidth=0.5)
            panel.set_xlabel("place among the draws")
        left.set_ylabel("share of truths below it, less expected")
        if wrong is None:
            other.text(
                0.5, 0.5, "not run", transform=other.transAxes, ha="center", va="center",
                color=FAINT, size=10,
            )  # fmt: skip
    return figure


def _lines(panel: Axes, found: Bands, names: tuple[str, ...]) -> float:
    """Draw bands and lines; return how far they reach."""
    for ends, shade in ((found.all, "#ececec"), (found.one, "#d2d2d2")):
        low, high = (end - found.expected for end in ends)
        panel.fill_between(found.expected, low, high, color=shade, linewidth=0, step="mid")
    off = found.found - found.expected[:, np.newaxis]
    for n in range(off.shape[1]):
        leaves = found.leaves_all[n]
        panel.plot(
            found.expected, off[:, n], linewidth=1.3 if leaves else 0.6,
            color=LOSS if leaves else INK, alpha=1.0 if leaves else 0.55,
            zorder=4 if leaves else 3,
        )  # fmt: skip
    far = [n for n in np.argsort(-np.abs(off).max(axis=0)) if found.leaves_all[n]][:NAMED]
    told = [plain(names[n]) for n in far]
    rest = int(found.leaves_all.sum()) - len(far)
    if told:
        text = "outside the light band:\n" + "\n".join(told)
        panel.text(
            0.98, 0.02, text + (f"\nand {rest} more" if rest else ""), va="bottom", ha="right",
            transform=panel.transAxes, size=7, color=LOSS, zorder=5,
            bbox={"facecolor": "white", "edgecolor": "none", "alpha": 0.8, "pad": 1.5},
        )  # fmt: skip
    return float(max(np.abs(off).max(), np.abs(found.all - found.expected).max()))


def recovery(ranks: Ranks, note: Note) -> Figure:
    """Truth against posterior mean with its 90% interval; a panel a number."""
    found = {one["name"]: one["r"] for one in recovered(ranks)}
    order = [ranks.estimated.index(name) for name in found]
    down = -(-len(order) // ACROSS)
    reading = (
        "Each dot is a simulated record: across, the value that it was made of; up, what the fit "
        "says of it, with 90% intervals, both in\nprior standard deviations. On the dashed line "
        "the fit has found the value. A flat cloud: no such record tells it, and the fit says "
        "so\nby long lines. Best told first; r is the correlation of the two."
    )
    with styled():
        figure, axes = panels(
            down, ACROSS, (9.6, 1.95 + 1.5 * down),
            ("Known values, and what the fit says", reading), note,
            Margins(left=0.45, top=1.3, bottom=0.8), gaps=(0.14, 0.4),
        )  # fmt: skip
        for panel in axes.ravel()[len(order) :]:
            panel.set_visible(False)
        for place, (panel, n) in enumerate(zip(axes.ravel(), order, strict=False)):
            truth, mean = ranks.truth[:, n], ranks.mean[:, n]
            half = NINETY * ranks.sd[:, n]
            panel.plot([-4, 4], [-4, 4], color=FAINT, linewidth=0.8, linestyle=(0, (4, 2)))
            panel.vlines(truth, mean - half, mean + half, color=COLOURS["russia"], linewidth=0.45,
                         alpha=0.35)  # fmt: skip
            panel.plot(truth, mean, "o", color=COLOURS["russia"], markersize=2.0)
            panel.set_xlim(-3.3, 3.3)
            panel.set_ylim(-3.3, 3.3)
            panel.set_xticks([-2, 0, 2])
            panel.set_yticks([-2, 0, 2])
            panel.tick_params(labelleft=place % ACROSS == 0)
            name = textwrap.fill(plain(ranks.estimated[n]), 26)
            panel.set_title(name, size=6.4, loc="left", pad=2.5, linespacing=1.0)
            told = found[ranks.estimated[n]]
            if len(truth) > 2 and np.isfinite(told):
                panel.text(0.95, 0.04, f"r {told:.2f}", transform=panel.transAxes, ha="right",
                           size=6.5, color=INK)  # fmt: skip
            panel.tick_params(axis="x", labelbottom=place + ACROSS >= len(order))
    return figure
