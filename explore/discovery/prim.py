"""PRIM, the patient rule induction method (Friedman and Fisher 1999), for cases of interest.

A box that holds all points is peeled a little at a time, from the side where that raises the
share of cases most for the points it costs, then pasted where it was peeled too far. Every
step stays on the trajectory, for an analyst to choose from (Bryant and Lempert 2010). Ties,
quantiles and the objective (gain of density for a loss of points) are those of the EMA
Workbench (Kwakkel 2017), so that both give the same boxes on the same data.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from ...model.errors import InputError
from .box import Box, Found, judged

PEEL: Final = 0.05
"""Share of the points inside that one peel takes away."""
SMALLEST: Final = 0.05
"""Mass below which no box is peeled."""


@dataclass(frozen=True)
class Peeling:
    """Settings.

    Attributes
    ----------
    peel, paste : float
        Share of the points that one peel takes away, and one paste adds.
    smallest : float
        Mass below which no box goes.
    """

    peel: float = PEEL
    paste: float = PEEL
    smallest: float = SMALLEST

    def __post_init__(self) -> None:
        for name in ("peel", "paste", "smallest"):
            value = getattr(self, name)
            if not 0.0 < value < 0.5:
                raise InputError(
                    "no share that can be peeled", field=name, found=value, allowed="0 to 0.5"
                )


def prim(
    names: Sequence[str],
    points: np.ndarray,
    cases: np.ndarray,
    settings: Peeling = Peeling(),
    among: np.ndarray | None = None,
) -> list[Found]:
    """Trajectory of boxes, from the one that holds everything to the densest.

    Parameters
    ----------
    names : sequence of str
        Factors.
    points : ndarray of float64 [point, factor]
    cases : ndarray of bool [point]
        Which points are of interest.
    settings : Peeling
    among : ndarray of bool [point], optional
        Points that are looked at, those outside earlier boxes; mass and coverage are shares
        of all points all the same.

    Raises
    ------
    InputError
        If shapes do not fit, or no point or every point is of interest.
    """
    points = np.asarray(points, dtype=np.float64)
    cases = _cases(cases, points, names)
    search = _Search(
        points, cases, settings, np.flatnonzero(_all(cases) if among is None else among)
    )
    return [judged_among(box, points, cases, search.open) for box in search.boxes(tuple(names))]


def judged_among(box: Box, points: np.ndarray, cases: np.ndarray, rows: np.ndarray) -> Found:
    """Judge a box on some points, with shares of all points."""
    found = judged(box, points[rows], cases[rows])
    share = len(rows) / len(points)
    of_cases = cases[rows].sum() / cases.sum()
    return Found(
        box,
        found.mass * share,
        float(found.coverage * of_cases),
        found.density,
        found.points,
        found.cases,
    )


def _all(cases: np.ndarray) -> np.ndarray:
    return np.ones(len(cases), dtype=bool)


def _cases(cases: np.ndarray, points: np.ndarray, names: Sequence[str]) -> np.ndarray:
    if points.ndim != 2 or points.shape != (len(cases), len(names)):
        raise InputError(
            "points, cases and names do not belong together",
            found=f"{points.shape}, {len(cases)} and {len(names)}",
        )
    found = np.asarray(cases).astype(bool)
    if not found.any() or found.all():
        raise InputError(
            f"{'every' if found.any() else 'no'} point is of interest, so nothing sets them apart",
            found=f"{int(found.sum())} of {len(found)} points",
            todo="ask for an event that some futures bring and others do not",
        )
    return found


class _Search:
    """Peeling and pasting over fixed points."""

    def __init__(
        self, points: np.ndarray, cases: np.ndarray, settings: Peeling, rows: np.ndarray
    ) -> None:
        self.points, self.cases, self.settings = points, cases, settings
        self.open = rows
        self.ends = np.stack([points.min(axis=0), points.max(axis=0)])

    def boxes(self, names: tuple[str, ...]) -> Iterator[Box]:
        """Yield the boxes of the trajectory."""
        box, inside = Box.everything(names), self.open
        yield box
        for step in (self._peeled, self._pasted):
            while (found := step(box, inside)) is not None:
                box, inside = found
                yield box

    def _peeled(self, box: Box, inside: np.ndarray) -> tuple[Box, np.ndarray] | None:
        """The box after the best peel, if one is worth it."""
        candidates = []
        for factor in range(len(box.names)):
            column = self.points[inside, factor]
            for side in (1, 0):
                edge = quantile(column, abs(side - self.settings.peel))
                kept = column <= edge if side else column >= edge
                candidates.append((self._limited(box, factor, side, edge), inside[kept]))
        best, rows, gain = self._best(candidates, inside)
        mass = len(rows) / len(self.points)
        if gain <= 0.0 or mass < self.settings.smallest or len(rows) >= len(inside):
            return None
        return best, rows

    def _pasted(self, box: Box, inside: np.ndarray) -> tuple[Box, np.ndarray] | None:
        """The box after the best paste, if one makes it larger and denser."""
        candidates = []
        for factor in box.restricted:
            for side in (0, 1):
                limit = (box.low, box.high)[side][factor]
                if not np.isfinite(limit):
                    continue
                beyond = box.freed(factor, side).limited(factor, 1 - side, limit)
                column = self.points[self.open, factor][beyond.holds(self.points[self.open])]
                edge = self.ends[side, factor]
                if len(column):
                    edge = quantile(column, abs(1 - side - self.settings.paste))
                wider = self._limited(box, factor, side, edge)
                candidates.append((wider, self.open[wider.holds(self.points[self.open])]))
        if not candidates:
            return None
        best, rows, gain = self._best(candidates, inside)
        denser = self.cases[rows].mean() > self.cases[inside].mean()
        return (best, rows) if gain > 0.0 and len(rows) > len(inside) and denser else None

    def _limited(self, box: Box, factor: int, side: int, edge: float) -> Box:
        """Set a limit; one at the end of the points is none."""
        if edge == self.ends[side, factor]:
            return box.freed(factor, side)
        return box.limited(factor, side, edge)

    def _best(
        self, candidates: list[tuple[Box, np.ndarray]], inside: np.ndarray
    ) -> tuple[Box, np.ndarray, float]:
        """The candidate of the greatest gain, then of the fewest restricted factors, the first."""
        scored = [(self._gain(rows, inside), -len(box.restricted)) for box, rows in candidates]
        first = max(range(len(scored)), key=lambda n: scored[n])
        return (*candidates[first], scored[first][0])

    def _gain(self, rows: np.ndarray, inside: np.ndarray) -> float:
        """Gain of density for each point that goes or comes."""
        moved = abs(len(rows) - len(inside))
        if not moved:
            return 0.0
        density = float(self.cases[rows].mean()) if len(rows) else 0.0
        return (density - float(self.cases[inside].mean())) / moved


def quantile(values: np.ndarray, level: float) -> float:
    """Middle between the two ordered values about a quantile, moved on where they are equal.

    >>> quantile(np.array([1.0, 2.0, 3.0, 4.0]), 0.4), quantile(np.array([1.0, 1.0, 1.0, 4.0]), 0.1)
    (2.5, 2.5)
    """
    ordered = np.sort(values)
    place = (len(ordered) - 1) * level
    low, high = int(np.floor(place)), int(np.ceil(place))
    if ordered[low] == ordered[high]:
        if level > 0.5:
            low = max(int(np.searchsorted(ordered, ordered[high], "left")) - 1, 0)
        else:
            high = min(int(np.searchsorted(ordered, ordered[low], "right")), len(ordered) - 1)
    return float((ordered[low] + ordered[high]) / 2.0)
