"""Trajectories: histories of the world that agree with the record, drawn from the filter.

The filter keeps a cloud of particles and, at each year's end, those that explain the record.
Following the ancestors of a particle of the last year back to 1992 gives one trajectory from
the smoothing distribution (Kitagawa 1996), up to the number of particles: one history as the
whole record, later years included, makes it probable.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from ..model.compiled import compiled
from ..model.engine import (
    WHOLE,
    Year,
    answer,
    deliver,
    feel_needs,
    first_worlds,
    gather,
    meet,
    move_drivers,
    new_year,
    record,
    share_attention,
)
from ..model.luck import uniforms
from ..model.names import START_YEAR
from ..model.tables import Tables
from ..model.world import History, Outcome, P, S, World, empty_outcome, world_at
from .filter import (
    MOST_EVENTS,
    RESAMPLED,
    Room,
    Told,
    book_given,
    copy,
    documented_rate,
    exercises,
    hold,
    list_offers,
    list_sizes,
    match,
    new_room,
    read_year,
    settle,
)

TRACED = 34
"""Purpose of the luck that picks particles of the last year, beside those of the filter."""


class Trajectories(NamedTuple):
    """Trajectories through the record, equally weighted.

    Attributes
    ----------
    outcome : Outcome
        The recorded years, 1992 to the last: arrays ``[trajectory, year, ...]``.
    worlds : World
        After the last year: arrays ``[trajectory, ...]``.
    starts : World
        As each year began: arrays ``[trajectory, year, ...]``.
    log_likelihood : float
        Of the record, as the same filter estimates it; minus infinity if the model cannot
        bring the record forth, and then there are no trajectories to use.
    """

    outcome: Outcome
    worlds: World
    starts: World
    log_likelihood: float


def trajectories(
    tables: Tables, history: History, until: int, particles: int, seed: int, count: int
) -> Trajectories:
    """Draw trajectories from the filter's smoothing distribution.

    Parameters
    ----------
    tables : Tables
        What every quantity is in every year from 1992 on, at least to ``until``.
    history : History
        Documented packages and standing forces; what is later than ``until`` is not read.
    until : int
        Last year of the record.
    particles : int
        Number of particles.
    seed : int
        Key of the filter's luck.
    count : int
        Number of trajectories, spread evenly over the particles of the last year.
    """
    years = until - START_YEAR + 1
    worlds, spare = (first_worlds(tables, particles) for _ in range(2))
    starts = World._make(np.zeros((years, *part.shape), part.dtype) for part in worlds)
    out = empty_outcome(particles, years)
    increments, ancestors = np.zeros(years), np.zeros((years, particles), np.int64)
    most = int(np.unique(history.year, return_counts=True)[1].max(initial=0)) + 1
    told = Told(
        np.zeros((S, P), np.int64),
        np.zeros((S, P, MOST_EVENTS), np.int64),
        np.zeros((P, S, most), np.int64),
    )
    filter_recorded(
        tables.flat, seed, history, worlds, spare, new_year(), told, new_room(), increments,
        ancestors, starts, out,
    )  # fmt: skip
    last = spread(seed, until, particles, count)
    now, lines = last, np.zeros((years, count), np.int64)
    for t in range(years - 1, -1, -1):
        now = ancestors[t, now]
        lines[t] = now
    at = np.arange(years)[:, np.newaxis]
    return Trajectories(
        Outcome._make(np.swapaxes(part[lines, at], 0, 1) for part in out),
        World._make(part[last] for part in worlds),
        World._make(np.swapaxes(part[at, lines], 0, 1) for part in starts),
        float(increments.sum()),
    )


def spread(seed: int, until: int, particles: int, count: int) -> np.ndarray:
    """Places of ``count`` particles, evenly spaced from a random one on, round the cloud.

    Neighbours have common ancestors, so even spacing spreads over them; the random beginning
    makes every place equally likely for each of the ``count``.
    """
    u = uniforms(seed, 0, until, 0, TRACED)[0]
    steps = np.floor((u + np.arange(count) / count) * particles).astype(np.int64)
    return steps % particles


@compiled
def filter_recorded(
    flat: np.ndarray,
    seed: int,
    history: History,
    worlds: World,
    spare: World,
    now: Year,
    told: Told,
    room: Room,
    increments: np.ndarray,
    ancestors: np.ndarray,
    starts: World,
    out: Outcome,
) -> None:
    """:func:`steppe.calibration.filter.filter_years`, with a record of every particle."""
    years, count = ancestors.shape
    weights = np.zeros(count)
    for t in range(years):
        v, year = flat[t], START_YEAR + t
        read_year(v, history, year, told)
        list_sizes(v, room)
        begun = world_at(starts, t)
        for n in range(count):
            copy(worlds, n, begun, n)
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
            record(v, n, t, world, now, out)
        mean = weights.sum() / count
        increments[t] = math.log(mean) if mean > 0.0 else -math.inf
        if mean <= 0.0:
            increments[t:years] = -math.inf
            return
        resample_recorded(seed, year, weights, worlds, spare, ancestors[t])


@compiled
def resample_recorded(
    seed: int,
    year: int,
    weights: np.ndarray,
    worlds: World,
    spare: World,
    ancestors: np.ndarray,
) -> None:
    """:func:`steppe.calibration.filter.resample`, with a record of who descends from whom."""
    count = weights.size
    u, _, _, _ = uniforms(seed, 0, year, 0, RESAMPLED)
    step = weights.sum() / count
    mark, total, n = u * step, weights[0], 0
    for m in range(count):
        while total < mark and n < count - 1:
            n += 1
            total += weights[n]
        ancestors[m] = n
        copy(worlds, n, spare, m)
        mark += step
    for m in range(count):
        copy(spare, m, worlds, m)
