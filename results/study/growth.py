"""Which area grows fastest, and which meets least resistance."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations
from typing import Any, Final

import numpy as np
import pandas as pd

from ...model.names import AREAS, FORMS, PATRONS
from ..tables import ALL, tidy
from .estimates import first_share, interval, ratio, units

FOUR: Final = AREAS[1:]
"""The areas of the report of 2010: all but general defence."""
_PATRONS: Final = (*PATRONS, ALL)
_PLACES: Final = [AREAS.index(area) for area in FOUR]
MEASURES: Final = {
    "rungs": "rise of the mean rung",
    "packages": "packages a year after the cut-off, less those of the ten years before",
    "acceptance": "share of offers that are accepted",
}


def ranking(
    kept: Mapping[str, np.ndarray], draws: int, until: int, horizon: int
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Rank the four areas by each of :data:`MEASURES`, for each patron and both together.

    Returns
    -------
    areas : DataFrame
        ``mean`` with its interval; ``p_first_run`` and ``p_first_draw``: share of runs, and of
        draws of the parameters, in which the area is first (equal ones share); ``place``.
    pairs : DataFrame
        Differences of areas; ``ahead`` and ``behind`` where they are supported, all pairs of a
        measure and patron judged together.
    """
    years = horizon - until
    rise = (kept["last"].astype(np.int16) - kept["start"]).mean(axis=1)[..., _PLACES]
    counts = {
        name: kept[name].sum(axis=1, dtype=np.int64)[..., _PLACES]
        for name in ("packages", "before", "offers")
    }
    pace = counts["packages"] / years - counts["before"] / 10.0
    runs = {
        "rungs": _both(rise, mean=True),
        "packages": _both(pace),
        "taken": _both(counts["packages"]),
        "offered": _both(counts["offers"]),
    }
    whole = {name: units(values, draws) for name, values in runs.items()}
    found = {
        "rungs": whole["rungs"],
        "packages": whole["packages"],
        "acceptance": ratio(whole["taken"], whole["offered"]),
    }
    with np.errstate(invalid="ignore", divide="ignore"):
        single = {
            "rungs": runs["rungs"],
            "packages": runs["packages"],
            "acceptance": np.nan_to_num(runs["taken"] / runs["offered"], nan=-1.0),
        }
        drawn = found | {"acceptance": np.nan_to_num(whole["taken"] / whole["offered"], nan=-1.0)}
    areas, pairs = [], []
    for measure, values in found.items():
        for p, patron in enumerate(_PATRONS):
            mine = values[:, p]
            index: dict[str, Any] = {
                "viewpoint": [until],
                "measure": [measure],
                "patron": [patron],
                "area": FOUR,
            }
            columns = interval(mine) | {
                "p_first_run": first_share(single[measure][:, p]),
                "p_first_draw": first_share(drawn[measure][:, p]),
            }
            frame = tidy(
                index, {n: v[np.newaxis, np.newaxis, np.newaxis] for n, v in columns.items()}
            )
            frame["place"] = frame["mean"].rank(ascending=False, method="first").astype(int)
            areas.append(frame)
            pairs.append(_pairs(mine, until, measure, patron))
    return pd.concat(areas, ignore_index=True), pd.concat(pairs, ignore_index=True)


def _both(values: np.ndarray, mean: bool = False) -> np.ndarray:
    """Values ``[run, patron, area]`` with those of both patrons together."""
    joint = values.mean(axis=1, keepdims=True) if mean else values.sum(axis=1, keepdims=True)
    return np.concatenate([values, joint], axis=1)


def _pairs(values: np.ndarray, until: int, measure: str, patron: str) -> pd.DataFrame:
    """Differences of all pairs of areas, in both directions."""
    couples = list(combinations(range(len(FOUR)), 2))
    rows = []
    for one, other in couples:
        found = interval(values[:, one] - values[:, other], len(couples))
        for sign, a, b in ((1, one, other), (-1, other, one)):
            low, high = ("lower", "upper") if sign > 0 else ("upper", "lower")
            rows.append(
                {
                    "viewpoint": until, "measure": measure, "patron": patron,
                    "area": FOUR[a], "other": FOUR[b],
                    "difference": sign * float(found["mean"]),
                    "lower": sign * float(found[low]), "upper": sign * float(found[high]),
                    "ahead": bool(found["supported"] and sign * found["mean"] > 0),
                    "behind": bool(found["supported"] and sign * found["mean"] < 0),
                }
            )  # fmt: skip
    return pd.DataFrame(rows)


def resistance(decisions: Mapping[str, np.ndarray], until: int) -> pd.DataFrame:
    """Share of offers that are declined, by patron, area and form, from traced runs.

    ``offers`` is their number in a run; cells without offers in any run are left out.
    """
    runs = np.unique(decisions["run"])
    place = np.searchsorted(runs, decisions["run"])
    shape = (len(runs), len(PATRONS), len(AREAS), len(FORMS))
    offered, declined = np.zeros(shape), np.zeros(shape)
    cell = (place, decisions["patron"], decisions["area"], decisions["form"])
    np.add.at(offered, cell, 1.0)
    np.add.at(declined, cell, ~decisions["accepted"])
    offered, declined = (
        np.concatenate([a, a.sum(axis=-1, keepdims=True)], axis=-1) for a in (offered, declined)
    )
    columns = interval(ratio(declined, offered)) | {"offers": offered.mean(axis=0)}
    index = {"viewpoint": [until], "patron": PATRONS, "area": AREAS, "form": (*FORMS, ALL)}
    frame = tidy(index, {n: v[np.newaxis] for n, v in columns.items()})
    frame = frame.rename(columns={"mean": "declined"}).drop(
        columns=["supported", "floor", "ceiling"]
    )
    for name in ("lower", "upper"):
        frame[name] = frame[name].clip(0.0, 1.0)
    return frame[frame["offers"] > 0].reset_index(drop=True)
