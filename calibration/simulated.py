"""Records that the model itself brings forth, with parameters that are known.

A run of the agents is told as the sources would tell it: what is documented, its sum for
some, its area for most. Fits of such records show whether the fit of the real one may be
believed (:mod:`steppe.calibration.sbc`).
"""

from __future__ import annotations

from typing import Final

import numpy as np

from ..model.luck import uniforms
from ..model.names import AREAS, CHOICES, PATRONS, STATES
from ..model.security import SecurityModel
from ..model.tables import Tables
from ..model.trace import Decision, Offer
from ..model.world import History
from .packages import AREAS_OF, OPEN_AREAS, area_mask

TOLD: Final = 35
"""Purpose of the luck that decides what of a package is told."""
SUMS_TOLD: Final = 0.3
"""Share of the packages of assistance whose sum is told."""
AREAS_LEFT_OPEN: Final = 0.3
"""Share of the packages in an area of :data:`OPEN_AREAS` whose area is not told."""


def simulated_history(tables: Tables, seed: int, run: int = 0) -> History:
    """Record of one free run.

    Parameters
    ----------
    tables : Tables
        What every quantity is in every year.
    seed, run : int
        Address of the run's luck.

    Returns
    -------
    History
        Sorted by year, then state and patron.
    """
    model = SecurityModel(tables, run, seed, trace=True)
    model.run_until(9999)
    rows = [
        _told(decision, offer, seed, run)
        for decision in model.decisions
        for offer in decision.offers
        if offer.documented and _taken(decision, offer)
    ]
    rows.sort(key=lambda row: row[:3])
    columns = list(zip(*rows, strict=True)) if rows else [()] * 8
    year, state, patron, mask, rung, amount, address, occasion = columns
    none = np.zeros(len(rows), np.int64)
    return History(
        _whole(year), none, _whole(state), _whole(patron), _whole(mask), _whole(rung),
        np.array(amount, np.float64), none, _whole(address), _whole(occasion),
    )  # fmt: skip


def _taken(decision: Decision, offer: Offer) -> bool:
    return bool(CHOICES.index(decision.choice) & (1 + PATRONS.index(offer.patron)))


def _told(
    decision: Decision, offer: Offer, seed: int, run: int
) -> tuple[int, int, int, int, int, float, int, int]:
    """Row of the record: what the sources tell of a package."""
    state, patron = STATES.index(decision.state), PATRONS.index(offer.patron)
    area = AREAS.index(decision.area)
    joint = offer.host is not None
    place = 1 + ((decision.slot * len(PATRONS) + patron) * len(AREAS) + area)
    address = place * 2 * len(STATES) + 2 * state + joint
    occasion = decision.year * 10_000 + place if joint else 0
    # the area of a joint exercise is left open for all of its parts alike
    u, w, _, _ = uniforms(seed, run, decision.year, occasion or address, TOLD)
    is_open = decision.area in OPEN_AREAS and u < AREAS_LEFT_OPEN
    areas = OPEN_AREAS if is_open else AREAS_OF[decision.area]
    told = offer.rung == 2 and w < SUMS_TOLD
    return (
        decision.year, state, patron, area_mask(areas), offer.rung,
        offer.value if told else float("nan"), address, occasion,
    )  # fmt: skip


def _whole(values: tuple[int, ...]) -> np.ndarray:
    return np.array(values, np.int64)
