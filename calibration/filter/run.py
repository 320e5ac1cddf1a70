"""Particles through the years of a documented history: weights, resampling, trajectories."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from ...model.aftermath import answer, deliver, record
from ...model.circumstances import feel_needs, move_drivers, share_attention
from ...model.compiled import compiled
from ...model.engine import first_worlds
from ...model.names import START_YEAR
from ...model.tables import Tables
from ...model.tabling import WHOLE, gather, meet
from ...model.world import (
    History,
    Outcome,
    P,
    S,
    World,
    assign,
    empty_outcome,
    new_world,
    world_at,
)
from ...model.year import Year, clear, new_year
from .acts import acts
from .cloud import Cloud, copy, go_on, new_cloud, spread
from .joint import exercises
from .matching import match, settle
from .offers import count_reached, documented_rate, list_offers, list_sizes
from .room import MOST_EVENTS, Room, Told, new_room
from .sums import Sums, added, foreseen, no_sums
from .telling import read_year, stand


class Kept(NamedTuple):
    """What is kept of every particle and year, to trace trajectories back; empty if nothing is."""

    outcome: Outcome
    """The record of each particle in each year: arrays [particle, year, ...]"""
    starts: World
    """Worlds as each year began: arrays [year, particle, ...]"""
    ancestor: np.ndarray
    """int64 [year, particle], whose year a particle at the end of the year went through"""


@compiled
def filter_year(
    flat: np.ndarray,
    seed: int,
    n: int,
    t: int,
    history: History,
    world: World,
    now: Year,
    told: Told,
    room: Room,
) -> float:
    """Take a particle through a year; the density of what is documented of it."""
    v, year = flat[t], START_YEAR + t
    move_drivers(v, seed, n, year, world, now)
    feel_needs(v, world, now)
    share_attention(v, world, now)
    stand(history, year, now)
    count_reached(world, room)
    density, expected = exercises(v, seed, n, year, history, told, world, now, room)
    for i in range(S):
        list_offers(v, world, now, i, room)
        expected += documented_rate(v, now, i, room)
        if told.packages[i].sum() > 0:
            density *= match(v, history, told, now, i, room)
            settle(v, seed, n, year, history, told, now, i, room)
    density *= acts(flat, seed, n, t, history, world, now, room)
    meet(v, seed, n, year, WHOLE, world, now)
    gather(v, seed, n, year, WHOLE, world, now)
    deliver(v, world, now)
    answer(v, flat[0], seed, n, year, world, now)
    return density * math.exp(-expected)


@compiled
def filter_years(
    flat: np.ndarray,
    seed: int,
    crowd: np.ndarray,
    history: History,
    sums: Sums,
    cloud: Cloud,
    now: Year,
    told: Told,
    room: Room,
    kept: Kept,
    increments: np.ndarray,
) -> None:
    """Take a cloud through the years, of ``crowd`` [year] particles; fill the log likelihoods."""
    worlds, weights, total, guide = cloud.worlds, cloud.weight, cloud.total, cloud.guide
    years, most = crowd.size, sums.first.size
    keep = kept.ancestor.size > 0
    for t in range(years):
        count = crowd[t]
        v, year = flat[t], START_YEAR + t
        read_year(v, history, year, told)
        list_sizes(v, room)
        for n in range(count):
            world = world_at(worlds, n)
            if keep:
                copy(worlds, n, world_at(kept.starts, t), n)
            weights[n] = filter_year(flat, seed, n, t, history, world, now, told, room)
            for s in range(most):
                if sums.first[s] <= year <= sums.last[s]:
                    total[n, s] += added(sums, s, year, now)
                    ahead = foreseen(sums, s, total[n, s], year)
                    weights[n] *= ahead / guide[n, s]
                    guide[n, s] = ahead
            if keep:
                record(v, n, t, world, now, kept.outcome)
            else:
                clear(now)
        mean = weights[:count].sum() / count
        if not mean > 0.0:
            increments[t:years] = -math.inf
            return
        increments[t] = math.log(mean)
        go_on(seed, year, cloud, count, crowd[min(t + 1, years - 1)])
        if keep:
            assign(kept.ancestor[t], cloud.chosen)


class Filtered(NamedTuple):
    """What the filter found.

    Attributes
    ----------
    increments : ndarray of float64 [year]
        Log density of what is told of each year, given what is told before.
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


class Trajectories(NamedTuple):
    """Histories of the world in full, drawn given what is documented.

    Attributes
    ----------
    outcome : Outcome
        The record of the years: arrays ``[trajectory, year, ...]``.
    starts : World
        Worlds as each year began: arrays ``[trajectory, year, ...]``.
    worlds : World
        Worlds after the last year: arrays ``[trajectory, ...]``.
    log_likelihood : float
        Of the history; minus infinity where it is impossible, and then the rest means nothing.
    """

    outcome: Outcome
    starts: World
    worlds: World
    log_likelihood: float


def filtered(
    tables: Tables,
    history: History,
    until: int,
    particles: int = 50,
    seed: int = 1,
    sums: Sums | None = None,
    shares: Sequence[float] = (),
) -> Filtered:
    """Filter a documented history.

    Parameters
    ----------
    tables : Tables
        What every quantity is in every year from 1992 on, at least to ``until``.
    history : History
        Documented packages and standing statements; what is later than ``until`` is not read.
    until : int
        Last year of the history.
    particles : int
        Number of particles.
    seed : int
        Key of the filter's luck. Another seed gives an independent estimate.
    sums : Sums, optional
        Sums that are told; those whose last year is later than ``until`` are not read.
    shares : sequence of float, optional
        Particles of each year from 1992 on, over ``particles``; all ones by default. What is
        later than ``until`` is not read.

    Returns
    -------
    Filtered

    Raises
    ------
    ValueError
        If the years do not fit, or a state has more than :data:`MOST_EVENTS` documented
        packages of one patron in a year.
    """
    crowd = _crowd(until, particles, shares)
    worlds = first_worlds(tables, int(crowd.max(initial=2)))
    increments = _walk(tables, history, crowd, seed, sums, worlds, _nothing_kept())
    return Filtered(increments, World._make(part[: crowd[-1]] for part in worlds))


def trajectories(
    tables: Tables,
    history: History,
    until: int,
    particles: int,
    seed: int,
    count: int,
    sums: Sums | None = None,
) -> Trajectories:
    """Draw histories of the world given what is documented, by tracing particles back.

    Parameters
    ----------
    tables, history, until, particles, seed, sums
        As for :func:`filtered`.
    count : int
        How many: at most ``particles``. They share their early years the more, the fewer
        particles there are.

    Raises
    ------
    ValueError
        As for :func:`filtered`; or if ``count`` is more than there are particles.
    """
    if not 1 <= count <= particles:
        raise ValueError(f"{count} trajectories of {particles} particles")
    years, one = until - START_YEAR + 1, new_world()
    starts = World._make(np.zeros((years, particles, *x.shape), x.dtype) for x in one)
    kept = Kept(
        empty_outcome(particles, years), starts, np.zeros((years, particles), np.int64)
    )  # fmt: skip
    worlds = first_worlds(tables, particles)
    crowd = _crowd(until, particles)
    increments = _walk(tables, history, crowd, seed, sums, worlds, kept)
    ends = spread(seed, until, particles, count)
    path = np.zeros((years, count), np.int64)
    here = ends
    for t in range(years - 1, -1, -1):
        here = path[t] = kept.ancestor[t, here]
    when = np.arange(years)[:, np.newaxis]
    return Trajectories(
        Outcome._make(np.swapaxes(x[path, when], 0, 1) for x in kept.outcome),
        World._make(np.swapaxes(x[when, path], 0, 1) for x in kept.starts),
        World._make(x[ends] for x in worlds),
        float(increments.sum()),
    )


def _walk(
    tables: Tables,
    history: History,
    crowd: np.ndarray,
    seed: int,
    sums: Sums | None,
    worlds: World,
    kept: Kept,
) -> np.ndarray:
    """Filter as many years as the crowd has; the worlds end as the last year leaves them."""
    years = crowd.size
    until = START_YEAR + years - 1
    if not 1 <= years <= tables.years:
        raise ValueError(f"no year {until} in tables of {tables.years} years from {START_YEAR}")
    packages = (history.last == 0) & (history.occasion == 0)
    cells = np.stack([history.year, history.state, history.patron], 1)[packages]
    if cells.size and np.unique(cells, axis=0, return_counts=True)[1].max() > MOST_EVENTS:
        raise ValueError(f"more than {MOST_EVENTS} documented packages in one state and year")
    increments = np.zeros(years)
    most = int(np.unique(history.year, return_counts=True)[1].max(initial=0)) + 1
    told = Told(
        np.zeros((S, P), np.int64),
        np.zeros((S, P, MOST_EVENTS), np.int64),
        np.zeros((P, S, most), np.int64),
        np.zeros(most, np.int64),
    )
    given = no_sums() if sums is None else sums
    ended = Sums._make(column[given.last <= until] for column in given)
    filter_years(
        tables.flat, seed, crowd, history, ended, new_cloud(worlds, ended.first.size), new_year(),
        told, new_room(), kept, increments,
    )  # fmt: skip
    return increments


def _crowd(until: int, particles: int, shares: Sequence[float] = ()) -> np.ndarray:
    """Particles in each year to ``until``; shared out, at least two."""
    years = max(0, until - START_YEAR + 1)
    if not shares:
        return np.full(years, particles)
    if len(shares) < years:
        raise ValueError(f"shares of particles for {len(shares)} years, not for {years}")
    found: np.ndarray = np.maximum(2, np.rint(particles * np.array(shares[:years])))
    return found.astype(np.int64)


def _nothing_kept() -> Kept:
    """Room for nothing."""
    starts = World._make(np.zeros((0, 0, *x.shape), x.dtype) for x in new_world())
    return Kept(empty_outcome(0, 0), starts, np.zeros((0, 0), np.int64))
