"""The Mesa model and the compiled engine give the same run, bit for bit."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from steppe.model.agents import StateAgent
from steppe.model.engine import simulate
from steppe.model.names import START_YEAR
from steppe.model.security import SecurityModel, as_outcome
from steppe.model.tables import OFFSET

from .worlds import random_history, random_tables


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
    packages=st.integers(0, 60),
    conditioned=st.integers(-1, 8),
)
def test_agents_and_engine_agree(world, seed, run, years, packages, conditioned):
    """Hundreds of random parameter sets, settings, histories, seeds and runs."""
    tables = random_tables(world, years)
    history = random_history(world, years, packages, forces=0.2)
    until = START_YEAR + conditioned if conditioned >= 0 else None
    model = SecurityModel(tables, run, seed, history, until)
    model.run_until(9999)
    assert_same(
        simulate(tables, seed, np.array([run]), history, until),
        as_outcome(model),
    )


def test_agreement_covers_every_mechanism():
    """The random worlds of the property test do exercise what they compare."""
    out = simulate(random_tables(3, 30), 1, np.arange(50), random_history(3, 30, 60), 2000)
    assert out.packages.any()
    assert out.forms.any((0, 1, 2, 3)).all()
    assert out.documented_forms.any((0, 1, 2, 3)).all()
    assert out.documented.sum() < out.packages.sum()
    assert out.lapsed.any()
    assert (out.rung == 5).any()
    assert (np.diff(out.rung.astype(int), axis=1) < -1).any(), "no rupture"
    assert out.alarm.max() > 0.01
    assert out.resentment.max() > 0.01


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
