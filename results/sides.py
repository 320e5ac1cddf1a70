"""Fans of both sides of a comparison, and of their paired difference, year by year."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import pandas as pd

from ..model.names import PATRONS
from .streams import QUANTILES, Counts, Mean, half_width
from .tables import tidy

SIDES: Final = ("a", "b", "difference")
FARTHEST: Final = 4096
"""Packages beyond which single differences are counted as this many; only quantiles see it."""


class Sides:
    """Packages since a year, added up: of A, of B, and B less A of the same run.

    Parameters
    ----------
    draws : int
    years : sequence of int
        From the first in which the two may differ.
    """

    def __init__(self, draws: int, years: Sequence[int]) -> None:
        self._years = list(years)
        shape = (len(self._years), len(PATRONS))
        self._means = {side: Mean(draws, shape) for side in SIDES}
        self._counts = {side: Counts(shape) for side in SIDES}

    def add(self, a: np.ndarray, b: np.ndarray) -> None:
        """Add pairs of runs: packages ``[n, year, state, patron, area]`` of these years."""
        one, other = (
            x.sum(axis=(2, 4), dtype=np.int64).cumsum(axis=1, dtype=np.int64) for x in (a, b)
        )
        apart = other - one
        for side, values in zip(SIDES, (one, other, apart), strict=True):
            self._means[side].add(values.astype(np.float64))
        self._counts["a"].add(one)
        self._counts["b"].add(other)
        self._counts["difference"].add(np.clip(apart, -FARTHEST, FARTHEST) + FARTHEST)

    def table(self, level: float) -> pd.DataFrame:
        """One row for each side, year and patron: mean, its interval, quantiles between runs."""
        frames = []
        for side in SIDES:
            mean = self._means[side]
            reach = half_width(mean.error, mean.units, level)
            shift = FARTHEST if side == "difference" else 0
            columns = {
                "mean": mean.mean, "lower": mean.mean - reach, "upper": mean.mean + reach,
                **{n: self._counts[side].quantile(q) - shift for n, q in QUANTILES.items()},
            }  # fmt: skip
            index: dict[str, Sequence[Any]] = {
                "side": [side],
                "year": self._years,
                "patron": PATRONS,
            }
            frames.append(tidy(index, {n: v[np.newaxis] for n, v in columns.items()}))
        return pd.concat(frames, ignore_index=True)
