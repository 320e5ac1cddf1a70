"""The Mesa model and the compiled engine give the same run, bit for bit."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from steppe.model.agents import StateAgent
from steppe.model.engine import first_worlds, simulate, simulate_from
from steppe.model.names import START_YEAR
from steppe.model.security import SecurityModel, as_outcome
from steppe.model.tables import OFFSET
from steppe.model.world import World, world_at

from .worlds import random_tables, random_worlds


def assert_same(engine, mesa):
    for name, ours, theirs in zip(engine._fields, engine, mesa, strict=True):
        assert ours.dtype == theirs.dtype
        assert np.array_equal(ours, theirs), f"{name} differs"


@settings(max_examples=300, deadline=None, derandomize=True)
@given(
    world=st.integers(0, 2**32 - 1),
    seed=st.integers(0, 2**63 - 1),
    run=st.integers(0, 2**40),
    years=st.integers(1, 9),
    before=st.integers(-1, 8),
)
def test_agents_and_engine_agree(world, seed, run, years, before):
    """Hundreds of random parameter sets, settings, seeds and runs; most start in a random world."""
    tables, runs = random_tables(world, years), np.array([run])
    if before < 0:
        model = SecurityModel(tables, run, seed)
        engine = simulate(tables, seed, runs)
    else:
        first = START_YEAR + before % years
        worlds = random_worlds(world, 1)
        model = SecurityModel(tables, run, seed, world_at.py_func(worlds, 0), first)
        engine = simulate_from(tables, seed, runs, worlds, first)
    model.run_until(9999)
    assert_same(engine, as_outcome(model))


def test_agreement_covers_every_mechanism():
    """The random worlds of the property test do exercise what they compare."""
    tables, runs = random_tables(3, 30), np.arange(50)
    free = simulate(tables, 1, runs)
    given_worlds = simulate_from(tables, 1, runs, random_worlds(3, 50), START_YEAR + 5)
    for out in (free, given_worlds):
        assert out.packages.any()
        assert out.forms.any((0, 1, 2, 3)).all()
        assert out.documented_forms.any((0, 1, 2, 3)).all()
        assert out.documented.sum() < out.packages.sum()
        assert out.lapsed.any()
        assert (out.rung == 5).any()
        assert (np.diff(out.rung.astype(int), axis=1) < -1).any(), "no rupture"
        assert out.alarm.max() > 0.01
        assert out.resentment.max() > 0.01


@pytest.mark.parametrize("name", World._fields)
def test_agents_take_every_part_of_a_world(name):
    """Negative control: with one part left at the first year's, agents and engine differ."""
    tables, worlds = random_tables(4, 8), random_worlds(4, 1)
    mixed = worlds._replace(**{name: getattr(first_worlds(tables, 1), name)})
    model = SecurityModel(tables, 0, 1, world_at.py_func(mixed, 0), START_YEAR + 2)
    model.run_until(9999)
    with pytest.raises(AssertionError, match="differs"):
        assert_same(
            simulate_from(tables, 1, np.array([0]), worlds, START_YEAR + 2), as_outcome(model)
        )


def test_a_start_that_does_not_fit_is_refused():
    tables, worlds = random_tables(4, 8), random_worlds(4, 2)
    with pytest.raises(ValueError, match="needs a world"):
        SecurityModel(tables, first_year=START_YEAR + 1)
    with pytest.raises(ValueError, match="no year 2000"):
        SecurityModel(tables, world=world_at.py_func(worlds, 0), first_year=2000)
    with pytest.raises(ValueError, match="one world"):
        SecurityModel(tables, world=worlds, first_year=1995)


def test_a_changed_agent_is_noticed():
    """Negative control: an agent that decides otherwise does not agree."""

    class Contrary(StateAgent):
        def choose(self, offers, probabilities, draw):
            return "neither" if offers[0].rung == 2 else super().choose(offers, probabilities, draw)

    tables = random_tables(1, 6)
    model = SecurityModel(tables, 0, 1, state_class=Contrary)
    model.run_until(9999)
    with pytest.raises(AssertionError):
        assert_same(simulate(tables, 1, np.array([0])), as_outcome(model))


def test_one_bit_of_a_parameter_is_noticed():
    """Negative control: the next float of one weight already breaks the agreement."""
    tables = random_tables(2, 8)
    flat = tables.flat.copy()
    flat[:, OFFSET["alarm_adjustment"]] = np.nextafter(flat[0, OFFSET["alarm_adjustment"]], 2.0)
    changed = simulate(type(tables)(flat), 1, np.array([0]))
    model = SecurityModel(tables, 0, 1)
    model.run_until(9999)
    assert not np.array_equal(changed.alarm, as_outcome(model).alarm)


def test_runs_do_not_depend_on_company():
    """Run 17 is the same alone, among others and in another order."""
    tables = random_tables(5, 12)
    alone = simulate(tables, 4, np.array([17]))
    together = simulate(tables, 4, np.array([3, 17, 99, 4]))
    for ours, theirs in zip(alone, together, strict=True):
        assert np.array_equal(ours[0], theirs[1])
