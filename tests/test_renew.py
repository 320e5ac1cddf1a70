"""Draws carried from one posterior to another, on densities that are known."""

import numpy as np
import pytest

from steppe.calibration.renew import agreement, begin, carry, normal_of, systematic
from steppe.model.errors import InputError

START, GOAL = np.zeros(3), np.array([1.5, -1.0, 0.5])
NARROW = np.array([0.5, 1.0, 0.7])


def between(share):
    """Normal density on the way from a standard normal one to one that is elsewhere, narrower."""
    centre, spread = share * GOAL, NARROW**share

    def density(position, luck):
        return float(-0.5 * (((position - centre) / spread) ** 2).sum())

    return density


def noisy(position, luck, variance=1.0):
    """The goal with noise whose mean is right, and which the luck and the place decide."""
    cell = np.floor(position * 2.0).astype(np.int64)
    rng = np.random.default_rng([luck, *(int(c) & 0xFFFFFFFF for c in cell)])
    noise = np.sqrt(variance) * rng.standard_normal() - variance / 2
    return between(1.0)(position, luck) + noise


def drawn(count=800):
    return np.random.default_rng(4).standard_normal((count, 3))


def carried(moves, steps=4):
    swarm = begin(between(0.0), drawn(), 1, 0)
    for number in range(1, steps + 1):
        way = between((number - 1) / steps), between(number / steps)
        swarm = carry(*way, swarm, 1, number, moves)
        assert swarm.stages == 1.0
    return swarm


def test_draws_arrive_at_a_known_density():
    swarm = carried(moves=5)
    assert swarm.position.mean(axis=0) == pytest.approx(GOAL, abs=0.12)
    assert swarm.position.std(axis=0) == pytest.approx(NARROW, rel=0.12)
    assert swarm.memory < 0.3
    assert len(np.unique(swarm.position, axis=0)) > 780
    assert swarm.effective > 0.7 * len(swarm.position)


def test_without_moves_few_draws_are_left_and_it_says_so():
    """Negative control: weights alone."""
    swarm = carried(moves=0)
    distinct = len(np.unique(swarm.position, axis=0))
    assert swarm.memory == pytest.approx(1.0)
    assert distinct < 250
    assert swarm.effective < 250


@pytest.mark.parametrize("moves", [5, 0])
def test_effective_draws_tell_the_error_of_a_mean(moves):
    """Over sixty swarms: within a third with moves; without, even less is known than is said."""
    away, promised = [], []
    for seed in range(60):
        rng = np.random.default_rng([9, seed])
        swarm = begin(between(0.0), rng.standard_normal((120, 3)), seed, 0)
        for number in (1, 2):
            way = between((number - 1) / 2), between(number / 2)
            swarm = carry(*way, swarm, seed, number, moves, least=0.0)
        away.append((swarm.position.mean(axis=0) - GOAL) / NARROW)
        promised.append(1.0 / swarm.effective)
    told = np.mean(np.square(away)) / np.mean(promised)
    assert 0.7 < told < 1.4 if moves else told > 1.4
    assert np.mean(promised) == pytest.approx(1.0 / 120, rel=0.1) if moves else True


@pytest.mark.parametrize("least", [1 / 3, 0.0])
def test_a_long_way_is_made_in_stages(least):
    """Six standard deviations away, where the weights alone leave a draw or two; with all in one
    stage (the negative control) the draws stay where these few were, and say so."""
    far = 4.0 * GOAL

    def end(position, luck):
        return float(-0.5 * (((position - far) / NARROW) ** 2).sum())

    swarm = carry(between(0.0), end, begin(between(0.0), drawn(), 1, 0), 1, 1, moves=3, least=least)
    away = np.abs((swarm.position.mean(axis=0) - far) / NARROW).max()
    if least:
        assert swarm.stages > 4
        assert swarm.left > 0.3 * 800
        assert away < 0.15
        assert swarm.position.std(axis=0) == pytest.approx(NARROW, rel=0.12)
        assert swarm.effective > 400
    else:
        assert swarm.stages == 1
        assert swarm.left < 3
        assert away > 0.3
        assert swarm.effective < 200


def test_noise_of_the_estimate_leaves_the_answer():
    """Draws without luck of their own are given some; with the mere estimate of one luck, they
    would go where it happens to be high."""
    rng = np.random.default_rng(6)
    begun = begin(noisy, GOAL + NARROW * rng.standard_normal((1200, 3)), 1, 0)
    assert np.mean([noisy(z, int(u)) for z, u in zip(begun.position, begun.luck, strict=True)]) == (
        pytest.approx(begun.value.mean())
    )
    excess = begun.value - [between(1.0)(z, 0) for z in begun.position]
    assert excess.mean() == pytest.approx(0.45, abs=0.12)  # of the tilted noise; -0.5 untilted
    moved = carry(noisy, noisy, begun, 1, 1)
    assert moved.left == pytest.approx(1200.0)
    assert moved.position.mean(axis=0) == pytest.approx(GOAL, abs=0.1)
    assert moved.position.std(axis=0) == pytest.approx(NARROW, rel=0.1)


def test_the_reference_of_many_draws_is_their_normal():
    rng = np.random.default_rng(2)
    far = GOAL + NARROW * rng.standard_normal((40_000, 3))
    centre, factor = normal_of(far, np.full(len(far), 1.0 / len(far)))
    assert centre == pytest.approx(GOAL, abs=0.02)
    assert np.sqrt(np.diag(factor @ factor.T)) / 1.1 == pytest.approx(NARROW, rel=0.02)
    few = normal_of(np.zeros((3, 3)), np.full(3, 1.0 / 3.0))[1]
    assert np.diag(few) / 1.1 == pytest.approx(np.sqrt(0.5))  # as many draws as the prior's


def test_agreement_of_draws_before_and_after():
    before = np.random.default_rng(0).standard_normal((4000, 2))
    assert agreement(before, before) == pytest.approx(1.0)
    assert agreement(before, np.random.default_rng(1).standard_normal((4000, 2))) < 0.01
    half = before * [1.0, 0.0] + np.random.default_rng(1).standard_normal((4000, 2)) * [0.0, 1.0]
    assert agreement(before, half) == pytest.approx(0.5, abs=0.01)


def test_draws_that_cannot_be_are_refused():
    def nothing(position, luck):
        return -np.inf

    with pytest.raises(InputError, match="cannot have brought forth"):
        begin(nothing, drawn(4), 1, 0)
    swarm = begin(between(0.0), drawn(4), 1, 0)
    with pytest.raises(InputError, match="none of the draws"):
        carry(between(0.0), nothing, swarm, 1, 1)


def test_systematic_resampling_keeps_the_shares():
    rng = np.random.default_rng(0)
    places = systematic(np.array([0.5, 0.25, 0.25, 0.0]), 4, rng)
    assert np.bincount(places, minlength=4).tolist() == [2, 1, 1, 0]
    places = systematic(np.array([0.5, 0.25, 0.25, 0.0]), 8, rng)
    assert np.bincount(places, minlength=4).tolist() == [4, 2, 2, 0]
