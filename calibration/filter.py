"""The particle filter: how probable a documented history is, and the worlds that it leaves.

Given the world as a year begins and the year's drivers, the opportunities of a state and
area end independently of each other, so accepted packages by type (patron and rung, or
both patrons and both rungs) are Poisson, and so are the documented and the undocumented
ones among them (Poisson thinning). For each particle and year the filter

1. moves the drivers and lists what every offer can be (:func:`list_offers`), with sizes at
   the nodes of a Gauss-Hermite quadrature;
2. weights the particle by the density of the documented packages: a marked Poisson process,
   in which a Chinese and a Russian package of a state may be two halves of one choice
   (:func:`match`), and the parts of several states in a joint exercise are one event
   (:func:`joint_density`);
3. draws what the record leaves open of them: area, size, host, an undocumented other half,
   participants that are not named;
4. simulates the undocumented choices, delivers, and lets the world answer with the
   engine's own steps; and resamples.

The mean weight of a year estimates its likelihood; the product over years is unbiased for
that of the history (Del Moral 2004), up to the quadrature, whose error a test measures.
The design is the adapted one of the project's notes on methods: nothing that the record
tells is left to chance, so that few particles suffice.
"""

from __future__ import annotations

import math
from typing import Final, NamedTuple

import numpy as np

from ..model import rules
from ..model.compiled import compiled
from ..model.engine import (
    COMPLEMENTARITY,
    COVERAGE,
    DEFENCE_SHARE,
    DETECTION,
    DISPERSION,
    DISPUTE_WEIGHT,
    EXERCISE_RUNG,
    GDP,
    JUMP,
    MEMBERSHIP,
    MONEY_WEIGHT,
    NAMING,
    OPPORTUNITY_RATE,
    OUTSIDE_WEIGHT,
    SIZE,
    UPGRADE,
    US_PRESENCE,
    WHOLE,
    C,
    Year,
    accept,
    answer,
    book,
    clear,
    deliver,
    feel_needs,
    first_worlds,
    gather,
    meet,
    members,
    move_drivers,
    new_year,
    share_attention,
    weigh,
)
from ..model.luck import cell, normal, uniforms
from ..model.names import START_YEAR
from ..model.tables import Tables
from ..model.world import A, History, P, S, World, world_at

RUNGS: Final = 6
MOST_OPTIONS: Final = 16
MOST_EVENTS: Final = 14
"""Documented packages of one patron for one state in one year, at most."""
MATCHED: Final = 32
RESAMPLED: Final = 33
"""Purposes of the filter's own luck, apart from those of the model."""

_nodes, _weights = np.polynomial.hermite_e.hermegauss(3)
NODES: Final = _nodes
NODE_WEIGHTS: Final = _weights / _weights.sum()


class Told(NamedTuple):
    """What the record tells of one year."""

    packages: np.ndarray
    """int64 [state, patron], number of packages of their own"""
    package: np.ndarray
    """int64 [state, patron, number], their places in the history"""
    exercise: np.ndarray
    """int64 [patron, state, row], what each row of the year tells of joint exercises"""


class Room(NamedTuple):
    """Workspace of one particle and year, for one state unless said otherwise."""

    chance: np.ndarray
    """float64 [patron, option], probability that an offer is this one, in one area"""
    odds: np.ndarray
    """float64 [patron, option], exp(utility - utility of declining)"""
    told: np.ndarray
    """float64 [patron, option], probability that it is documented if accepted"""
    unpaid: np.ndarray
    """float64 [patron, area, rung], odds of an offer of no money"""
    offered: np.ndarray
    """float64 [patron, area, rung], probability that an offer is at the rung"""
    single: np.ndarray
    """float64 [patron, event], density of a package as one whose other half is undocumented"""
    pair: np.ndarray
    """float64 [event of China, event of Russia], density as halves of one choice"""
    tail: np.ndarray
    """float64 [event of China + 1, mask over Russia's events]"""
    partner: np.ndarray
    """int64 [event of China], drawn event of Russia, -1 for none"""
    join: np.ndarray
    """float64 [patron, area, host, state], chance that an invited member takes part"""
    sizes: np.ndarray
    """int64 [patron, rung], number of sizes that stand for the distribution of all"""
    size: np.ndarray
    """float64 [patron, rung, node], USD million"""
    share: np.ndarray
    """float64 [patron, rung, node], weight of the size"""
    node: np.ndarray
    """float64 [state, patron, rung, node], by how much the size raises the odds"""


class Pick(NamedTuple):
    """An alternative that was drawn."""

    area: int
    value: float
    rung: int
    """Rung of the other half, 0 for none."""
    other: float
    """Value of the other half, USD million."""


def new_room() -> Room:
    """Room for one particle and year."""
    return Room(
        np.zeros((P, MOST_OPTIONS)),
        np.zeros((P, MOST_OPTIONS)),
        np.zeros((P, MOST_OPTIONS)),
        np.zeros((P, A, RUNGS)),
        np.zeros((P, A, RUNGS)),
        np.zeros((P, MOST_EVENTS)),
        np.zeros((MOST_EVENTS, MOST_EVENTS)),
        np.zeros((MOST_EVENTS + 1, 1 << MOST_EVENTS)),
        np.zeros(MOST_EVENTS, np.int64),
        np.zeros((P, A, S, S)),
        np.zeros((P, RUNGS), np.int64),
        np.zeros((P, RUNGS, NODES.size)),
        np.zeros((P, RUNGS, NODES.size)),
        np.zeros((S, P, RUNGS, NODES.size)),
    )


@compiled
def list_chances(reached: int, upgrade: float, jump: float, chances: np.ndarray) -> None:
    """Probability of each rung of an offer: :func:`steppe.model.rules.offered_rung`."""
    climb = 1.0 if reached == 0 else (upgrade if reached < 5 else 0.0)
    for k in range(1, reached + 1):
        chances[k] = (1.0 - climb) / reached
    for k in range(reached + 1, RUNGS):
        chances[k] = climb if k == 5 else climb * (1.0 - jump)
        climb *= jump


@compiled
def seen(v: np.ndarray, p: int, k: int) -> float:
    """Probability that an accepted package of ``p`` at rung ``k`` is documented."""
    channel = p * C + k - 1
    return float(v[DETECTION + channel] * v[COVERAGE + channel])


@compiled
def money(v: np.ndarray, i: int, value: float) -> float:
    """Factor by which a sum raises the odds of an offer."""
    means = v[DEFENCE_SHARE + i] * v[GDP + i]
    return math.exp(rules.money_term(v[MONEY_WEIGHT], value, means))


@compiled
def list_sizes(v: np.ndarray, room: Room) -> None:
    """Sizes that packages can have in a year, and by how much they raise the odds."""
    for p in range(P):
        for k in range(1, RUNGS):
            median, spread = v[SIZE + p * C + k - 1], v[DISPERSION + k - 1]
            spread_out = median > 0.0 and spread > 0.0
            room.sizes[p, k] = NODES.size if spread_out else 1
            for z in range(room.sizes[p, k]):
                room.size[p, k, z] = rules.size(median, spread, NODES[z]) if spread_out else median
                room.share[p, k, z] = NODE_WEIGHTS[z] if spread_out else 1.0
                for i in range(S):
                    room.node[i, p, k, z] = money(v, i, room.size[p, k, z])


@compiled
def list_offers(v: np.ndarray, world: World, now: Year, i: int, room: Room) -> None:
    """Chances of the rungs of an offer to state ``i``, and the odds that it is taken."""
    decline = rules.outside(v[OUTSIDE_WEIGHT], v[US_PRESENCE + i])
    for p in range(P):
        for a in range(A):
            list_chances(world.rung[i, p, a], v[UPGRADE + p], v[JUMP], room.offered[p, a])
        for k in range(1, RUNGS):
            for a in range(A):
                worth = weigh(v, world, now, i, p, a, k, 0.0, 0, 0.0)
                room.unpaid[p, a, k] = math.exp(worth - decline)


@compiled
def extra_of(v: np.ndarray, i: int) -> float:
    """Factor of the odds of both beyond the product of the two."""
    return math.exp(v[COMPLEMENTARITY] + rules.outside(v[OUTSIDE_WEIGHT], v[US_PRESENCE + i]))


@compiled
def list_options(v: np.ndarray, i: int, p: int, a: int, room: Room) -> int:
    """List what an offer of ``p`` to ``i`` in ``a`` can be, by rung and size."""
    n = 0
    for k in range(1, RUNGS):
        told = seen(v, p, k)
        for z in range(room.sizes[p, k]):
            room.chance[p, n] = room.offered[p, a, k] * room.share[p, k, z]
            room.odds[p, n] = room.unpaid[p, a, k] * room.node[i, p, k, z]
            room.told[p, n] = told
            n += 1
    return n


@compiled
def documented_rate(v: np.ndarray, now: Year, i: int, room: Room) -> float:
    """Expected choices of a state of which at least one half is documented."""
    extra, total = extra_of(v, i), 0.0
    odds, chance, sy = room.odds[1], room.chance[1], room.told[1]
    for a in range(A):
        mean = v[OPPORTUNITY_RATE] * now.needs[i, a]
        if mean <= 0.0:
            continue
        c, r = now.offered[0, i, a], now.offered[1, i, a]
        most_c, most_r = list_options(v, i, 0, a, room), list_options(v, i, 1, a, room)
        for y in range(most_r):
            alone = r * (1.0 - c) * chance[y] * sy[y]
            total += mean * alone * odds[y] / (1.0 + odds[y])
        for x in range(most_c):
            ox, sx = room.odds[0, x], room.told[0, x]
            both, here = ox * extra, 0.0
            for y in range(most_r):
                told = ox * sx + odds[y] * (sy[y] + both * (sx + sy[y] - sx * sy[y]))
                here += chance[y] * told / (1.0 + ox + odds[y] * (1.0 + both))
            alone = (1.0 - r) * sx * ox / (1.0 + ox)
            total += mean * c * room.chance[0, x] * (alone + r * here)
    return total


@compiled
def size_density(v: np.ndarray, p: int, k: int, value: float) -> float:
    """Density of the log of a package's size."""
    median, spread = v[SIZE + p * C + k - 1], v[DISPERSION + k - 1]
    if median <= 0.0 or spread <= 0.0 or value <= 0.0:
        return 1.0
    z = (math.log(value) - math.log(median)) / spread
    return float(math.exp(-0.5 * z * z) / (spread * math.sqrt(2.0 * math.pi)))


@compiled
def single(
    v: np.ndarray, history: History, now: Year, i: int, e: int, room: Room, mark: float
) -> tuple[float, Pick]:
    """Density of a package whose other half, if any, is undocumented.

    Also returns the alternative (area, size, other half) at which the running total
    passes ``mark``.
    """
    p, k, told = history.patron[e], history.rung[e], history.amount[e]
    q = 1 - p
    known = not math.isnan(told)
    extra, total = extra_of(v, i), 0.0
    pick = Pick(0, 0.0, 0, 0.0)
    for a in range(A):
        lead = v[OPPORTUNITY_RATE] * now.needs[i, a] * now.offered[p, i, a]
        lead *= room.offered[p, a, k] * seen(v, p, k)
        if not (history.area_mask[e] >> a) & 1 or lead <= 0.0:
            continue
        rival = now.offered[q, i, a]
        for z in range(1 if known else room.sizes[p, k]):
            value = told if known else room.size[p, k, z]
            weight = size_density(v, p, k, told) if known else room.share[p, k, z]
            raised = money(v, i, value) if known else room.node[i, p, k, z]
            odds = room.unpaid[p, a, k] * raised
            before = total
            total += lead * weight * (1.0 - rival) * odds / (1.0 + odds)
            if before <= mark:
                pick = Pick(a, value, 0, 0.0)
            for y in range(RUNGS * NODES.size):
                ky, w = y // NODES.size, y % NODES.size
                if ky == 0 or w >= room.sizes[q, ky]:
                    continue
                oy = room.unpaid[q, a, ky] * room.node[i, q, ky, w]
                here = lead * weight * rival * room.offered[q, a, ky] * room.share[q, ky, w]
                here *= odds / (1.0 + odds + oy * (1.0 + odds * extra))
                if total <= mark:
                    pick = Pick(a, value, 0, 0.0)
                total += here
                if total <= mark:
                    pick = Pick(a, value, ky, room.size[q, ky, w])
                total += here * oy * extra * (1.0 - seen(v, q, ky))
    return total, pick


@compiled
def pair(
    v: np.ndarray, history: History, now: Year, i: int, e: int, f: int, room: Room, mark: float
) -> tuple[float, Pick]:
    """Density of a Chinese and a Russian package as the documented halves of one choice.

    The alternative drawn at ``mark`` has the area, and the values of both halves.
    """
    ke, kf = history.rung[e], history.rung[f]
    told_e, told_f = history.amount[e], history.amount[f]
    known_e, known_f = not math.isnan(told_e), not math.isnan(told_f)
    extra, total = extra_of(v, i), 0.0
    pick = Pick(0, 0.0, kf, 0.0)
    for a in range(A):
        lead = v[OPPORTUNITY_RATE] * now.needs[i, a] * now.offered[0, i, a] * now.offered[1, i, a]
        lead *= room.offered[0, a, ke] * room.offered[1, a, kf] * seen(v, 0, ke) * seen(v, 1, kf)
        if not (history.area_mask[e] >> a) & (history.area_mask[f] >> a) & 1 or lead <= 0.0:
            continue
        for x in range(1 if known_e else room.sizes[0, ke]):
            value = told_e if known_e else room.size[0, ke, x]
            weight = size_density(v, 0, ke, told_e) if known_e else room.share[0, ke, x]
            ox = room.unpaid[0, a, ke] * money(v, i, value)
            for y in range(1 if known_f else room.sizes[1, kf]):
                other = told_f if known_f else room.size[1, kf, y]
                share = size_density(v, 1, kf, told_f) if known_f else room.share[1, kf, y]
                oy = room.unpaid[1, a, kf] * money(v, i, other)
                if total <= mark:
                    pick = Pick(a, value, kf, other)
                both = ox * oy * extra
                total += lead * weight * share * both / (1.0 + ox + oy + both)
    return total, pick


@compiled
def match(v: np.ndarray, history: History, told: Told, now: Year, i: int, room: Room) -> float:
    """Density of a state's documented packages of a year, without the exponential.

    Sums over the ways in which China's packages and Russia's may be halves of the same
    choices, from the last package of China back (``room.tail``).
    """
    c, r = told.packages[i, 0], told.packages[i, 1]
    for p in range(P):
        for n in range(told.packages[i, p]):
            e = told.package[i, p, n]
            room.single[p, n], _ = single(v, history, now, i, e, room, 0.0)
    for x in range(c):
        for y in range(r):
            e, f = told.package[i, 0, x], told.package[i, 1, y]
            room.pair[x, y], _ = pair(v, history, now, i, e, f, room, 0.0)
    sum_matchings(room, c, r)
    return float(room.tail[0, 0])


@compiled
def sum_matchings(room: Room, c: int, r: int) -> None:
    """Fill ``room.tail`` from the densities of single packages and pairs."""
    for mask in range(1 << r):
        product = 1.0
        for y in range(r):
            if not (mask >> y) & 1:
                product *= room.single[1, y]
        room.tail[c, mask] = product
    for x in range(c - 1, -1, -1):
        for mask in range(1 << r):
            total = room.single[0, x] * room.tail[x + 1, mask]
            for y in range(r):
                if not (mask >> y) & 1:
                    total += room.pair[x, y] * room.tail[x + 1, mask | (1 << y)]
            room.tail[x, mask] = total


@compiled
def settle(
    v: np.ndarray,
    seed: int,
    particle: int,
    year: int,
    history: History,
    told: Told,
    now: Year,
    i: int,
    room: Room,
) -> None:
    """Draw what the record leaves open of a state's packages, and book them."""
    c, r = told.packages[i, 0], told.packages[i, 1]
    mask = 0
    for x in range(c):
        e = told.package[i, 0, x]
        u, _, _, _ = uniforms(seed, particle, year, history.address[e], MATCHED)
        mark = u * room.tail[x, mask] - room.single[0, x] * room.tail[x + 1, mask]
        room.partner[x] = -1
        for y in range(r):
            if mark >= 0.0 and not (mask >> y) & 1 and room.pair[x, y] > 0.0:
                room.partner[x] = y
                mark -= room.pair[x, y] * room.tail[x + 1, mask | (1 << y)]
        if room.partner[x] >= 0:
            mask |= 1 << room.partner[x]
    for x in range(c):
        e, y = told.package[i, 0, x], room.partner[x]
        if y < 0:
            settle_single(v, seed, particle, year, history, now, i, e, room.single[0, x], room)
        else:
            f = told.package[i, 1, y]
            _, u, _, _ = uniforms(seed, particle, year, history.address[e], MATCHED)
            _, pick = pair(v, history, now, i, e, f, room, u * room.pair[x, y])
            book(history, e, pick.area, pick.value, now)
            book(history, f, pick.area, pick.other, now)
    for y in range(r):
        if not (mask >> y) & 1:
            e = told.package[i, 1, y]
            settle_single(v, seed, particle, year, history, now, i, e, room.single[1, y], room)


@compiled
def settle_single(
    v: np.ndarray,
    seed: int,
    particle: int,
    year: int,
    history: History,
    now: Year,
    i: int,
    e: int,
    density: float,
    room: Room,
) -> None:
    """Draw area, size and undocumented other half of a package, and book them."""
    _, u, _, _ = uniforms(seed, particle, year, history.address[e], MATCHED)
    _, pick = single(v, history, now, i, e, room, u * density)
    book(history, e, pick.area, pick.value, now)
    if pick.rung > 0:
        accept(now, i, 1 - history.patron[e], pick.area, pick.rung, pick.other, False, False)


@compiled
def list_joins(v: np.ndarray, world: World, now: Year, p: int, room: Room) -> None:
    """Chances that the members take part in a joint exercise, by area and host."""
    k = EXERCISE_RUNG
    for i in range(S):
        decline = rules.outside(v[OUTSIDE_WEIGHT], v[US_PRESENCE + i])
        count = room.sizes[p, k]
        for a in range(A):
            invited = v[MEMBERSHIP + i * P + p] >= 0.5 and now.needs[i, a] > 0.0
            calm, plain = 0.0, 1.0
            if invited:
                plain = math.exp(weigh(v, world, now, i, p, a, k, 0.0, 1, 0.0) - decline)
                for z in range(count):
                    odds = plain * room.node[i, p, k, z]
                    calm += room.share[p, k, z] * odds / (1.0 + odds)
            for host in range(S):
                quarrel = now.quarrel[i, host]
                if not invited or quarrel == 0.0 or v[DISPUTE_WEIGHT] == 0.0:
                    room.join[p, a, host, i] = calm
                    continue
                cooled = plain * math.exp(rules.dispute_term(v[DISPUTE_WEIGHT], quarrel))
                room.join[p, a, host, i] = 0.0
                for z in range(count):
                    odds = cooled * room.node[i, p, k, z]
                    room.join[p, a, host, i] += room.share[p, k, z] * odds / (1.0 + odds)


@compiled
def joint_density(
    v: np.ndarray, now: Year, p: int, named: int, absent: int, areas: int, room: Room, mark: float
) -> tuple[float, int, int]:
    """Density of a documented joint exercise with these states named as there, and as absent.

    Also returns area and host at which the running total passes ``mark``. With nobody named
    it is the rate of exercises that are on record, whoever is named.
    """
    invited, weights = members(v, p), now.programme[p].sum()
    if invited == 0 or weights <= 0.0:
        return 0.0, 0, 0
    rate = now.exercises[p] * seen(v, p, EXERCISE_RUNG) / (invited * weights)
    total, area, place = 0.0, 0, 0
    for a in range(A):
        if not (areas >> a) & 1:
            continue
        for host in range(S):
            if v[MEMBERSHIP + host * P + p] < 0.5:
                continue
            product, silent = 1.0, 1.0
            for i in range(S):
                joins = room.join[p, a, host, i]
                silent *= 1.0 - joins * v[NAMING]
                if (named >> i) & 1:
                    product *= joins * v[NAMING]
                elif (absent >> i) & 1:
                    product *= 1.0 - joins
                else:
                    product *= 1.0 - joins * v[NAMING]
            if total <= mark:
                area, place = a, host
            total += rate * now.programme[p, a] * (product if named > 0 else 1.0 - silent)
    return total, area, place


@compiled
def parts(history: History, told: Told, p: int, n: int) -> tuple[int, int, int]:
    """States named as there, states known as absent, and areas of a joint exercise."""
    named, absent, areas = 0, 0, 0
    for i in range(S):
        e = told.exercise[p, i, n]
        if e < 0:
            continue
        areas |= history.area_mask[e]
        if history.rung[e] > 0:
            named |= 1 << i
        else:
            absent |= 1 << i
    return named, absent, areas


@compiled
def exercises(
    v: np.ndarray,
    seed: int,
    particle: int,
    year: int,
    history: History,
    told: Told,
    world: World,
    now: Year,
    room: Room,
) -> tuple[float, float]:
    """Density of the year's joint exercises without the exponential, and their rate; book them."""
    density, rate = 1.0, 0.0
    for p in range(P):
        if members(v, p) == 0:
            continue
        list_joins(v, world, now, p, room)
        expected, _, _ = joint_density(v, now, p, 0, 0, (1 << A) - 1, room, 0.0)
        rate += expected
        for n in range(told.exercise.shape[2]):
            named, absent, areas = parts(history, told, p, n)
            if named == 0:
                continue
            here, _, _ = joint_density(v, now, p, named, absent, areas, room, 0.0)
            density *= here
            u, _, _, _ = uniforms(seed, particle, year, cell(0, p, 0, n), MATCHED)
            _, a, host = joint_density(v, now, p, named, absent, areas, room, u * here)
            for i in range(S):
                joins, k = room.join[p, a, host, i], EXERCISE_RUNG
                u, w, _, _ = uniforms(seed, particle, year, cell(i, p, 1, n), MATCHED)
                value = rules.size(v[SIZE + p * C + k - 1], v[DISPERSION + k - 1], normal(w))
                if (named >> i) & 1:
                    e = told.exercise[p, i, n]
                    sum_told = history.amount[e]
                    book(history, e, a, value if math.isnan(sum_told) else sum_told, now)
                elif not (absent >> i) & 1 and u * (1.0 - joins * v[NAMING]) < joins * (
                    1.0 - v[NAMING]
                ):
                    accept(now, i, p, a, k, value, False, True)
    return density, rate


@compiled
def book_given(seed: int, particle: int, year: int, history: History, now: Year) -> None:
    """Book what follows from what the run is given: memberships."""
    for e in range(history.year.size):
        if history.year[e] == year and history.last[e] == 0 and history.occasion[e] < 0:
            u, _, _, _ = uniforms(seed, particle, year, history.address[e], MATCHED)
            candidates = 0
            for a in range(A):
                candidates += (history.area_mask[e] >> a) & 1
            pick = int(u * candidates)
            for a in range(A):
                if (history.area_mask[e] >> a) & 1:
                    if pick == 0:
                        sum_told = history.amount[e]
                        book(history, e, a, 0.0 if math.isnan(sum_told) else sum_told, now)
                    pick -= 1


@compiled
def read_year(v: np.ndarray, history: History, year: int, told: Told) -> None:
    """Sort the record's rows of a year: packages of their own, and parts in joint exercises.

    A part of a state that is no member in the year is a package of its own.
    """
    told.packages[:] = 0
    told.exercise[:] = -1
    names = np.zeros(told.exercise.shape[2], np.int64)
    for e in range(history.year.size):
        if history.year[e] != year or history.last[e] > 0 or history.occasion[e] < 0:
            continue
        i, p, name = history.state[e], history.patron[e], history.occasion[e]
        if name > 0 and v[MEMBERSHIP + i * P + p] >= 0.5:
            n = 0
            while names[n] != 0 and names[n] != name:
                n += 1
            names[n] = name
            told.exercise[p, i, n] = e
        elif history.rung[e] > 0:
            told.package[i, p, told.packages[i, p]] = e
            told.packages[i, p] += 1


@compiled
def hold(history: History, year: int, now: Year) -> None:
    """Let the forces of the record stand, in the first area that they may belong to."""
    for n in range(history.year.size):
        if history.last[n] > 0 and history.year[n] <= year <= history.last[n]:
            i, p = history.state[n], history.patron[n]
            for a in range(A - 1, -1, -1):
                if (history.area_mask[n] >> a) & 1:
                    area = a
            now.held[i, p, area] = max(now.held[i, p, area], history.rung[n])


@compiled
def copy(source: World, n: int, target: World, m: int) -> None:
    """Copy particle ``n`` of one set to place ``m`` of another."""
    target.rung[m] = source.rung[n]
    target.trust[m] = source.trust[n]
    target.fluency[m] = source.fluency[n]
    target.stock[m] = source.stock[n]
    target.resentment[m] = source.resentment[n]
    target.queue[m] = source.queue[n]
    target.alarm[m] = source.alarm[n]
    target.deviation[m] = source.deviation[n]


@compiled
def resample(seed: int, year: int, weights: np.ndarray, worlds: World, spare: World) -> None:
    """Systematic resampling (Kitagawa 1996) in proportion to the weights."""
    count = weights.size
    u, _, _, _ = uniforms(seed, 0, year, 0, RESAMPLED)
    step = weights.sum() / count
    mark, total, n = u * step, weights[0], 0
    for m in range(count):
        while total < mark and n < count - 1:
            n += 1
            total += weights[n]
        copy(worlds, n, spare, m)
        mark += step
    for m in range(count):
        copy(spare, m, worlds, m)


@compiled
def filter_years(
    flat: np.ndarray,
    seed: int,
    years: int,
    history: History,
    worlds: World,
    spare: World,
    now: Year,
    told: Told,
    room: Room,
    increments: np.ndarray,
) -> None:
    """Filter the first ``years`` years from ``worlds``; ``increments`` takes log likelihoods."""
    count = worlds.alarm.shape[0]
    weights = np.zeros(count)
    for t in range(years):
        v, year = flat[t], START_YEAR + t
        read_year(v, history, year, told)
        list_sizes(v, room)
        for n in range(count):
            world = world_at(worlds, n)
            move_drivers(v, seed, n, year, world, now)
            feel_needs(v, world, now)
            share_attention(v, world, now)
            density, expected = exercises(v, seed, n, year, history, told, world, now, room)
            for i in range(S):
                list_offers(v, world, now, i, room)
                expected += documented_rate(v, now, i, room)
                if told.packages[i].sum() > 0:
                    density *= match(v, history, told, now, i, room)
                    settle(v, seed, n, year, history, told, now, i, room)
            book_given(seed, n, year, history, now)
            weights[n] = density * math.exp(-expected)
            hold(history, year, now)
            meet(v, seed, n, year, WHOLE, world, now)
            gather(v, seed, n, year, WHOLE, world, now)
            deliver(v, world, now)
            answer(v, flat[0], seed, n, year, world, now)
            clear(now)
        mean = weights.sum() / count
        increments[t] = math.log(mean) if mean > 0.0 else -math.inf
        if mean <= 0.0:
            increments[t:years] = -math.inf
            return
        resample(seed, year, weights, worlds, spare)


class Filtered(NamedTuple):
    """What the filter found.

    Attributes
    ----------
    increments : ndarray of float64 [year]
        Log density of each year's documented packages, given those before.
    worlds : World
        Particles after the last year, equally weighted: arrays with a leading
        dimension ``[particle]``.
    """

    increments: np.ndarray
    worlds: World

    @property
    def log_likelihood(self) -> float:
        """Log likelihood of the history."""
        return float(self.increments.sum())


def filtered(
    tables: Tables, history: History, until: int, particles: int = 50, seed: int = 1
) -> Filtered:
    """Filter a documented history.

    Parameters
    ----------
    tables : Tables
        What every quantity is in every year from 1992 on, at least to ``until``.
    history : History
        Documented packages and standing forces; what is later than ``until`` is not read.
    until : int
        Last year of the history.
    particles : int
        Number of particles.
    seed : int
        Key of the filter's luck. Another seed gives an independent estimate.

    Returns
    -------
    Filtered

    Raises
    ------
    ValueError
        If the years do not fit, or a state has more than :data:`MOST_EVENTS` documented
        packages of one patron in a year.
    """
    years = until - START_YEAR + 1
    if not 1 <= years <= tables.years:
        raise ValueError(f"no year {until} in tables of {tables.years} years from {START_YEAR}")
    packages = (history.last == 0) & (history.occasion == 0)
    cells = np.stack([history.year, history.state, history.patron], 1)[packages]
    if cells.size and np.unique(cells, axis=0, return_counts=True)[1].max() > MOST_EVENTS:
        raise ValueError(f"more than {MOST_EVENTS} documented packages in one state and year")
    worlds, spare = (first_worlds(tables, particles) for _ in range(2))
    increments = np.zeros(years)
    most = int(np.unique(history.year, return_counts=True)[1].max(initial=0)) + 1
    told = Told(
        np.zeros((S, P), np.int64),
        np.zeros((S, P, MOST_EVENTS), np.int64),
        np.zeros((P, S, most), np.int64),
    )
    filter_years(
        tables.flat, seed, years, history, worlds, spare, new_year(), told, new_room(),
        increments,
    )  # fmt: skip
    return Filtered(increments, worlds)
