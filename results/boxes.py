"""Pictures of discovery: how a box was peeled, where it lies, and a tipping point."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from matplotlib.cm import ScalarMappable
from matplotlib.colors import ListedColormap, Normalize
from matplotlib.figure import Figure

from .style import FAINT, GAIN, GRID, INK, LOSS, OPEN, Margins, Note, panels, styled


class Restriction(NamedTuple):
    """What a box says of one factor.

    Attributes
    ----------
    factor : str
    bounds : (float, float)
        Range that was swept.
    low, high : float or None
        Limits of the box; None where it is open.
    quasi_p : (float, float)
        Of the two limits; not a number where there is none.
    """

    factor: str
    bounds: tuple[float, float]
    low: float | None
    high: float | None
    quasi_p: tuple[float, float]


def peeling(
    trajectory: Mapping[str, np.ndarray],
    chosen: tuple[float, float],
    restrictions: Sequence[Restriction],
    words: tuple[str, str],
    note: Note,
) -> Figure:
    """Trajectory of coverage against density, and beside it the limits of the chosen box.

    Parameters
    ----------
    trajectory : mapping of str to ndarray [step]
        ``coverage``, ``density``, ``restricted``.
    chosen : (float, float)
        Coverage and density of the box that is shown.
    restrictions : sequence of Restriction
    words : (str, str)
        Title; and the event, in words.
    note : Note
    """
    title, event = words
    reading = (
        f"Futures of interest: {event}.\nLeft: every step of the search, from all futures (right) "
        "to a few dense ones (up); the ring is the box. Right: the box in the swept ranges."
    )
    height = 4.6 if len(restrictions) < 6 else 4.6 + 0.36 * (len(restrictions) - 5)
    with styled():
        figure, axes = panels(
            1, 2, (10.0, height), (title, reading), note,
            Margins(left=0.7, right=0.9, top=1.15, bottom=1.0), gaps=(1.9, 0.3),
        )  # fmt: skip
        _steps(figure, axes[0, 0], trajectory, chosen)
        _limits(axes[0, 1], restrictions)
    return figure


def _steps(
    figure: Figure, panel: Any, trajectory: Mapping[str, np.ndarray], chosen: tuple[float, float]
) -> None:
    counts = np.asarray(trajectory["restricted"])
    most = max(int(counts.max()), 1)
    shades = ListedColormap([str(0.82 - 0.7 * n / most) for n in range(most + 1)])
    panel.plot(trajectory["coverage"], trajectory["density"], color=FAINT, linewidth=0.6)
    panel.scatter(
        trajectory["coverage"], trajectory["density"], c=counts, cmap=shades,
        norm=Normalize(-0.5, most + 0.5), s=20, zorder=3,
    )  # fmt: skip
    panel.plot(
        *chosen, "o", markersize=11, markerfacecolor="none", markeredgecolor=GAIN,
        markeredgewidth=1.8, zorder=4,
    )  # fmt: skip
    panel.text(
        0.03, 0.04, f"the box:\ncoverage {chosen[0]:.0%}\ndensity {chosen[1]:.0%}",
        transform=panel.transAxes, color=GAIN, weight="bold", va="bottom",
    )  # fmt: skip
    bar = figure.colorbar(
        ScalarMappable(Normalize(-0.5, most + 0.5), shades), ax=panel, ticks=range(most + 1),
        fraction=0.04, pad=0.02,
    )  # fmt: skip
    bar.set_label("restricted factors", size=7.5)
    bar.outline.set_visible(False)
    panel.set_xlim(0.0, 1.04)
    panel.set_ylim(0.0, 1.06)
    panel.set_xlabel("coverage: share of all such futures inside")
    panel.set_ylabel("density: share of the futures inside that are such")
    panel.grid(color=GRID, linewidth=0.5)


def _limits(panel: Any, restrictions: Sequence[Restriction]) -> None:
    for place, each in enumerate(reversed(restrictions)):
        least, most = each.bounds
        low, high = (
            least if each.low is None else each.low,
            most if each.high is None else each.high,
        )
        ends = [(x - least) / (most - least) for x in (low, high)]
        panel.plot([0.0, 1.0], [place] * 2, color=GRID, linewidth=7, solid_capstyle="butt")
        panel.plot(ends, [place] * 2, color=GAIN, linewidth=7, solid_capstyle="butt")
        for number, (limit, where) in enumerate(zip((each.low, each.high), ends, strict=True)):
            if limit is not None:
                panel.annotate(
                    f"{limit:.3g} (qp {_small(each.quasi_p[number])})", (where, place), (0, 7),
                    textcoords="offset points", size=7, ha="center", color=INK,
                )  # fmt: skip
        panel.annotate(f"{least:.3g}", (0.0, place), (-3, -12), textcoords="offset points",
                       size=6.5, color=FAINT, ha="left")  # fmt: skip
        panel.annotate(f"{most:.3g}", (1.0, place), (3, -12), textcoords="offset points",
                       size=6.5, color=FAINT, ha="right")  # fmt: skip
    panel.set_yticks(range(len(restrictions)), [each.factor for each in reversed(restrictions)])
    panel.tick_params(axis="y", length=0, labelcolor=INK)
    panel.set_xticks([])
    panel.set_xlim(-0.04, 1.04)
    panel.set_ylim(-0.7, max(len(restrictions) - 0.3, 0.7))
    for side in ("left", "bottom"):
        panel.spines[side].set_visible(False)


def _small(value: float) -> str:
    return "below 0.001" if value < 0.001 else f"{value:.3f}"


def crossing(
    values: np.ndarray,
    bands: tuple[np.ndarray, np.ndarray, np.ndarray],
    threshold: float,
    found: tuple[float, float, float] | None,
    words: tuple[str, str, str],
    note: Note,
) -> Figure:
    """An outcome along a lever, and where it crosses a threshold.

    Parameters
    ----------
    values : ndarray [value]
        Of the lever.
    bands : (ndarray, ndarray, ndarray) [value]
        Mean of the outcome, least and greatest of its interval.
    threshold : float
    found : (float, float, float) or None
        Tipping point and its interval, infinite ends outside the range.
    words : (str, str, str)
        Title, label of the lever, label of the outcome.
    note : Note
    """
    title, lever, outcome = words
    middle, low, high = bands
    reading = (
        "Every dot is a value that was tried, with all runs on the same luck; band: 95% interval.\n"
        "Vertical band: where the crossing lies, from runs drawn anew."
    )
    with styled():
        figure, axes = panels(
            1, 1, (6.8, 4.4), (title, reading), note, Margins(left=0.75, top=1.1, bottom=1.0)
        )
        panel = axes[0, 0]
        panel.fill_between(values, low, high, color=OPEN, alpha=0.2, linewidth=0)
        panel.plot(values, middle, "-o", color=INK, markersize=3)
        panel.axhline(threshold, color=LOSS, linewidth=1.0, linestyle=":")
        least, most = float(values[0]), float(values[-1])
        if found is not None:
            left, right = max(found[1], least), min(found[2], most)
            panel.axvspan(left, right, color=GAIN, alpha=0.15, linewidth=0)
            panel.axvline(found[0], color=GAIN, linewidth=1.4)
        panel.set_xlim(least, most)
        reach = max(float(high.max()), threshold) - min(float(low.min()), threshold) or 1.0
        panel.set_ylim(
            min(float(low.min()), threshold) - 0.06 * reach,
            max(float(high.max()), threshold) + 0.06 * reach,
        )
        panel.set_xlabel(lever)
        panel.set_ylabel(outcome)
        panel.grid(color=GRID, linewidth=0.5)
    return figure
