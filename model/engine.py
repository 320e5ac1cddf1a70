"""The compiled engine: many runs at once, over arrays.

The year, in order:

1. drivers move          :func:`move_drivers`
2. needs follow          :func:`feel_needs`
3. attention is shared   :func:`share_attention`
4. offers are tabled     :func:`meet`, :func:`gather` and :func:`muster`
5. states weigh them     (one opportunity, exercise or brigade after the other)
6. packages delivered    :func:`deliver`
7. the world answers     :func:`answer`
8. the year is recorded  :func:`record`

Steps 2 to 5 look only at the world as it stood when the year began, so states
are independent within a year. :class:`steppe.model.security.SecurityModel` is
the plain twin; the two agree bit for bit. The years that follow the record are not walked
here but by the particle filter (:mod:`steppe.calibration.filter`), with these same steps.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from . import rules
from .compiled import compiled
from .luck import (
    ANSWER,
    BRIGADE,
    CHOICE,
    COUNT,
    DRIVERS,
    EXERCISE,
    JOIN,
    OFFER,
    TERMS,
    by_area,
    cell,
    normal,
    uniforms,
)
from .names import AREAS, CHANNELS, START_YEAR
from .tables import OFFSET, Tables
from .world import (
    AGES,
    AID,
    CAPACITY_AT,
    DEVIATIONS,
    DISPUTE_AT,
    ENERGY_AT,
    TRADE_AT,
    UNIT,
    A,
    F,
    G,
    History,
    Outcome,
    P,
    R,
    S,
    World,
    empty_outcome,
    fitting,
    new_world,
    repeated,
    world_at,
)

C = len(CHANNELS)
AID_RUNG, EXERCISE_RUNG, UNIT_RUNG, FORCE_RUNG = 2, 3, 4, 5
PEACEKEEPING, ENERGY = AREAS.index("peacekeeping"), AREAS.index("energy_protection")

# Columns of the tables. Compiled in as constants; the cache knows the declarations.
(OPPORTUNITY_RATE, BUDGET, ELASTICITY, ALARM_RESPONSE, SALIENCE, US_RESPONSE) = (
    OFFSET["opportunity_rate"],
    OFFSET["budget"],
    OFFSET["budget_capacity_elasticity"],
    OFFSET["budget_alarm_response"],
    OFFSET["salience"],
    OFFSET["us_presence_response"],
)
TRADE_RESPONSE, STAKE_WEIGHT = OFFSET["trade_response"], OFFSET["stake_weight"]
RIVAL_RESPONSE, IMITATION = OFFSET["rival_response"], OFFSET["imitation"]
NEED_LOAD, UPGRADE = OFFSET["need_load"], OFFSET["upgrade_probability"]
JUMP = OFFSET["jump_probability"]
PROGRAMME, RELIEF = OFFSET["exercise_programme"], OFFSET["multilateral_relief"]
SIZE, DISPERSION = OFFSET["package_size"], OFFSET["size_dispersion"]
NEED_WEIGHT, MONEY_WEIGHT = OFFSET["need_weight"], OFFSET["money_weight"]
TRUST_WEIGHT, LANGUAGE_WEIGHT = OFFSET["trust_weight"], OFFSET["language_weight"]
SOVEREIGNTY_WEIGHT, INTERFERENCE = OFFSET["sovereignty_weight"], OFFSET["interference_weight"]
COUNTERWEIGHT, DISPLEASURE_WEIGHT = OFFSET["counterweight"], OFFSET["displeasure_weight"]
RESENTMENT_WEIGHT, MEMBERSHIP_WEIGHT = OFFSET["resentment_weight"], OFFSET["membership_weight"]
DISPUTE_WEIGHT, DIFFUSION = OFFSET["dispute_weight"], OFFSET["diffusion"]
PRICE_WEIGHT, TECHNOLOGY_WEIGHT = OFFSET["price_weight"], OFFSET["technology_weight"]
COMPLEMENTARITY, OUTSIDE_WEIGHT = OFFSET["complementarity"], OFFSET["outside_weight"]
CONSTANT, OPENNESS = OFFSET["acceptance_constant"], OFFSET["openness"]
GAIN, DOCTRINE, INTRUSION = (
    OFFSET["rung_gain"],
    OFFSET["rung_doctrine"],
    OFFSET["rung_intrusion"],
)
DELIVERY_RATE, LIFETIME = OFFSET["delivery_rate"], OFFSET["pledge_lifetime"]
TRUST_GAIN, TRUST_DECAY = OFFSET["trust_gain"], OFFSET["trust_decay"]
TRUST_LOSS, RUPTURE_LOSS = OFFSET["trust_loss"], OFFSET["rupture_loss"]
FLUENCY_GAIN, FLUENCY_DECAY = OFFSET["fluency_gain"], OFFSET["fluency_decay"]
DEPENDENCE_DECAY, DEPENDENCE_SCALE = OFFSET["dependence_decay"], OFFSET["dependence_scale"]
RESENTMENT_GAIN, RESENTMENT_DECAY = OFFSET["resentment_gain"], OFFSET["resentment_decay"]
ALARM_ADJUSTMENT, LAPSE, RUPTURE = (
    OFFSET["alarm_adjustment"],
    OFFSET["lapse_rate"],
    OFFSET["rupture_rate"],
)
PERSISTENCE, VOLATILITY = OFFSET["driver_persistence"], OFFSET["driver_volatility"]
DETECTION, COVERAGE, NAMING = OFFSET["detection"], OFFSET["coverage"], OFFSET["naming"]
EXPOSURE, STAKE, SOVEREIGNTY, SPHERE = (
    OFFSET["exposure"],
    OFFSET["stake"],
    OFFSET["sovereignty"],
    OFFSET["sphere"],
)
FEAR, BACKLASH, MEMBERSHIP = (
    OFFSET["interference_fear"],
    OFFSET["backlash"],
    OFFSET["membership"],
)
INITIAL_RUNG, INITIAL_TRUST = OFFSET["initial_rung"], OFFSET["initial_trust"]
INITIAL_FLUENCY, DOMESTIC_PRICE = OFFSET["initial_fluency"], OFFSET["domestic_price"]
DEFENCE_SHARE, GDP, US_PRESENCE = (
    OFFSET["defence_share"],
    OFFSET["gdp"],
    OFFSET["us_presence"],
)
SCALAR_SIGNALS = OFFSET["afghan_instability"]  # the four scalar signals stand in a row
ENERGY_FLOW, DISPUTE = OFFSET["energy_flow"], OFFSET["dispute"]
CAPACITY, TRADE, TECHNOLOGY = OFFSET["capacity"], OFFSET["trade"], OFFSET["technology"]
RULE, ALIGNMENT, THRESHOLD = (
    OFFSET["decision_rule"],
    OFFSET["alignment_weight"],
    OFFSET["balance_threshold"],
)
FORM_INTRUSION, RETICENCE = OFFSET["form_intrusion"], OFFSET["reticence"]
FORM_IMITATION, JOINT_REQUEST = OFFSET["form_imitation"], OFFSET["joint_request"]
BRIGADE_RATE, REPLICATION = OFFSET["brigade_rate"], OFFSET["replication"]
EXCLUSION, ANTICIPATED = OFFSET["exclusion"], OFFSET["anticipated_presence"]
BUSINESS, BUSINESS_NEED = OFFSET["business"], OFFSET["business_need"]
BUSINESS_SALIENCE = OFFSET["business_salience"]
SATIATION, TENURE = OFFSET["satiation"], OFFSET["tenure"]


NOTHING, WHOLE = 0, 1
"""What :func:`meet` and :func:`gather` drop of the choices that would have been documented."""


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
    return Year._make(arrays)


@compiled
def begin(v: np.ndarray, world: World) -> None:
    """Set the world to the initial traits of the first year."""
    for i in range(S):
        for p in range(P):
            world.trust[i, p] = v[INITIAL_TRUST + i * P + p]
            world.fluency[i, p] = v[INITIAL_FLUENCY + i * P + p]
            for a in range(A):
                world.rung[i, p, a] = int(v[INITIAL_RUNG + (i * P + p) * A + a])
    world.stock[:] = 0.0
    world.resentment[:] = 0.0
    world.queue[:] = 0.0
    world.alarm[:] = 0.0
    world.deviation[:] = 0.0


@compiled
def family(number: int) -> int:
    """Position in ``names.VOLATILE`` of the driver with this deviation."""
    if number < ENERGY_AT:
        return number
    if number < DISPUTE_AT:
        return 4
    if number < CAPACITY_AT:
        return 5
    return 6 if number < TRADE_AT else 7


@compiled
def move_drivers(v: np.ndarray, seed: int, run: int, year: int, world: World, now: Year) -> None:
    """Step 1: every deviation takes its shock, and levels follow their series."""
    dev = world.deviation
    for block in range((DEVIATIONS + 3) // 4):
        luck = uniforms(seed, run, year, block, DRIVERS)
        for n in range(min(4, DEVIATIONS - block * 4)):
            number = block * 4 + n
            f = family(number)
            dev[number] = rules.deviation(
                dev[number], v[PERSISTENCE + f], v[VOLATILITY + f], normal(luck[n])
            )
    for g in range(4):
        x = rules.level(v[SCALAR_SIGNALS + g], dev[g])
        for i in range(S):
            now.signals[i, g] = x
    for i in range(S):
        now.signals[i, 4] = rules.level(v[ENERGY_FLOW + i], dev[ENERGY_AT + i])
        now.means[i] = v[DEFENCE_SHARE + i] * v[GDP + i]
    pair = 0
    for i in range(S):
        for j in range(i + 1, S):
            x = rules.level(v[DISPUTE + pair], dev[DISPUTE_AT + pair])
            now.quarrel[i, j] = x
            now.quarrel[j, i] = x
            pair += 1
    for p in range(P):
        now.capacity[p] = rules.level(v[CAPACITY + p], dev[CAPACITY_AT + p])
        now.trade[p] = rules.level(v[TRADE + p], dev[TRADE_AT + p])


@compiled
def feel_needs(v: np.ndarray, world: World, now: Year) -> None:
    """Step 2: needs, and what follows from the world as the year begins."""
    for i in range(S):
        for a in range(A):
            pressure = 0.0
            for g in range(G):
                pressure += v[NEED_LOAD + a * G + g] * now.signals[i, g]
            if a == ENERGY:
                pressure += v[BUSINESS_NEED] * v[BUSINESS + i]
            top = 0
            for p in range(P):
                top = max(top, world.rung[i, p, a])
            felt = rules.need(v[EXPOSURE + i * A + a], pressure)
            now.needs[i, a] = rules.unmet(felt, v[SATIATION], v[GAIN + top])
        for p in range(P):
            top = 0
            for a in range(A):
                top = max(top, world.rung[i, p, a])
            now.presence[i, p] = v[INTRUSION + top]
            now.dependence[i, p] = rules.dependence_share(
                world.stock[i, p], v[DEPENDENCE_SCALE], now.means[i]
            )


@compiled
def share_attention(v: np.ndarray, world: World, now: Year) -> None:
    """Step 3: each patron's weights over states and areas, and its chances of offering."""
    for p in range(P):
        rival = 1 - p
        total = 0.0
        for a in range(A):
            copied, joined = 0, 0
            for i in range(S):
                if world.rung[i, rival, a] >= EXERCISE_RUNG:
                    copied += 1
                if world.rung[i, p, a] >= EXERCISE_RUNG:
                    joined += 1
            imitation = v[IMITATION] * (copied / S)
            now.programme[p, a] = 0.0
            for i in range(S):
                salience = 0.0
                asked = v[FORM_IMITATION + p] * (copied / S)
                for g in range(G):
                    signal = now.signals[i, g]
                    salience += v[SALIENCE + (p * A + a) * G + g] * signal
                    asked += v[JOINT_REQUEST + (p * A + a) * G + g] * signal
                now.pull[p, i, a] = asked
                if a == ENERGY:
                    salience += v[BUSINESS_SALIENCE + p] * v[BUSINESS + i]
                hold_back(v, now, i, p, a)
                elsewhere = joined - (1 if world.rung[i, p, a] >= EXERCISE_RUNG else 0)
                weight = rules.attention(
                    salience,
                    v[STAKE_WEIGHT] * v[STAKE + p * S + i],
                    v[US_RESPONSE + p] * v[US_PRESENCE + i],
                    v[RIVAL_RESPONSE + p]
                    * rules.lead(world.rung[i, rival, a], world.rung[i, p, a]),
                    imitation + v[REPLICATION + p] * (elsewhere / (S - 1)),
                )
                now.weight[p, i, a] = weight
                total += weight * v[OPPORTUNITY_RATE] * now.needs[i, a]
                if v[MEMBERSHIP + i * P + p] >= 0.5:
                    now.programme[p, a] += weight * now.needs[i, a]
        offers = rules.budget(
            v[BUDGET + p],
            v[ELASTICITY],
            now.capacity[p],
            v[TRADE_RESPONSE],
            now.trade[p],
            v[ALARM_RESPONSE + p],
            world.alarm[p],
        )
        wanted = now.programme[p].sum() > 0.0
        now.exercises[p] = offers * v[PROGRAMME + p] if wanted else 0.0
        for i in range(S):
            for a in range(A):
                now.offered[p, i, a] = rules.offer_probability(offers, now.weight[p, i, a], total)


@compiled
def hold_back(v: np.ndarray, now: Year, i: int, p: int, a: int) -> None:
    """Share of the steps to each form that a patron makes, by the cost it foresees to the state."""
    reticence = v[RETICENCE + p * A + a]
    for k in range(1, R):
        now.willing[p, i, a, k] = 1.0
        if reticence > 0.0:
            foreseen = -rules.sovereignty_term(
                1.0,
                v[SOVEREIGNTY + i],
                intrusion_of(v, p, a, k),
                v[INTERFERENCE],
                v[FEAR + p],
                now.signals[i, 2],
            )
            now.willing[p, i, a, k] = rules.willingness(reticence, foreseen)


@compiled
def intrusion_of(v: np.ndarray, p: int, a: int, k: int) -> float:
    """Intrusion of a bilateral form of a patron in an area."""
    return float(v[INTRUSION + k] * v[FORM_INTRUSION + (p * A + a) * R + k])


@compiled
def leaning(v: np.ndarray, now: Year, i: int, p: int) -> float:
    """Term of the rival rules of decision for a patron: :func:`rules.alignment_term`."""
    rival, militancy = 1 - p, now.signals[i, 2]
    own = rules.weight_of(now.presence[i, p], now.dependence[i, p], v[FEAR + p], militancy)
    other = rules.weight_of(
        now.presence[i, rival], now.dependence[i, rival], v[FEAR + rival], militancy
    )
    return rules.alignment_term(
        v[RULE],
        v[ALIGNMENT],
        v[THRESHOLD],
        own - other,
        now.dependence[i, p] - now.dependence[i, rival],
    )


@compiled
def beyond(v: np.ndarray, now: Year, i: int) -> float:
    """What both patrons' offers are worth to a state beyond their sum."""
    return rules.together(
        v[RULE], v[COMPLEMENTARITY], v[ALIGNMENT], now.dependence[i, 0] - now.dependence[i, 1]
    )


@compiled
def members(v: np.ndarray, p: int) -> int:
    """Members of ``p``'s organisation among the five."""
    found = 0
    for i in range(S):
        if v[MEMBERSHIP + i * P + p] >= 0.5:
            found += 1
    return found


@compiled
def member(v: np.ndarray, p: int, n: int) -> int:
    """State that is the ``n``-th member of ``p``'s organisation."""
    for i in range(S):
        if v[MEMBERSHIP + i * P + p] >= 0.5:
            if n == 0:
                return i
            n -= 1
    return -1


@compiled
def weigh(
    v: np.ndarray,
    world: World,
    now: Year,
    i: int,
    p: int,
    a: int,
    k: int,
    value: float,
    joint: int,
    quarrel: float,
) -> float:
    """Utility of one offer to state ``i`` from patron ``p`` in area ``a`` at rung ``k``."""
    rival = 1 - p
    intrusion = intrusion_of(v, p, a, k)
    heeds = rules.heeds_rival(v[RULE])
    if joint == 1:
        intrusion *= v[RELIEF]
    militancy = now.signals[i, 2]
    others = 0
    for j in range(S):
        if j != i and world.rung[j, p, a] >= k:
            others += 1
    supply = 0.0
    if k == 2:
        supply = rules.supply_term(
            v[PRICE_WEIGHT],
            v[DOMESTIC_PRICE + i * P + p],
            v[TECHNOLOGY_WEIGHT],
            v[TECHNOLOGY + p],
        )
    return rules.utility(
        rules.need_term(v[NEED_WEIGHT], now.needs[i, a], v[GAIN + k]),
        rules.money_term(v[MONEY_WEIGHT], value, now.means[i]),
        rules.trust_term(v[TRUST_WEIGHT], world.trust[i, p]),
        rules.language_term(v[LANGUAGE_WEIGHT], world.fluency[i, p], v[DOCTRINE + k]),
        rules.sovereignty_term(
            v[SOVEREIGNTY_WEIGHT],
            v[SOVEREIGNTY + i],
            intrusion,
            v[INTERFERENCE],
            v[FEAR + p],
            militancy,
        ),
        heeds
        * rules.displeasure_term(
            v[DISPLEASURE_WEIGHT], world.alarm[rival], now.dependence[i, rival], intrusion
        ),
        rules.resentment_term(v[RESENTMENT_WEIGHT], world.resentment[i, p]),
        rules.membership_term(v[MEMBERSHIP_WEIGHT], v[MEMBERSHIP + i * P + p])
        - rules.exclusion_term(v[EXCLUSION + rival], v[MEMBERSHIP + i * P + rival], intrusion),
        rules.dispute_term(v[DISPUTE_WEIGHT], quarrel),
        rules.diffusion_term(v[DIFFUSION], others / (S - 1)),
        heeds
        * rules.counterweight_term(
            v[COUNTERWEIGHT],
            v[FEAR + rival],
            militancy,
            rules.expected_presence(now.presence[i, rival], v[ANTICIPATED]),
        ),
        supply,
        rules.constant_term(v[CONSTANT + p], v[OPENNESS + i]),
        leaning(v, now, i, p),
    )


@compiled
def accept(
    now: Year, i: int, p: int, a: int, k: int, value: float, documented: bool, joint: bool
) -> None:
    """Book a package that was accepted; ``joint`` for a part in a joint exercise."""
    form = rules.form(k, joint)
    now.taken[i, p, a] += 1
    now.forms[i, p, form] += 1
    if documented:
        now.written[i, p, a] += 1
        now.written_forms[i, p, form] += 1
    now.highest[i, p, a] = max(now.highest[i, p, a], k)
    now.pledged[i, p] += value
    if k == AID_RUNG:
        now.aid[i, p] += value


@compiled
def book(history: History, n: int, a: int, value: float, now: Year) -> None:
    """Book a documented package in an area, at a value in USD million."""
    i, p = history.state[n], history.patron[n]
    accept(now, i, p, a, history.rung[n], value, True, history.occasion[n] > 0)
    if history.delivered[n] == 1:
        now.at_once[i, p] += value


@compiled
def meet(
    v: np.ndarray,
    seed: int,
    run: int,
    year: int,
    thin: int,
    world: World,
    now: Year,
) -> None:
    """Steps 4 and 5: every opportunity meets offers, and the state chooses among them.

    With ``thin`` = :data:`WHOLE` a choice of which a package would have been documented is
    dropped, for the filter, which takes those from the record (Poisson thinning); so is one that
    cannot have been, since the record is complete there (``now.complete``).
    """
    rungs = np.zeros(P, np.int64)
    values, notes, worth = np.zeros(P), np.zeros(P), np.zeros(P)
    for i in range(S):
        decline = rules.outside(v[OUTSIDE_WEIGHT], v[US_PRESENCE + i])
        more = beyond(v, now, i)
        counts = by_area(seed, run, year, i, 0, COUNT)
        for a in range(A):
            mean = v[OPPORTUNITY_RATE] * now.needs[i, a]
            for m in range(rules.poisson(counts[a], mean)):
                on_table = 0
                for p in range(P):
                    u0, u1, u2, _ = uniforms(seed, run, year, cell(i, p, a, m), OFFER)
                    if u0 >= now.offered[p, i, a]:
                        continue
                    on_table += 1 + p
                    now.tabled[i, p, a] += 1
                    k = rules.offered_rung(
                        world.rung[i, p, a],
                        u1,
                        u2,
                        v[UPGRADE + p],
                        v[JUMP],
                        now.pull[p, i, a],
                        now.willing[p, i, a],
                    )
                    t0, t1, _, _ = uniforms(seed, run, year, cell(i, p, a, m), TERMS)
                    value = rules.size(v[SIZE + p * C + k - 1], v[DISPERSION + k - 1], normal(t0))
                    worth[p] = weigh(v, world, now, i, p, a, k, value, 0, 0.0)
                    rungs[p], values[p], notes[p] = k, value, t1
                if on_table == 0:
                    continue
                p0, p1, p2, p3 = rules.choice_probabilities(
                    decline,
                    worth[0],
                    worth[1],
                    worth[0] + worth[1] + more,
                    on_table,
                )
                u_choice, _, _, _ = uniforms(seed, run, year, cell(i, 0, a, m), CHOICE)
                choice = rules.choose(u_choice, p0, p1, p2, p3)
                seen = 0
                for p in range(P):
                    channel = p * C + rungs[p] - 1
                    chance = v[DETECTION + channel] * v[COVERAGE + channel]
                    if 0 < now.complete[i, p, a] <= rungs[p]:
                        chance = 1.0
                    if choice & (1 + p) and notes[p] < chance:
                        seen |= 1 + p
                if thin == WHOLE and seen > 0:
                    continue
                for p in range(P):
                    if choice & (1 + p):
                        accept(now, i, p, a, rungs[p], values[p], seen & (1 + p) > 0, False)


@compiled
def gather(
    v: np.ndarray,
    seed: int,
    run: int,
    year: int,
    thin: int,
    world: World,
    now: Year,
) -> None:
    """Steps 4 and 5: each exercise of a patron's organisation invites the members with a need.

    With ``thin`` = :data:`WHOLE` all parts are dropped of an exercise of which one would have
    been documented.
    """
    values = np.zeros(S)
    for p in range(P):
        invited = members(v, p)
        if invited == 0:
            continue
        channel = p * C + EXERCISE_RUNG - 1
        chance = v[DETECTION + channel] * v[COVERAGE + channel]
        u_count, _, _, _ = uniforms(seed, run, year, cell(0, p, 1, 0), EXERCISE)
        for m in range(rules.poisson(u_count, now.exercises[p])):
            u_area, u_host, u_listed, _ = uniforms(seed, run, year, cell(0, p, 0, m), EXERCISE)
            mix = now.programme[p]
            a = rules.area_of(u_area, mix[0], mix[1], mix[2], mix[3], mix[4])
            host = member(v, p, int(u_host * invited))
            joined, named = 0, 0
            for i in range(S):
                if v[MEMBERSHIP + i * P + p] < 0.5 or now.needs[i, a] <= 0.0:
                    continue
                now.tabled[i, p, a] += 1
                u_size, u_join, u_name, _ = uniforms(seed, run, year, cell(i, p, 0, m), JOIN)
                values[i] = rules.size(
                    v[SIZE + channel], v[DISPERSION + EXERCISE_RUNG - 1], normal(u_size)
                )
                worth = weigh(
                    v, world, now, i, p, a, EXERCISE_RUNG, values[i], 1, now.quarrel[i, host]
                )
                decline = rules.outside(v[OUTSIDE_WEIGHT], v[US_PRESENCE + i])
                p0, p1, p2, p3 = rules.choice_probabilities(decline, worth, worth, 0.0, 1 + p)
                if rules.choose(u_join, p0, p1, p2, p3) > 0:
                    joined |= 1 << i
                    if u_listed < chance and u_name < v[NAMING]:
                        named |= 1 << i
            if thin == WHOLE and named > 0:
                continue
            if joined:
                now.exercised[p] += 1
            for i in range(S):
                if (joined >> i) & 1:
                    accept(now, i, p, a, EXERCISE_RUNG, values[i], (named >> i) & 1 == 1, True)


@compiled
def muster(v: np.ndarray, seed: int, run: int, year: int, world: World, now: Year) -> None:
    """Steps 4 and 5: collective peacekeeping brigades, which need both patrons and two members.

    Both patrons' interest makes a proposal likely; each member of the body of the first
    patron that has a need decides on a mixed unit with both, or none.
    """
    if v[BRIGADE_RATE] <= 0.0:
        return
    mean, a, k = v[BRIGADE_RATE], PEACEKEEPING, UNIT_RUNG
    for p in range(P):
        idle = 1.0
        for i in range(S):
            idle *= 1.0 - now.needs[i, a] * now.offered[p, i, a]
        mean *= 1.0 - idle
    invited = members(v, 0)
    values = np.zeros((S, P))
    u_count, _, _, _ = uniforms(seed, run, year, cell(0, 0, 1, 0), BRIGADE)
    for m in range(rules.poisson(u_count, mean)):
        u_host, u_china, u_russia, _ = uniforms(seed, run, year, cell(0, 0, 0, m), BRIGADE)
        host = member(v, 0, int(u_host * invited))
        joined = 0
        for i in range(S):
            if v[MEMBERSHIP + i * P] < 0.5 or now.needs[i, a] <= 0.0:
                continue
            t0, t1, u_join, _ = uniforms(seed, run, year, cell(i, 1, 0, m), BRIGADE)
            worth = beyond(v, now, i)
            for p in range(P):
                now.tabled[i, p, a] += 1
                shock = normal(t0 if p == 0 else t1)
                values[i, p] = rules.size(
                    v[SIZE + p * C + k - 1], v[DISPERSION + k - 1], shock
                )
                worth += weigh(v, world, now, i, p, a, k, values[i, p], 1, now.quarrel[i, host])
            decline = rules.outside(v[OUTSIDE_WEIGHT], v[US_PRESENCE + i])
            refuse, consent, _, _ = rules.choice_probabilities(decline, worth, 0.0, 0.0, 1)
            if rules.choose(u_join, refuse, 0.0, 0.0, consent) > 0:
                joined |= 1 << i
        parts = 0
        for i in range(S):
            parts += (joined >> i) & 1
        if parts < 2:
            continue
        for i in range(S):
            for p in range(P):
                if (joined >> i) & 1:
                    channel = p * C + k - 1
                    seen = (u_china if p == 0 else u_russia) < v[DETECTION + channel] * v[
                        COVERAGE + channel
                    ]
                    accept(now, i, p, a, k, values[i, p], seen, False)


@compiled
def deliver(v: np.ndarray, world: World, now: Year) -> None:
    """Step 6: a share of each pledge is delivered; what has waited too long lapses."""
    lifetime = int(v[LIFETIME])
    for i in range(S):
        for p in range(P):
            queue = world.queue[i, p]
            given = now.at_once[i, p]
            lost = 0.0
            for age in range(AGES - 1, -1, -1):
                waiting = queue[age]
                queue[age] = 0.0
                if age == 0:
                    waiting += now.pledged[i, p] - now.at_once[i, p]
                part = rules.delivery(waiting, v[DELIVERY_RATE + p])
                given += part
                rest = waiting - part
                if age + 1 >= lifetime:
                    lost += rest
                elif age + 1 < AGES:
                    queue[age + 1] = rest
            now.delivered[i, p] = given
            now.lapsed[i, p] = lost


@compiled
def answer(
    v: np.ndarray, v0: np.ndarray, seed: int, run: int, year: int, world: World, now: Year
) -> None:
    """Step 7: rungs, trust, fluency, dependence, resentment and alarm follow."""
    for i in range(S):
        for p in range(P):
            packages = 0
            ousted = False
            luck = by_area(seed, run, year, i, p, ANSWER)
            for a in range(A):
                packages += now.taken[i, p, a]
                held = now.held[i, p, a]
                k = max(world.rung[i, p, a], now.highest[i, p, a], held)
                if k > held:
                    rupture = rules.rupture_probability(v[RUPTURE], world.resentment[i, p], k)
                    if luck[a] < rupture:
                        k = max(1, held)
                        ousted = True
                    elif now.taken[i, p, a] == 0 and luck[a] < rupture + v[LAPSE + k]:
                        if k < FORCE_RUNG or year > v[TENURE + i * P + p]:
                            k -= 1
                world.rung[i, p, a] = k
            waiting = now.lapsed[i, p]
            for age in range(AGES):
                waiting += world.queue[i, p, age]
            broken = now.lapsed[i, p] / waiting if waiting > 0.0 else 0.0
            trust = rules.next_trust(
                world.trust[i, p],
                v0[INITIAL_TRUST + i * P + p],
                v[TRUST_GAIN],
                rules.activity(packages),
                v[TRUST_DECAY],
                v[TRUST_LOSS],
                broken,
            )
            world.trust[i, p] = rules.after_rupture(trust, v[RUPTURE_LOSS]) if ousted else trust
            world.fluency[i, p] = rules.next_fluency(
                world.fluency[i, p],
                v[FLUENCY_GAIN],
                rules.activity(now.forms[i, p, AID : UNIT + 1].sum()),
                v[FLUENCY_DECAY],
            )
            world.stock[i, p] = rules.next_stock(
                world.stock[i, p], v[DEPENDENCE_DECAY], now.delivered[i, p]
            )
            world.resentment[i, p] = rules.next_resentment(
                world.resentment[i, p],
                v[RESENTMENT_GAIN],
                v[BACKLASH + p],
                now.presence[i, p],
                v[RESENTMENT_DECAY],
            )
    for p in range(P):
        target = 0.0
        for i in range(S):
            target += v[SPHERE + p * S + i] * now.presence[i, 1 - p]
        world.alarm[p] = rules.next_alarm(world.alarm[p], v[ALARM_ADJUSTMENT], target / S)


@compiled
def record(v: np.ndarray, r: int, t: int, world: World, now: Year, out: Outcome) -> None:
    """Step 8: write the year down, and clear the workspace."""
    out.signals[r, t] = now.signals
    out.alarm[r, t] = world.alarm
    for p in range(P):
        out.exercises[r, t, p] = now.exercised[p]
    for i in range(S):
        for p in range(P):
            out.pledged[r, t, i, p] = now.pledged[i, p]
            out.delivered[r, t, i, p] = now.delivered[i, p]
            out.lapsed[r, t, i, p] = now.lapsed[i, p]
            waiting = 0.0
            for age in range(AGES):
                waiting += world.queue[i, p, age]
            out.outstanding[r, t, i, p] = waiting
            out.trust[r, t, i, p] = world.trust[i, p]
            out.fluency[r, t, i, p] = world.fluency[i, p]
            out.dependence[r, t, i, p] = rules.dependence_share(
                world.stock[i, p], v[DEPENDENCE_SCALE], now.means[i]
            )
            out.resentment[r, t, i, p] = world.resentment[i, p]
            for a in range(A):
                out.rung[r, t, i, p, a] = world.rung[i, p, a]
                out.offers[r, t, i, p, a] = now.tabled[i, p, a]
                out.packages[r, t, i, p, a] = now.taken[i, p, a]
                out.documented[r, t, i, p, a] = now.written[i, p, a]
            for f in range(F):
                out.forms[r, t, i, p, f] = now.forms[i, p, f]
                out.documented_forms[r, t, i, p, f] = now.written_forms[i, p, f]
    clear(now)


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


@compiled
def run_all(
    flat: np.ndarray,
    seed: int,
    runs: np.ndarray,
    first: int,
    worlds: World,
    now: Year,
    out: Outcome,
) -> None:
    """Walk the years of every run from ``first`` on, in its world of ``worlds``."""
    for r in range(runs.size):
        run, world = runs[r], world_at(worlds, r)
        for year in range(first, START_YEAR + flat.shape[0]):
            v = flat[year - START_YEAR]
            move_drivers(v, seed, run, year, world, now)
            feel_needs(v, world, now)
            share_attention(v, world, now)
            meet(v, seed, run, year, NOTHING, world, now)
            gather(v, seed, run, year, NOTHING, world, now)
            muster(v, seed, run, year, world, now)
            deliver(v, world, now)
            answer(v, flat[0], seed, run, year, world, now)
            record(v, r, year - first, world, now, out)


def simulate(tables: Tables, seed: int, runs: np.ndarray) -> Outcome:
    """Run the model freely from 1992 on, for some run numbers.

    Parameters
    ----------
    tables : Tables
        What every quantity is in every year from 1992 on.
    seed : int
        Key of the luck, 0 to 2**63 - 1.
    runs : ndarray of int64
        Run numbers; run 17 has the same luck whatever stands beside it.

    Returns
    -------
    Outcome
        Arrays with a row for each run, in the order of ``runs``.
    """
    return _walk(tables, seed, runs, first_worlds(tables, len(runs)), START_YEAR)


def simulate_from(
    tables: Tables, seed: int, runs: np.ndarray, worlds: World, first_year: int
) -> Outcome:
    """Run the model from given worlds, such as those that the particle filter leaves.

    The luck of a run and year is that of :func:`simulate`, so a run that starts from where
    another of the same number stood goes on as that one did.

    Parameters
    ----------
    tables : Tables
        What every quantity is in every year from 1992 on.
    seed : int
        Key of the luck, 0 to 2**63 - 1.
    runs : ndarray of int64
        Run numbers.
    worlds : World
        Worlds at the start of ``first_year``: arrays with a leading dimension ``[run]``, in
        the order of ``runs``. They are left as they are.
    first_year : int
        Year that the runs start in.

    Returns
    -------
    Outcome
        Years ``first_year`` to the end of the tables, a row for each run in the order of
        ``runs``.

    Raises
    ------
    ValueError
        If ``first_year`` is not in the tables, or the worlds are not as many as the runs, or
        not of the shapes and types of :class:`World`.
    """
    last = START_YEAR + tables.years - 1
    if not START_YEAR <= first_year <= last:
        raise ValueError(f"no year {first_year} in tables of {START_YEAR} to {last}")
    fitting(worlds, len(runs))
    started = World._make(np.array(part, order="C") for part in worlds)
    return _walk(tables, seed, runs, started, first_year)


def first_worlds(tables: Tables, count: int) -> World:
    """Worlds of so many runs at the start of 1992, all alike."""
    world = new_world()
    begin(tables.flat[0], world)
    return repeated(world, count)


def _walk(tables: Tables, seed: int, runs: np.ndarray, worlds: World, first: int) -> Outcome:
    """Walk and record the runs; the worlds end as the last year leaves them."""
    out = empty_outcome(len(runs), tables.years - (first - START_YEAR))
    numbers = np.ascontiguousarray(runs, np.int64)
    run_all(tables.flat, seed, numbers, first, worlds, new_year(), out)
    return out
