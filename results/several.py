"""Several scenarios on the same luck: every pair of them, by a few outcomes."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from typing import Final

import numpy as np
import pandas as pd

from ..model.names import PATRONS
from .compare import FEWEST, LEVEL
from .store import Store
from .streams import Mean, half_width

OUTCOMES: Final = {
    "rung": "mean rung at the end, all states and areas",
    "packages": "packages accepted, all states and areas",
}


def pairs(stores: Sequence[Store]) -> pd.DataFrame:
    """Difference of every two scenarios, and the chance that one exceeds the other.

    Returns
    -------
    DataFrame
        A row for each outcome, patron and ordered pair: ``difference`` is ``one`` less
        ``other``, judged with all pairs of the outcome; ``p_greater`` is the share of paired runs
        in which ``one`` is greater, ``p_equal`` that in which they are equal.
    """
    names = [store.manifest.name for store in stores]
    draws = stores[0].manifest.parameters.draws
    couples = list(combinations(range(len(stores)), 2))
    start = max(store.manifest.projection.start for store in stores)
    places = slice(start - stores[0].manifest.first_year, None)
    shape = (len(couples), len(PATRONS))
    sums = {name: [Mean(draws, shape) for _ in range(3)] for name in OUTCOMES}
    needed = ("rung", "packages")
    for batches in zip(*(store.stream(needed) for store in stores), strict=True):
        values = {
            "rung": [b["rung"][:, -1].mean(axis=(1, 3), dtype=np.float64) for b in batches],
            "packages": [
                b["packages"][:, places].sum(axis=(1, 2, 4), dtype=np.int64) for b in batches
            ],
        }
        for name, found in values.items():
            stacked = [
                np.stack([found[n] for n in side], axis=1) for side in zip(*couples, strict=True)
            ]
            one, other = stacked
            difference, greater, equal = sums[name]
            difference.add(one - other)
            greater.add(one > other)
            equal.add(one == other)
    rows = []
    for name, (difference, greater, equal) in sums.items():
        family = len(couples) * len(PATRONS)
        mean, error = difference.mean, difference.error
        reach = half_width(error, difference.units, LEVEL)
        wide = half_width(error, difference.units, 1.0 - (1.0 - LEVEL) / family)
        told = (difference.units >= FEWEST) & (mean != 0.0) & (np.abs(mean) > wide)
        for c, (i, j) in enumerate(couples):
            for p, patron in enumerate(PATRONS):
                m, r = float(mean[c, p]), float(reach[c, p])
                above, same = float(greater.mean[c, p]), float(equal.mean[c, p])
                common = {"outcome": name, "patron": patron, "p_equal": same,
                          "supported": bool(told[c, p])}  # fmt: skip
                rows.append({**common, "one": names[i], "other": names[j], "difference": m,
                             "lower": m - r, "upper": m + r, "p_greater": above})  # fmt: skip
                rows.append({**common, "one": names[j], "other": names[i], "difference": -m,
                             "lower": -m - r, "upper": -m + r,
                             "p_greater": max(0.0, 1.0 - above - same)})  # fmt: skip
    return pd.DataFrame(rows)
