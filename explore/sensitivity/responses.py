"""Responses: what a model answered at the points of a design, and what is missing of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from ...model.errors import InputError
from .interval import Interval

if TYPE_CHECKING:
    from xarray import DataArray

    Outcome = np.ndarray | DataArray

POINT: Final = "point"
REPLICATE: Final = "replicate"
MOST_MISSING: Final = 0.1
"""Share of its terms that may rest on missing runs before an index is refused."""


class RefusedError(Exception):
    """An index that is not given, and why."""


@dataclass(frozen=True)
class Responses:
    """Outcome of every run of a design, one number each.

    Attributes
    ----------
    values : ndarray of float64 [point, replicate]
        Not a number where a run is missing or failed.
    span : (float, float)
        Between which numbers a missing outcome must lie.
    """

    values: np.ndarray
    span: tuple[float, float]

    @property
    def known(self) -> np.ndarray:
        """Points of which every replicate is there, ``[point]``."""
        found: np.ndarray = np.isfinite(self.values).all(axis=1)
        return found

    @property
    def means(self) -> np.ndarray:
        """Mean over replicates ``[point]``; not a number where one of them is missing."""
        return np.asarray(self.values.mean(axis=1))

    @property
    def between(self) -> Interval:
        """Least and greatest that the mean over replicates can be, ``[point]``."""
        there = np.isfinite(self.values)
        low, high = (np.where(there, self.values, end).mean(axis=1) for end in self.span)
        return Interval(low, high)

    @property
    def constant(self) -> bool:
        """Whether the means that are known are all the same."""
        means = self.means[self.known]
        if not len(means):
            return True
        scale = max(float(np.abs(means).max()), 1.0)
        return bool(np.ptp(means) <= 1e-12 * scale)


def responses(values: np.ndarray, span: tuple[float, float] | None = None) -> Responses:
    """Responses from an array ``[point]`` or ``[point, replicate]``.

    Parameters
    ----------
    values : ndarray
        Infinite numbers count as missing, as no outcome is infinite.
    span : (float, float), optional
        Between which numbers the outcome must lie, as 0 and 1 for a share. Without it the
        least and the greatest that were seen, which a missing run may have exceeded.

    Raises
    ------
    InputError
        If nothing is known, or a number lies outside the span.
    """
    array = np.asarray(values, dtype=np.float64)
    array = array[:, np.newaxis] if array.ndim == 1 else array
    array = np.where(np.isfinite(array), array, np.nan)
    if not np.isfinite(array).any():
        raise InputError("no run of the outcome is there")
    seen = (float(np.nanmin(array)), float(np.nanmax(array)))
    if span is not None and not (span[0] <= seen[0] and seen[1] <= span[1]):
        raise InputError(
            "the outcome leaves the span that was stated for it",
            found=f"{seen[0]:g} to {seen[1]:g}",
            allowed=f"{span[0]:g} to {span[1]:g}",
        )
    return Responses(array, span or seen)


class Cells:
    """The numbers that an outcome has beside points and replicates: years, states and so on.

    Parameters
    ----------
    outcome : ndarray or xarray.DataArray
        An array ``[point]`` or ``[point, replicate]``, or a DataArray with a dimension
        ``point``, perhaps ``replicate``, and any others.

    Raises
    ------
    InputError
        If there is no dimension of points.
    """

    def __init__(self, outcome: Outcome) -> None:
        from xarray import DataArray

        if not isinstance(outcome, DataArray):
            array = np.asarray(outcome)
            if array.ndim not in (1, 2):
                raise InputError(
                    "an array of outcomes needs names for its dimensions",
                    found=f"{array.ndim} dimensions",
                    allowed="[point], [point, replicate], or an xarray.DataArray",
                )
            outcome = DataArray(array, dims=(POINT, REPLICATE)[: array.ndim])
        if POINT not in outcome.dims:
            raise InputError(
                "the outcome has no dimension of points",
                found=", ".join(map(str, outcome.dims)),
                allowed=f"{POINT}, perhaps {REPLICATE}, and any others",
            )
        if REPLICATE not in outcome.dims:
            outcome = outcome.expand_dims(REPLICATE, axis=-1)
        self.dims = tuple(str(d) for d in outcome.dims if d not in (POINT, REPLICATE))
        self.coords = {d: outcome[d].values for d in self.dims if d in outcome.coords}
        self.name = str(outcome.name) if outcome.name is not None else "outcome"
        self._array = outcome.transpose(*self.dims, POINT, REPLICATE).values.astype(np.float64)

    @property
    def shape(self) -> tuple[int, ...]:
        """Lengths of the dimensions beside points and replicates."""
        return self._array.shape[:-2]

    @property
    def points(self) -> int:
        """Number of points."""
        return int(self._array.shape[-2])

    @property
    def replicates(self) -> int:
        """Number of replicates at each point."""
        return int(self._array.shape[-1])

    def __iter__(self) -> Iterator[tuple[tuple[int, ...], np.ndarray]]:
        """Yield the place of each cell and its runs ``[point, replicate]``."""
        for place in product(*map(range, self.shape)):
            yield place, self._array[place]

    def first(self, points: int) -> Cells:
        """The same cells at the first points only."""
        shorter = object.__new__(Cells)
        shorter.dims, shorter.coords, shorter.name = self.dims, self.coords, self.name
        shorter._array = self._array[..., :points, :]
        return shorter


def cells_of(outcome: Outcome | Cells) -> Cells:
    """Cells of an outcome; those that are split already stay."""
    return outcome if isinstance(outcome, Cells) else Cells(outcome)


def names_of(problem: Mapping[str, Any], points: np.ndarray) -> list[str]:
    """Names of a problem's factors, after a check that the points belong to it.

    Parameters
    ----------
    problem : mapping
        In SALib's habit: ``num_vars``, ``names``, ``bounds``.
    points : ndarray [point, factor]

    Raises
    ------
    InputError
        If they do not belong together, or the problem has groups.
    """
    names: Sequence[str] = list(problem["names"])
    if problem.get("groups"):
        raise InputError("factors in groups are not supported", field="groups")
    if points.ndim != 2 or points.shape[1] != len(names):
        raise InputError(
            "the points do not belong to the problem",
            found=f"an array of shape {points.shape}",
            allowed=f"[point, {len(names)}]: {', '.join(names)}",
        )
    return list(names)
