"""The compiled engine: many runs at once, over arrays.

The year, in order:

1. drivers move          :func:`move_drivers`
2. needs follow          :func:`feel_needs`
3. attention is shared   :func:`share_attention`
4. offers are tabled     :func:`meet`, :func:`gather` and :func:`muster`
5. states weigh them     (one opportunity, exercise or brigade after the other)
6. packages delivered    :func:`deliver`
7. the world answers     :func:`answer`
8. the year is recorded  :func:`record`

Steps 2 to 5 look only at the world as it stood when the year began, so states
are independent within a year. :class:`steppe.model.security.SecurityModel` is
the plain twin; the two agree bit for bit. The years that follow the record are not walked
here but by the particle filter (:mod:`steppe.calibration.filter`), with these same steps.
"""

from __future__ import annotations

import numpy as np

from . import columns as at
from .aftermath import answer, deliver, record
from .circumstances import feel_needs, move_drivers, share_attention
from .compiled import compiled
from .names import START_YEAR
from .tables import Tables
from .tabling import NOTHING, gather, meet, muster
from .world import (
    A,
    Outcome,
    P,
    S,
    World,
    empty_outcome,
    fitting,
    new_world,
    repeated,
    world_at,
)
from .year import Year, new_year


@compiled
def begin(v: np.ndarray, world: World) -> None:
    """Set the world to the initial traits of the first year."""
    for i in range(S):
        for p in range(P):
            world.trust[i, p] = v[at.INITIAL_TRUST + i * P + p]
            world.fluency[i, p] = v[at.INITIAL_FLUENCY + i * P + p]
            for a in range(A):
                world.rung[i, p, a] = int(v[at.INITIAL_RUNG + (i * P + p) * A + a])
    world.stock[:] = 0.0
    world.resentment[:] = 0.0
    world.queue[:] = 0.0
    world.alarm[:] = 0.0
    world.deviation[:] = 0.0


@compiled
def run_all(
    flat: np.ndarray,
    seed: int,
    runs: np.ndarray,
    first: int,
    worlds: World,
    now: Year,
    out: Outcome,
) -> None:
    """Walk the years of every run from ``first`` on, in its world of ``worlds``."""
    for r in range(runs.size):
        run, world = runs[r], world_at(worlds, r)
        for year in range(first, START_YEAR + flat.shape[0]):
            v = flat[year - START_YEAR]
            move_drivers(v, seed, run, year, world, now)
            feel_needs(v, world, now)
            share_attention(v, world, now)
            meet(v, seed, run, year, NOTHING, world, now)
            gather(v, seed, run, year, NOTHING, world, now)
            muster(v, seed, run, year, world, now)
            deliver(v, world, now)
            answer(v, flat[0], seed, run, year, world, now)
            record(v, r, year - first, world, now, out)


def simulate(tables: Tables, seed: int, runs: np.ndarray) -> Outcome:
    """Run the model freely from 1992 on, for some run numbers.

    Parameters
    ----------
    tables : Tables
        What every quantity is in every year from 1992 on.
    seed : int
        Key of the luck, 0 to 2**63 - 1.
    runs : ndarray of int64
        Run numbers; run 17 has the same luck whatever stands beside it.

    Returns
    -------
    Outcome
        Arrays with a row for each run, in the order of ``runs``.
    """
    return _walk(tables, seed, runs, first_worlds(tables, len(runs)), START_YEAR)


def simulate_from(
    tables: Tables, seed: int, runs: np.ndarray, worlds: World, first_year: int
) -> Outcome:
    """Run the model from given worlds, such as those that the particle filter leaves.

    The luck of a run and year is that of :func:`simulate`, so a run that starts from where
    another of the same number stood goes on as that one did.

    Parameters
    ----------
    tables : Tables
        What every quantity is in every year from 1992 on.
    seed : int
        Key of the luck, 0 to 2**63 - 1.
    runs : ndarray of int64
        Run numbers.
    worlds : World
        Worlds at the start of ``first_year``: arrays with a leading dimension ``[run]``, in
        the order of ``runs``. They are left as they are.
    first_year : int
        Year that the runs start in.

    Returns
    -------
    Outcome
        Years ``first_year`` to the end of the tables, a row for each run in the order of
        ``runs``.

    Raises
    ------
    ValueError
        If ``first_year`` is not in the tables, or the worlds are not as many as the runs, or
        not of the shapes and types of :class:`World`.
    """
    last = START_YEAR + tables.years - 1
    if not START_YEAR <= first_year <= last:
        raise ValueError(f"no year {first_year} in tables of {START_YEAR} to {last}")
    fitting(worlds, len(runs))
    started = World._make(np.array(part, order="C") for part in worlds)
    return _walk(tables, seed, runs, started, first_year)


def first_worlds(tables: Tables, count: int) -> World:
    """Worlds of so many runs at the start of 1992, all alike."""
    world = new_world()
    begin(tables.flat[0], world)
    return repeated(world, count)


def _walk(tables: Tables, seed: int, runs: np.ndarray, worlds: World, first: int) -> Outcome:
    """Walk and record the runs; the worlds end as the last year leaves them."""
    out = empty_outcome(len(runs), tables.years - (first - START_YEAR))
    numbers = np.ascontiguousarray(runs, np.int64)
    run_all(tables.flat, seed, numbers, first, worlds, new_year(), out)
    return out
