"""How many runs an interval of a stated width needs.

The error of a mean over several draws of the parameters has two parts: what the draws differ
by, which more runs of the same draws do not move, and what runs of a draw differ by, which
falls with their number. With s the standard error at N runs and w the part of it within draws,

    s(M)^2 = s^2 - w^2 + w^2 N / M

and M follows from the half-width that is asked for. It is infinite where the first part alone
is too wide.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
import pandas as pd

from .streams import half_width

LEVEL: Final = 0.95


class Precision(NamedTuple):
    """How precise the differences of an outcome are, and what would make them as asked.

    Attributes
    ----------
    half : float
        Half-width that was asked for.
    widest : float
        Largest half-width of the 95% intervals of the outcome's cells.
    floor : float
        What it would be with runs without end: what the draws of the parameters leave open.
    runs : float
        Runs that bring all to ``half``; infinite if none do, not a number if not known yet.
    met : bool
    """

    half: float
    widest: float
    floor: float
    runs: float
    met: bool


def precision(rows: pd.DataFrame, runs: int, units: int, half: float | None = None) -> Precision:
    """Precision of the rows of a comparison's table.

    Parameters
    ----------
    rows : DataFrame
        With ``se_paired`` and ``se_within``.
    runs, units : int
        Runs, and independent units, behind them.
    half : float, optional
        Half-width that is asked for; half the widest at hand without it.

    Examples
    --------
    One cell, 100 runs of one draw: to halve the interval takes four times the runs.

    >>> rows = pd.DataFrame({"se_paired": [0.1], "se_within": [0.1]})
    >>> round(precision(rows, 100, 100).runs)
    400

    Half of the variance of the mean is between draws: no number of runs halves it.

    >>> rows = pd.DataFrame({"se_paired": [0.1], "se_within": [0.1 / 2**0.5]})
    >>> precision(rows, 1000, 200).runs
    inf
    """
    times = float(half_width(1.0, units, LEVEL))
    error, within = (rows[name].to_numpy() for name in ("se_paired", "se_within"))
    widest = float(times * error.max())
    half = widest / 2.0 if half is None else half
    still = np.maximum(error**2 - within**2, 0.0)
    floor = float(times * np.sqrt(still.max()))
    room = (half / times) ** 2 - still
    with np.errstate(invalid="ignore", divide="ignore"):
        needed = np.where(error == 0.0, 0.0, np.where(room > 0.0, runs * within**2 / room, np.inf))
    known = not np.isnan(within).any()
    return Precision(half, widest, floor, float(needed.max()) if known else np.nan, widest <= half)
