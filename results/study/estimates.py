"""Means, differences and ratios with their errors, from independent units.

With several draws of the parameters the draws are the units, as in
:class:`~steppe.results.streams.Mean`; runs of one draw share their parameters.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from ..streams import half_width

LEVEL: Final = 0.95
FEWEST: Final = 30
"""Units below which nothing is called supported."""


def units(values: np.ndarray, draws: int) -> np.ndarray:
    """Means of the draws ``[draw, ...]`` of runs ``[run, ...]``; the runs where there is one draw.

    >>> units(np.array([0.0, 10.0, 2.0, 14.0]), 2)
    array([ 1., 12.])
    """
    wide = np.asarray(values, dtype=np.float64)
    if draws == 1:
        return wide
    return np.asarray(wide.reshape(-1, draws, *wide.shape[1:]).mean(axis=0))


def interval(values: np.ndarray, family: int = 1) -> dict[str, np.ndarray]:
    """Mean of units ``[unit, ...]`` with its error.

    Returns
    -------
    dict of str to ndarray
        ``mean``; ``se``; ``lower`` and ``upper``, a 95% interval; ``floor`` and ``ceiling``, one
        that is wider by Bonferroni, for ``family`` means judged together; ``supported``, whether
        that one excludes zero.
    """
    count = len(values)
    mean = values.mean(axis=0)
    se = values.std(axis=0, ddof=1) / np.sqrt(count) if count > 1 else np.full(mean.shape, np.nan)
    reach = half_width(se, count, LEVEL)
    wide = half_width(se, count, 1.0 - (1.0 - LEVEL) / family)
    return {
        "mean": mean,
        "se": se,
        "lower": mean - reach,
        "upper": mean + reach,
        "floor": mean - wide,
        "ceiling": mean + wide,
        "supported": (count >= FEWEST) & (mean != 0.0) & (np.abs(mean) > wide),
    }


def ratio(above: np.ndarray, below: np.ndarray) -> np.ndarray:
    """Units of a ratio of sums, linearised.

    Parameters
    ----------
    above, below : ndarray [unit, ...]

    Returns
    -------
    ndarray [unit, ...]
        Their mean is sum(above) / sum(below); their spread gives its error by the delta method
        (Cochran 1977, section 2.11). Not a number where ``below`` sums to zero.

    Examples
    --------
    >>> ratio(np.array([1.0, 3.0]), np.array([2.0, 2.0]))
    array([0.5, 1.5])
    """
    total = below.sum(axis=0, dtype=np.float64)
    with np.errstate(invalid="ignore", divide="ignore"):
        value = above.sum(axis=0, dtype=np.float64) / total
        return np.asarray(value + (above - value * below) / (total / len(below)))


def first_share(values: np.ndarray) -> np.ndarray:
    """How often each column is the largest of its row: ``[row, column]`` to ``[column]``.

    Columns that are equal share.

    >>> first_share(np.array([[1, 0], [1, 1], [0, 0], [0, 2]])).tolist()
    [0.5, 0.5]
    """
    top = values == values.max(axis=1, keepdims=True)
    return np.asarray((top / top.sum(axis=1, keepdims=True)).mean(axis=0))
