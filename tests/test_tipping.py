"""Tipping points: known crossings, their intervals, and saying that there is none."""

import numpy as np
import pytest

from steppe.explore.tipping import tipping_point
from steppe.model.errors import InputError


def shares(chance, runs=600, seed=1):
    """Runs of an event: run r shows it where its own number is below the chance at a value."""
    own = np.random.default_rng(seed).random(runs)
    return lambda value: (own < chance(value)).astype(float)


def logistic(middle, slope):
    return lambda value: 1.0 / (1.0 + np.exp(-slope * (value - middle)))


def test_a_rising_crossing_is_found():
    found = tipping_point(shares(logistic(1.2, 4.0)), (0.0, 2.0), 0.5, seed=1)
    assert found.verdict == "found"
    assert found.low < 1.2 < found.high
    assert found.high - found.low < 0.2
    assert found.rising
    assert not found.turns_back
    assert found.flips == 0.0  # every run of this kind has one crossing of its own
    assert "rises through 0.5" in found.words


def test_a_falling_crossing_of_another_share_is_found():
    found = tipping_point(shares(lambda v: 1.0 - v / 2.0), (0.0, 2.0), 0.25, seed=1)
    assert abs(found.value - 1.5) < 0.06
    assert not found.rising
    assert "falls through 0.25" in found.words


def test_values_are_narrowed_and_the_same_seed_gives_the_same():
    runs = shares(logistic(0.7, 6.0))
    one, other = (tipping_point(runs, (0.0, 2.0), 0.5, seed=1, tolerance=0.01) for _ in range(2))
    place = int(np.searchsorted(one.values, one.value))
    assert one.values[place] - one.values[place - 1] <= 0.01
    assert (one.value, one.low, one.high) == (other.value, other.low, other.high)


def test_no_tipping_point_in_the_range_is_said():
    found = tipping_point(shares(lambda v: 0.2 + 0.05 * v), (0.0, 2.0), 0.5, seed=1)
    assert found.verdict == "none"
    assert np.isnan(found.value)
    assert found.words.startswith("No tipping point from 0 to 2")


def test_too_few_runs_leave_it_open():
    found = tipping_point(shares(lambda v: 0.42 + 0.02 * v, runs=60), (0.0, 2.0), 0.5, seed=1)
    assert found.verdict == "open"
    assert "too few to exclude one" in found.words


def test_a_crossing_near_an_end_has_an_open_interval():
    found = tipping_point(shares(lambda v: 0.46 + 0.025 * v, seed=3), (0.0, 2.0), 0.5, seed=1)
    assert found.verdict in ("found", "open")
    if found.verdict == "found":
        assert np.isinf(found.low) or np.isinf(found.high)


def test_several_crossings_are_told_and_no_single_point():
    found = tipping_point(shares(lambda v: np.sin(v) ** 2), (0.0, 3.3), 0.5, seed=1)
    assert found.verdict == "several"
    assert found.turns_back
    assert len(found.crossings) == 2
    (a, b), (c, d) = found.crossings
    assert a < np.pi / 4 < b
    assert c < 3 * np.pi / 4 < d
    assert found.flips > 0.5


def test_a_dip_that_chance_explains_is_no_second_crossing():
    luck = np.random.default_rng(5).random((9, 80))
    values = np.linspace(0.0, 2.0, 9)

    def runs(value):  # without paired luck the means jump about their course
        return (luck[int(np.argmin(np.abs(values - value)))] < 0.3 + 0.2 * value).astype(float)

    found = tipping_point(runs, (0.0, 2.0), 0.5, seed=1, tolerance=0.5)
    assert found.verdict == "found"
    assert not found.turns_back


@pytest.mark.parametrize("runs", [100, 400])
def test_intervals_hold_the_crossing_as_often_as_they_say(runs):
    held = 0
    for seed in range(120):
        found = tipping_point(
            shares(logistic(1.2, 3.0), runs, seed), (0.0, 2.0), 0.5, seed=1, resamples=300
        )
        held += found.low <= 1.2 <= found.high
    assert 0.88 <= held / 120 <= 1.0


def test_runs_of_one_draw_are_drawn_together():
    """Four runs for each of 50 draws that agree within a draw: the interval is that of 50."""
    own = np.repeat(np.random.default_rng(1).random(50), 4)
    units = np.repeat(np.arange(50), 4)

    def runs(value):
        return (own < logistic(1.0, 3.0)(value)).astype(float)

    blind = tipping_point(runs, (0.0, 2.0), 0.5, seed=1)
    told = tipping_point(runs, (0.0, 2.0), 0.5, seed=1, units=units)
    assert told.high - told.low > 1.5 * (blind.high - blind.low)


def test_luck_that_is_not_paired_turns_back_more():
    """Negative control of the pairing: with its own luck at every value the means are rougher."""
    chance = logistic(1.0, 3.0)
    luck = np.random.default_rng(2)
    paired = tipping_point(shares(chance, 200), (0.0, 2.0), 0.5, seed=1)
    loose = tipping_point(
        lambda v: (luck.random(200) < chance(v)).astype(float), (0.0, 2.0), 0.5, seed=1
    )
    assert (np.diff(paired.means) >= 0.0).all()
    assert (np.diff(loose.means) < 0.0).any()


@pytest.mark.parametrize(
    ("bounds", "more", "problem"),
    [
        ((1.0, 1.0), {}, "no range"),
        ((0.0, np.inf), {}, "no range"),
        ((0.0, 1.0), {"coarse": 2}, "too few values"),
        ((0.0, 1.0), {"tolerance": 0.0}, "not above 0"),
        ((0.0, 1.0), {"units": np.zeros(600)}, "too few runs"),
        ((0.0, 1.0), {"units": np.zeros(7)}, "a unit is needed"),
    ],
)
def test_bad_requests_are_refused(bounds, more, problem):
    with pytest.raises(InputError, match=problem):
        tipping_point(shares(logistic(0.5, 3.0)), bounds, 0.5, seed=1, **more)


def test_missing_runs_refuse_it():
    def runs(value):
        found = shares(logistic(0.5, 3.0))(value)
        return np.where(np.arange(600) == 3, np.nan, found) if value > 0.6 else found

    with pytest.raises(InputError, match="runs are missing"):
        tipping_point(runs, (0.0, 1.0), 0.5, seed=1)
