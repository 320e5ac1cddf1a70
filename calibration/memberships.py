"""Acts of membership: what each state answered when an organisation was founded or left."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from ..model import rules
from ..model.names import START_YEAR
from .packages import GIVEN, RUNG_OF_MEMBERSHIP, Packages, areas_in

if TYPE_CHECKING:
    from ..model.security import SecurityModel
    from ..model.tables import Tables
    from ..model.trace import Terms


class Act(NamedTuple):
    """One state's answer to one act of an organisation.

    Attributes
    ----------
    event : str
        Id of the event in ``events.csv``.
    year : int
    state, patron : int
        Indices in ``STATES`` and ``PATRONS``.
    areas : tuple of int
        Indices in ``AREAS`` of those that the act may belong to.
    member : bool
        Whether the state was a member as the year began.
    answer : bool
        Whether it joined or stayed; False if it left.
    """

    event: str
    year: int
    state: int
    patron: int
    areas: tuple[int, ...]
    member: bool
    answer: bool

    @property
    def kind(self) -> str:
        """What the state did: ``joins``, ``stays`` or ``leaves``."""
        return ("stays" if self.member else "joins") if self.answer else "leaves"


def acts(packages: Packages, tables: Tables) -> list[Act]:
    """Answers among documented packages, by year, event and state.

    A state that is not named is not read: no source tells whether it was asked. What happened in
    the first year has no year before it.
    """
    found = []
    for n in np.flatnonzero(packages.occasion == GIVEN):
        year, i, p = (int(c[n]) for c in (packages.year, packages.state, packages.patron))
        if year > START_YEAR:
            before = member_before(tables, year, i, p)
            areas, joined = areas_in(packages.area_mask[n]), bool(packages.rung[n] > 0)
            found.append(Act(packages.ids[n], year, i, p, areas, before, joined))
    return found


def member_before(tables: Tables, year: int, i: int, p: int) -> bool:
    """Whether a state was a member of a patron's organisation in the year before one."""
    return bool(tables["membership"][year - 1 - START_YEAR, i, p] >= 0.5)


def chance(model: SecurityModel, act: Act) -> float:
    """Probability that a state answers yes; the mean over the areas that the act may belong to."""
    each = [chance_for(model, act.state, act.patron, area, act.member) for area in act.areas]
    return float(np.mean(each))


def chance_for(model: SecurityModel, i: int, p: int, area: int, member: bool) -> float:
    """Probability that a state joins a patron's organisation, or stays in it, for an area's sake.

    Nothing else is on the table. Plain twin of :mod:`steppe.calibration.filter.acts`.
    """
    decline = rules.outside(model.now("outside_weight"), model.now("us_presence", i))
    worth = rules.utility(*terms_for(model, i, p, area, member))
    return rules.choice_probabilities(decline, worth, worth, 0.0, 1 + p)[1 + p]


def terms_for(model: SecurityModel, i: int, p: int, area: int, member: bool) -> Terms:
    """Terms of an offer to belong: of the lowest rung, with the membership of the year before."""
    value = model.now("package_size", p, RUNG_OF_MEMBERSHIP - 1)
    terms = model.states[i].weigh(p, area, RUNG_OF_MEMBERSHIP, value)
    others = terms.membership - model.now("membership_weight") * model.now("membership", i, p)
    return terms._replace(membership=others + model.now("membership_weight") * float(member))
