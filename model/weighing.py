"""Step 5 of a year: what an offer is worth to a state, and the booking of a package."""

from __future__ import annotations

import numpy as np

from . import columns as at
from . import rules
from .circumstances import intrusion_of
from .columns import AID_RUNG
from .compiled import compiled
from .world import (
    History,
    P,
    S,
    World,
)
from .year import Year


@compiled
def leaning(v: np.ndarray, now: Year, i: int, p: int) -> float:
    """Term of the rival rules of decision for a patron: :func:`rules.alignment_term`."""
    rival, militancy = 1 - p, now.signals[i, 2]
    own = rules.weight_of(now.presence[i, p], now.dependence[i, p], v[at.FEAR + p], militancy)
    other = rules.weight_of(
        now.presence[i, rival], now.dependence[i, rival], v[at.FEAR + rival], militancy
    )
    return rules.alignment_term(
        v[at.RULE],
        v[at.ALIGNMENT],
        v[at.THRESHOLD],
        own - other,
        now.dependence[i, p] - now.dependence[i, rival],
    )


@compiled
def beyond(v: np.ndarray, now: Year, i: int) -> float:
    """What both patrons' offers are worth to a state beyond their sum."""
    return rules.together(
        v[at.RULE],
        v[at.COMPLEMENTARITY],
        v[at.ALIGNMENT],
        now.dependence[i, 0] - now.dependence[i, 1],
    )


@compiled
def members(v: np.ndarray, p: int) -> int:
    """Members of ``p``'s organisation among the five."""
    found = 0
    for i in range(S):
        if v[at.MEMBERSHIP + i * P + p] >= 0.5:
            found += 1
    return found


@compiled
def member(v: np.ndarray, p: int, n: int) -> int:
    """State that is the ``n``-th member of ``p``'s organisation."""
    for i in range(S):
        if v[at.MEMBERSHIP + i * P + p] >= 0.5:
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
    heeds = rules.heeds_rival(v[at.RULE])
    if joint == 1:
        intrusion *= v[at.RELIEF]
    militancy = now.signals[i, 2]
    others = 0
    for j in range(S):
        if j != i and world.rung[j, p, a] >= k:
            others += 1
    supply = 0.0
    if k == 2:
        supply = rules.supply_term(
            v[at.PRICE_WEIGHT],
            v[at.DOMESTIC_PRICE + i * P + p],
            v[at.TECHNOLOGY_WEIGHT],
            v[at.TECHNOLOGY + p],
        )
    return rules.utility(
        rules.need_term(v[at.NEED_WEIGHT], now.needs[i, a], v[at.GAIN + k]),
        rules.money_term(v[at.MONEY_WEIGHT], value, now.means[i]),
        rules.trust_term(v[at.TRUST_WEIGHT], world.trust[i, p]),
        rules.language_term(v[at.LANGUAGE_WEIGHT], world.fluency[i, p], v[at.DOCTRINE + k]),
        rules.sovereignty_term(
            v[at.SOVEREIGNTY_WEIGHT],
            v[at.SOVEREIGNTY + i],
            intrusion,
            v[at.INTERFERENCE],
            v[at.FEAR + p],
            militancy,
        ),
        heeds
        * rules.displeasure_term(
            v[at.DISPLEASURE_WEIGHT], world.alarm[rival], now.dependence[i, rival], intrusion
        ),
        rules.resentment_term(v[at.RESENTMENT_WEIGHT], world.resentment[i, p]),
        rules.membership_term(v[at.MEMBERSHIP_WEIGHT], v[at.MEMBERSHIP + i * P + p])
        - rules.exclusion_term(
            v[at.EXCLUSION + rival], v[at.MEMBERSHIP + i * P + rival], intrusion
        ),
        rules.dispute_term(v[at.DISPUTE_WEIGHT], quarrel),
        rules.diffusion_term(v[at.DIFFUSION], others / (S - 1)),
        heeds
        * rules.counterweight_term(
            v[at.COUNTERWEIGHT],
            v[at.FEAR + rival],
            militancy,
            rules.expected_presence(now.presence[i, rival], v[at.ANTICIPATED]),
        ),
        supply,
        rules.constant_term(v[at.CONSTANT + p], v[at.OPENNESS + i]),
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
