"""How every figure looks: colours, lines, words, margins, and the same bytes each time.

China is vermilion and solid, Russia blue and dashed: a pair that stays apart for
colour-blind readers, and in grey print by the line.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any, Final, NamedTuple

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import LinearSegmentedColormap, to_rgb
from matplotlib.figure import Figure
from matplotlib.patheffects import withStroke

from ..model.names import RUNGS
from .files import write_atomic
from .manifest import Manifest

INK, FAINT, GRID = "#1a1a1a", "#5f5f5f", "#d9d9d9"
COLOURS: Final = {"china": "#b5391c", "russia": "#1b5e9b"}
LINES: Final[dict[str, Any]] = {
    "china": "-",
    "russia": (0, (4, 2)),
}
MARKERS: Final = {"china": "o", "russia": "s"}
GAIN, LOSS, OPEN = "#00734a", "#8b2d8b", "#6b6b6b"
"""Better, worse and not told apart, or passed and failed: apart for all eyes, and no patron's."""
DIVERGING: Final = LinearSegmentedColormap.from_list(
    "patrons", [COLOURS["russia"], "#f4f2ee", COLOURS["china"]]
)
SHORT_AREAS: Final = {
    "defence": "General defence",
    "counter_narcotics": "Counter-narcotics",
    "peacekeeping": "Peacekeeping",
    "counter_terrorism": "Counter-terrorism",
    "energy_protection": "Energy protection",
    "all": "All areas",
}
RUNG_WORDS: Final = {
    k: f"{k} {RUNGS[k].replace('_', ' ')}" + (" or more" if k < len(RUNGS) - 1 else "")
    for k in range(1, len(RUNGS))
}
_SETTINGS: Final[dict[Any, Any]] = {
    "font.family": "DejaVu Sans",
    "font.size": 8.0,
    "axes.titlesize": 8.5,
    "axes.labelsize": 8.0,
    "axes.edgecolor": FAINT,
    "axes.labelcolor": INK,
    "axes.linewidth": 0.6,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "axes.unicode_minus": True,
    "xtick.labelsize": 7.5,
    "ytick.labelsize": 7.5,
    "xtick.color": FAINT,
    "ytick.color": FAINT,
    "xtick.major.size": 2.5,
    "ytick.major.size": 2.5,
    "xtick.major.width": 0.6,
    "ytick.major.width": 0.6,
    "text.color": INK,
    "lines.linewidth": 1.4,
    "legend.frameon": False,
    "legend.fontsize": 8.0,
    "figure.facecolor": "white",
    "svg.hashsalt": "steppe",
    "svg.fonttype": "path",
    "path.simplify": True,
}


class Margins(NamedTuple):
    """Inches kept free around the panels."""

    left: float = 0.6
    right: float = 0.2
    top: float = 1.0
    bottom: float = 0.75


@dataclass(frozen=True)
class Note:
    """What stands on every figure.

    Attributes
    ----------
    badge, source : str
        The badge; and runs, seed and name of the scenario.
    cut : int or None
        Last year in which the runs follow the record.
    """

    badge: str
    source: str
    cut: int | None

    @classmethod
    def of(cls, manifest: Manifest) -> Note:
        """Note of a run."""
        draws = manifest.parameters.draws
        over = f" over {draws} draws of the parameters" if draws > 1 else ""
        return cls(
            manifest.badge,
            f"{manifest.title or manifest.name}; {manifest.runs:,} runs{over}, seed "
            f"{manifest.seed}",
            manifest.conditioned_until,
        )

    @property
    def cut_words(self) -> str:
        """Sentence about the line at the cut; empty for a free run."""
        if self.cut is None:
            return ""
        return f"Dotted line: the runs follow the record to {self.cut} and are free after."


@contextmanager
def styled() -> Iterator[None]:
    """Draw with these settings and no others."""
    with mpl.rc_context():
        mpl.rcdefaults()
        mpl.rcParams.update(_SETTINGS)
        yield


def panels(
    rows: int,
    columns: int,
    size: tuple[float, float],
    words: tuple[str, str],
    note: Note,
    margins: Margins = Margins(),  # noqa: B008 (immutable)
    gaps: tuple[float, float] = (0.25, 0.3),
    shared: bool = False,
) -> tuple[Figure, np.ndarray]:
    """Figure with a grid of panels, a title, a line that says how to read it, and the badge.

    Parameters
    ----------
    size : (float, float)
        Width and height, inches.
    words : (str, str)
        Title, and how to read the figure (may have two lines).
    gaps : (float, float)
        Space between columns and between rows, inches.
    shared : bool
        Whether limits are found from all panels together. Costs time with many panels, which
        had better be given their limits.

    Returns
    -------
    Figure, array of Axes [rows, columns]
    """
    width, height = size
    figure = Figure(figsize=size)
    FigureCanvasAgg(figure)
    across = (width - margins.left - margins.right - gaps[0] * (columns - 1)) / columns
    down = (height - margins.top - margins.bottom - gaps[1] * (rows - 1)) / rows
    axes = figure.subplots(
        rows,
        columns,
        squeeze=False,
        sharex=shared,
        sharey=shared,
        gridspec_kw={
            "left": margins.left / width,
            "right": 1 - margins.right / width,
            "top": 1 - margins.top / height,
            "bottom": margins.bottom / height,
            "wspace": gaps[0] / across,
            "hspace": gaps[1] / down,
        },
    )
    for panel in axes[:-1].ravel():
        panel.tick_params(axis="x", labelbottom=False)
    for panel in axes.ravel():
        panel.set_autoscale_on(shared)
    title, reading = words
    figure.text(0.15 / width, 1 - 0.12 / height, title, va="top", size=11.5, weight="bold")
    figure.text(0.15 / width, 1 - 0.37 / height, reading, va="top", color=FAINT, linespacing=1.35)
    figure.text(0.15 / width, 0.12 / height, note.badge, va="bottom", size=7.5, weight="bold")
    figure.text(0.15 / width, 0.30 / height, note.source, va="bottom", size=7.5, color=FAINT)
    return figure, axes


def mark_cut(axes: Axes, note: Note) -> None:
    """Draw the line at the cut."""
    if note.cut is not None:
        line = axes.axvline(note.cut + 0.5, color=INK, linewidth=0.9, linestyle=":", zorder=4)
        line.set_path_effects([withStroke(linewidth=2.2, foreground="white", alpha=0.7)])


def year_axis(axes: Axes, years: Sequence[int]) -> None:
    """Limits and a few round years."""
    axes.set_xlim(years[0] - 0.5, years[-1] + 0.5)
    room = axes.bbox.width / axes.figure.dpi / len(years)  # inches a year
    step = next((n for n in (5, 10) if n * room >= 0.38), 20)
    axes.set_xticks([y for y in years if y % step == 0])


def tints(patron: str) -> list[tuple[float, float, float]]:
    """Five colours of a patron for rungs 1 to 5, light to dark: in grey too."""
    full = np.array(to_rgb(COLOURS[patron]))
    light, dark = full + 0.86 * (1.0 - full), full * 0.42
    steps = [light, full + 0.62 * (1.0 - full), full + 0.3 * (1.0 - full), full * 0.85, dark]
    return [(float(r), float(g), float(b)) for r, g, b in steps]


def fan(axes: Axes, years: Sequence[int], patron: str, columns: dict[str, np.ndarray]) -> None:
    """Bands of single runs (90% and 50%) and the mean, by year."""
    for low, high, strength in (("q05", "q95", 0.18), ("q25", "q75", 0.30)):
        axes.fill_between(
            years, columns[low], columns[high], step="mid", color=COLOURS[patron],
            alpha=strength, linewidth=0,
        )  # fmt: skip
    axes.plot(years, columns["mean"], color=COLOURS[patron], linestyle=LINES[patron])


def as_bytes(figure: Figure, kind: str, title: str, more: Mapping[str, str] | None = None) -> bytes:
    """Picture as ``png`` or ``svg``, without dates; ``more`` goes into its metadata."""
    metadata: dict[str, str | None] = {"Software" if kind == "png" else "Date": None}
    metadata |= {"Title": title} | dict(more or {})
    out = BytesIO()
    with styled():
        figure.savefig(out, format=kind, dpi=160, metadata=metadata)
    return out.getvalue()


def save(figure: Figure, directory: Path, name: str, title: str) -> list[Path]:
    """Write ``figures/NAME.png`` and ``.svg``."""
    made = []
    for kind in ("png", "svg"):
        path = directory / "figures" / f"{name}.{kind}"
        write_atomic(path, as_bytes(figure, kind, title))
        made.append(path)
    return made
