"""The five states on the map, coloured by a quantity; neighbours in grey."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Sequence
from functools import cache
from importlib.resources import files
from typing import Any, Final

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Colormap, LinearSegmentedColormap, Normalize, to_rgba
from matplotlib.figure import Figure
from matplotlib.patches import PathPatch
from matplotlib.path import Path as Outline
from matplotlib.patheffects import withStroke

from ..model.names import PATRON_NAMES, PATRONS, STATES
from .compare import Comparison
from .style import DIVERGING, FAINT, INK, Margins, Note, panels, styled, tints
from .tables import grid

DISCLAIMER: Final = "Boundaries: Natural Earth, as they are de facto; not an endorsement."
_CODES: Final = {"KAZ": "KZ", "KGZ": "KG", "TJK": "TJ", "TKM": "TM", "UZB": "UZ"}
_NUMBERS_AT: Final = {
    "KZ": (67.0, 48.3),
    "KG": (75.3, 41.75),
    "TJ": (76.3, 36.4),
    "TM": (59.4, 39.2),
    "UZ": (64.0, 41.6),
}
_ONE_LINE: Final = ("KG", "TJ")
_LEADER: Final = {"TJ": (72.3, 38.2)}
"""The label of a small state stands beside it, with a line to this place."""
_NEIGHBOURS_AT: Final = {
    "Russia": (58.5, 54.6),
    "China": (84.5, 41.0),
    "Iran": (57.0, 35.0),
    "Afghanistan": (66.2, 34.6),
}
_LONGITUDES, _LATITUDES = (46.0, 88.0), (33.5, 56.0)
_GREY: Final = "#dcdcdc"
_ASPECT: Final = 1.0 / math.cos(math.radians(45.0))


def alignment(rungs: pd.DataFrame, years: Sequence[int], note: Note) -> Figure:
    """Mean rung with China less mean rung with Russia, averaged over areas, at some years."""
    mean = grid(rungs, "mean", "year", "state", "patron", "area").mean(axis=-1)
    lead = mean[..., 0] - mean[..., 1]
    first = int(rungs["year"].iloc[0])
    chosen = [lead[year - first] for year in years]
    reach = max(0.5, math.ceil(2.0 * float(np.abs(chosen).max())) / 2.0)
    reading = (
        "Mean rung with China less mean rung with Russia, over the five areas (in rungs, of 5). "
        f"Above 0: nearer to China.\n{DISCLAIMER}"
    )
    with styled():
        figure, axes = _sheet(
            1, len(years), 4.0, ("Which patron the states stand nearer to", reading), note
        )
        for panel, year, values in zip(axes[0], years, chosen, strict=True):
            _draw(panel, values, DIVERGING, Normalize(-reach, reach), _signed)
            panel.set_title(_when(year, note), loc="left", weight="bold")
        _scale(figure, DIVERGING, Normalize(-reach, reach), "rungs, China less Russia")
    return figure


def highest(state_patron: pd.DataFrame, years: Sequence[int], note: Note) -> Figure:
    """Highest rung of any area, mean of the runs, at some years and for both patrons."""
    chosen = state_patron[state_patron["variable"] == "highest_rung"]
    mean = grid(chosen, "mean", "year", "state", "patron")
    first = int(chosen["year"].iloc[0])
    reading = f"Highest rung reached in any area, 0 to 5, mean of the runs.\n{DISCLAIMER}"
    with styled():
        figure, axes = _sheet(2, len(years), 6.4, ("How high the states stand", reading), note)
        scale = Normalize(0, 5)
        for p, patron in enumerate(PATRONS):
            steps: list[Any] = ["white", *tints(patron)[:4]]
            colours = LinearSegmentedColormap.from_list(patron, steps)
            for panel, year in zip(axes[p], years, strict=True):
                _draw(panel, mean[year - first, :, p], colours, scale, "{:.1f}".format)
                panel.set_title(
                    f"{PATRON_NAMES[patron]}, {_when(year, note)}", loc="left", weight="bold"
                )
    return figure


def area(stands: pd.DataFrame, words: str, note: Note) -> Figure:
    """Mean rung of one area at the cut-off and at the end, both patrons.

    Parameters
    ----------
    stands : DataFrame
        ``mean`` by year, state and patron, of the area.
    words : str
        The area.
    """
    years = sorted(stands["year"].unique().tolist())
    mean = grid(stands.sort_values("year", kind="stable"), "mean", "year", "state", "patron")
    reading = f"Mean rung of the runs, 0 to 5, in {words}.\n{DISCLAIMER}"
    with styled():
        figure, axes = _sheet(
            2, len(years), 6.4, (f"How far the states go: {words}", reading), note
        )
        scale = Normalize(0, 5)
        for p, patron in enumerate(PATRONS):
            steps: list[Any] = ["white", *tints(patron)[:4]]
            colours = LinearSegmentedColormap.from_list(patron, steps)
            for column, (panel, year) in enumerate(zip(axes[p], years, strict=True)):
                _draw(panel, mean[column, :, p], colours, scale, "{:.1f}".format)
                panel.set_title(
                    f"{PATRON_NAMES[patron]}, {_when(year, note)}", loc="left", weight="bold"
                )
    return figure


def sides(comparison: Comparison, note: Note) -> Figure:
    """Mean rung over all areas at the end, of A and of B, both patrons."""
    rows = comparison.table[comparison.table["outcome"] == "rung"]
    reading = f"Mean rung at the end, over the five areas, 0 to 5, mean of the runs.\n{DISCLAIMER}"
    with styled():
        figure, axes = _sheet(2, 2, 6.4, ("How far the states go on either side", reading), note)
        for p, patron in enumerate(PATRONS):
            steps: list[Any] = ["white", *tints(patron)[:4]]
            colours = LinearSegmentedColormap.from_list(patron, steps)
            for panel, column in zip(axes[p], ("mean_a", "mean_b"), strict=True):
                mean = grid(rows, column, "state", "patron", "area").mean(axis=-1)[:, p]
                _draw(panel, mean, colours, Normalize(0, 5), "{:.2f}".format)
                side = column[-1].upper()
                panel.set_title(
                    f"{side}, {PATRON_NAMES[patron]}, {_when(comparison.last_year, note)}",
                    loc="left", weight="bold",
                )  # fmt: skip
    return figure


def _when(year: int, note: Note) -> str:
    """Title of a year. Packages are on record, rungs are what the model makes of them."""
    if note.cut is None:
        return str(year)
    return f"{year} (reconstructed by the model)" if year <= note.cut else f"{year} (model)"


def _signed(value: float) -> str:
    text = f"{value:+.1f}".replace("-", "\N{MINUS SIGN}")
    return "0.0" if text[1:] == "0.0" else text


def _sheet(
    rows: int, columns: int, height: float, words: tuple[str, str], note: Note
) -> tuple[Figure, np.ndarray]:
    figure, axes = panels(
        rows, columns, (10.0, height), words, note,
        Margins(left=0.15, right=0.15, top=1.05, bottom=0.75 if rows > 1 else 1.0),
        gaps=(0.15, 0.3),
    )  # fmt: skip
    return figure, axes


def _draw(
    axes: Axes,
    values: np.ndarray,
    colours: Colormap,
    scale: Normalize,
    words: Callable[[float], str],
) -> None:
    axes.set(xlim=_LONGITUDES, ylim=_LATITUDES, xticks=[], yticks=[], aspect=_ASPECT)
    axes.set_facecolor("#eef3f6")
    for side in axes.spines.values():
        side.set_visible(True)
    for role, code, outline in _outlines():
        face = colours(scale(values[STATES.index(code)])) if role == "state" else _GREY
        edge = INK if role == "state" else "#b5b5b5"
        axes.add_patch(
            PathPatch(
                outline, facecolor=face, edgecolor=edge, linewidth=0.6,
                zorder=2 if role == "state" else 1,
            )
        )  # fmt: skip
    for state, value in zip(STATES, values, strict=True):
        face = colours(scale(value)) if state not in _LEADER else to_rgba(_GREY)
        dark = 0.299 * face[0] + 0.587 * face[1] + 0.114 * face[2] < 0.55
        gap = " " if state in _ONE_LINE else "\n"
        label = axes.annotate(
            f"{state}{gap}{words(float(value))}", _LEADER.get(state, _NUMBERS_AT[state]),
            _NUMBERS_AT[state], ha="center", va="center", size=7.5, weight="bold",
            linespacing=1.0, color="white" if dark else INK, zorder=4,
            arrowprops={"arrowstyle": "-", "linewidth": 0.7, "shrinkA": 0, "shrinkB": 0}
            if state in _LEADER else None,
        )  # fmt: skip
        label.set_path_effects([withStroke(linewidth=1.8, foreground=face)])
    for name, place in _NEIGHBOURS_AT.items():
        axes.text(*place, name, ha="center", va="center", size=6.5, color=FAINT, style="italic")


def _scale(figure: Figure, colours: Colormap, scale: Normalize, words: str) -> None:
    height = figure.get_figheight()
    place = figure.add_axes((0.60, 0.52 / height, 0.36, 0.11 / height))
    bar = figure.colorbar(ScalarMappable(scale, colours), cax=place, orientation="horizontal")
    bar.set_label(words, size=7.5)
    bar.outline.set_linewidth(0.5)  # type: ignore[operator]


@cache
def _outlines() -> list[tuple[str, str, Outline]]:
    """Role, code and outline of every country on the map."""
    text = (files("steppe.results") / "map" / "central_asia.geojson").read_text("utf-8")
    found = []
    for feature in json.loads(text)["features"]:
        properties, geometry = feature["properties"], feature["geometry"]
        shapes: Any = geometry["coordinates"]
        rings = [
            ring
            for part in (shapes if geometry["type"] == "MultiPolygon" else [shapes])
            for ring in part
        ]
        outline = Outline.make_compound_path(*(Outline(ring, closed=True) for ring in rings))
        code = _CODES.get(properties["iso3"], properties["iso3"])
        found.append((properties["role"], code, outline))
    return found
