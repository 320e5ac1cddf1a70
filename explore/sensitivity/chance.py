"""Chance: how much of an outcome's variance is luck, and what common luck does to it.

Replicate r has the same luck at every point (common random numbers). The runs are then a
table of points and replicates,

    y[p, r] = mean + a[p] + b[r] + e[p, r],

and a two-way analysis of variance (Scheffe 1959) tells apart what the factors do to the
expected outcome (a), what luck does alike at every point (b), and what luck does differently
from point to point (e). Common luck takes b out of every difference between points; e stays,
and only more replicates shrink it.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np


class Parts(NamedTuple):
    """Variances of a single run's outcome; not a number where there is one replicate.

    Attributes
    ----------
    factors : float
        Of the expected outcome over the points.
    common : float
        Of luck that acts alike at every point. 0 without common luck.
    own : float
        Of luck that acts differently from point to point.
    """

    factors: float
    common: float
    own: float

    @property
    def total(self) -> float:
        """Variance of a single run's outcome."""
        return self.factors + self.common + self.own

    @property
    def chance(self) -> float:
        """Share of chance in the variance of a single run."""
        return (self.common + self.own) / self.total if self.total > 0.0 else float("nan")

    @property
    def cancelled(self) -> float:
        """Share of chance that common luck takes out of differences between points."""
        luck = self.common + self.own
        return self.common / luck if luck > 0.0 else float("nan")


def parts(values: np.ndarray, paired: bool = True) -> Parts:
    """Split the variance of runs ``[point, replicate]``; none of them may be missing.

    Parameters
    ----------
    values : ndarray
    paired : bool
        Whether replicate r has the same luck at every point.

    Notes
    -----
    An estimate below 0 counts as 0.
    """
    points, replicates = values.shape
    if replicates < 2 or points < 2:
        return Parts(float("nan"), float("nan"), float("nan"))
    means = values.mean(axis=1)
    if not paired:
        own = float(values.var(axis=1, ddof=1).mean())
        return Parts(_above(means.var(ddof=1) - own / replicates), 0.0, own)
    left = values - means[:, np.newaxis] - values.mean(axis=0) + values.mean()
    own = float((left**2).sum() / ((points - 1) * (replicates - 1)))
    common = _above(values.mean(axis=0).var(ddof=1) - own / points)
    return Parts(_above(means.var(ddof=1) - own / replicates), common, own)


def _above(number: float) -> float:
    return max(float(number), 0.0)
