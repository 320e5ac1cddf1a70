"""Retold: what the packages on record looked like from inside one run's world."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from ..calibration.memberships import member_before, terms_for
from ..calibration.packages import GIVEN, departures, documented_counts, occasion_of
from ..calibration.record import load_record
from ..model import rules
from ..model.names import AREAS, FORMS, PATRONS, START_YEAR, STATES
from ..model.trace import Terms
from ..model.world import Outcome

if TYPE_CHECKING:
    from ..model.security import SecurityModel


class Weighed(NamedTuple):
    """An offer like a documented package, as the state would weigh it in one area.

    Attributes
    ----------
    area : str
    terms : Terms
    utility, decline : float
        Worth of the offer, and of declining it.
    alone : float
        Probability that it is taken if nothing else is on the table.
    """

    area: str
    terms: Terms
    utility: float
    decline: float
    alone: float


class Package(NamedTuple):
    """A documented package in the world of a run.

    Attributes
    ----------
    row : mapping
        As :func:`steppe.calibration.packages.documented_counts` has it, or
        :func:`steppe.calibration.packages.departures`.
    value : float
        USD million: what the record tells, or the median of such packages.
    joint : bool
        A part in a joint exercise. Where it was held is not known to the run, so the term
        of a dispute with the host is left out.
    weighed : tuple of Weighed
        One for each area that it may belong to; none for an act of membership in the first
        year, which nothing stood before.
    membership : bool
        Whether it is an act of membership.
    """

    row: Mapping[str, Any]
    value: float
    joint: bool
    weighed: tuple[Weighed, ...]
    membership: bool


def packages_of(model: SecurityModel, state: str) -> list[Package]:
    """Documented packages of a state in the year of a model; what it left, with rung 0."""
    return [
        retold(model, row)
        for row in (*documented_counts(), *departures(load_record()))
        if row["year"] == model.year and row["state"] == state
    ]


def retold(model: SecurityModel, row: Mapping[str, Any]) -> Package:
    """One documented package as the model's state would weigh it."""
    i, p, rung = STATES.index(row["state"]), PATRONS.index(row["patron"]), row["rung"]
    told = row["amount_usd"]
    value = model.now("package_size", p, max(rung, 1) - 1) if told is None else told / 1e6
    occasion = occasion_of({**row, "last": 0}, {})
    joint = occasion > 0 and model.now("membership", i, p) >= 0.5
    host = i if joint else None  # no state quarrels with itself: no term of dispute
    if occasion != GIVEN:
        areas = [
            (area, model.states[i].weigh(p, AREAS.index(area), rung, value, host))
            for area in row["areas"]
        ]
    elif model.year > START_YEAR:
        before = member_before(model.tables, model.year, i, p)
        areas = [(area, terms_for(model, i, p, AREAS.index(area), before)) for area in row["areas"]]
    else:
        areas = []
    return Package(row, value, joint, tuple(weighed(model, i, p, areas)), occasion == GIVEN)


def weighed(
    model: SecurityModel, i: int, p: int, areas: Iterable[tuple[str, Terms]]
) -> Iterator[Weighed]:
    """Weigh an offer in each area that it may belong to, given its terms there."""
    decline = rules.outside(model.now("outside_weight"), model.now("us_presence", i))
    for area, terms in areas:
        utility = rules.utility(*terms)
        odds = rules.choice_probabilities(decline, utility, utility, 0.0, 1 + p)
        yield Weighed(area, terms, utility, decline, odds[1 + p])


class Booked(NamedTuple):
    """Packages of a patron in one year of a run, by area and by form: name -> number."""

    patron: str
    areas: dict[str, int]
    forms: dict[str, int]


def booked(outcome: Outcome, state: str, year: int, documented: bool) -> list[Booked]:
    """What a run has in a year, of each patron: on record, or beside the record.

    Parameters
    ----------
    outcome : Outcome
        Of one run: arrays ``[year, ...]``.
    state : str
    year : int
    documented : bool
        Whether to give what is on record or what is not.
    """
    t, i = year - START_YEAR, STATES.index(state)
    areas, forms = outcome.documented[t, i], outcome.documented_forms[t, i]
    if not documented:
        areas, forms = outcome.packages[t, i] - areas, outcome.forms[t, i] - forms
    return [
        Booked(patron, _counted(AREAS, areas[p]), _counted(FORMS, forms[p]))
        for p, patron in enumerate(PATRONS)
        if areas[p].any()
    ]


def _counted(names: tuple[str, ...], numbers: np.ndarray) -> dict[str, int]:
    return {name: int(n) for name, n in zip(names, numbers, strict=True) if n}
