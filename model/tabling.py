"""Steps 4 and 5 of a year: opportunities, joint exercises and brigades meet their choices."""

from __future__ import annotations

import numpy as np

from . import columns as at
from . import rules
from .columns import EXERCISE_RUNG, PEACEKEEPING, UNIT_RUNG, C
from .compiled import compiled
from .luck import (
    BRIGADE,
    CHOICE,
    COUNT,
    EXERCISE,
    JOIN,
    OFFER,
    TERMS,
    by_area,
    cell,
    normal,
    uniforms,
)
from .weighing import accept, beyond, member, members, weigh
from .world import (
    A,
    P,
    S,
    World,
)
from .year import Year

NOTHING, WHOLE = 0, 1
"""What :func:`meet` and :func:`gather` drop of the choices that would have been documented."""


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
    rungs, values, worth, notes = now.on_offer, now.offer_value, now.offer_worth, now.offer_luck
    for i in range(S):
        decline = rules.outside(v[at.OUTSIDE_WEIGHT], v[at.US_PRESENCE + i])
        more = beyond(v, now, i)
        counts = by_area(seed, run, year, i, 0, COUNT)
        for a in range(A):
            mean = v[at.OPPORTUNITY_RATE] * now.needs[i, a]
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
                        v[at.UPGRADE + p],
                        v[at.JUMP],
                        now.pull[p, i, a],
                        now.willing[p, i, a],
                    )
                    t0, t1, _, _ = uniforms(seed, run, year, cell(i, p, a, m), TERMS)
                    value = rules.size(
                        v[at.SIZE + p * C + k - 1], v[at.DISPERSION + k - 1], normal(t0)
                    )
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
                    chance = v[at.DETECTION + channel] * v[at.COVERAGE + channel]
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
    values = now.part_value[:, 0]
    for p in range(P):
        invited = members(v, p)
        if invited == 0:
            continue
        channel = p * C + EXERCISE_RUNG - 1
        chance = v[at.DETECTION + channel] * v[at.COVERAGE + channel]
        u_count, _, _, _ = uniforms(seed, run, year, cell(0, p, 1, 0), EXERCISE)
        for m in range(rules.poisson(u_count, now.exercises[p])):
            u_area, u_host, u_listed, _ = uniforms(seed, run, year, cell(0, p, 0, m), EXERCISE)
            mix = now.programme[p]
            a = rules.area_of(u_area, mix[0], mix[1], mix[2], mix[3], mix[4])
            host = member(v, p, int(u_host * invited))
            joined, named = 0, 0
            for i in range(S):
                if v[at.MEMBERSHIP + i * P + p] < 0.5 or now.needs[i, a] <= 0.0:
                    continue
                now.tabled[i, p, a] += 1
                u_size, u_join, u_name, _ = uniforms(seed, run, year, cell(i, p, 0, m), JOIN)
                values[i] = rules.size(
                    v[at.SIZE + channel], v[at.DISPERSION + EXERCISE_RUNG - 1], normal(u_size)
                )
                worth = weigh(
                    v, world, now, i, p, a, EXERCISE_RUNG, values[i], 1, now.quarrel[i, host]
                )
                decline = rules.outside(v[at.OUTSIDE_WEIGHT], v[at.US_PRESENCE + i])
                p0, p1, p2, p3 = rules.choice_probabilities(decline, worth, worth, 0.0, 1 + p)
                if rules.choose(u_join, p0, p1, p2, p3) > 0:
                    joined |= 1 << i
                    if u_listed < chance and u_name < v[at.NAMING]:
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
    if v[at.BRIGADE_RATE] <= 0.0:
        return
    mean, a, k = v[at.BRIGADE_RATE], PEACEKEEPING, UNIT_RUNG
    for p in range(P):
        idle = 1.0
        for i in range(S):
            idle *= 1.0 - now.needs[i, a] * now.offered[p, i, a]
        mean *= 1.0 - idle
    invited = members(v, 0)
    values = now.part_value
    u_count, _, _, _ = uniforms(seed, run, year, cell(0, 0, 1, 0), BRIGADE)
    for m in range(rules.poisson(u_count, mean)):
        u_host, u_china, u_russia, _ = uniforms(seed, run, year, cell(0, 0, 0, m), BRIGADE)
        host = member(v, 0, int(u_host * invited))
        joined = 0
        for i in range(S):
            if v[at.MEMBERSHIP + i * P] < 0.5 or now.needs[i, a] <= 0.0:
                continue
            t0, t1, u_join, _ = uniforms(seed, run, year, cell(i, 1, 0, m), BRIGADE)
            worth = beyond(v, now, i)
            for p in range(P):
                now.tabled[i, p, a] += 1
                shock = normal(t0 if p == 0 else t1)
                values[i, p] = rules.size(
                    v[at.SIZE + p * C + k - 1], v[at.DISPERSION + k - 1], shock
                )
                worth += weigh(v, world, now, i, p, a, k, values[i, p], 1, now.quarrel[i, host])
            decline = rules.outside(v[at.OUTSIDE_WEIGHT], v[at.US_PRESENCE + i])
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
                    seen = (u_china if p == 0 else u_russia) < v[at.DETECTION + channel] * v[
                        at.COVERAGE + channel
                    ]
                    accept(now, i, p, a, k, values[i, p], seen, False)
