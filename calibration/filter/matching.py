"""Densities of a state's documented packages, matched into choices, and what they leave open."""

from __future__ import annotations

import math

import numpy as np

from ...model import columns as at
from ...model import rules
from ...model.columns import C
from ...model.compiled import compiled
from ...model.luck import normal, uniforms
from ...model.weighing import accept, book
from ...model.world import A, History, P
from ...model.year import Year
from .offers import extra_of, money, size_density
from .room import DRAWN, MATCHED, Pick, Room, Told


@compiled
def given(
    v: np.ndarray,
    seed: int,
    particle: int,
    year: int,
    history: History,
    e: int,
    p: int,
    k: int,
    value: float,
) -> float:
    """Size of a package of ``p`` at rung ``k``: the one that stands, or one drawn."""
    if not math.isnan(value):
        return value
    luck = uniforms(seed, particle, year, history.address[e], DRAWN)
    return rules.size(v[at.SIZE + p * C + k - 1], v[at.DISPERSION + k - 1], normal(luck[p]))


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
    extra, total = extra_of(v, now, i), 0.0
    pick = Pick(0, 0.0, 0, 0.0)
    for a in range(A):
        lead = v[at.OPPORTUNITY_RATE] * now.needs[i, a] * now.offered[p, i, a]
        lead *= room.offered[p, a, k] * room.seen[p, a, k]
        if not (history.area_mask[e] >> a) & 1 or lead <= 0.0:
            continue
        rival = now.offered[q, i, a]
        for z in range(1 if known else room.sizes[p, k]):
            value = told if known else room.value[p, k, z]
            weight = size_density(v, p, k, told) if known else room.share[p, k, z]
            raised = money(v, i, value) if known else room.node[i, p, k, z]
            odds = room.unpaid[p, a, k] * raised
            before = total
            total += lead * weight * (1.0 - rival) * odds / (1.0 + odds)
            if before <= mark:
                pick = Pick(a, value, 0, 0.0)
            for y in range(room.options[q]):
                ky, oy = room.rung[q, y], room.odds[q, a, y]
                here = lead * weight * rival * room.chance[q, a, y]
                here *= odds / (1.0 + odds + oy * (1.0 + odds * extra))
                if total <= mark:
                    pick = Pick(a, value, 0, 0.0)
                total += here
                if total <= mark:
                    size = room.value[q, ky, y - 1] if room.sizes[q, ky] > 1 else math.nan
                    pick = Pick(a, value, ky, size)
                total += here * oy * extra * (1.0 - room.told[q, a, y])
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
    extra, total = extra_of(v, now, i), 0.0
    pick = Pick(0, 0.0, kf, 0.0)
    for a in range(A):
        lead = (
            v[at.OPPORTUNITY_RATE] * now.needs[i, a] * now.offered[0, i, a] * now.offered[1, i, a]
        )
        lead *= room.offered[0, a, ke] * room.offered[1, a, kf]
        lead *= room.seen[0, a, ke] * room.seen[1, a, kf]
        if not (history.area_mask[e] >> a) & (history.area_mask[f] >> a) & 1 or lead <= 0.0:
            continue
        for x in range(1 if known_e else room.sizes[0, ke]):
            value = told_e if known_e else room.value[0, ke, x]
            weight = size_density(v, 0, ke, told_e) if known_e else room.share[0, ke, x]
            raised = money(v, i, value) if known_e else room.node[i, 0, ke, x]
            ox = room.unpaid[0, a, ke] * raised
            for y in range(1 if known_f else room.sizes[1, kf]):
                other = told_f if known_f else room.value[1, kf, y]
                share = size_density(v, 1, kf, told_f) if known_f else room.share[1, kf, y]
                lifted = money(v, i, other) if known_f else room.node[i, 1, kf, y]
                oy = room.unpaid[1, a, kf] * lifted
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
            ke, kf = history.rung[e], history.rung[f]
            _, u, _, _ = uniforms(seed, particle, year, history.address[e], MATCHED)
            _, pick = pair(v, history, now, i, e, f, room, u * room.pair[x, y])
            value = given(v, seed, particle, year, history, e, 0, ke, pick.value)
            book(history, e, pick.area, value, now)
            other = given(v, seed, particle, year, history, f, 1, kf, pick.other)
            book(history, f, pick.area, other, now)
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
    p, k = history.patron[e], history.rung[e]
    value = given(v, seed, particle, year, history, e, p, k, pick.value)
    book(history, e, pick.area, value, now)
    if pick.rung > 0:
        other = given(v, seed, particle, year, history, e, 1 - p, pick.rung, pick.other)
        accept(now, i, 1 - p, pick.area, pick.rung, other, False, False)
