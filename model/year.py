"""Workspace of one year of one run."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from .compiled import compiled
from .workspace import FLOAT, INTEGER, workspace
from .world import A, F, G, P, R, S


class Year(NamedTuple):
    """Workspace of one year of one run; no result hangs on what the year before left in it."""

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
    top: np.ndarray
    """int64 [state, area], highest rung with either patron"""
    offered: np.ndarray
    """float64 [patron, state, area], probability of an offer at an opportunity"""
    appeal: np.ndarray
    """float64 [patron, state, area], of which ``weight`` is the exponential"""
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
    cells, pairs, offers = (S, P, A), (S, P), (P, S, A)
    parts: list[tuple[type, tuple[int, ...]]] = [
        (FLOAT, shape) for shape in ((S, G), (S, S), (P,), (P,), (S, A))
    ]
    parts += [(INTEGER, (S, A))] + [(FLOAT, offers)] * 4 + [(FLOAT, (*offers, R))]
    parts += [(FLOAT, shape) for shape in ((P,), (P, A), (S,), pairs, pairs)]
    parts += [(INTEGER, cells)] * 5 + [(INTEGER, (*pairs, F))] * 2
    parts += [(INTEGER, cells), (INTEGER, (P,))]
    parts += [(FLOAT, pairs)] * 5 + [(INTEGER, (P,))] + [(FLOAT, (P,))] * 3 + [(FLOAT, pairs)]
    now = workspace(Year, parts)
    now.willing[:] = 1.0
    now.appeal[:] = np.nan
    return now


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
