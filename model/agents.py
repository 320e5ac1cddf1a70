"""The agents: five states that decide, two patrons that offer.

They live in a :class:`steppe.model.security.SecurityModel`, which walks the
year. Subclass them to try another way of deciding:

>>> class Cautious(StateAgent):
...     def choose(self, offers, probabilities, draw):
...         if any(offer.rung >= 4 for offer in offers):
...             return "neither"
...         return super().choose(offers, probabilities, draw)
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import mesa

from . import rules
from .luck import ANSWER, BRIGADE, EXERCISE, JOIN, OFFER, TERMS, cell, normal
from .names import AREAS, CHOICES, PATRONS, SIGNALS, STATES
from .trace import Offer, Terms
from .world import AGES, AID, UNIT, A, F, G, P, R, S, World

if TYPE_CHECKING:
    from .security import SecurityModel

MILITANCY = SIGNALS.index("militancy")
EXERCISE_RUNG, UNIT_RUNG, FORCE_RUNG = 3, 4, 5
PEACEKEEPING, ENERGY = AREAS.index("peacekeeping"), AREAS.index("energy_protection")


@dataclass
class Tie:
    """What stands between one state and one patron.

    Lists over areas follow ``names.AREAS``; money is in USD million. The second
    half is of the current year only.
    """

    rung: list[int]
    trust: float
    fluency: float
    stock: float = 0.0
    resentment: float = 0.0
    queue: list[float] = field(default_factory=lambda: [0.0] * AGES)

    presence: float = 0.0
    dependence: float = 0.0
    highest: list[int] = field(default_factory=lambda: [0] * A)
    tabled: list[int] = field(default_factory=lambda: [0] * A)
    taken: list[int] = field(default_factory=lambda: [0] * A)
    written: list[int] = field(default_factory=lambda: [0] * A)
    forms: list[int] = field(default_factory=lambda: [0] * F)
    written_forms: list[int] = field(default_factory=lambda: [0] * F)
    pledged: float = 0.0
    delivered: float = 0.0
    lapsed: float = 0.0
    dependence_after: float = 0.0

    def clear_year(self) -> None:
        """Forget what belongs to the year that ended."""
        self.highest, self.tabled = [0] * A, [0] * A
        self.taken, self.written = [0] * A, [0] * A
        self.forms, self.written_forms = [0] * F, [0] * F
        self.pledged = 0.0

    def accept(self, area: int, rung: int, value: float, documented: bool, joint: bool) -> None:
        """Book a package that was accepted; ``joint`` for a part in a joint exercise."""
        form = rules.form(rung, joint)
        self.taken[area] += 1
        self.forms[form] += 1
        if documented:
            self.written[area] += 1
            self.written_forms[form] += 1
        self.highest[area] = max(self.highest[area], rung)
        self.pledged += value

    @property
    def outstanding(self) -> float:
        """Pledged and not yet delivered, USD million."""
        waiting = 0.0
        for amount in self.queue:
            waiting += amount
        return waiting


class PatronAgent(mesa.Agent):
    """A patron: shares its attention among states and areas, tables offers, holds exercises."""

    model: SecurityModel

    def __init__(self, model: SecurityModel, number: int) -> None:
        super().__init__(model)
        self.number = number
        self.name = PATRONS[number]
        self.alarm = 0.0
        self.capacity = 0.0
        self.trade = 0.0
        self.offered = [[0.0] * A for _ in range(S)]
        self.pull = [[0.0] * A for _ in range(S)]
        self.expected_exercises = 0.0
        self.exercised = 0
        self.programme = [0.0] * A

    def share_attention(self) -> None:
        """Weigh every state and area, and set the chance of an offer at an opportunity."""
        model, p, rival = self.model, self.number, 1 - self.number
        total = 0.0
        weights = [[0.0] * A for _ in range(S)]
        self.programme = [0.0] * A
        for a in range(A):
            copied = sum(s.ties[rival].rung[a] >= EXERCISE_RUNG for s in model.states)
            joined = sum(s.ties[p].rung[a] >= EXERCISE_RUNG for s in model.states)
            imitation = model.now("imitation") * (copied / S)
            for state in model.states:
                i = state.number
                salience = model.now("area_interest", p, a)
                asked = model.now("form_imitation", p) * (copied / S)
                for g in range(G):
                    salience += model.now("salience", p, a, g) * state.signals[g]
                    asked += model.now("joint_request", p, a, g) * state.signals[g]
                self.pull[i][a] = asked
                if a == ENERGY:
                    salience += model.now("business_salience", p) * model.now("business", i)
                elsewhere = joined - (state.ties[p].rung[a] >= EXERCISE_RUNG)
                weights[i][a] = rules.attention(
                    rules.appeal(
                        salience,
                        model.now("stake_weight") * model.now("stake", p, i),
                        model.now("us_presence_response", p) * model.now("us_presence", i),
                        model.now("rival_response", p)
                        * rules.lead(state.ties[rival].rung[a], state.ties[p].rung[a]),
                        imitation + model.now("replication", p) * (elsewhere / (S - 1)),
                    )
                )
                total += weights[i][a] * model.now("opportunity_rate") * state.needs[a]
                if model.now("membership", i, p) >= 0.5:
                    self.programme[a] += weights[i][a] * state.needs[a]
        offers = rules.budget(
            model.now("budget", p),
            model.now("budget_capacity_elasticity"),
            self.capacity,
            model.now("trade_response"),
            self.trade,
            model.now("budget_alarm_response", p),
            self.alarm,
        )
        needed = any(self.programme)
        self.expected_exercises = offers * model.now("exercise_programme", p) if needed else 0.0
        for i in range(S):
            for a in range(A):
                self.offered[i][a] = rules.offer_probability(offers, weights[i][a], total)

    def table(self, state: StateAgent, a: int, slot: int) -> Offer | None:
        """Offer to a state at one opportunity, or none."""
        model, i, p = self.model, state.number, self.number
        luck = model.luck(cell(i, p, a, slot), OFFER)
        if luck[0] >= self.offered[i][a]:
            return None
        tie = state.ties[p]
        tie.tabled[a] += 1
        rung = rules.offered_rung(
            tie.rung[a],
            luck[1],
            luck[2],
            model.now("upgrade_probability", p),
            model.now("jump_probability"),
            self.pull[i][a],
            self.willing(state, a),
        )
        terms = model.luck(cell(i, p, a, slot), TERMS)
        value = rules.size(
            model.now("package_size", p, rung - 1),
            model.now("size_dispersion", rung - 1),
            normal(terms[0]),
        )
        weighed = state.weigh(p, a, rung, value)
        chance = model.now("detection", p, rung - 1) * model.now("coverage", p, rung - 1)
        utility = rules.utility(*weighed)
        return Offer(self.name, rung, value, None, weighed, utility, terms[1] < chance)

    def willing(self, state: StateAgent, a: int) -> tuple[float, ...]:
        """Share of the steps to each rung that the patron makes, by the cost it foresees."""
        now, p = self.model.now, self.number
        reticence = now("reticence", p, a)
        if reticence <= 0.0:
            return (1.0,) * R
        return tuple(
            rules.willingness(
                reticence,
                -rules.sovereignty_term(
                    1.0,
                    now("sovereignty", state.number),
                    state.intrusion(p, a, rung),
                    now("interference_weight"),
                    now("interference_fear", p),
                    state.signals[MILITANCY],
                ),
            )
            for rung in range(R)
        )

    def exercises(self) -> int:
        """Joint exercises that the patron's organisation holds in the year."""
        luck = self.model.luck(cell(0, self.number, 1, 0), EXERCISE)
        return int(rules.poisson(luck[0], self.expected_exercises))

    def invite(self, state: StateAgent, a: int, number: int, host: int, listed: bool) -> Offer:
        """Invitation of a member to a joint exercise."""
        model, p = self.model, self.number
        state.ties[p].tabled[a] += 1
        luck = model.luck(cell(state.number, p, 0, number), JOIN)
        value = rules.size(
            model.now("package_size", p, EXERCISE_RUNG - 1),
            model.now("size_dispersion", EXERCISE_RUNG - 1),
            normal(luck[0]),
        )
        weighed = state.weigh(p, a, EXERCISE_RUNG, value, host)
        utility = rules.utility(*weighed)
        seen = listed and luck[2] < model.now("naming")
        return Offer(self.name, EXERCISE_RUNG, value, STATES[host], weighed, utility, seen)

    def interest(self, a: int) -> float:
        """Chance that the patron would care for some state's need in an area in the year."""
        idle = 1.0
        for state in self.model.states:
            idle *= 1.0 - state.needs[a] * self.offered[state.number][a]
        return 1.0 - idle

    def propose(self, state: StateAgent, a: int, number: int, host: int, listed: float) -> Offer:
        """Half of a proposal to take part in a collective brigade."""
        model, p, rung = self.model, self.number, UNIT_RUNG
        state.ties[p].tabled[a] += 1
        luck = model.luck(cell(state.number, 1, 0, number), BRIGADE)
        value = rules.size(
            model.now("package_size", p, rung - 1),
            model.now("size_dispersion", rung - 1),
            normal(luck[p]),
        )
        weighed = state.weigh(p, a, rung, value, host)
        chance = model.now("detection", p, rung - 1) * model.now("coverage", p, rung - 1)
        utility = rules.utility(*weighed)
        return Offer(self.name, rung, value, STATES[host], weighed, utility, listed < chance)

    def feel_alarm(self) -> None:
        """Alarm follows the rival's presence in the sphere, as the year began."""
        model, p = self.model, self.number
        target = 0.0
        for state in model.states:
            target += model.now("sphere", p, state.number) * state.ties[1 - p].presence
        self.alarm = rules.next_alarm(self.alarm, model.now("alarm_adjustment"), target / S)


class StateAgent(mesa.Agent):
    """A state: has needs, weighs what is on the table, chooses, and remembers."""

    model: SecurityModel

    def __init__(self, model: SecurityModel, number: int) -> None:
        super().__init__(model)
        self.number = number
        self.name = STATES[number]
        self.signals = [0.0] * G
        self.needs = [0.0] * A
        self.means = 0.0
        self.ties = [
            Tie(
                [int(model.first("initial_rung", number, p, a)) for a in range(A)],
                model.first("initial_trust", number, p),
                model.first("initial_fluency", number, p),
            )
            for p in range(P)
        ]

    def stand(self, world: World) -> None:
        """Take what stands between the state and its patrons from a world."""
        for p, tie in enumerate(self.ties):
            tie.rung = world.rung[self.number, p].tolist()
            tie.trust = float(world.trust[self.number, p])
            tie.fluency = float(world.fluency[self.number, p])
            tie.stock = float(world.stock[self.number, p])
            tie.resentment = float(world.resentment[self.number, p])
            tie.queue = world.queue[self.number, p].tolist()

    def feel_needs(self) -> None:
        """Needs of the year, and what follows from the world as it begins."""
        model, i = self.model, self.number
        for a in range(A):
            pressure = 0.0
            for g in range(G):
                pressure += model.now("need_load", a, g) * self.signals[g]
            if a == ENERGY:
                pressure += model.now("business_need") * model.now("business", i)
            top = max(tie.rung[a] for tie in self.ties)
            felt = rules.need(model.now("exposure", i, a), pressure)
            self.needs[a] = rules.unmet(felt, model.now("satiation"), model.now("rung_gain", top))
        for tie in self.ties:
            tie.presence = model.now("rung_intrusion", max(tie.rung))
            tie.dependence = rules.dependence_share(
                tie.stock, model.now("dependence_scale"), self.means
            )

    def intrusion(self, p: int, a: int, rung: int) -> float:
        """Intrusion of a bilateral form of a patron in an area."""
        return self.model.now("rung_intrusion", rung) * self.model.now("form_intrusion", p, a, rung)

    def weight_of(self, p: int) -> float:
        """Weight of a patron in the state."""
        tie, fear = self.ties[p], self.model.now("interference_fear", p)
        return rules.weight_of(tie.presence, tie.dependence, fear, self.signals[MILITANCY])

    def beyond(self) -> float:
        """What both patrons' offers are worth beyond their sum."""
        now = self.model.now
        one_sided = self.ties[0].dependence - self.ties[1].dependence
        return rules.together(
            now("decision_rule"), now("complementarity"), now("alignment_weight"), one_sided
        )

    def weigh(self, p: int, a: int, rung: int, value: float, host: int | None = None) -> Terms:
        """Terms of the utility of one offer; a host is that of a joint exercise."""
        model, i, rival = self.model, self.number, 1 - p
        now, tie = model.now, self.ties[p]
        intrusion = self.intrusion(p, a, rung)
        heeds = rules.heeds_rival(now("decision_rule"))
        if host is not None:
            intrusion *= now("multilateral_relief")
        militancy = self.signals[MILITANCY]
        others = sum(s is not self and s.ties[p].rung[a] >= rung for s in model.states)
        supply = 0.0
        if rung == 2:
            supply = rules.supply_term(
                now("price_weight"),
                now("domestic_price", i, p),
                now("technology_weight"),
                now("technology", p),
            )
        return Terms(
            need=rules.need_term(now("need_weight"), self.needs[a], now("rung_gain", rung)),
            money=rules.money_term(now("money_weight"), value, self.means),
            trust=rules.trust_term(now("trust_weight"), tie.trust),
            language=rules.language_term(
                now("language_weight"), tie.fluency, now("rung_doctrine", rung)
            ),
            sovereignty=rules.sovereignty_term(
                now("sovereignty_weight"),
                now("sovereignty", i),
                intrusion,
                now("interference_weight"),
                now("interference_fear", p),
                militancy,
            ),
            displeasure=heeds
            * rules.displeasure_term(
                now("displeasure_weight"),
                model.patrons[rival].alarm,
                self.ties[rival].dependence,
                intrusion,
            ),
            resentment=rules.resentment_term(now("resentment_weight"), tie.resentment),
            membership=rules.membership_term(now("membership_weight"), now("membership", i, p))
            - rules.exclusion_term(now("exclusion", rival), now("membership", i, rival), intrusion),
            dispute=rules.dispute_term(
                now("dispute_weight"), 0.0 if host is None else model.quarrel[i][host]
            ),
            diffusion=rules.diffusion_term(now("diffusion"), others / (S - 1)),
            counterweight=heeds
            * rules.counterweight_term(
                now("counterweight"),
                now("interference_fear", rival),
                militancy,
                rules.expected_presence(self.ties[rival].presence, now("anticipated_presence")),
            ),
            supply=supply,
            constant=rules.constant_term(now("acceptance_constant", p), now("openness", i)),
            alignment=rules.alignment_term(
                now("decision_rule"),
                now("alignment_weight"),
                now("balance_threshold"),
                self.weight_of(p) - self.weight_of(rival),
                tie.dependence - self.ties[rival].dependence,
            ),
        )

    def choose(
        self,
        offers: tuple[Offer, ...],
        probabilities: tuple[float, float, float, float],
        draw: float,
    ) -> str:
        """Choose among neither, china, russia and both: multinomial logit."""
        return CHOICES[rules.choose(draw, *probabilities)]

    def deliver(self) -> None:
        """A share of each pledge arrives; what has waited too long lapses."""
        lifetime = int(self.model.now("pledge_lifetime"))
        for p, tie in enumerate(self.ties):
            given, lost = 0.0, 0.0
            for age in range(AGES - 1, -1, -1):
                waiting = tie.queue[age]
                tie.queue[age] = 0.0
                if age == 0:
                    waiting += tie.pledged
                part = rules.delivery(waiting, self.model.now("delivery_rate", p))
                given += part
                rest = waiting - part
                if age + 1 >= lifetime:
                    lost += rest
                elif age + 1 < AGES:
                    tie.queue[age + 1] = rest
            tie.delivered, tie.lapsed = given, lost

    def answer(self) -> None:
        """Rungs, trust, fluency, dependence and resentment follow what happened."""
        for p, tie in enumerate(self.ties):
            ousted = self._move_rungs(p, tie)
            now = self.model.now
            waiting = tie.lapsed
            for amount in tie.queue:
                waiting += amount
            trust = rules.next_trust(
                tie.trust,
                self.model.first("initial_trust", self.number, p),
                now("trust_gain"),
                rules.activity(sum(tie.taken)),
                now("trust_decay"),
                now("trust_loss"),
                tie.lapsed / waiting if waiting > 0.0 else 0.0,
            )
            tie.trust = rules.after_rupture(trust, now("rupture_loss")) if ousted else trust
            tie.fluency = rules.next_fluency(
                tie.fluency,
                now("fluency_gain"),
                rules.activity(sum(tie.forms[AID : UNIT + 1])),
                now("fluency_decay"),
            )
            tie.stock = rules.next_stock(tie.stock, now("dependence_decay"), tie.delivered)
            tie.dependence_after = rules.dependence_share(
                tie.stock, now("dependence_scale"), self.means
            )
            tie.resentment = rules.next_resentment(
                tie.resentment,
                now("resentment_gain"),
                now("backlash", p),
                tie.presence,
                now("resentment_decay"),
            )

    def _move_rungs(self, p: int, tie: Tie) -> bool:
        """Rungs rise with packages, lapse without, and a force may be ousted (returned)."""
        ousted, now = False, self.model.now
        luck = self.model.luck_by_area(self.number, p, ANSWER)
        for a in range(A):
            k = max(tie.rung[a], tie.highest[a])
            if k > 0:
                rupture = rules.rupture_probability(now("rupture_rate"), tie.resentment, k)
                if luck[a] < rupture:
                    k, ousted = 1, True
                elif tie.taken[a] == 0 and not (k == FORCE_RUNG and self._tenured(p)):
                    k -= luck[a] < rupture + now("lapse_rate", k)
            tie.rung[a] = k
        return ousted

    def _tenured(self, p: int) -> bool:
        """Whether a standing force of the patron is agreed in the year."""
        return self.model.year <= self.model.now("tenure", self.number, p)

    def rungs(self) -> dict[str, dict[str, int]]:
        """Rungs by patron and area, for looking at."""
        return {
            PATRONS[p]: dict(zip(AREAS, tie.rung, strict=True)) for p, tie in enumerate(self.ties)
        }
