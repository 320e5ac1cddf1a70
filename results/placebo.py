"""What intervals of paired differences find where there is nothing to find.

If two scenarios do not differ but by chance, the sign of each independent difference is as
likely one way as the other. So the signs are flipped at random, many times: what the intervals
then find, they find by chance. It should be no more than their level promises, whatever the
shape of the differences (many zeros, few large ones).
"""

from __future__ import annotations

from typing import Final
from zlib import crc32

import numpy as np
import pandas as pd

from .streams import half_width

FLIPS: Final = 400
GROUPS: Final = 200
"""Groups of runs that are flipped together where there is one draw of the parameters."""
LEVEL: Final = 0.95


class SignFlips:
    """Differences by independent unit, and what intervals make of them with signs at random.

    Parameters
    ----------
    draws, runs : int
        With several draws the draws are the units; with one, groups of runs.
    shape : tuple of int
        Shape of the cells.
    """

    def __init__(self, draws: int, runs: int, shape: tuple[int, ...]) -> None:
        self.units = draws if draws > 1 else min(runs, GROUPS)
        self._sums = np.zeros((self.units, int(np.prod(shape))))
        self._counts = np.zeros(self.units)
        self._runs = 0

    def add(self, differences: np.ndarray) -> None:
        """Add differences of runs in order: array [n, *shape]."""
        count = len(differences)
        unit = (self._runs + np.arange(count)) % self.units
        np.add.at(self._sums, unit, differences.reshape(count, -1))
        np.add.at(self._counts, unit, 1.0)
        self._runs += count

    def table(self, outcome: str, seed: int) -> pd.DataFrame:
        """One row: how often an interval excludes zero, and how often any is called supported.

        Cells that differ in no run are left out; with none left there is nothing to flip.
        """
        means = self._sums / self._counts[:, np.newaxis]
        family = means.shape[1]
        means = means[:, means.any(axis=0)]
        row = {"outcome": outcome, "cells": means.shape[1], "flips": FLIPS, "level": 1.0 - LEVEL}
        if not means.shape[1] or self.units < 2:
            return pd.DataFrame([row | {"excluded": np.nan, "any_supported": np.nan, "good": True}])
        rng = np.random.default_rng([seed, crc32(f"placebo {outcome}".encode())])
        signs = rng.choice((-1.0, 1.0), size=(FLIPS, self.units))
        flipped = signs @ means / self.units
        squares = (means**2).sum(axis=0)
        error = np.sqrt(
            np.maximum(squares - self.units * flipped**2, 0.0) / (self.units - 1) / self.units
        )
        excluded = np.abs(flipped) > half_width(error, self.units, LEVEL)
        wide = half_width(error, self.units, 1.0 - (1.0 - LEVEL) / family)
        share = float((np.abs(flipped) > wide).any(axis=1).mean())
        return pd.DataFrame(
            [
                row
                | {
                    "excluded": float(excluded.mean()),
                    "any_supported": share,
                    "good": share <= allowed(FLIPS),
                }
            ]
        )


def allowed(flips: int) -> float:
    """Largest share of tables with a false finding that chance explains at this level.

    >>> round(allowed(400), 3)
    0.083
    """
    level = 1.0 - LEVEL
    return float(level + 3.0 * np.sqrt(level * (1.0 - level) / flips))
