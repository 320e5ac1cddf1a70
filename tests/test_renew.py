"""Draws carried from one posterior to another, on densities that are known."""

import numpy as np
import pytest

from steppe.calibration import renew
from steppe.calibration.renew import begin, carry, in_effect, kept, kernel, normal_of, systematic
from steppe.calibration.sampler import MIX
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
    assert len(np.unique(swarm.position, axis=0)) > 780


def test_without_moves_few_draws_are_left():
    """Negative control: weights alone."""
    assert len(np.unique(carried(moves=0).position, axis=0)) < 250


@pytest.mark.parametrize("least", [0.5, 0.0])
def test_a_long_way_is_made_in_stages(least):
    """Six standard deviations away, where the weights alone leave a draw or two; with all in one
    stage (the negative control) the draws stay where these few were."""
    far = 4.0 * GOAL

    def end(position, luck):
        return float(-0.5 * (((position - far) / NARROW) ** 2).sum())

    begun = begin(between(0.0), drawn(), 1, 0)
    swarm = carry(between(0.0), end, begun, 1, 1, moves=3, least=least)
    away = np.abs((swarm.position.mean(axis=0) - far) / NARROW).max()
    assert swarm.left < 3
    if least:
        assert swarm.stages > 4
        assert away < 0.15
        assert swarm.position.std(axis=0) == pytest.approx(NARROW, rel=0.12)
    else:
        assert swarm.stages == 1
        assert away > 0.3


@pytest.mark.parametrize("moves", [1, 6])
def test_swarms_that_part_tell_the_error_of_their_means(moves):
    """In twenty dimensions, where most moves change a few: squared errors over sixteen pairs are
    those of so many independent draws, within two fifths, whether few are in effect or many."""
    rng = np.random.default_rng(2)
    goal, narrow = 0.5 * rng.standard_normal(20), np.exp(-0.4 * rng.random(20))

    def start(position, luck):
        return float(-0.5 * position @ position)

    def end(position, luck):
        return float(-0.5 * (((position - goal) / narrow) ** 2).sum())

    away, promised = [], []
    for seed in range(16):
        pair = [
            carry(start, end, begin(start, rng.standard_normal((80, 20)), seed, n), seed, n, moves)
            for n in range(2)
        ]
        middle = np.mean([one.position.mean(axis=0) for one in pair], axis=0)
        away.append(np.mean(((middle - goal) / narrow) ** 2))
        promised.append(1.0 / in_effect(pair))
    assert 0.6 < np.mean(away) / np.mean(promised) < 1.4
    worth = 1.0 / np.mean(promised)
    assert worth < 60 if moves == 1 else worth > 60


def test_in_many_dimensions_moves_go_by_a_reference_from_elsewhere():
    """Sixty, and a hundred draws: as wide as they shall be; by their own reference (the control)
    they end too wide."""
    rng = np.random.default_rng(3)
    goal, narrow = 0.3 * rng.standard_normal(60), np.exp(-0.2 * rng.random(60))

    def start(position, luck):
        return float(-0.5 * position @ position)

    def end(position, luck):
        cell = np.floor(position[:3] * 2.0).astype(np.int64)
        noise = np.random.default_rng([luck, *(int(c) & 0xFFFFFFFF for c in cell)])
        exact = float(-0.5 * (((position - goal) / narrow) ** 2).sum())
        return exact + noise.standard_normal() - 0.5

    given = goal + 0.1 * rng.standard_normal(60), np.diag(1.1 * narrow)
    begun = begin(start, rng.standard_normal((100, 60)), 1, 0)
    found = {}
    for name, reference in (("given", given), ("own", None)):
        swarm = carry(start, end, begun, 1, 1, reference=reference)
        found[name] = (((swarm.position - goal) / narrow) ** 2).sum(axis=1).mean()
    assert found["given"] == pytest.approx(60.0, rel=0.06)
    assert found["own"] > 66.0


def test_swarms_that_agree_are_worth_all_their_draws():
    begun = begin(between(0.0), drawn(), 1, 0)
    assert in_effect([begun, begun]) == 1600
    far = begun._replace(position=begun.position + 50.0)
    assert in_effect([begun, far]) == 2


def test_directions_that_are_renewed_slowly_are_not_hidden_by_the_others():
    """Forty dimensions, the last ten shifted: few draws along these, many over all."""
    rng = np.random.default_rng(5)
    one, other = rng.standard_normal((2, 400, 40))
    other[:, 30:] += 0.3
    pair = [begin(lambda z, luck: 0.0, positions, 1, 0) for positions in (one, other)]
    turned = np.zeros(40), np.eye(40)[:, ::-1]
    assert 2.0 * in_effect(pair, turned) < in_effect(pair) < 200.0
    assert in_effect(pair, (np.zeros(40), np.eye(40))) == in_effect(pair)


def rough(position, luck):
    """The start of the way with noise of its own."""
    return between(0.0)(position, luck) + noisy(position, luck) - between(1.0)(position, luck)


def test_noise_of_the_estimate_leaves_the_answer():
    """From a noisy density to another, in stages; a biased one (the negative control) moves it."""

    def biased(position, luck):
        return noisy(position, luck) + 0.8 * position[0]

    begun = begin(rough, drawn(1200), 1, 0)
    for end, shift in ((noisy, 0.0), (biased, 0.8 * NARROW[0] ** 2)):
        swarm = carry(rough, end, begun, 1, 1)
        assert swarm.stages > 1
        expected = GOAL + np.array([shift, 0.0, 0.0])
        assert swarm.position.mean(axis=0) == pytest.approx(expected, abs=0.1)
        assert swarm.position.std(axis=0) == pytest.approx(NARROW, rel=0.12)


def test_luck_that_is_given_settles():
    """The estimates are those of draws and luck together, higher than with any luck."""
    rng = np.random.default_rng(6)
    begun = begin(noisy, GOAL + NARROW * rng.standard_normal((1200, 3)), 1, 0)
    pairs = zip(begun.position, begun.luck, strict=True)
    assert [noisy(z, int(u)) for z, u in pairs] == begun.value.tolist()
    excess = begun.value - [between(1.0)(z, 0) for z in begun.position]
    assert excess.mean() == pytest.approx(0.45, abs=0.12)  # the variance's half; less it at first


def test_the_reference_of_many_draws_is_their_normal():
    rng = np.random.default_rng(2)
    far = GOAL + NARROW * rng.standard_normal((40_000, 3))
    centre, factor = normal_of(far, np.full(len(far), 1.0 / len(far)))
    assert centre == pytest.approx(GOAL, abs=0.02)
    assert np.sqrt(np.diag(factor @ factor.T)) / 1.1 == pytest.approx(NARROW, rel=0.02)
    few = normal_of(np.zeros((3, 3)), np.full(3, 1.0 / 3.0))[1]
    assert np.diag(few) / 1.1 == pytest.approx(np.sqrt(0.5))  # as many draws as the prior's


def test_draws_that_cannot_be_are_refused():
    def nothing(position, luck):
        return -np.inf

    with pytest.raises(InputError, match="cannot have brought forth"):
        begin(nothing, drawn(8), 1, 0)
    with pytest.raises(InputError, match="5 or more"):
        begin(between(0.0), drawn(4), 1, 0)
    swarm = begin(between(0.0), drawn(8), 1, 0)
    with pytest.raises(InputError, match="none of the draws"):
        carry(between(0.0), nothing, swarm, 1, 1)


def test_systematic_resampling_keeps_the_shares():
    rng = np.random.default_rng(0)
    places = systematic(np.array([0.5, 0.25, 0.25, 0.0]), 4, rng)
    assert np.bincount(places, minlength=4).tolist() == [2, 1, 1, 0]
    places = systematic(np.array([0.5, 0.25, 0.25, 0.0]), 8, rng)
    assert np.bincount(places, minlength=4).tolist() == [4, 2, 2, 0]


def test_a_file_is_gone_on_from_and_a_damaged_one_told(tmp_path):
    path = tmp_path / "deep" / "swarm.npz"
    made = []

    def make():
        made.append(1)
        return begin(between(0.0), drawn(8), 1, 0)

    first, again = kept(path, make), kept(path, make)
    assert len(made) == 1
    assert [p.name for p in path.parent.iterdir()] == ["swarm.npz"]
    for one, other in zip(first, again, strict=True):
        assert np.array_equal(one, other)
        assert type(one) is type(other)
    path.write_bytes(b"")
    with pytest.raises(InputError, match="damaged"):
        kept(path, make)


@pytest.mark.parametrize(
    ("name", "other"), [("REFRESHES", 9), ("WIDENED", 1.05), ("BOLD", MIX), ("CLEAR", MIX)]
)
def test_the_kernel_is_known_by_what_it_does(monkeypatch, name, other):
    known = kernel()
    assert kernel() == known
    monkeypatch.setattr(renew, name, other)
    assert kernel() != known
