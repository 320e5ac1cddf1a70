"""What the offers of a year can be, how likely each is, and the odds that it is taken."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from ...model import columns as at
from ...model import rules
from ...model.circumstances import intrusion_of
from ...model.columns import AID_RUNG, C
from ...model.compiled import compiled
from ...model.weighing import beyond, leaning
from ...model.world import A, P, S, World
from ...model.year import Year
from .room import NODE_WEIGHTS, NODES, RUNGS, Room


class Lasting(NamedTuple):
    """Terms of the utility of a patron's offer to a state that no rung and no area changes."""

    trust: float
    resentment: float
    membership: float
    counterweight: float
    constant: float
    leaning: float
    outside: float
    """Utility of declining."""


@compiled
def list_chances(
    reached: int,
    upgrade: float,
    jump: float,
    pull: float,
    willing: np.ndarray,
    chances: np.ndarray,
) -> None:
    """Probability of each rung of an offer: :func:`steppe.model.rules.offered_rung`."""
    climb = 0.0
    if reached < 5:
        climb = 1.0
        if reached > 0:
            climb = rules.step_chance(upgrade, reached + 1, pull, willing)
    for k in range(1, reached + 1):
        chances[k] = (1.0 - climb) / reached
    for k in range(reached + 1, RUNGS):
        further = 0.0 if k == 5 else rules.step_chance(jump, k + 1, pull, willing)
        chances[k] = climb * (1.0 - further)
        climb *= further


@compiled
def seen(v: np.ndarray, p: int, k: int) -> float:
    """Probability that an accepted package of ``p`` at rung ``k`` is documented."""
    channel = p * C + k - 1
    return float(v[at.DETECTION + channel] * v[at.COVERAGE + channel])


@compiled
def money(v: np.ndarray, i: int, value: float) -> float:
    """Factor by which a sum raises the odds of an offer."""
    means = v[at.DEFENCE_SHARE + i] * v[at.GDP + i]
    return math.exp(rules.money_term(v[at.MONEY_WEIGHT], value, means))


@compiled
def list_sizes(v: np.ndarray, room: Room) -> None:
    """Sizes that packages can have in a year, and by how much they raise the odds.

    Assistance, whose sums are large against a state's means and sometimes told, has
    a node for each of three sizes. For the other forms one node stands for all, with the mean
    factor: exact where the odds are small, and their sums are small or their odds are.
    """
    room.need[:] = math.nan
    for n in range(S):
        room.diffused[n] = math.exp(rules.diffusion_term(v[at.DIFFUSION], n / (S - 1)))
    for p in range(P):
        room.options[p] = 0
        for k in range(1, RUNGS):
            median, spread = v[at.SIZE + p * C + k - 1], v[at.DISPERSION + k - 1]
            spread_out = median > 0.0 and spread > 0.0
            many = spread_out and k == AID_RUNG
            room.sizes[p, k] = NODES.size if many else 1
            for z in range(room.sizes[p, k]):
                room.rung[p, room.options[p] + z] = k
                room.share[p, k, z] = NODE_WEIGHTS[z] if many else 1.0
                room.value[p, k, z] = rules.size(median, spread, NODES[z]) if many else math.nan
            for i in range(S):
                if many:
                    for z in range(NODES.size):
                        room.node[i, p, k, z] = money(v, i, room.value[p, k, z])
                else:
                    total = 0.0
                    for z in range(NODES.size):
                        total += NODE_WEIGHTS[z] * money(v, i, rules.size(median, spread, NODES[z]))
                    room.node[i, p, k, 0] = total
            room.options[p] += room.sizes[p, k]


@compiled
def count_reached(world: World, room: Room) -> None:
    """How many states stand at a rung or above: what diffusion goes by."""
    room.reached[:] = 0
    for i in range(S):
        for p in range(P):
            for a in range(A):
                for k in range(1, world.rung[i, p, a] + 1):
                    room.reached[p, a, k] += 1


@compiled
def lasting(v: np.ndarray, world: World, now: Year, i: int, p: int) -> Lasting:
    """What the utility of an offer of a patron to a state has at every rung and in every area."""
    rival, militancy = 1 - p, now.signals[i, 2]
    return Lasting(
        rules.trust_term(v[at.TRUST_WEIGHT], world.trust[i, p]),
        rules.resentment_term(v[at.RESENTMENT_WEIGHT], world.resentment[i, p]),
        rules.membership_term(v[at.MEMBERSHIP_WEIGHT], v[at.MEMBERSHIP + i * P + p]),
        rules.heeds_rival(v[at.RULE])
        * rules.counterweight_term(
            v[at.COUNTERWEIGHT], v[at.FEAR + rival], militancy,
            rules.expected_presence(now.presence[i, rival], v[at.ANTICIPATED]),
        ),
        rules.constant_term(v[at.CONSTANT + p], v[at.OPENNESS + i]),
        leaning(v, now, i, p),
        rules.outside(v[at.OUTSIDE_WEIGHT], v[at.US_PRESENCE + i]),
    )  # fmt: skip


@compiled
def odds_unpaid(
    v: np.ndarray, world: World, now: Year, i: int, p: int, k: int, intrusion: float, has: Lasting
) -> tuple[float, float, float]:
    """Utility of an offer of no money less that of declining, without need, diffusion and dispute.

    Also returns what a need of one is worth at the rung, and what one more unit of intrusion
    is: :func:`steppe.model.weighing.weigh` in parts, so that what areas share is computed once.
    """
    heeds = rules.heeds_rival(v[at.RULE])
    rival, militancy = 1 - p, now.signals[i, 2]
    supply = 0.0
    if k == AID_RUNG:
        supply = rules.supply_term(
            v[at.PRICE_WEIGHT], v[at.DOMESTIC_PRICE + i * P + p],
            v[at.TECHNOLOGY_WEIGHT], v[at.TECHNOLOGY + p],
        )  # fmt: skip
    sovereignty = rules.sovereignty_term(
        v[at.SOVEREIGNTY_WEIGHT],
        v[at.SOVEREIGNTY + i],
        1.0,
        v[at.INTERFERENCE],
        v[at.FEAR + p],
        militancy,
    )
    displeasure = heeds * rules.displeasure_term(
        v[at.DISPLEASURE_WEIGHT], world.alarm[rival], now.dependence[i, rival], 1.0
    )
    exclusion = rules.exclusion_term(v[at.EXCLUSION + rival], v[at.MEMBERSHIP + i * P + rival], 1.0)
    worth = rules.utility(
        0.0,
        0.0,
        has.trust,
        rules.language_term(v[at.LANGUAGE_WEIGHT], world.fluency[i, p], v[at.DOCTRINE + k]),
        rules.sovereignty_term(
            v[at.SOVEREIGNTY_WEIGHT], v[at.SOVEREIGNTY + i], intrusion,
            v[at.INTERFERENCE], v[at.FEAR + p], militancy,
        ),
        heeds
        * rules.displeasure_term(
            v[at.DISPLEASURE_WEIGHT], world.alarm[rival], now.dependence[i, rival], intrusion
        ),
        has.resentment,
        has.membership
        - rules.exclusion_term(
            v[at.EXCLUSION + rival], v[at.MEMBERSHIP + i * P + rival], intrusion
        ),
        0.0,
        0.0,
        has.counterweight,
        supply,
        has.constant,
        has.leaning,
    )  # fmt: skip
    need = rules.need_term(v[at.NEED_WEIGHT], 1.0, v[at.GAIN + k])
    return worth - has.outside, need, sovereignty + displeasure - exclusion


@compiled
def others_at(world: World, i: int, p: int, a: int, k: int, room: Room) -> int:
    """Other states that stand at a rung or above."""
    return int(room.reached[p, a, k] - (1 if world.rung[i, p, a] >= k else 0))


@compiled
def list_help(v: np.ndarray, now: Year, i: int, a: int, room: Room) -> None:
    """Factor of the odds by what each form does for a state's need in an area.

    Needs differ between particles by little more than the rungs they have reached, so what was
    computed for another particle is mostly at hand.
    """
    top = now.top[i, a]
    if room.need[i, a, top] == now.needs[i, a]:
        return
    room.need[i, a, top] = now.needs[i, a]
    for k in range(1, RUNGS):
        need = rules.need_term(v[at.NEED_WEIGHT], 1.0, v[at.GAIN + k])
        room.help[i, a, top, k] = math.exp(need * now.needs[i, a])


@compiled
def list_offers(v: np.ndarray, world: World, now: Year, i: int, room: Room) -> None:
    """What an offer to state ``i`` can be, by rung and size: its chance, odds and detection."""
    for a in range(A):
        list_help(v, now, i, a, room)
    for p in range(P):
        for a in range(A):
            list_chances(
                world.rung[i, p, a], v[at.UPGRADE + p], v[at.JUMP],
                now.pull[p, i, a], now.willing[p, i, a], room.offered[p, a],
            )  # fmt: skip
        n, has = 0, lasting(v, world, now, i, p)
        for k in range(1, RUNGS):
            worth, need, slope = odds_unpaid(v, world, now, i, p, k, v[at.INTRUSION + k], has)
            told, plain = seen(v, p, k), math.exp(worth)
            for a in range(A):
                factor = room.diffused[others_at(world, i, p, a, k, room)]
                shift = slope * (intrusion_of(v, p, a, k) - v[at.INTRUSION + k])
                helped = room.help[i, a, now.top[i, a], k]
                if shift != 0.0:
                    helped = math.exp(need * now.needs[i, a] + shift)
                unpaid = plain * helped * factor
                known = 1.0 if 0 < now.complete[i, p, a] <= k else told
                room.unpaid[p, a, k], room.seen[p, a, k] = unpaid, known
                for z in range(room.sizes[p, k]):
                    room.chance[p, a, n + z] = room.offered[p, a, k] * room.share[p, k, z]
                    room.odds[p, a, n + z] = unpaid * room.node[i, p, k, z]
                    room.told[p, a, n + z] = known
            n += room.sizes[p, k]


@compiled
def extra_of(v: np.ndarray, now: Year, i: int) -> float:
    """Factor of the odds of both beyond the product of the two."""
    return math.exp(beyond(v, now, i) + rules.outside(v[at.OUTSIDE_WEIGHT], v[at.US_PRESENCE + i]))


@compiled
def documented_rate(v: np.ndarray, now: Year, i: int, room: Room) -> float:
    """Expected choices of a state of which at least one half is documented."""
    extra, total = extra_of(v, now, i), 0.0
    most_c, most_r = room.options[0], room.options[1]
    wide = (most_c + 3) // 4 * 4  # four at once: there is room for it
    for a in range(A):
        mean = v[at.OPPORTUNITY_RATE] * now.needs[i, a]
        if mean <= 0.0:
            continue
        c, r = now.offered[0, i, a], now.offered[1, i, a]
        odds, chance, sy = room.odds[1, a], room.chance[1, a], room.told[1, a]
        for y in range(most_r):
            alone = r * (1.0 - c) * chance[y] * sy[y]
            total += mean * alone * odds[y] / (1.0 + odds[y])
        room.here[:] = 0.0
        for y in range(most_r):
            oy, cy, ty = odds[y], chance[y], sy[y]
            for x in range(wide):
                ox, sx = room.odds[0, a, x], room.told[0, a, x]
                both = ox * extra
                told = ox * sx + oy * (ty + both * (sx + ty - sx * ty))
                room.here[x] += cy * told / (1.0 + ox + oy * (1.0 + both))
        for x in range(most_c):
            ox, sx = room.odds[0, a, x], room.told[0, a, x]
            alone = (1.0 - r) * sx * ox / (1.0 + ox)
            total += mean * c * room.chance[0, a, x] * (alone + r * room.here[x])
    return total


@compiled
def size_density(v: np.ndarray, p: int, k: int, value: float) -> float:
    """Density of the log of a package's size."""
    median, spread = v[at.SIZE + p * C + k - 1], v[at.DISPERSION + k - 1]
    if median <= 0.0 or spread <= 0.0 or value <= 0.0:
        return 1.0
    z = (math.log(value) - math.log(median)) / spread
    return float(math.exp(-0.5 * z * z) / (spread * math.sqrt(2.0 * math.pi)))
