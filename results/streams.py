"""Sums that grow batch by batch and need no more room for more runs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np
from scipy.special import stdtrit  # type: ignore[import-untyped]

QUANTILES: Final = {"q05": 0.05, "q25": 0.25, "q50": 0.50, "q75": 0.75, "q95": 0.95}
_SHARE_BINS: Final = 1000
_BINS_PER_DOUBLING: Final = 32
_SMALLEST_EXPONENT, _LARGEST_EXPONENT = -20, 30


class Mean:
    """Mean, variance and Monte Carlo standard error of many cells.

    Means and sums of squares of batches are merged as Chan, Golub and LeVeque (1979) do.
    With one parameter draw the runs are independent. With more, runs of one draw share
    their parameters; then the draws are the independent units, and the standard error
    is that of the mean of their means.

    Parameters
    ----------
    draws : int
        D; a batch holds a whole number of replicates of all draws, draw by draw in turn.
    shape : tuple of int
        Shape of the cells.
    """

    def __init__(self, draws: int, shape: tuple[int, ...]) -> None:
        self.runs = 0
        self.mean = np.zeros(shape)
        self._squares = np.zeros(shape)
        self._by_draw = np.zeros((draws, *shape)) if draws > 1 else None

    def add(self, values: np.ndarray) -> None:
        """Add runs: array [n, *shape]."""
        new = values.astype(np.float64)
        count = len(new)
        mean = new.mean(axis=0)
        step = mean - self.mean
        total = self.runs + count
        self._squares += ((new - mean) ** 2).sum(axis=0) + step**2 * (self.runs * count / total)
        self.mean += step * (count / total)
        self.runs = total
        if self._by_draw is not None:
            self._by_draw += new.reshape(-1, *self._by_draw.shape).sum(axis=0)

    @property
    def units(self) -> int:
        """Number of independent units: draws if there are several, else runs."""
        return self.runs if self._by_draw is None else len(self._by_draw)

    @property
    def variance(self) -> np.ndarray:
        """Variance between runs; not a number for a single run."""
        return (
            self._squares / (self.runs - 1) if self.runs > 1 else np.full(self.mean.shape, np.nan)
        )

    @property
    def error(self) -> np.ndarray:
        """Monte Carlo standard error of the mean; not a number for a single unit."""
        if self._by_draw is None:
            return np.sqrt(self.variance / self.runs)
        by_draw = self._by_draw / (self.runs / self.units)
        return np.asarray(by_draw.std(axis=0, ddof=1) / np.sqrt(self.units))

    @property
    def unit_means(self) -> np.ndarray | None:
        """Means of the draws ``[draw, ...]``; None for one draw."""
        return None if self._by_draw is None else self._by_draw / (self.runs / self.units)

    @property
    def within(self) -> np.ndarray:
        """The part of :attr:`error` that more runs of the same draws would make smaller.

        All of it for one draw; not a number where each draw has a single run.
        """
        means = self.unit_means
        if means is None:
            return self.error
        count = self.runs // self.units
        if count < 2:
            return np.full(self.mean.shape, np.nan)
        between = count * ((means - self.mean) ** 2).sum(axis=0)
        inside = np.maximum(self._squares - between, 0.0) / (self.units * (count - 1))
        return np.asarray(np.sqrt(inside / self.runs))


def half_width(error: np.ndarray | float, units: int, level: float = 0.95) -> np.ndarray:
    """Half the width of an interval around a mean (Student's t; normal for many units)."""
    if units < 2:
        return np.full(np.shape(error), np.nan)
    return np.asarray(error * stdtrit(units - 1, 0.5 + level / 2.0))


def wilson(p: float, runs: int, z: float = 1.959964) -> tuple[float, float]:
    """95% interval of a share of independent runs, inside [0, 1] (Wilson 1927)."""
    centre = (p + z * z / (2 * runs)) / (1 + z * z / runs)
    reach = z * np.sqrt(p * (1 - p) / runs + z * z / (4 * runs * runs)) / (1 + z * z / runs)
    return float(max(0.0, centre - reach)), float(min(1.0, centre + reach))


class Counts:
    """How often each whole number from 0 up occurred in each cell."""

    def __init__(self, shape: tuple[int, ...]) -> None:
        self.runs = 0
        self._shape = shape
        self._cells = int(np.prod(shape))
        self._counts = np.zeros((self._cells, 1), np.int64)

    def add(self, values: np.ndarray) -> None:
        """Add runs: array of whole numbers [n, *shape]."""
        width = max(int(values.max()) + 1, self._counts.shape[1])
        if width > self._counts.shape[1]:
            grown = np.zeros((self._cells, width), np.int64)
            grown[:, : self._counts.shape[1]] = self._counts
            self._counts = grown
        flat = values.reshape(len(values), self._cells).astype(np.int64)
        flat += np.arange(self._cells) * width
        self._counts += np.bincount(flat.ravel(), minlength=self._cells * width).reshape(-1, width)
        self.runs += len(values)

    def at_least(self, number: int) -> np.ndarray:
        """Share of runs at or above a number."""
        share: np.ndarray = self._counts[:, number:].sum(axis=1) / self.runs
        return share.reshape(self._shape)

    def quantile(self, level: float, below: int | None = None) -> np.ndarray:
        """Smallest number that at least this share of runs does not exceed (inverse of the ECDF).

        Parameters
        ----------
        level : float
        below : int, optional
            Count only the runs below this number; a cell without any gives -1.
        """
        counts = self._counts if below is None else self._counts[:, :below]
        total = counts.sum(axis=1)
        heaped = counts.cumsum(axis=1)
        found = (heaped >= (level * total - 1e-9)[:, np.newaxis]).argmax(axis=1)
        return np.where(total > 0, found, -1).reshape(self._shape)


class Histogram:
    """Quantiles of numbers from 0 up, out of bins.

    Shares are resolved to 0.001; money to one part in 46 (32 bins a doubling, from a millionth
    to a thousand million). Zero has its own bin. A quantile is the middle of its bin.
    """

    def __init__(self, shape: tuple[int, ...], scale: str) -> None:
        self._counts = Counts(shape)
        self._bin, self._middle = _BINNINGS[scale]
        self._least, self._most = np.full(shape, np.inf), np.full(shape, -np.inf)

    def add(self, values: np.ndarray) -> None:
        """Add runs: array [n, *shape].

        Raises
        ------
        ValueError
            If a number is negative.
        """
        if (values < 0.0).any():
            raise ValueError("a share or an amount of money is negative")
        self._counts.add(self._bin(values))
        self._least = np.minimum(self._least, values.min(axis=0))
        self._most = np.maximum(self._most, values.max(axis=0))

    def quantile(self, level: float) -> np.ndarray:
        """Quantile to the resolution of the bins, never outside what was seen."""
        return np.clip(self._middle(self._counts.quantile(level)), self._least, self._most)


def _share_bin(values: np.ndarray) -> np.ndarray:
    bins: np.ndarray = np.clip(np.ceil(values * _SHARE_BINS), 0, _SHARE_BINS)
    return bins.astype(np.int64)


def _share_middle(bins: np.ndarray) -> np.ndarray:
    return np.where(bins > 0, (bins - 0.5) / _SHARE_BINS, 0.0)


def _money_bin(values: np.ndarray) -> np.ndarray:
    exponent = np.log2(np.maximum(values, 2.0**_SMALLEST_EXPONENT), dtype=np.float64)
    steps = np.floor((exponent - _SMALLEST_EXPONENT) * _BINS_PER_DOUBLING)
    last = (_LARGEST_EXPONENT - _SMALLEST_EXPONENT) * _BINS_PER_DOUBLING
    return np.where(values > 0.0, 1 + np.minimum(steps, last), 0).astype(np.int64)


def _money_middle(bins: np.ndarray) -> np.ndarray:
    return np.where(bins > 0, 2.0 ** ((bins - 0.5) / _BINS_PER_DOUBLING + _SMALLEST_EXPONENT), 0.0)


_Binning = tuple[Callable[[np.ndarray], np.ndarray], Callable[[np.ndarray], np.ndarray]]
_BINNINGS: Final[dict[str, _Binning]] = {
    "share": (_share_bin, _share_middle),
    "money": (_money_bin, _money_middle),
}
