"""Baselines find the numbers that made simulated counts."""

import numpy as np
import pytest

from steppe.explore.backtest import baselines as b

YEARS, STATES = 400, 5
RATES = np.array([0.1, 0.3, 0.5, 1.0, 2.0])
SEEN, AHEAD = np.full((YEARS, STATES), 0.5), np.repeat([[0.5], [1.0]], STATES, axis=1)


@pytest.fixture
def rng():
    return np.random.default_rng(11)


@pytest.mark.parametrize("name", b.BASELINES)
def test_no_counts_are_forecast_as_few_and_never_as_impossible(name, rng):
    found = b.BASELINES[name](np.zeros((18, STATES), int), SEEN[:18], AHEAD, 4000, rng)
    assert found.shape == (4000, 2, STATES)
    assert 0.0 < found.mean() < 0.6


@pytest.mark.parametrize("name", ["climatology", "trend", "Hawkes", "zero-inflated"])
def test_a_constant_rate_is_found_and_follows_the_coverage(name, rng):
    counts = rng.poisson(0.5 * RATES, (YEARS, STATES))
    found = b.BASELINES[name](counts, SEEN, AHEAD, 4000, rng)
    assert found.mean(axis=0)[0] == pytest.approx(0.5 * RATES, rel=0.3, abs=0.03)
    assert found.mean(axis=0)[1] == pytest.approx(RATES, rel=0.3, abs=0.05)


@pytest.mark.parametrize("name", b.BASELINES)
def test_a_state_that_can_have_nothing_takes_nothing_from_the_others(name, rng):
    """Those that can have packages are forecast as if they were alone."""
    counts, seen = rng.poisson(0.7, (18, STATES)), np.full((18, STATES), 0.7)
    alone = b.BASELINES[name](counts, seen, AHEAD, 20_000, rng).mean(axis=0)
    counts, seen, ahead = (np.c_[part, np.zeros(len(part))] for part in (counts, seen, AHEAD))
    found = b.BASELINES[name](counts.astype(int), seen, ahead, 20_000, rng).mean(axis=0)
    assert not found[:, -1].any()
    assert found[:, :-1] == pytest.approx(alone, rel=0.1, abs=0.02)
    seen[:, -1] = 0.7
    fooled = b.BASELINES[name](counts.astype(int), seen, ahead, 20_000, rng).mean(axis=0)
    if name != "trend":  # it has effects of states, and their mean is hardly moved
        assert fooled[:, :-1] != pytest.approx(alone, rel=0.1, abs=0.02)


def test_windows_look_at_the_last_years_only(rng):
    counts = np.zeros((20, STATES), int)
    counts[-5:] = 3
    seen = np.ones((20, STATES))
    whole, five = (
        b.BASELINES[name](counts, seen, np.ones((1, STATES)), 4000, rng).mean()
        for name in ("climatology", "five-year window")
    )
    assert whole == pytest.approx(0.75, rel=0.1)
    assert five == pytest.approx(3.0, rel=0.1)
    counts[-1] = 0
    assert b.BASELINES["last value"](counts, seen, np.ones((1, STATES)), 4000, rng).mean() < 0.3


def test_states_are_drawn_towards_each_other(rng):
    """One event in one state: less than one in its few years, more than none elsewhere."""
    counts = np.zeros((4, STATES), int)
    counts[0, 2] = 1
    rate = b.background(counts, np.ones((4, STATES)))
    assert rate[2] == rate.max() < 0.25
    assert rate.min() > 0.0


def test_a_trend_is_found(rng):
    time = np.arange(30)
    counts = rng.poisson(np.exp(-2.0 + 0.1 * time)[:, None] * np.ones(STATES))
    found = b.trend(counts, np.ones((30, STATES)), np.ones((5, STATES)), 4000, rng)
    expected = np.exp(-2.0 + 0.1 * np.arange(30, 35))
    assert found.mean(axis=(0, 2)) == pytest.approx(expected, rel=0.4)
    assert found.mean(axis=(0, 2))[-1] > found.mean(axis=(0, 2))[0]


def test_the_hawkes_process_finds_branching_and_memory(rng):
    calm, branching, memory = 0.3, 0.5, 0.3
    counts, excited = np.zeros((2000, STATES), int), np.zeros(STATES)
    for t in range(len(counts)):
        counts[t] = rng.poisson(calm + branching * excited)
        excited = memory * excited + (1.0 - memory) * counts[t]
    seen = np.ones(counts.shape)
    base = b.background(counts, seen)
    mode, _ = b.laplace(lambda z: b.hawkes_cost(z, counts, seen, base), 3, 10, rng)
    level, found, kept = b.hawkes_numbers(mode)
    assert float(found) == pytest.approx(branching, abs=0.06)
    assert float(kept) == pytest.approx(memory, abs=0.1)
    assert float(level * base.mean()) == pytest.approx(calm, rel=0.15)


def test_the_hawkes_process_goes_on_from_what_just_happened(rng):
    quiet = np.zeros((30, STATES), int)
    quiet[::6] = 2
    stirred = quiet.copy()
    stirred[-1] = 6
    seen, ahead = np.ones(quiet.shape), np.ones((3, STATES))
    means = [b.hawkes(c, seen, ahead, 4000, rng).mean(axis=(0, 2)) for c in (quiet, stirred)]
    assert means[1][0] > means[0][0]


def test_the_zero_inflated_process_finds_its_empty_years(rng):
    empty, size, mean = 0.6, 2.0, 3.0
    counts = rng.poisson(rng.gamma(size, mean / size, (2000, STATES)))
    counts[rng.random(counts.shape) < empty] = 0
    seen = np.ones(counts.shape)
    expected = np.broadcast_to(b.background(counts, seen), counts.shape)
    mode, _ = b.laplace(lambda z: b.inflated_cost(z, counts, expected), 3, 10, rng)
    level, found_size, found = b.inflated_numbers(mode)
    assert float(found) == pytest.approx(empty, abs=0.05)
    assert float(found_size) == pytest.approx(size, rel=0.25)
    assert float(level * expected.mean()) == pytest.approx(mean, rel=0.1)


def test_draws_at_the_mode_have_the_spread_of_the_posterior(rng):
    """A Gaussian likelihood of variance 1/3 with the prior gives variance 1/4."""
    mode, draws = b.laplace(lambda z: 1.5 * float((z - 2.0) @ (z - 2.0)), 2, 20_000, rng)
    assert mode == pytest.approx([1.5, 1.5], abs=1e-3)
    assert draws.var(axis=0) == pytest.approx([0.25, 0.25], rel=0.05)
