"""The particle filter: how probable a documented history is, and the worlds that it leaves.

Given the world as a year begins and the year's drivers, the opportunities of a state and
area end independently of each other, so accepted packages by type (patron and rung, or
both patrons and both rungs) are Poisson, and so are the documented and the undocumented
ones among them (Poisson thinning). For each particle and year the filter

1. moves the drivers and computes the rates of every type (:func:`rates`), with sizes
   integrated by Gauss-Hermite quadrature and hosts by enumeration;
2. weights the particle by the density of the documented packages: a marked Poisson process,
   in which a Chinese and a Russian package of a state may be two halves of one choice
   (:func:`match`);
3. draws what the record leaves open of them: area, and an undocumented other half;
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
    DETECTION,
    DISPERSION,
    JUMP,
    MEMBERSHIP,
    MONEY_WEIGHT,
    MULTILATERAL,
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
    begin,
    clear,
    deliver,
    feel_needs,
    meet,
    move_drivers,
    new_year,
    share_attention,
    weigh,
)
from ..model.luck import normal, uniforms
from ..model.names import START_YEAR
from ..model.tables import Tables
from ..model.world import AGES, DEVIATIONS, A, History, P, S, World

RUNGS: Final = 6
MOST_OPTIONS: Final = 64
MOST_EVENTS: Final = 10
"""Documented packages of one patron for one state in one year, at most."""
MATCHED: Final = 32
RESAMPLED: Final = 33
"""Purposes of the filter's own luck, apart from those of the model."""

_nodes, _weights = np.polynomial.hermite_e.hermegauss(3)
NODES: Final = _nodes
NODE_WEIGHTS: Final = _weights / _weights.sum()


class Rates(NamedTuple):
    """Expected accepted packages of one state in one year, by type."""

    alone: np.ndarray
    """float64 [area, patron, rung], accepted from one patron alone"""
    both: np.ndarray
    """float64 [area, rung of China, rung of Russia], accepted from both"""


class Room(NamedTuple):
    """Workspace of one state and year."""

    rung: np.ndarray
    """int64 [patron, option]"""
    chance: np.ndarray
    """float64 [patron, option], probability that an offer is this one"""
    odds: np.ndarray
    """float64 [patron, option], exp(utility - utility of declining)"""
    declined: np.ndarray
    """float64 [option of Russia], rate at which both are tabled and neither is taken"""
    taken: np.ndarray
    """float64 [rung of China, option of Russia], the same times China's odds: China alone"""
    single: np.ndarray
    """float64 [patron, event], density of a package as one whose other half is undocumented"""
    pair: np.ndarray
    """float64 [event of China, event of Russia], density as halves of one choice"""
    tail: np.ndarray
    """float64 [event of China + 1, mask over Russia's events]"""
    event: np.ndarray
    """int64 [patron, event], index in the history"""
    partner: np.ndarray
    """int64 [event of China], drawn event of Russia, -1 for none"""


def new_room() -> Room:
    """Room for one state and year."""
    return Room(
        np.zeros((P, MOST_OPTIONS), np.int64),
        np.zeros((P, MOST_OPTIONS)),
        np.zeros((P, MOST_OPTIONS)),
        np.zeros(MOST_OPTIONS),
        np.zeros((RUNGS, MOST_OPTIONS)),
        np.zeros((P, MOST_EVENTS)),
        np.zeros((MOST_EVENTS, MOST_EVENTS)),
        np.zeros((MOST_EVENTS + 1, 1 << MOST_EVENTS)),
        np.zeros((P, MOST_EVENTS), np.int64),
        np.zeros(MOST_EVENTS, np.int64),
    )


@compiled
def rung_chance(reached: int, k: int, upgrade: float, jump: float) -> float:
    """Probability that an offer is at rung ``k``: :func:`steppe.model.rules.offered_rung`."""
    climb = 1.0 if reached == 0 else (upgrade if reached < 5 else 0.0)
    if k <= reached:
        return (1.0 - climb) / reached
    chance = climb * jump ** (k - reached - 1)
    return float(chance if k == 5 else chance * (1.0 - jump))


@compiled
def options(v: np.ndarray, world: World, now: Year, i: int, p: int, a: int, room: Room) -> int:
    """List what an offer of ``p`` to ``i`` in ``a`` can be, with chance and odds."""
    decline = rules.outside(v[OUTSIDE_WEIGHT], v[US_PRESENCE + i])
    member = v[MEMBERSHIP + i * P + p] >= 0.5
    members = 0
    for j in range(S):
        if v[MEMBERSHIP + j * P + p] >= 0.5:
            members += 1
    n = 0
    for k in range(1, RUNGS):
        chance = rung_chance(world.rung[i, p, a], k, v[UPGRADE + p], v[JUMP])
        if chance <= 0.0:
            continue
        framed = v[MULTILATERAL + p] if k == 3 and member else 0.0
        calm = 0
        for host in range(S):
            if v[MEMBERSHIP + host * P + p] >= 0.5 and now.quarrel[i, host] == 0.0:
                calm += 1
        for host in range(-2, S):
            joint, quarrel = 1, 0.0
            if host == -2:
                share, joint = 1.0 - framed, 0
            elif host == -1:
                share = framed * calm / members if framed > 0.0 else 0.0
            else:
                quarrel = now.quarrel[i, host]
                other = v[MEMBERSHIP + host * P + p] >= 0.5 and quarrel > 0.0
                share = framed / members if other and framed > 0.0 else 0.0
            if share <= 0.0:
                continue
            median, spread = v[SIZE + p * C + k - 1], v[DISPERSION + k - 1]
            sizes = NODES.size if median > 0.0 and spread > 0.0 else 1
            without = weigh(v, world, now, i, p, a, k, 0.0, joint, quarrel)
            for z in range(sizes):
                value = rules.size(median, spread, NODES[z]) if sizes > 1 else median
                worth = without + rules.money_term(v[MONEY_WEIGHT], value, now.means[i])
                room.rung[p, n] = k
                room.chance[p, n] = chance * share * (NODE_WEIGHTS[z] if sizes > 1 else 1.0)
                room.odds[p, n] = math.exp(worth - decline)
                n += 1
    return n


@compiled
def rates(v: np.ndarray, world: World, now: Year, i: int, room: Room, out: Rates) -> None:
    """Expected accepted packages of state ``i``, by area and type."""
    decline = rules.outside(v[OUTSIDE_WEIGHT], v[US_PRESENCE + i])
    extra = math.exp(v[COMPLEMENTARITY] + decline)
    out.alone[:] = 0.0
    out.both[:] = 0.0
    for a in range(A):
        mean = v[OPPORTUNITY_RATE] * now.needs[i, a]
        if mean <= 0.0:
            continue
        c, r = now.offered[0, i, a], now.offered[1, i, a]
        most_c = options(v, world, now, i, 0, a, room)
        most_r = options(v, world, now, i, 1, a, room)
        for x in range(most_c):
            odds = room.odds[0, x]
            only = mean * c * (1.0 - r) * room.chance[0, x]
            out.alone[a, 0, room.rung[0, x]] += only * odds / (1.0 + odds)
        for y in range(most_r):
            odds = room.odds[1, y]
            only = mean * r * (1.0 - c) * room.chance[1, y]
            out.alone[a, 1, room.rung[1, y]] += only * odds / (1.0 + odds)
        room.declined[:most_r] = 0.0
        room.taken[:, :most_r] = 0.0
        for x in range(most_c):
            ox, kx = room.odds[0, x], room.rung[0, x]
            scale = mean * c * r * room.chance[0, x]
            base, slope = 1.0 + ox, 1.0 + ox * extra
            for y in range(most_r):  # both are on the table: chance that neither is taken
                neither = scale * room.chance[1, y] / (base + room.odds[1, y] * slope)
                room.declined[y] += neither
                room.taken[kx, y] += neither * ox
        for y in range(most_r):
            oy, ky = room.odds[1, y], room.rung[1, y]
            out.alone[a, 1, ky] += room.declined[y] * oy
            for kx in range(1, RUNGS):
                out.alone[a, 0, kx] += room.taken[kx, y]
                out.both[a, kx, ky] += room.taken[kx, y] * oy * extra


@compiled
def seen(v: np.ndarray, p: int, k: int) -> float:
    """Probability that an accepted package of ``p`` at rung ``k`` is documented."""
    channel = p * C + k - 1
    return float(v[DETECTION + channel] * v[COVERAGE + channel])


@compiled
def single_rate(v: np.ndarray, rate: Rates, p: int, k: int, a: int) -> float:
    """Rate of documented packages of one patron whose other half, if any, is undocumented."""
    total = rate.alone[a, p, k]
    for other in range(1, RUNGS):
        both = rate.both[a, k, other] if p == 0 else rate.both[a, other, k]
        total += both * (1.0 - seen(v, 1 - p, other))
    return float(total * seen(v, p, k))


@compiled
def documented_rate(v: np.ndarray, rate: Rates) -> float:
    """Expected choices of a state of which at least one half is documented."""
    total = 0.0
    for a in range(A):
        for k in range(1, RUNGS):
            for p in range(P):
                total += rate.alone[a, p, k] * seen(v, p, k)
            for other in range(1, RUNGS):
                missed = (1.0 - seen(v, 0, k)) * (1.0 - seen(v, 1, other))
                total += rate.both[a, k, other] * (1.0 - missed)
    return total


@compiled
def match(v: np.ndarray, history: History, rate: Rates, room: Room, c: int, r: int) -> float:
    """Density of a state's documented packages of a year, without the exponential.

    Sums over the ways in which ``c`` packages of China and ``r`` of Russia may be halves of
    the same choices, from the last package of China back (``room.tail``).
    """
    for p in range(P):
        for n in range(c if p == 0 else r):
            e = room.event[p, n]
            room.single[p, n] = 0.0
            for a in range(A):
                if (history.area_mask[e] >> a) & 1:
                    room.single[p, n] += single_rate(v, rate, p, history.rung[e], a)
    for x in range(c):
        for y in range(r):
            e, f = room.event[0, x], room.event[1, y]
            kx, ky = history.rung[e], history.rung[f]
            room.pair[x, y] = 0.0
            for a in range(A):
                if (history.area_mask[e] >> a) & (history.area_mask[f] >> a) & 1:
                    room.pair[x, y] += rate.both[a, kx, ky] * seen(v, 0, kx) * seen(v, 1, ky)
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
    return float(room.tail[0, 0])


@compiled
def settle(
    v: np.ndarray,
    seed: int,
    particle: int,
    year: int,
    history: History,
    rate: Rates,
    room: Room,
    c: int,
    r: int,
    now: Year,
) -> None:
    """Draw what the record leaves open of a state's packages, and book them."""
    mask = 0
    for x in range(c):
        u, _, _, _ = uniforms(seed, particle, year, history.address[room.event[0, x]], MATCHED)
        mark = u * room.tail[x, mask] - room.single[0, x] * room.tail[x + 1, mask]
        room.partner[x] = -1
        for y in range(r):
            if mark >= 0.0 and not (mask >> y) & 1 and room.pair[x, y] > 0.0:
                room.partner[x] = y
                mark -= room.pair[x, y] * room.tail[x + 1, mask | (1 << y)]
        if room.partner[x] >= 0:
            mask |= 1 << room.partner[x]
    for x in range(c):
        e, y = room.event[0, x], room.partner[x]
        if y < 0:
            book_single(v, seed, particle, year, history, rate, e, now)
        else:
            f = room.event[1, y]
            area = shared_area(seed, particle, year, history, rate, e, f)
            book(v, seed, particle, year, history, e, area, now)
            book(v, seed, particle, year, history, f, area, now)
    for y in range(r):
        if not (mask >> y) & 1:
            book_single(v, seed, particle, year, history, rate, room.event[1, y], now)


@compiled
def shared_area(
    seed: int, particle: int, year: int, history: History, rate: Rates, e: int, f: int
) -> int:
    """Area of two packages that are halves of one choice."""
    kx, ky = history.rung[e], history.rung[f]
    total = 0.0
    for a in range(A):
        if (history.area_mask[e] >> a) & (history.area_mask[f] >> a) & 1:
            total += rate.both[a, kx, ky]
    _, u, _, _ = uniforms(seed, particle, year, history.address[e], MATCHED)
    mark, area = u * total, 0
    for a in range(A):
        chance = rate.both[a, kx, ky]
        shared = (history.area_mask[e] >> a) & (history.area_mask[f] >> a) & 1
        if mark >= 0.0 and shared and chance > 0.0:
            area = a
            mark -= chance
    return area


@compiled
def book_single(
    v: np.ndarray,
    seed: int,
    particle: int,
    year: int,
    history: History,
    rate: Rates,
    e: int,
    now: Year,
) -> None:
    """Book a package whose other half, if any, is undocumented, and draw that half."""
    i, p, k = history.state[e], history.patron[e], history.rung[e]
    _, u, w, z = uniforms(seed, particle, year, history.address[e], MATCHED)
    total = 0.0
    for a in range(A):
        if (history.area_mask[e] >> a) & 1:
            total += single_rate(v, rate, p, k, a)
    mark, area = u * total, 0
    for a in range(A):
        chance = single_rate(v, rate, p, k, a)
        if mark >= 0.0 and (history.area_mask[e] >> a) & 1 and chance > 0.0:
            area = a
            mark -= chance
    book(v, seed, particle, year, history, e, area, now)
    mark = w * single_rate(v, rate, p, k, area) - rate.alone[area, p, k] * seen(v, p, k)
    for other in range(1, RUNGS):
        if mark >= 0.0:
            both = rate.both[area, k, other] if p == 0 else rate.both[area, other, k]
            mark -= both * (1.0 - seen(v, 1 - p, other)) * seen(v, p, k)
            if mark < 0.0:
                q = 1 - p
                value = rules.size(
                    v[SIZE + q * C + other - 1], v[DISPERSION + other - 1], normal(z)
                )
                accept(now, i, q, area, other, value, False)


@compiled
def book(
    v: np.ndarray,
    seed: int,
    particle: int,
    year: int,
    history: History,
    e: int,
    area: int,
    now: Year,
) -> None:
    """Book a documented package in an area; where no sum is told, its size is drawn."""
    i, p, k = history.state[e], history.patron[e], history.rung[e]
    value = history.amount[e]
    if math.isnan(value):
        u, _, _, _ = uniforms(seed, particle, year, history.address[e], RESAMPLED)
        value = rules.size(v[SIZE + p * C + k - 1], v[DISPERSION + k - 1], normal(u))
    accept(now, i, p, area, k, value, True)
    if history.delivered[e] == 1:
        now.at_once[i, p] += value


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
def of_particle(worlds: World, n: int) -> World:
    """View of one particle's world."""
    return World(
        worlds.rung[n],
        worlds.trust[n],
        worlds.fluency[n],
        worlds.stock[n],
        worlds.resentment[n],
        worlds.queue[n],
        worlds.alarm[n],
        worlds.deviation[n],
    )


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
    rate: Rates,
    room: Room,
    increments: np.ndarray,
) -> None:
    """Filter the first ``years`` years; ``increments`` takes their log likelihoods."""
    count = worlds.alarm.shape[0]
    weights = np.zeros(count)
    for n in range(count):
        begin(flat[0], of_particle(worlds, n))
    for t in range(years):
        v, year = flat[t], START_YEAR + t
        for n in range(count):
            world = of_particle(worlds, n)
            move_drivers(v, seed, n, year, world, now)
            feel_needs(v, world, now)
            share_attention(v, world, now)
            expected, density = 0.0, 1.0
            for i in range(S):
                c, r = 0, 0
                for e in range(history.year.size):
                    if history.year[e] == year and history.last[e] == 0 and history.state[e] == i:
                        if history.patron[e] == 0:
                            room.event[0, c] = e
                            c += 1
                        else:
                            room.event[1, r] = e
                            r += 1
                rates(v, world, now, i, room, rate)
                expected += documented_rate(v, rate)
                if c + r > 0:
                    density *= match(v, history, rate, room, c, r)
                    settle(v, seed, n, year, history, rate, room, c, r, now)
            weights[n] = density * math.exp(-expected)
            hold(history, year, now)
            meet(v, seed, n, year, WHOLE, world, now)
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


def new_worlds(particles: int) -> World:
    """Room for the worlds of some particles."""
    cells, pairs = (particles, S, P, A), (particles, S, P)
    return World(
        np.zeros(cells, np.int64),
        np.zeros(pairs),
        np.zeros(pairs),
        np.zeros(pairs),
        np.zeros(pairs),
        np.zeros((*pairs, AGES)),
        np.zeros((particles, P)),
        np.zeros((particles, DEVIATIONS)),
    )


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
    packages = history.last == 0
    cells = np.stack([history.year, history.state, history.patron], 1)[packages]
    if cells.size and np.unique(cells, axis=0, return_counts=True)[1].max() > MOST_EVENTS:
        raise ValueError(f"more than {MOST_EVENTS} documented packages in one state and year")
    worlds, increments = new_worlds(particles), np.zeros(years)
    rate = Rates(np.zeros((A, P, RUNGS)), np.zeros((A, RUNGS, RUNGS)))
    filter_years(
        tables.flat, seed, years, history, worlds, new_worlds(particles), new_year(), rate,
        new_room(), increments,
    )  # fmt: skip
    return Filtered(increments, worlds)
