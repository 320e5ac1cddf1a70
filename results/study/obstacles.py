"""What stands in the way: the terms of the utility in offers that states decline."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
import pandas as pd

from ...model.names import AREAS, PATRONS, STATES
from ..tables import ALL, tidy
from .estimates import interval, ratio

FEWEST_OFFERS: Final = 100
"""Declined offers of a cell below which no term is said to weigh most."""
OWN: Final = "constant"
"""The term that holds what no other explains; it is shown, and not called an obstacle."""


def obstacles(
    decisions: Mapping[str, np.ndarray], terms: Sequence[str], until: int
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Mean contribution of each term in declined and in accepted offers.

    Parameters
    ----------
    decisions : mapping of name to ndarray
        Offers of traced runs, one row each (``explore.study.decisions``).
    terms : sequence of str

    Returns
    -------
    terms : DataFrame
        For each state (and ``all``), patron, area and term: ``declined`` and ``accepted``, the
        mean contribution to the utility; ``gap``, the first less the second; ``worst``, the share
        of declined offers in which no other term is lower; ``place`` from the lowest up, the
        constant left out.
    cells : DataFrame
        For each state, patron and area: offers and declined offers in all traced runs, the term
        that weighs most, the next, and whether the two are told apart.
    """
    runs = np.unique(decisions["run"])
    place = np.searchsorted(runs, decisions["run"])
    shape = (len(runs), len(STATES), len(PATRONS), len(AREAS))
    cell = (place, decisions["state"], decisions["patron"], decisions["area"])
    values = decisions["terms"].astype(np.float64)
    counted = [n for n, term in enumerate(terms) if term != OWN]
    lowest = np.zeros_like(values)
    lowest[np.arange(len(values)), np.array(counted)[values[:, counted].argmin(axis=1)]] = 1.0
    sums = {}
    for name, chosen in (("declined", ~decisions["accepted"]), ("accepted", decisions["accepted"])):
        where = tuple(c[chosen] for c in cell)
        number, total = np.zeros(shape), np.zeros((*shape, len(terms)))
        np.add.at(number, where, 1.0)
        np.add.at(total, where, values[chosen])
        sums[name] = (_all(number), _all(total))
        if name == "declined":
            worst = np.zeros((*shape, len(terms)))
            np.add.at(worst, where, lowest[chosen])
    states = (*STATES, ALL)
    columns: dict[str, np.ndarray] = {}
    linear = {}
    for name, (number, total) in sums.items():
        linear[name] = ratio(total, number[..., np.newaxis])
        found = interval(linear[name])
        columns |= {name: found["mean"], f"se_{name}": found["se"]}
    between = interval(linear["declined"] - linear["accepted"])
    columns |= {"gap": between["mean"], "se_gap": between["se"]}
    columns["worst"] = interval(ratio(_all(worst), sums["declined"][0][..., np.newaxis]))["mean"]
    index = {
        "viewpoint": [until], "state": states, "patron": PATRONS, "area": AREAS, "term": list(terms)
    }  # fmt: skip
    frame = tidy(index, {n: v[np.newaxis] for n, v in columns.items()})
    known = frame[frame["term"] != OWN]
    order = known.groupby(["state", "patron", "area"], sort=False)["declined"].rank(method="first")
    frame["place"] = order.reindex(frame.index)
    return frame, _cells(linear["declined"], sums, states, terms, until)


def _cells(
    linear: np.ndarray,
    sums: Mapping[str, tuple[np.ndarray, np.ndarray]],
    states: Sequence[str],
    terms: Sequence[str],
    until: int,
) -> pd.DataFrame:
    counted = [n for n, term in enumerate(terms) if term != OWN]
    declined, accepted = (sums[name][0].sum(axis=0) for name in ("declined", "accepted"))
    rows = []
    for i, state in enumerate(states):
        for p, patron in enumerate(PATRONS):
            for a, area in enumerate(AREAS):
                row = {
                    "viewpoint": until, "state": state, "patron": patron, "area": area,
                    "offers": int(declined[i, p, a] + accepted[i, p, a]),
                    "declined": int(declined[i, p, a]),
                    "share_declined": declined[i, p, a]
                    / max(1.0, declined[i, p, a] + accepted[i, p, a]),
                }  # fmt: skip
                mine = linear[:, i, p, a][:, counted]
                if declined[i, p, a] < FEWEST_OFFERS or not np.isfinite(mine).all():
                    rows.append(row | {"term": "", "next": "", "mean": np.nan, "told": False})
                    continue
                order = np.argsort(mine.mean(axis=0), kind="stable")[:2]
                apart = interval(mine[:, order[0]] - mine[:, order[1]])
                rows.append(
                    row
                    | {
                        "term": terms[counted[order[0]]],
                        "next": terms[counted[order[1]]],
                        "mean": float(mine[:, order[0]].mean()),
                        "told": bool(apart["supported"]) and float(mine[:, order[0]].mean()) < 0.0,
                    }
                )
    return pd.DataFrame(rows)


def _all(values: np.ndarray) -> np.ndarray:
    """Sums ``[run, state, ...]`` with those over all states."""
    return np.concatenate([values, values.sum(axis=1, keepdims=True)], axis=1)
