"""Joint exercises: one event with several answers, its density, and what it leaves open."""

from __future__ import annotations

import math

import numpy as np

from ...model import columns as at
from ...model import rules
from ...model.circumstances import intrusion_of
from ...model.columns import EXERCISE_RUNG, C
from ...model.compiled import compiled
from ...model.luck import cell, normal, uniforms
from ...model.weighing import accept, book, members
from ...model.world import A, History, P, S, World
from ...model.year import Year
from .offers import lasting, odds_unpaid, others_at, seen
from .room import MATCHED, Room, Told


@compiled
def list_cooling(v: np.ndarray, now: Year, room: Room) -> None:
    """Factor of the odds that a state takes part where a neighbour is the host."""
    for i in range(S):
        for host in range(S):
            term = rules.dispute_term(v[at.DISPUTE_WEIGHT], now.quarrel[i, host])
            room.cooling[i, host] = 1.0 if term == 0.0 else math.exp(term)


@compiled
def list_joins(v: np.ndarray, world: World, now: Year, p: int, room: Room) -> None:
    """Chances that the members take part in a joint exercise, by area and hosting member."""
    k = EXERCISE_RUNG
    for i in range(S):
        common = v[at.INTRUSION + k] * v[at.RELIEF]
        has = lasting(v, world, now, i, p)
        worth, need, slope = odds_unpaid(v, world, now, i, p, k, common, has)
        count = room.sizes[p, k]
        for a in range(A):
            invited = v[at.MEMBERSHIP + i * P + p] >= 0.5 and now.needs[i, a] > 0.0
            calm, plain = 0.0, 1.0
            if invited:
                factor = room.diffused[others_at(world, i, p, a, k, room)]
                shift = slope * (intrusion_of(v, p, a, k) * v[at.RELIEF] - common)
                plain = math.exp(worth + need * now.needs[i, a] + shift) * factor
                for z in range(count):
                    odds = plain * room.node[i, p, k, z]
                    calm += room.share[p, k, z] * odds / (1.0 + odds)
            for host in range(S):
                if v[at.MEMBERSHIP + host * P + p] < 0.5:
                    continue
                if not invited or room.cooling[i, host] == 1.0:
                    room.join[p, a, host, i] = calm
                    continue
                cooled = plain * room.cooling[i, host]
                room.join[p, a, host, i] = 0.0
                for z in range(count):
                    odds = cooled * room.node[i, p, k, z]
                    room.join[p, a, host, i] += room.share[p, k, z] * odds / (1.0 + odds)


@compiled
def joint_density(
    v: np.ndarray, now: Year, p: int, named: int, absent: int, areas: int, room: Room
) -> float:
    """Density of a documented joint exercise with these states named as there, and as absent.

    With nobody named it is the rate of exercises that are on record, whoever is named.
    ``room.place`` takes the parts of the sum by area and host.
    """
    invited, weights = members(v, p), now.programme[p].sum()
    room.place[:] = 0.0
    if invited == 0 or weights <= 0.0:
        return 0.0
    rate = now.exercises[p] * seen(v, p, EXERCISE_RUNG) / (invited * weights)
    naming, total = v[at.NAMING], 0.0
    for a in range(A):
        if not (areas >> a) & 1:
            continue
        for host in range(S):
            if v[at.MEMBERSHIP + host * P + p] < 0.5:
                continue
            product = 1.0
            for i in range(S):
                joins = room.join[p, a, host, i]
                if (named >> i) & 1:
                    product *= joins * naming
                elif (absent >> i) & 1:
                    product *= 1.0 - joins
                else:
                    product *= 1.0 - joins * naming
            here = rate * now.programme[p, a] * (product if named > 0 else 1.0 - product)
            room.place[a * S + host] = here
            total += here
    return total


@compiled
def picked(place: np.ndarray, mark: float) -> int:
    """Entry at which the running total of ``place`` passes ``mark``; the last with a weight."""
    total, found = 0.0, 0
    for n in range(place.size):
        if place[n] > 0.0 and total <= mark:
            found = n
        total += place[n]
    return found


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
    list_cooling(v, now, room)
    for p in range(P):
        if members(v, p) == 0:
            continue
        list_joins(v, world, now, p, room)
        rate += joint_density(v, now, p, 0, 0, (1 << A) - 1, room)
        for n in range(told.exercise.shape[2]):
            named, absent, areas = parts(history, told, p, n)
            if named == 0:
                continue
            here = joint_density(v, now, p, named, absent, areas, room)
            density *= here
            now.exercised[p] += 1
            u, _, _, _ = uniforms(seed, particle, year, cell(0, p, 0, n), MATCHED)
            place = picked(room.place, u * here)
            a, host = place // S, place % S
            for i in range(S):
                joins, k = room.join[p, a, host, i], EXERCISE_RUNG
                if joins <= 0.0 or (absent >> i) & 1:
                    continue
                u, w, _, _ = uniforms(seed, particle, year, cell(i, p, 1, n), MATCHED)
                silent = joins * (1.0 - v[at.NAMING]) / (1.0 - joins * v[at.NAMING])
                if not (named >> i) & 1 and u >= silent:
                    continue
                value = rules.size(v[at.SIZE + p * C + k - 1], v[at.DISPERSION + k - 1], normal(w))
                if (named >> i) & 1:
                    e = told.exercise[p, i, n]
                    sum_told = history.amount[e]
                    book(history, e, a, value if math.isnan(sum_told) else sum_told, now)
                else:
                    accept(now, i, p, a, k, value, False, True)
    return density, rate
