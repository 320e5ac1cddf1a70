"""Checks: where the documented history lies among the records that the model would bring forth.

Whole numbers make intervals hold more than they say, and cells move together. So what is to be
expected by chance is not computed from the nominal levels: every predicted record is put in the
place of the documented one, and the same things are counted.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from ...model.names import AREAS, PATRONS
from .statistics import ALL, UNITS, Statistic

WIDE: Final = (0.01, 0.99)
"""Outside of these quantiles a statistic is a miss (assumed: about one in fifty by chance)."""
BAND: Final = (0.05, 0.95)
TOLD_PIT: Final = 0.05
"""Packages to be expected in a cell from which on its place is looked at (as in a backtest)."""


@dataclass(frozen=True)
class Summary:
    """A count over statistics, beside what the model's own records give.

    Attributes
    ----------
    name : str
    documented : float
    median, low, high : float
        Of the predicted records, put in the place of the documented one; 5% and 95%.
    of : int
        Number of statistics; 0 where it is no count.
    tail : float
        Share of predicted records that are as bad or worse.
    """

    name: str
    documented: float
    median: float
    low: float
    high: float
    of: int
    tail: float


def compare(
    documented: Sequence[Statistic], predicted: Sequence[Statistic]
) -> list[dict[str, Any]]:
    """Each statistic of the documented record among those of the predicted ones.

    Returns
    -------
    list of dict
        ``kind, state, patron, form, unit, documented, median, q05, q95, q01, q99, tail,
        pit_low, pit_high, held, miss``. ``tail`` is the smaller of the chances of as much or
        more, and as little or less. The discrete PIT lies between ``pit_low`` (chance of less)
        and ``pit_high`` (chance of as little or less). ``documented`` is None where the record
        has nothing of the kind, and then the statistic is left out of every count.
    """
    return [row(one, other) for one, other in zip(documented, predicted, strict=True)]


def row(one: Statistic, other: Statistic) -> dict[str, Any]:
    """One statistic: see :func:`compare`."""
    assert one[:4] == other[:4]
    values = other.values[np.isfinite(other.values)]
    told = float(one.values[0])
    found: dict[str, Any] = {
        "kind": one.kind, "state": one.state, "patron": one.patron, "form": one.form,
        "unit": UNITS[one.kind],
    }  # fmt: skip
    levels = np.quantile(values, (0.5, *BAND, *WIDE)) if values.size else np.full(5, np.nan)
    median, q05, q95, q01, q99 = (float(x) for x in levels)
    place = {"median": median, "q05": q05, "q95": q95, "q01": q01, "q99": q99}
    if not np.isfinite(told) or not values.size:
        nothing = dict.fromkeys(("tail", "pit_low", "pit_high"))
        return found | {"documented": None} | place | nothing | {"held": "", "miss": ""}
    less, more = float((values < told).mean()), float((values > told).mean())
    missed = "low" if told < q01 else "high" if told > q99 else ""
    return found | {"documented": told} | place | {
        "tail": min(1.0 - more, 1.0 - less),
        "pit_low": less,
        "pit_high": 1.0 - more,
        "held": "yes" if q05 <= told <= q95 else "no",
        "miss": missed,
    }  # fmt: skip


def by_area(least: np.ndarray, most: np.ndarray, predicted: np.ndarray) -> list[dict[str, Any]]:
    """Packages on record by patron and area among those of the predicted records.

    The record gives two ends, since sources often leave the area open; a predicted package has
    one. So an area is a miss only if both ends lie outside, on the same side.

    Parameters
    ----------
    least, most : ndarray of int [patron, area]
        Packages that can be of no other area, and those that can be of this one.
    predicted : ndarray of int [record, patron, area]

    Returns
    -------
    list of dict
        ``patron, area, least, most, median, q05, q95, q01, q99, held, miss``.
    """
    found = []
    for p, patron in enumerate(PATRONS):
        for a, area in enumerate(AREAS):
            low, high = int(least[p, a]), int(most[p, a])
            levels = np.quantile(predicted[:, p, a], (0.5, *BAND, *WIDE))
            median, q05, q95, q01, q99 = (float(x) for x in levels)
            found.append(
                {
                    "patron": patron, "area": area, "least": low, "most": high,
                    "median": median, "q05": q05, "q95": q95, "q01": q01, "q99": q99,
                    "held": "yes" if high >= q05 and low <= q95 else "no",
                    "miss": "low" if high < q01 else "high" if low > q99 else "",
                }
            )  # fmt: skip
    return found


def summaries(
    documented: Sequence[Statistic], predicted: Sequence[Statistic], seed: int
) -> list[Summary]:
    """Intervals that hold, misses, and evenness of places, beside what chance gives."""
    cells = [n for n, one in enumerate(documented) if ALL not in one[1:4]]
    shapes = [n for n in range(len(documented)) if n not in cells]
    found = []
    for name, chosen in (("single cells", cells), ("totals and shapes", shapes)):
        one, others = stacked(documented, chosen), stacked(predicted, chosen)
        used = np.isfinite(one[0])
        one, others = one[:, used], others[:, used]
        for what, levels in (("in the 90% interval", BAND), ("outside the 98% interval", WIDE)):
            low, high = np.nanquantile(others, levels, axis=0)
            inside = [((x >= low) & (x <= high)) | np.isnan(x) for x in (one, others)]
            if what.startswith("outside"):
                inside = [~x for x in inside]
            told, given = (x.sum(axis=1).astype(float) for x in inside)
            worse_is_high = what.startswith("outside")
            found.append(summary(f"{name} {what}", told, given, int(used.sum()), worse_is_high))
    found.append(evenness(documented, predicted, seed))
    return found


def summary(
    name: str, one: np.ndarray, others: np.ndarray, of: int, worse_is_high: bool
) -> Summary:
    """A number of the documented record beside those of the predicted ones."""
    told = float(one[0])
    worse = others >= told if worse_is_high else others <= told
    low, median, high = np.quantile(others, (0.05, 0.5, 0.95))
    return Summary(name, told, float(median), float(low), float(high), of, float(worse.mean()))


def evenness(documented: Sequence[Statistic], predicted: Sequence[Statistic], seed: int) -> Summary:
    """Distance of the randomised PIT of single counts from uniform (Kolmogorov-Smirnov).

    A whole number has many equal neighbours, so its place is drawn between the chance of less
    and that of as little or less (Brockwell 2007).
    """
    chosen = [
        n for n, one in enumerate(predicted)
        if one.kind == "count" and ALL not in one[1:4] and one.values.mean() >= TOLD_PIT
    ]  # fmt: skip
    one, others = stacked(documented, chosen), stacked(predicted, chosen)
    rng = np.random.default_rng([seed, 12])
    distances = []
    for records in (one, others):
        less = np.empty(records.shape)
        equal = np.empty(records.shape)
        for n in range(records.shape[1]):
            ordered = np.sort(others[:, n])
            left = np.searchsorted(ordered, records[:, n], "left") / len(ordered)
            right = np.searchsorted(ordered, records[:, n], "right") / len(ordered)
            less[:, n], equal[:, n] = left, right - left
        places = np.sort(less + rng.random(records.shape) * equal, axis=1)
        grid = np.arange(1, places.shape[1] + 1) / places.shape[1]
        above = (grid - places).max(axis=1)
        below = (places - grid + 1.0 / places.shape[1]).max(axis=1)
        distances.append(np.maximum(above, below))
    told, given = distances
    return summary("distance of the PIT from even", told, given, len(chosen), True)


def stacked(found: Sequence[Statistic], chosen: Sequence[int]) -> np.ndarray:
    """Values of some statistics: float64 [record, statistic]."""
    return np.stack([found[n].values for n in chosen], axis=1)
