"""The documented record in the shape of worlds: what naive rules are made from."""

from __future__ import annotations

from functools import cache

import numpy as np

from ...calibration.measures.arms import deliveries
from ...calibration.measures.trainees import flows
from ...calibration.measures.troops import Sizes, sizes
from ...calibration.packages import GIVEN, documented_counts, occasion_of, standing_forces
from ...calibration.setting import setting
from ...model.names import AREAS, FORMS, LAST_HISTORY_YEAR, PATRONS, START_YEAR, STATES
from .worlds import Worlds

EXERCISE, BASE = 3, 5
"""Rungs of an exercise and of a standing force."""
YEARS = LAST_HISTORY_YEAR - START_YEAR + 1


@cache
def record_worlds() -> Worlds:
    """One run, 1992 to 2022, that is the record: however a fact counts, only this is known.

    A package whose area is open stands in the first that it may belong to. A sum that is told
    as delivered arrived with its pledge; no other delivery is on record. Acts of membership have
    a rung and are no packages: they follow from what every run is given. Volumes of arms end in
    2014.
    """
    cells = (1, YEARS, len(STATES), len(PATRONS))
    forms = np.zeros((*cells, len(FORMS)), np.int64)
    areas = np.zeros((*cells, len(AREAS)), np.int64)
    rung = np.zeros((*cells, len(AREAS)), np.int8)
    pledged, at_once = np.zeros(cells), np.zeros(cells)
    for row in documented_counts():
        if row["year"] > LAST_HISTORY_YEAR:
            continue
        area = AREAS.index(row["areas"][0])
        joint = row["rung"] == EXERCISE and row["multilateral"]
        form = "joint_exercise" if joint else FORMS[row["rung"] - 1 + (row["rung"] > EXERCISE)]
        place = (0, *place_of(row))
        if occasion_of({**row, "last": 0}, {}) != GIVEN:
            forms[(*place, FORMS.index(form))] += 1
            areas[(*place, area)] += 1
        since = (0, slice(place[1], None), place[2], place[3], area)
        rung[since] = np.maximum(rung[since], min(row["rung"], BASE - 1))
        if row["amount_usd"] is not None:
            pledged[place] += row["amount_usd"] / 1e6
            at_once[place] += row["amount_usd"] / 1e6 * row["delivered"]
    for row in standing_forces():
        _, state, patron = place_of(row)
        stands = slice(row["year"] - START_YEAR, row["last"] - START_YEAR + 1)
        rung[0, stands, state, patron, AREAS.index(row["areas"][0])] = BASE
    arms = np.full((1, YEARS, len(STATES), len(PATRONS) + 1), np.nan)
    volume = deliveries().volume[:YEARS]
    arms[0, : len(volume)] = volume
    member = setting(LAST_HISTORY_YEAR)["membership"] >= 0.5
    return Worlds(
        START_YEAR, dict.fromkeys(("documented", "listed", "true"), forms),
        dict.fromkeys(("documented", "true"), areas), pledged, at_once,
        np.cumsum(pledged - at_once, axis=1), at_once, np.zeros((1, len(PATRONS))), 1, arms,
        trainees(), rung, member[None], None,
    )  # fmt: skip


def place_of(row: dict) -> tuple[int, int, int]:
    """Indices of year, state and patron."""
    return row["year"] - START_YEAR, STATES.index(row["state"]), PATRONS.index(row["patron"])


def trainees() -> np.ndarray:
    """Persons a year on record, the mean of the counts where several tell of a year."""
    found = flows()
    total = np.zeros((1, YEARS, len(STATES), len(PATRONS)))
    told = np.zeros_like(total)
    columns = (found.persons, found.state, found.patron, found.first, found.last)
    for persons, state, patron, first, last in zip(*columns, strict=True):
        years = slice(int(first) - START_YEAR, int(last) - START_YEAR + 1)
        total[0, years, state, patron] += persons
        told[0, years, state, patron] += 1
    return total / np.maximum(told, 1)


@cache
def record_sizes() -> Sizes:
    """Sizes of exercises on record, lower bounds taken as they stand."""
    return sizes()


def arms_until() -> int:
    """Last year with volumes of arms."""
    return deliveries().last_year
