"""Records that the model itself brings forth, with parameters that are known.

A run of the agents is told as the sources would tell it: what is documented, its sum for
some, its area for most. Fits of such records show whether the fit of the real one may be
believed (:mod:`steppe.calibration.sbc`).
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np

from ..model.columns import AID_RUNG
from ..model.luck import normal, uniforms
from ..model.names import AREAS, CHOICES, PATRONS, START_YEAR, STATES
from ..model.security import SecurityModel, as_outcome
from ..model.tables import Tables
from ..model.trace import Decision, Offer
from ..model.world import History, no_history
from .filter import Sums, no_sums
from .filter.sums import ADDED, totals
from .memberships import chance_for, member_before
from .packages import AREAS_OF, GIVEN, OPEN_AREAS, RUNG_OF_MEMBERSHIP, area_mask, areas_in

TOLD: Final = 35
"""Purpose of the luck that decides what of a package is told."""
SUM_TOLD: Final = 37
"""Purpose of the luck of the error in a sum over years."""
ANSWERED: Final = 39
"""Purpose of the luck of the answer to an organisation, and of its area."""
WIDEST: Final = math.log(2.0)
"""Widest step of a told span, in logs, where the real one is open or wider."""
SUMS_TOLD: Final = 0.3
"""Share of the packages of assistance whose sum is told."""
AREAS_LEFT_OPEN: Final = 0.3
"""Share of the packages in an area of :data:`OPEN_AREAS` whose area is not told."""
Row = tuple[int, int, int, int, int, float, int, int]
"""What a record tells of a package: year, state, patron, areas, rung, sum, address, occasion."""


class Asked(SecurityModel):
    """A model in which organisations ask the states that they asked on record, in those years.

    Memberships are as they are given, whatever the answers; a yes is booked as an agreement.

    Parameters
    ----------
    tables, run, seed
        As for :class:`SecurityModel`.
    like : History
        Its acts of membership are asked anew.

    Attributes
    ----------
    answers : list of tuple
        Rows of a record.
    """

    def __init__(self, tables: Tables, run: int, seed: int, like: History) -> None:
        super().__init__(tables, run, seed, trace=True)
        self.asked = np.flatnonzero((like.occasion == GIVEN) & (like.last == 0))
        self.like = like
        self.answers: list[Row] = []

    def meet(self) -> None:
        """The organisations ask before the patrons offer."""
        for n in self.asked[self.like.year[self.asked] == self.year]:
            self.ask(n)
        super().meet()

    def ask(self, n: int) -> None:
        """One state answers; in the first year, in which nothing stood before, with yes."""
        i, p, mask, address = (
            int(column[n])
            for column in (
                self.like.state, self.like.patron, self.like.area_mask, self.like.address
            )
        )  # fmt: skip
        u, w, _, _ = uniforms(self.key, self.run_number, self.year, address, ANSWERED)
        areas = areas_in(mask)
        area = areas[int(w * len(areas))]
        joins = True
        if self.year > START_YEAR:
            joins = u < chance_for(self, i, p, area, member_before(self.tables, self.year, i, p))
        if joins:
            self.states[i].ties[p].accept(area, RUNG_OF_MEMBERSHIP, 0.0, True, False)
        rung = RUNG_OF_MEMBERSHIP if joins else 0
        self.answers.append((self.year, i, p, mask, rung, float("nan"), address, GIVEN))


def simulated_record(
    tables: Tables, seed: int, run: int = 0, like: History | None = None, sums: Sums | None = None
) -> tuple[History, Sums]:
    """Record of one free run: packages, and sums over years.

    Parameters
    ----------
    tables : Tables
        What every quantity is in every year.
    seed, run : int
        Address of the run's luck.
    like : History, optional
        Its standing statements that nothing stood at a rung or above are taken over: there the
        record is complete, whatever the run brings. Its acts of membership are answered anew.
    sums : Sums, optional
        Sums of these spans and measures are told, with their errors. Where the real one is a
        span, the told one is the step of a scale of such steps in which the erring sum lies.

    Returns
    -------
    History
        Sorted by year, then state and patron; then the statements.
    Sums
    """
    model = Asked(tables, run, seed, no_history() if like is None else like)
    model.run_until(9999)
    stated = _statements(like)
    rows = [
        _told(decision, offer, seed, run)
        for decision in model.decisions
        for offer in decision.offers
        if _taken(decision, offer) and (offer.documented or _complete(stated, decision, offer))
    ]
    rows = sorted(rows + model.answers, key=lambda row: row[:3])
    columns = list(zip(*rows, strict=True)) if rows else [()] * 8
    year, state, patron, mask, rung, amount, address, occasion = columns
    none = np.zeros(len(rows), np.int64)
    packages = History(
        _whole(year), none, _whole(state), _whole(patron), _whole(mask), _whole(rung),
        np.array(amount, np.float64), none, _whole(address), _whole(occasion),
    )  # fmt: skip
    history = History._make(np.concatenate(pair) for pair in zip(packages, stated, strict=True))
    return history, _sums_told(model, no_sums() if sums is None else sums, seed, run)


def _statements(like: History | None) -> History:
    """Statements of a record."""
    whole = no_history() if like is None else like
    return History._make(column[whole.rung < 0] for column in whole)


def _complete(stated: History, decision: Decision, offer: Offer) -> bool:
    """Whether the record holds all of the kind."""
    here = (stated.state == STATES.index(decision.state)) & (-stated.rung <= offer.rung)
    here &= stated.patron == PATRONS.index(offer.patron)
    here &= (stated.year <= decision.year) & (decision.year <= stated.last)
    return bool((here & ((stated.area_mask >> AREAS.index(decision.area)) & 1 == 1)).any())


def _sums_told(model: SecurityModel, sums: Sums, seed: int, run: int) -> Sums:
    """Tell the sums of a run, each with its error."""
    out = as_outcome(model)
    aid = np.zeros(out.pledged.shape[1:])
    for decision in model.decisions:
        for offer in decision.offers:
            if offer.rung == AID_RUNG and _taken(decision, offer):
                place = decision.year - START_YEAR, STATES.index(decision.state)
                aid[(*place, PATRONS.index(offer.patron))] += offer.value
    found = totals(sums, out.forms[0], out.exercises[0], aid, out.delivered[0])
    low, high = sums.low.copy(), sums.high.copy()
    for n, total in enumerate(found):
        plus, (u, _, _, _) = ADDED[sums.measure[n]], uniforms(seed, run, START_YEAR, n, SUM_TOLD)
        erring = math.log(total + plus) + sums.error[n] * normal(u)
        if sums.low[n] == sums.high[n]:
            low[n] = high[n] = math.exp(erring) - plus
        else:
            ends = math.log((sums.high[n] + plus) / (sums.low[n] + plus))
            step = min(max(ends, sums.error[n]), WIDEST)
            low[n] = math.exp(math.floor(erring / step) * step) - plus
            high[n] = math.exp((math.floor(erring / step) + 1.0) * step) - plus
    return sums._replace(low=low, high=high)


def _taken(decision: Decision, offer: Offer) -> bool:
    return bool(CHOICES.index(decision.choice) & (1 + PATRONS.index(offer.patron)))


def _told(decision: Decision, offer: Offer, seed: int, run: int) -> Row:
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
