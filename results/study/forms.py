"""Which area grows fastest, and which meets least resistance, by the form of package.

The pasts of runs count packages by area and by form, not by both together, so that growth by form
is told within the years after the viewpoint: from their first years to their last.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations
from typing import Any, Final

import numpy as np
import pandas as pd

from ...model.names import AREAS, FORMS, PATRONS
from ..tables import ALL, tidy
from .estimates import first_share, interval, ratio
from .growth import FOUR

WINDOW: Final = 5
"""Years at either end of the runs whose packages are compared."""
GROWTH: Final = "growth"
ACCEPTANCE: Final = "acceptance"
MEASURES: Final = {
    GROWTH: "packages a year, last years of the runs less the first after the viewpoint",
    ACCEPTANCE: "share of offers that are accepted",
}
WORDS: Final = {
    "agreement": "agreements",
    "aid": "aid",
    "exercise": "exercises of two",
    "joint_exercise": "parts in joint exercises",
    "unit": "mixed units",
    "base": "standing forces",
}
"""Forms in sentences."""
_CELL: Final = ["viewpoint", "measure", "patron", "form", "area"]
_PATRONS: Final = (*PATRONS, ALL)
_PLACES: Final = [AREAS.index(area) for area in FOUR]


def by_form(
    decisions: Mapping[str, np.ndarray], until: int, horizon: int
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Rank the four areas by each of :data:`MEASURES`, for each form and patron.

    Parameters
    ----------
    decisions : mapping of name to ndarray
        Offers of traced runs after the viewpoint, one row each (``explore.study.decisions``).
    until, horizon : int
        The viewpoint and the last year of the runs.

    Returns
    -------
    forms : DataFrame
        ``mean`` with its interval; of growth ``early`` and ``late``, packages a year in both
        windows, and ``window``, their years; ``offers`` in a run; ``grows``, whether growth is
        supported when all areas and forms of a patron are judged together; ``told``, whether the
        area is ahead of all others; ``p_first_run``; ``place``.
    pairs : DataFrame
        Differences of areas; ``ahead`` and ``behind`` where they are supported, all pairs and
        forms of a measure and patron judged together.
    """
    window = min(WINDOW, (horizon - until) // 2)
    accepted, year = decisions["accepted"].astype(bool), decisions["year"]
    counts = {
        "offers": _counted(decisions, np.ones(len(year), bool)),
        "taken": _counted(decisions, accepted),
        "early": _counted(decisions, accepted & (year <= until + window)) / window,
        "late": _counted(decisions, accepted & (year > horizon - window)) / window,
    }
    change = counts["late"] - counts["early"]
    with np.errstate(invalid="ignore", divide="ignore"):
        single = np.nan_to_num(counts["taken"] / counts["offers"], nan=-1.0)
    found = {
        GROWTH: (change, change),
        ACCEPTANCE: (ratio(counts["taken"], counts["offers"]), single),
    }
    frames, pairs = [], []
    for measure, (values, runs) in found.items():
        shown = counts if measure == GROWTH else {}
        mine = _pairs(measure, values, until)
        ahead = mine.groupby(_CELL)["ahead"].all().rename("told").reset_index()
        frame = _frame(measure, values, runs, counts["offers"], shown, until)
        frames.append(frame.merge(ahead, on=_CELL, how="left", validate="one_to_one"))
        pairs.append(mine)
    forms = pd.concat(frames, ignore_index=True).assign(window=window)
    return forms, pd.concat(pairs, ignore_index=True)


def _counted(decisions: Mapping[str, np.ndarray], chosen: np.ndarray) -> np.ndarray:
    """Offers that are chosen: ``[run, patron and both, form, area of the four]``."""
    runs = np.unique(decisions["run"])
    count = np.zeros((len(runs), len(PATRONS), len(FORMS), len(AREAS)))
    place = np.searchsorted(runs, decisions["run"][chosen])
    cell = tuple(decisions[name][chosen] for name in ("patron", "form", "area"))
    np.add.at(count, (place, *cell), 1.0)
    count = count[..., _PLACES]
    return np.concatenate([count, count.sum(axis=1, keepdims=True)], axis=1)


def _frame(
    measure: str,
    values: np.ndarray,
    runs: np.ndarray,
    offers: np.ndarray,
    shown: Mapping[str, np.ndarray],
    until: int,
) -> pd.DataFrame:
    own = interval(values, len(FORMS) * len(FOUR))
    nothing = np.full(values.shape[1:], np.nan)
    first = np.stack(
        [
            [first_share(runs[:, p, f]) for f in range(len(FORMS))]
            for p in range(len(_PATRONS))
        ]
    )  # fmt: skip
    columns = {
        **{n: own[n] for n in ("mean", "se", "lower", "upper")},
        "early": shown["early"].mean(axis=0) if shown else nothing,
        "late": shown["late"].mean(axis=0) if shown else nothing,
        "offers": offers.mean(axis=0),
        "grows": own["supported"] & (own["mean"] > 0.0) & (measure == GROWTH),
        "p_first_run": first,
    }
    if measure == ACCEPTANCE:
        columns |= {n: columns[n].clip(0.0, 1.0) for n in ("lower", "upper")}
    index: dict[str, Any] = {
        "viewpoint": [until], "measure": [measure], "patron": _PATRONS, "form": FORMS, "area": FOUR,
    }  # fmt: skip
    frame = tidy(index, {n: v[np.newaxis, np.newaxis] for n, v in columns.items()})
    order = frame.groupby(["patron", "form"], sort=False)["mean"]
    frame["place"] = order.rank(ascending=False, method="first", na_option="bottom").astype(int)
    return frame


def _pairs(measure: str, values: np.ndarray, until: int) -> pd.DataFrame:
    """Differences of all pairs of areas, in both directions."""
    couples = list(combinations(range(len(FOUR)), 2))
    difference = np.stack([values[..., a] - values[..., b] for a, b in couples], axis=-1)
    found = interval(difference, len(FORMS) * len(couples))
    frames = []
    for sign, low, high in ((1, "lower", "upper"), (-1, "upper", "lower")):
        index: dict[str, Any] = {
            "viewpoint": [until], "measure": [measure], "patron": _PATRONS, "form": FORMS,
            "pair": range(len(couples)),
        }  # fmt: skip
        mean = sign * found["mean"]
        columns = {
            "difference": mean, "lower": sign * found[low], "upper": sign * found[high],
            "ahead": found["supported"] & (mean > 0.0), "behind": found["supported"] & (mean < 0.0),
        }  # fmt: skip
        frame = tidy(index, {n: v[np.newaxis, np.newaxis] for n, v in columns.items()})
        couple = np.array(couples)[frame["pair"]][:, ::sign]
        areas = np.array(FOUR, dtype=object)[couple]
        frame.insert(4, "area", areas[:, 0])
        frame.insert(5, "other", areas[:, 1])
        frames.append(frame.drop(columns="pair"))
    return pd.concat(frames, ignore_index=True)
