"""The Mesa model: one run, as objects that can be inspected, subclassed and traced.

With ``tables`` from :func:`steppe.model.tables.build_tables`::

    model = SecurityModel(tables, run=0, seed=1, trace=True)
    model.run_until(2016)
    model.states[2].rungs()
    model.decisions[-1].flip()

The compiled engine (:mod:`steppe.model.engine`) walks the same year with the
same rules and the same luck, for thousands of runs; the two agree bit for bit.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import mesa
import numpy as np

from . import rules
from .agents import EXERCISE_RUNG, PEACEKEEPING, PatronAgent, StateAgent
from .luck import BRIGADE, CHOICE, COUNT, DRIVERS, EXERCISE, JOIN, by_area, cell, normal, uniforms
from .names import AREAS, CHOICES, SIGNALS, START_YEAR, VOLATILE
from .quantities import quantities
from .tables import Tables
from .trace import Decision, Offer
from .world import (
    CAPACITY_AT,
    DEVIATIONS,
    DISPUTE_AT,
    ENERGY_AT,
    TRADE_AT,
    A,
    Outcome,
    P,
    S,
    World,
    empty_outcome,
    fitting,
)


class SecurityModel(mesa.Model):
    """Five states and two patrons, year by year.

    Parameters
    ----------
    tables : Tables
        What every quantity is in every year from 1992 on.
    run : int
        Run number: which luck.
    seed : int, optional
        Key of the luck. None, which Mesa's ``batch_run`` passes where it was given no
        ``rng``, means 1.
    world : World, optional
        World that stands as ``first_year`` begins, such as one that the particle filter
        leaves; none for the traits of 1992.
    first_year : int
        Year that the run starts in; another than 1992 needs a ``world``.
    trace : bool
        Keep every decision in :attr:`decisions`.
    state_class, patron_class : type
        Agents to use.

    Raises
    ------
    ValueError
        If world and first year do not fit each other or the tables.

    Notes
    -----
    Mesa's own ``random`` and ``rng`` are seeded but not used: luck is addressed
    by name, so that it does not depend on the order of drawing.
    """

    def __init__(
        self,
        tables: Tables,
        run: int = 0,
        seed: int | None = 1,
        world: World | None = None,
        first_year: int = START_YEAR,
        trace: bool = False,
        state_class: type[StateAgent] = StateAgent,
        patron_class: type[PatronAgent] = PatronAgent,
    ) -> None:
        self.key = 1 if seed is None else seed
        super().__init__(rng=self.key)
        self.tables = tables
        self.run_number = run
        self.trace = trace
        self.decisions: list[Decision] = []
        if not 0 <= first_year - START_YEAR < tables.years:
            raise ValueError(f"no year {first_year} in the tables of {tables.years} years")
        if world is None and first_year != START_YEAR:
            raise ValueError(f"a run that starts in {first_year} needs a world to start from")
        self.year = first_year - 1
        self._views = {name: tables[name] for name in quantities()}
        self._first = {name: view[0].tolist() for name, view in self._views.items()}
        self._now = self._first
        self.deviation = [0.0] * DEVIATIONS
        self.quarrel = [[0.0] * S for _ in range(S)]
        self.patrons = [patron_class(self, p) for p in range(P)]
        self.states = [state_class(self, i) for i in range(S)]
        if world is not None:
            self.stand(world)
        self.datacollector = mesa.DataCollector(
            model_reporters={
                "year": "year",
                "alarm": lambda m: np.array([p.alarm for p in m.patrons]),
                "exercises": lambda m: np.array([p.exercised for p in m.patrons]),
                "signals": lambda m: np.array([s.signals for s in m.states]),
                **{name: _reporter(attribute) for name, attribute in _REPORTED.items()},
            },
        )

    def stand(self, world: World) -> None:
        """Take the world that stands as a year begins."""
        fitting(world)
        self.deviation = world.deviation.tolist()
        for p, patron in enumerate(self.patrons):
            patron.alarm = float(world.alarm[p])
        for state in self.states:
            state.stand(world)

    # ------------------------------------------------------------ the year

    def step(self) -> None:
        """Walk one year, in the order of :mod:`steppe.model.engine`."""
        self.begin()
        self.move_drivers()
        self.look()
        self.meet()
        self.gather()
        self.muster()
        for state in self.states:
            state.deliver()
        for state in self.states:
            state.answer()
        for patron in self.patrons:
            patron.feel_alarm()
        self.datacollector.collect(self)
        for state in self.states:
            for tie in state.ties:
                tie.clear_year()
        for patron in self.patrons:
            patron.exercised = 0
        if self.year - START_YEAR == self.tables.years - 1:
            self.running = False

    def run_until(self, year: int) -> None:
        """Step until ``year`` has been walked, or the tables end."""
        while self.running and self.year < year:
            self.step()

    def begin(self) -> None:
        """Turn to the next year of the tables."""
        self.year += 1
        row = self.year - START_YEAR
        self._now = {name: view[row].tolist() for name, view in self._views.items()}

    def move_drivers(self) -> None:
        """Every deviation takes its shock."""
        for block in range((DEVIATIONS + 3) // 4):
            luck = self.luck(block, DRIVERS)
            for number, u in zip(range(block * 4, DEVIATIONS), luck, strict=False):
                f = _FAMILY[number]
                self.deviation[number] = rules.deviation(
                    self.deviation[number],
                    self.now("driver_persistence", f),
                    self.now("driver_volatility", f),
                    normal(u),
                )

    def look(self) -> None:
        """Levels follow their series and deviations, needs and attention follow them."""
        self.read_drivers()
        for state in self.states:
            state.feel_needs()
        for patron in self.patrons:
            patron.share_attention()

    def read_drivers(self) -> None:
        """Levels of the drivers, from their series and deviations."""
        dev = self.deviation
        for state in self.states:
            i = state.number
            for g, name in enumerate(SIGNALS[:4]):
                state.signals[g] = rules.level(self.now(name), dev[g])
            state.signals[4] = rules.level(self.now("energy_flow", i), dev[ENERGY_AT + i])
            state.means = self.now("defence_share", i) * self.now("gdp", i)
        pair = 0
        for i in range(S):
            for j in range(i + 1, S):
                x = rules.level(self.now("dispute", pair), dev[DISPUTE_AT + pair])
                self.quarrel[i][j] = self.quarrel[j][i] = x
                pair += 1
        for p, patron in enumerate(self.patrons):
            patron.capacity = rules.level(self.now("capacity", p), dev[CAPACITY_AT + p])
            patron.trade = rules.level(self.now("trade", p), dev[TRADE_AT + p])

    def meet(self) -> None:
        """Every opportunity meets offers, and the state chooses among them."""
        for state in self.states:
            i = state.number
            decline = rules.outside(self.now("outside_weight"), self.now("us_presence", i))
            counts = self.luck_by_area(i, 0, COUNT)
            for a in range(A):
                mean = self.now("opportunity_rate") * state.needs[a]
                for slot in range(rules.poisson(counts[a], mean)):
                    self.decide(state, a, slot, decline)

    def decide(self, state: StateAgent, a: int, slot: int, decline: float) -> None:
        """One opportunity: offers are tabled, the state chooses, what it accepts is booked."""
        tabled = [patron.table(state, a, slot) for patron in self.patrons]
        offers = tuple(offer for offer in tabled if offer is not None)
        if not offers:
            return
        china, russia = (0.0 if offer is None else offer.utility for offer in tabled)
        complementarity = state.beyond()
        on_table = sum(1 + p for p in range(P) if tabled[p] is not None)
        probabilities = rules.choice_probabilities(
            decline, china, russia, china + russia + complementarity, on_table
        )
        draw = self.luck(cell(state.number, 0, a, slot), CHOICE)[0]
        choice = state.choose(offers, probabilities, draw)
        self.note(state, a, slot, offers, decline, complementarity, probabilities, draw, choice)
        for p, offer in enumerate(tabled):
            if offer is not None and CHOICES.index(choice) & (1 + p):
                self.book(state, p, a, offer)

    def gather(self) -> None:
        """Each exercise of a patron's organisation invites the members with a need."""
        for p, patron in enumerate(self.patrons):
            members = [s for s in self.states if self.now("membership", s.number, p) >= 0.5]
            if not members:
                continue
            rung = EXERCISE_RUNG - 1
            chance = self.now("detection", p, rung) * self.now("coverage", p, rung)
            for number in range(patron.exercises()):
                luck = self.luck(cell(0, p, 0, number), EXERCISE)
                a = rules.area_of(luck[0], *patron.programme)
                host = members[int(luck[1] * len(members))].number
                joined = False
                for state in (s for s in members if s.needs[a] > 0.0):
                    offer = patron.invite(state, a, number, host, luck[2] < chance)
                    joined |= self.join(state, p, a, number, offer)
                patron.exercised += joined

    def join(self, state: StateAgent, p: int, a: int, number: int, offer: Offer) -> bool:
        """A member decides whether to take part in a joint exercise; whether it does."""
        decline = rules.outside(self.now("outside_weight"), self.now("us_presence", state.number))
        probabilities = rules.choice_probabilities(
            decline, offer.utility, offer.utility, 0.0, 1 + p
        )
        draw = self.luck(cell(state.number, p, 0, number), JOIN)[1]
        choice = state.choose((offer,), probabilities, draw)
        self.note(state, a, number, (offer,), decline, 0.0, probabilities, draw, choice)
        if choice == "neither":
            return False
        self.book(state, p, a, offer)
        return True

    def muster(self) -> None:
        """Collective peacekeeping brigades: both patrons' interest, two members' consent."""
        rate, a = self.now("brigade_rate"), PEACEKEEPING
        if rate <= 0.0:
            return
        for patron in self.patrons:
            rate *= patron.interest(a)
        members = [s for s in self.states if self.now("membership", s.number, 0) >= 0.5]
        count = rules.poisson(self.luck(cell(0, 0, 1, 0), BRIGADE)[0], rate)
        for number in range(count if members else 0):
            luck = self.luck(cell(0, 0, 0, number), BRIGADE)
            host = members[int(luck[0] * len(members))].number
            willing = []
            for state in (s for s in members if s.needs[a] > 0.0):
                offers = tuple(
                    patron.propose(state, a, number, host, luck[1 + p])
                    for p, patron in enumerate(self.patrons)
                )
                if self.consent(state, a, number, offers):
                    willing.append((state, offers))
            if len(willing) < 2:
                continue
            for state, offers in willing:
                for p, offer in enumerate(offers):
                    state.ties[p].accept(a, offer.rung, offer.value, offer.documented, False)

    def consent(
        self, state: StateAgent, a: int, number: int, offers: tuple[Offer, ...]
    ) -> bool:
        """A member decides on a brigade with both patrons, or none; whether it consents."""
        decline = rules.outside(self.now("outside_weight"), self.now("us_presence", state.number))
        more = state.beyond()
        worth = more
        for offer in offers:
            worth += offer.utility
        refuse, accept, _, _ = rules.choice_probabilities(decline, worth, 0.0, 0.0, 1)
        draw = self.luck(cell(state.number, 1, 0, number), BRIGADE)[2]
        probabilities = (refuse, 0.0, 0.0, accept)
        choice = state.choose(offers, probabilities, draw)
        self.note(
            state, a, number, offers, decline, more, probabilities, draw, choice, True
        )
        return choice == "both"

    def book(self, state: StateAgent, p: int, a: int, offer: Offer) -> None:
        """Book what a state accepted."""
        joint = offer.host is not None
        state.ties[p].accept(a, offer.rung, offer.value, offer.documented, joint)

    def note(self, state: StateAgent, a: int, slot: int, *rest: Any) -> None:
        """Keep a decision, if the run is traced."""
        if self.trace:
            place = (self.run_number, self.year, state.name, AREAS[a], slot)
            self.decisions.append(Decision(*place, *rest))

    # ------------------------------------------------------------ what agents ask

    def now(self, name: str, *index: int) -> float:
        """Value of a quantity in this year."""
        return _entry(self._now[name], index)

    def first(self, name: str, *index: int) -> float:
        """Value of a quantity in the first year."""
        return _entry(self._first[name], index)

    def luck(self, address: int, purpose: int) -> tuple[float, float, float, float]:
        """Four uniform numbers at an address of this run and year."""
        return uniforms(self.key, self.run_number, self.year, address, purpose)

    def luck_by_area(
        self, i: int, p: int, purpose: int
    ) -> tuple[float, float, float, float, float]:
        """One uniform number for each area, for a state and a patron."""
        return by_area(self.key, self.run_number, self.year, i, p, purpose)


_REPORTED = {
    "rung": "rung",
    "offers": "tabled",
    "packages": "taken",
    "documented": "written",
    "forms": "forms",
    "documented_forms": "written_forms",
    "pledged": "pledged",
    "delivered": "delivered",
    "outstanding": "outstanding",
    "lapsed": "lapsed",
    "trust": "trust",
    "fluency": "fluency",
    "dependence": "dependence_after",
    "resentment": "resentment",
}
"""Recorded variable: attribute of a tie."""


def _reporter(attribute: str) -> Callable[[SecurityModel], np.ndarray]:
    """Reporter of one attribute of all ties, as an array [state, patron, ...]."""

    def report(model: SecurityModel) -> np.ndarray:
        return np.array([[getattr(tie, attribute) for tie in s.ties] for s in model.states])

    return report


_FAMILY = [
    *range(ENERGY_AT),
    *([VOLATILE.index("energy_flow")] * S),
    *([VOLATILE.index("dispute")] * (CAPACITY_AT - DISPUTE_AT)),
    *([VOLATILE.index("capacity")] * P),
    *([VOLATILE.index("trade")] * P),
]


def _entry(table: Any, index: tuple[int, ...]) -> float:
    for n in index:
        table = table[n]
    return table  # type: ignore[no-any-return]


def as_outcome(model: SecurityModel) -> Outcome:
    """Record of a finished model in the engine's arrays, with one run.

    Read from the model's data collector.
    """
    recorded = model.datacollector.model_vars
    out = empty_outcome(1, len(recorded["year"]))
    for name, target in out._asdict().items():
        target[0] = np.array(recorded[name])
    return out
