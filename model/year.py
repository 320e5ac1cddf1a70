"""Workspace of one year of one run."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from .compiled import compiled
from .world import A, F, G, P, R, S


class Year(NamedTuple):
    """Workspace of one year of one run; nothing in it outlives the year."""

    signals: np.ndarray
    """float64 [state, signal]"""
    quarrel: np.ndarray
    """float64 [state, state]"""
    capacity: np.ndarray
    """float64 [patron]"""
    trade: np.ndarray
    """float64 [patron]"""
    needs: np.ndarray
    """float64 [state, area]"""
    offered: np.ndarray
    """float64 [patron, state, area], probability of an offer at an opportunity"""
    weight: np.ndarray
    """float64 [patron, state, area]"""
    pull: np.ndarray
    """float64 [patron, state, area], pull of an offer towards joint activity"""
    willing: np.ndarray
    """float64 [patron, state, area, rung], share of the steps to a form that the patron makes"""
    exercises: np.ndarray
    """float64 [patron], expected exercises of the patron's organisation"""
    programme: np.ndarray
    """float64 [patron, area], how much the organisation's members' needs in an area weigh"""
    means: np.ndarray
    """float64 [state], USD million"""
    dependence: np.ndarray
    """float64 [state, patron]"""
    presence: np.ndarray
    """float64 [state, patron], intrusion of the highest rung"""
    highest: np.ndarray
    """int64 [state, patron, area], highest rung accepted in the year, 0 for none"""
    tabled: np.ndarray
    """int64 [state, patron, area]"""
    taken: np.ndarray
    """int64 [state, patron, area]"""
    written: np.ndarray
    """int64 [state, patron, area], documented"""
    held: np.ndarray
    """int64 [state, patron, area], rung that a documented standing force holds (filter only)"""
    forms: np.ndarray
    """int64 [state, patron, form], accepted"""
    written_forms: np.ndarray
    """int64 [state, patron, form], accepted and documented"""
    complete: np.ndarray
    """int64 [state, patron, area], rung from which the record is complete, 0 for none"""
    exercised: np.ndarray
    """int64 [patron], joint exercises in which a state took part"""
    pledged: np.ndarray
    """float64 [state, patron], USD million"""
    aid: np.ndarray
    """float64 [state, patron], USD million of assistance in it"""
    at_once: np.ndarray
    """float64 [state, patron], USD million delivered at once, as the record says (filter only)"""
    delivered: np.ndarray
    """float64 [state, patron], USD million"""
    lapsed: np.ndarray
    """float64 [state, patron], USD million"""
    on_offer: np.ndarray
    """int64 [patron], rung of what is on the table at one opportunity"""
    offer_value: np.ndarray
    """float64 [patron], its value, USD million"""
    offer_worth: np.ndarray
    """float64 [patron], its utility"""
    offer_luck: np.ndarray
    """float64 [patron], uniform number by which it is documented"""
    part_value: np.ndarray
    """float64 [state, patron], USD million, of a part in one joint exercise or brigade"""


def new_year() -> Year:
    """Room for one year."""
    cells, pairs = (S, P, A), (S, P)
    arrays: list[np.ndarray] = [
        np.zeros((S, G)),
        np.zeros((S, S)),
        np.zeros(P),
        np.zeros(P),
        np.zeros((S, A)),
    ]
    arrays += [np.zeros((P, S, A)) for _ in range(3)] + [np.ones((P, S, A, R))]
    arrays += [np.zeros(P), np.zeros((P, A))]
    arrays += [np.zeros(S)]
    arrays += [np.zeros(pairs), np.zeros(pairs)]
    arrays += [np.zeros(cells, np.int64) for _ in range(5)]
    arrays += [np.zeros((*pairs, F), np.int64) for _ in range(2)]
    arrays += [np.zeros(cells, np.int64), np.zeros(P, np.int64)]
    arrays += [np.zeros(pairs) for _ in range(5)]
    arrays += [np.zeros(P, np.int64)] + [np.zeros(P) for _ in range(3)] + [np.zeros(pairs)]
    return Year._make(arrays)


@compiled
def clear(now: Year) -> None:
    """Empty the workspace for the next year."""
    now.highest[:] = 0
    now.tabled[:] = 0
    now.taken[:] = 0
    now.written[:] = 0
    now.held[:] = 0
    now.forms[:] = 0
    now.written_forms[:] = 0
    now.complete[:] = 0
    now.exercised[:] = 0
    now.pledged[:] = 0.0
    now.aid[:] = 0.0
    now.at_once[:] = 0.0
