"""Steps 6 to 8 of a year: deliveries, the answer of the world, and the record."""

from __future__ import annotations

import numpy as np

from . import columns as at
from . import rules
from .columns import FORCE_RUNG
from .compiled import compiled
from .luck import (
    ANSWER,
    by_area,
)
from .world import (
    AGES,
    AID,
    UNIT,
    A,
    F,
    Outcome,
    P,
    S,
    World,
    assign,
)
from .year import Year, clear


@compiled
def deliver(v: np.ndarray, world: World, now: Year) -> None:
    """Step 6: a share of each pledge is delivered; what has waited too long lapses."""
    lifetime = int(v[at.LIFETIME])
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
                part = rules.delivery(waiting, v[at.DELIVERY_RATE + p])
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
            ousted, stands = False, False
            for a in range(A):
                stands |= max(world.rung[i, p, a], now.highest[i, p, a]) > now.held[i, p, a]
            luck = by_area(seed, run, year, i, p, ANSWER) if stands else (0.0, 0.0, 0.0, 0.0, 0.0)
            for a in range(A):
                packages += now.taken[i, p, a]
                held = now.held[i, p, a]
                k = max(world.rung[i, p, a], now.highest[i, p, a], held)
                if k > held:
                    rupture = rules.rupture_probability(v[at.RUPTURE], world.resentment[i, p], k)
                    if luck[a] < rupture:
                        k = max(1, held)
                        ousted = True
                    elif now.taken[i, p, a] == 0 and luck[a] < rupture + v[at.LAPSE + k]:
                        agreed = k == FORCE_RUNG and year <= v[at.TENURE + i * P + p]
                        k -= 0 if agreed else 1
                world.rung[i, p, a] = k
            waiting = now.lapsed[i, p]
            for age in range(AGES):
                waiting += world.queue[i, p, age]
            broken = now.lapsed[i, p] / waiting if waiting > 0.0 else 0.0
            trust = rules.next_trust(
                world.trust[i, p],
                v0[at.INITIAL_TRUST + i * P + p],
                v[at.TRUST_GAIN],
                rules.activity(packages),
                v[at.TRUST_DECAY],
                v[at.TRUST_LOSS],
                broken,
            )
            world.trust[i, p] = rules.after_rupture(trust, v[at.RUPTURE_LOSS]) if ousted else trust
            world.fluency[i, p] = rules.next_fluency(
                world.fluency[i, p],
                v[at.FLUENCY_GAIN],
                rules.activity(now.forms[i, p, AID : UNIT + 1].sum()),
                v[at.FLUENCY_DECAY],
            )
            world.stock[i, p] = rules.next_stock(
                world.stock[i, p], v[at.DEPENDENCE_DECAY], now.delivered[i, p]
            )
            world.resentment[i, p] = rules.next_resentment(
                world.resentment[i, p],
                v[at.RESENTMENT_GAIN],
                v[at.BACKLASH + p],
                now.presence[i, p],
                v[at.RESENTMENT_DECAY],
            )
    for p in range(P):
        target = 0.0
        for i in range(S):
            target += v[at.SPHERE + p * S + i] * now.presence[i, 1 - p]
        world.alarm[p] = rules.next_alarm(world.alarm[p], v[at.ALARM_ADJUSTMENT], target / S)


@compiled
def record(v: np.ndarray, r: int, t: int, world: World, now: Year, out: Outcome) -> None:
    """Step 8: write the year down, and clear the workspace."""
    assign(out.signals[r, t], now.signals)
    assign(out.alarm[r, t], world.alarm)
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
                world.stock[i, p], v[at.DEPENDENCE_SCALE], now.means[i]
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
