"""Runs that start from given worlds go on as the runs did that stood there."""

import numpy as np
import pytest

from steppe.model.aftermath import answer, deliver
from steppe.model.circumstances import feel_needs, move_drivers, share_attention
from steppe.model.engine import first_worlds, simulate, simulate_from
from steppe.model.names import START_YEAR
from steppe.model.tabling import NOTHING, gather, meet, muster
from steppe.model.world import World, world_at
from steppe.model.year import clear, new_year

from .worlds import random_tables

RUNS, SEED, YEARS, BEFORE = np.array([4, 0, 17, 3]), 9, 16, 7
FIRST = START_YEAR + BEFORE


def walked(tables, years):
    """Worlds of the runs after so many years, walked step by step."""
    worlds, now = first_worlds(tables, len(RUNS)), new_year()
    for r, run in enumerate(RUNS):
        world = world_at.py_func(worlds, r)
        for t in range(years):
            v, year = tables.flat[t], START_YEAR + t
            move_drivers(v, SEED, run, year, world, now)
            feel_needs(v, world, now)
            share_attention(v, world, now)
            meet(v, SEED, run, year, NOTHING, world, now)
            gather(v, SEED, run, year, NOTHING, world, now)
            muster(v, SEED, run, year, world, now)
            deliver(v, world, now)
            answer(v, tables.flat[0], SEED, run, year, world, now)
            clear(now)
    return worlds


@pytest.fixture(scope="module")
def tables():
    return random_tables(3, YEARS)


@pytest.fixture(scope="module")
def worlds(tables):
    return walked(tables, BEFORE)


@pytest.mark.parametrize("world", range(5))
@pytest.mark.parametrize("before", [0, 1, BEFORE, YEARS - 1])
def test_the_rest_of_a_run_is_its_tail(world, before):
    """Bit for bit, and the given worlds are left as they are."""
    tables = random_tables(world, YEARS)
    given = walked(tables, before)
    kept = [part.tobytes() for part in given]
    rest = simulate_from(tables, SEED, RUNS, given, START_YEAR + before)
    whole = simulate(tables, SEED, RUNS)
    assert rest.packages.any()
    for name, ours, theirs in zip(whole._fields, whole, rest, strict=True):
        assert ours.dtype == theirs.dtype
        assert np.array_equal(ours[:, before:], theirs), name
    assert kept == [part.tobytes() for part in given]


@pytest.mark.parametrize("name", World._fields)
def test_every_part_of_a_world_matters(tables, worlds, name):
    """Negative control: the worlds of the first year, in one part, give another tail."""
    mixed = worlds._replace(**{name: getattr(first_worlds(tables, len(RUNS)), name)})
    rest, other = (simulate_from(tables, SEED, RUNS, w, FIRST) for w in (worlds, mixed))
    assert not all(np.array_equal(a, b) for a, b in zip(rest, other, strict=True))


def test_a_run_starts_from_the_world_at_its_place(tables, worlds):
    """Another order of runs and worlds gives the same rows in that order."""
    order = [2, 0, 3, 1]
    rest = simulate_from(tables, SEED, RUNS, worlds, FIRST)
    turned = World._make(part[order] for part in worlds)
    other = simulate_from(tables, SEED, RUNS[order], turned, FIRST)
    for ours, theirs in zip(rest, other, strict=True):
        assert np.array_equal(ours[order], theirs)


@pytest.mark.parametrize("year", [START_YEAR - 1, START_YEAR + YEARS])
def test_a_year_outside_the_tables_is_refused(tables, worlds, year):
    with pytest.raises(ValueError, match=f"no year {year} in tables of 1992 to 2007"):
        simulate_from(tables, SEED, RUNS, worlds, year)


@pytest.mark.parametrize(
    "change, words",
    [
        (lambda w: World._make(part[:3] for part in w), r"worlds.rung: int64 \(3, 5, 2, 5\)"),
        (lambda w: World._make(part[0] for part in w), r"worlds.rung: int64 \(5, 2, 5\)"),
        (lambda w: w._replace(alarm=w.alarm[:, :1]), r"worlds.alarm: .* not float64 \(4, 2\)"),
        (lambda w: w._replace(rung=w.rung * 1.0), r"worlds.rung: float64 .* not int64"),
    ],
)
def test_worlds_that_do_not_fit_are_refused(tables, worlds, change, words):
    with pytest.raises(ValueError, match=words):
        simulate_from(tables, SEED, RUNS, change(worlds), FIRST)
