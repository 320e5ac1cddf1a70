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


SIZEABLE: Final = 0.01
"""Difference from which a supported one is counted apart from smaller ones, in the outcome's unit:
one state of five a rung higher in a run of twenty."""


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
    """Add ``place``, rank by size among the what-ifs of a viewpoint, and ``sizeable``.

    A difference is sizeable if it is supported and at least :data:`SIZEABLE`.
    """
    size = table["difference"].abs()
    by = [table[n] for n in ("viewpoint", "outcome", "patron", "area")]
    ranked = size.groupby(by, sort=False).rank(ascending=False, method="first").astype(int)
    return table.assign(place=ranked, sizeable=table["supported"] & (size >= SIZEABLE))


def firsts(ranking: pd.DataFrame, table: pd.DataFrame) -> pd.DataFrame:
    """Which area grows fastest by its mean rung under each what-if.

    What-if and baseline have one past, so the rise under a what-if is that of the baseline and
    the difference at the end.

    Parameters
    ----------
    ranking : DataFrame
        Of the baselines, see :func:`.growth.ranking`.
    table : DataFrame
        See :func:`placed`.

    Returns
    -------
    DataFrame
        A row for each viewpoint, patron and what-if: ``area``, first in the baseline; ``other``,
        first under the what-if; ``same``; ``lead``, by how many rungs it is before the next.
        Means alone: whether two areas are told apart under a what-if is not tested.
    """
    rows = []
    rises = ranking[(ranking["measure"] == "rungs") & ranking["patron"].isin(PATRONS)]
    for (viewpoint, patron), rise in rises.groupby(["viewpoint", "patron"], sort=False):
        before = rise.set_index("area")["mean"]
        here = (table["viewpoint"] == viewpoint) & (table["patron"] == patron)
        mine = table[here & (table["outcome"] == "rung") & table["area"].isin(before.index)]
        for scenario, changed in mine.groupby("scenario", sort=False):
            after = before + changed.set_index("area")["difference"]
            best = after.sort_values(ascending=False, kind="stable")
            rows.append(
                {
                    "viewpoint": viewpoint, "scenario": scenario,
                    "title": changed["title"].iloc[0], "patron": patron,
                    "area": before.idxmax(), "other": best.index[0],
                    "same": bool(best.index[0] == before.idxmax()),
                    "lead": float(best.iloc[0] - best.iloc[1]),
                }
            )  # fmt: skip
    return pd.DataFrame(rows)
