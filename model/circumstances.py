"""Steps 1 to 3 of a year: drivers, needs, and the attention of the patrons."""

from __future__ import annotations

import numpy as np

from . import columns as at
from . import rules
from .columns import ENERGY, EXERCISE_RUNG
from .compiled import compiled
from .luck import (
    DRIVERS,
    normal,
    uniforms,
)
from .world import (
    CAPACITY_AT,
    DEVIATIONS,
    DISPUTE_AT,
    ENERGY_AT,
    TRADE_AT,
    A,
    G,
    P,
    R,
    S,
    World,
)
from .year import Year


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
        members, shaken = min(4, DEVIATIONS - block * 4), 0.0
        for n in range(members):
            shaken += v[at.VOLATILITY + family(block * 4 + n)]
        luck = uniforms(seed, run, year, block, DRIVERS) if shaken > 0.0 else (0.5, 0.5, 0.5, 0.5)
        for n in range(members):
            number = block * 4 + n
            f = family(number)
            shock = normal(luck[n]) if v[at.VOLATILITY + f] > 0.0 else 0.0
            dev[number] = rules.deviation(
                dev[number], v[at.PERSISTENCE + f], v[at.VOLATILITY + f], shock
            )
    for g in range(4):
        x = rules.level(v[at.SCALAR_SIGNALS + g], dev[g])
        for i in range(S):
            now.signals[i, g] = x
    for i in range(S):
        now.signals[i, 4] = rules.level(v[at.ENERGY_FLOW + i], dev[ENERGY_AT + i])
        now.means[i] = v[at.DEFENCE_SHARE + i] * v[at.GDP + i]
    pair = 0
    for i in range(S):
        for j in range(i + 1, S):
            x = rules.level(v[at.DISPUTE + pair], dev[DISPUTE_AT + pair])
            now.quarrel[i, j] = x
            now.quarrel[j, i] = x
            pair += 1
    for p in range(P):
        now.capacity[p] = rules.level(v[at.CAPACITY + p], dev[CAPACITY_AT + p])
        now.trade[p] = rules.level(v[at.TRADE + p], dev[TRADE_AT + p])


@compiled
def feel_needs(v: np.ndarray, world: World, now: Year) -> None:
    """Step 2: needs, and what follows from the world as the year begins."""
    for i in range(S):
        for a in range(A):
            pressure = 0.0
            for g in range(G):
                pressure += v[at.NEED_LOAD + a * G + g] * now.signals[i, g]
            if a == ENERGY:
                pressure += v[at.BUSINESS_NEED] * v[at.BUSINESS + i]
            top = 0
            for p in range(P):
                top = max(top, world.rung[i, p, a])
            felt = rules.need(v[at.EXPOSURE + i * A + a], pressure)
            now.top[i, a] = top
            now.needs[i, a] = rules.unmet(felt, v[at.SATIATION], v[at.GAIN + top])
        for p in range(P):
            top = 0
            for a in range(A):
                top = max(top, world.rung[i, p, a])
            now.presence[i, p] = v[at.INTRUSION + top]
            now.dependence[i, p] = rules.dependence_share(
                world.stock[i, p], v[at.DEPENDENCE_SCALE], now.means[i]
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
            imitation = v[at.IMITATION] * (copied / S)
            now.programme[p, a] = 0.0
            for i in range(S):
                salience = v[at.AREA_INTEREST + p * A + a]
                asked = v[at.FORM_IMITATION + p] * (copied / S)
                for g in range(G):
                    signal = now.signals[i, g]
                    salience += v[at.SALIENCE + (p * A + a) * G + g] * signal
                    asked += v[at.JOINT_REQUEST + (p * A + a) * G + g] * signal
                now.pull[p, i, a] = asked
                if a == ENERGY:
                    salience += v[at.BUSINESS_SALIENCE + p] * v[at.BUSINESS + i]
                hold_back(v, now, i, p, a)
                elsewhere = joined - (1 if world.rung[i, p, a] >= EXERCISE_RUNG else 0)
                appeal = rules.appeal(
                    salience,
                    v[at.STAKE_WEIGHT] * v[at.STAKE + p * S + i],
                    v[at.US_RESPONSE + p] * v[at.US_PRESENCE + i],
                    v[at.RIVAL_RESPONSE + p]
                    * rules.lead(world.rung[i, rival, a], world.rung[i, p, a]),
                    imitation + v[at.REPLICATION + p] * (elsewhere / (S - 1)),
                )
                if appeal != now.appeal[p, i, a]:  # mostly it is that of the run before
                    now.appeal[p, i, a] = appeal
                    now.weight[p, i, a] = rules.attention(appeal)
                weight = now.weight[p, i, a]
                total += weight * v[at.OPPORTUNITY_RATE] * now.needs[i, a]
                if v[at.MEMBERSHIP + i * P + p] >= 0.5:
                    now.programme[p, a] += weight * now.needs[i, a]
        offers = rules.budget(
            v[at.BUDGET + p],
            v[at.ELASTICITY],
            now.capacity[p],
            v[at.TRADE_RESPONSE],
            now.trade[p],
            v[at.ALARM_RESPONSE + p],
            world.alarm[p],
        )
        needed = now.programme[p].sum() > 0.0
        now.exercises[p] = offers * v[at.PROGRAMME + p] if needed else 0.0
        for i in range(S):
            for a in range(A):
                now.offered[p, i, a] = rules.offer_probability(offers, now.weight[p, i, a], total)


@compiled
def hold_back(v: np.ndarray, now: Year, i: int, p: int, a: int) -> None:
    """Share of the steps to each form that a patron makes, by the cost it foresees to the state."""
    reticence = v[at.RETICENCE + p * A + a]
    for k in range(1, R):
        now.willing[p, i, a, k] = 1.0
        if reticence > 0.0:
            foreseen = -rules.sovereignty_term(
                1.0,
                v[at.SOVEREIGNTY + i],
                intrusion_of(v, p, a, k),
                v[at.INTERFERENCE],
                v[at.FEAR + p],
                now.signals[i, 2],
            )
            now.willing[p, i, a, k] = rules.willingness(reticence, foreseen)


@compiled
def intrusion_of(v: np.ndarray, p: int, a: int, k: int) -> float:
    """Intrusion of a bilateral form of a patron in an area."""
    return float(v[at.INTRUSION + k] * v[at.FORM_INTRUSION + (p * A + a) * R + k])
