"""Acts of membership: what states answered to their organisations, and what that books.

Membership itself is given to every run; the answers are observed. Each is an offer of the lowest
rung in the organisation's name, nothing else being on the table, weighed with the membership of
the year before. Taking it is joining or staying, declining it is leaving or staying out.
"""

from __future__ import annotations

import math

import numpy as np

from ...model import columns as at
from ...model import rules
from ...model.columns import C
from ...model.compiled import compiled
from ...model.luck import uniforms
from ...model.names import START_YEAR
from ...model.weighing import book, weigh
from ...model.world import A, History, P, World
from ...model.year import Year
from ..packages import RUNG_OF_MEMBERSHIP
from .joint import picked
from .room import MATCHED, Room


@compiled
def odds_of_joining(
    v: np.ndarray, before: np.ndarray, world: World, now: Year, i: int, p: int, a: int
) -> float:
    """Odds that a state joins a patron's organisation, or stays in it, for the sake of an area.

    Plain twin: :func:`steppe.calibration.memberships.chance_for`.
    """
    own = at.MEMBERSHIP + i * P + p
    size = v[at.SIZE + p * C + RUNG_OF_MEMBERSHIP - 1]
    worth = weigh(v, world, now, i, p, a, RUNG_OF_MEMBERSHIP, size, 0, 0.0)
    worth += rules.membership_term(v[at.MEMBERSHIP_WEIGHT], before[own] - v[own])
    return math.exp(worth - rules.outside(v[at.OUTSIDE_WEIGHT], v[at.US_PRESENCE + i]))


@compiled
def acts(
    flat: np.ndarray,
    seed: int,
    particle: int,
    t: int,
    history: History,
    world: World,
    now: Year,
    room: Room,
) -> float:
    """Chance of the year's answers; book what was joined in an area drawn by its share of it.

    Which area an act with several was for is open: each is as likely beforehand. In the first
    year nothing stood before it, so that its acts are booked and not weighed.
    """
    chance, v, year = 1.0, flat[t], START_YEAR + t
    for e in range(history.year.size):
        if history.year[e] != year or history.last[e] > 0 or history.occasion[e] >= 0:
            continue
        open_to, joins = 0, 0.0
        for a in range(A):
            room.joining[a] = 0.0
            if (history.area_mask[e] >> a) & 1:
                room.joining[a] = 1.0
                if t > 0:
                    odds = odds_of_joining(
                        v, flat[t - 1], world, now, history.state[e], history.patron[e], a
                    )
                    room.joining[a] = odds / (1.0 + odds)
                open_to += 1
                joins += room.joining[a]
        joined = history.rung[e] > 0
        if t > 0:
            chance *= joins / open_to if joined else 1.0 - joins / open_to
        if joined:
            u, _, _, _ = uniforms(seed, particle, year, history.address[e], MATCHED)
            told = history.amount[e]
            a = picked(room.joining, u * joins)
            book(history, e, a, 0.0 if math.isnan(told) else told, now)
    return chance
