"""What changes the answer: what-ifs against their baseline, run by run."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

import numpy as np
import pandas as pd

from ...model.names import AREAS, PATRONS
from ..tables import ALL, tidy
from .estimates import interval, units

Kept = Mapping[str, np.ndarray]
OUTCOMES: Final[dict[str, str]] = {
    "rung": "mean rung of the five states at the end",
    "reach_3": "states that come to joint activity or more by the end",
    "reach_4": "states that come to a mixed unit or more by the end",
    "packages": "packages accepted by the five states",
}
"""Outcomes of a run, by patron and area; ``reach`` counts states that newly come to a rung or
stand there already."""
_OF: Final[dict[str, Callable[[Kept], np.ndarray]]] = {
    "rung": lambda kept: kept["last"].mean(axis=1),
    "reach_3": lambda kept: (kept["first"][..., 2] < 255).sum(axis=1),
    "reach_4": lambda kept: (kept["first"][..., 3] < 255).sum(axis=1),
    "packages": lambda kept: kept["packages"].sum(axis=1, dtype=np.int64),
}


def outcome(name: str, kept: Kept) -> np.ndarray:
    """An outcome of every run, ``[run, patron, area]``, the last column over all areas."""
    values = np.asarray(_OF[name](kept), dtype=np.float64)
    whole = values.mean if name == "rung" else values.sum
    return np.concatenate([values, whole(axis=2, keepdims=True)], axis=2)


def paired(baseline: Kept, other: Kept, draws: int, family: int = 1) -> pd.DataFrame:
    """Paired difference of every outcome, patron and area: the what-if less its baseline.

    Parameters
    ----------
    baseline, other : mapping of name to ndarray
        What was kept of the runs of either; run r of one is the twin of run r of the other.
    family : int
        How many what-ifs are judged together; each has all cells of an outcome.

    Raises
    ------
    ValueError
        If the two have not the same runs.
    """
    if len(baseline["last"]) != len(other["last"]):
        raise ValueError("not the same runs")
    frames = []
    for name in OUTCOMES:
        a, b = outcome(name, baseline), outcome(name, other)
        found = interval(units(b - a, draws), family * a.shape[1] * a.shape[2])
        columns = {
            "mean_a": a.mean(axis=0),
            "mean_b": b.mean(axis=0),
            "difference": found["mean"],
            **{n: found[n] for n in ("se", "lower", "upper", "floor", "ceiling", "supported")},
            "p_b_greater": (b > a).mean(axis=0),
            "p_a_greater": (a > b).mean(axis=0),
            "changed": (a != b).mean(axis=0),
        }
        index = {"outcome": [name], "patron": PATRONS, "area": (*AREAS, ALL)}
        frames.append(tidy(index, {n: v[np.newaxis] for n, v in columns.items()}))
    return pd.concat(frames, ignore_index=True)


def placed(table: pd.DataFrame) -> pd.DataFrame:
    """Add ``place``: rank by size of the difference, among the what-ifs of a viewpoint."""
    size = table["difference"].abs()
    by = [table[n] for n in ("viewpoint", "outcome", "patron", "area")]
    ranked = size.groupby(by, sort=False).rank(ascending=False, method="first").astype(int)
    return table.assign(place=ranked)
