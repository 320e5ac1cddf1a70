"""The sampler on densities that are known, exactly and with noise."""

import numpy as np
import pytest

from steppe.calibration import sampler as sm

MEAN = np.array([1.0, -2.0, 0.5])
FACTOR = np.array([[1.0, 0.0, 0.0], [0.8, 0.6, 0.0], [-0.3, 0.5, 2.0]])
COVARIANCE = FACTOR @ FACTOR.T
PRECISION = np.linalg.inv(COVARIANCE)


def exact(position, luck):
    away = position - MEAN
    return float(-0.5 * away @ PRECISION @ away)


def noisy(position, luck, variance=1.5):
    """An unbiased estimate whose noise depends on luck and place, as a filter's does."""
    cell = np.floor(position * 2.0).astype(np.int64)
    rng = np.random.default_rng([luck, *(int(c) & 0xFFFFFFFF for c in cell)])
    return exact(position, luck) + np.sqrt(variance) * rng.standard_normal() - variance / 2


def biased(position, luck):
    """Negative control: noise whose mean depends on the place is no unbiased estimate."""
    return noisy(position, luck) + 0.8 * position[0]


def sample(density, iterations=7000, seed=1, pilot=0, mix=sm.MIX):
    rng = np.random.default_rng(seed)
    group = sm.start(density, rng.normal(0.0, 3.0, (12, 3)), seed, 0, 4)
    kept = []
    for n in range(iterations):
        if n == pilot > 0:
            sm.settle(density, group, sm.fit_reference(group.tried), seed, 0)
        sm.step(density, group, seed, 0, pilot, mix)
        if n >= iterations // 5:
            kept.append(group.position.copy())
    return np.array(kept).reshape(-1, 3), group


@pytest.mark.parametrize("mix", [sm.MIX, sm.MANY, sm.CLEAR])
@pytest.mark.parametrize("density", [exact, noisy])
def test_moments_of_a_known_density(density, mix):
    draws, group = sample(density, 7000 if mix is sm.MIX else 14_000, pilot=1000, mix=mix)
    assert draws.mean(axis=0) == pytest.approx(MEAN, abs=0.25)
    assert np.cov(draws.T) == pytest.approx(COVARIANCE, abs=0.7)
    assert 0.1 < group.moves[0] / group.moves[1] < 0.95


@pytest.mark.long
def test_a_biased_estimate_moves_the_answer():
    draws, _ = sample(biased, pilot=1000)
    assert draws.mean(axis=0)[0] > MEAN[0] + 0.5


def test_moves_keep_the_luck_and_refreshes_the_position():
    """Each step changes one of the two, but for redraws of all directions, which change both."""
    seen, both = [], 0

    def watched(position, luck):
        seen.append((position.copy(), luck))
        return exact(position, luck)

    rng = np.random.default_rng(3)
    group = sm.start(watched, rng.normal(0.0, 1.0, (12, 3)), 1, 0, 1)
    for _ in range(60):
        before, count = (group.position[0].copy(), int(group.luck[0])), len(seen)
        sm.step(watched, group, 1, 0)
        if len(seen) == count:  # screened
            continue
        position, luck = seen[-1]
        moved, anew = not np.array_equal(position, before[0]), luck != before[1]
        assert moved or anew
        if moved and anew:
            both += 1
            assert (position != before[0]).all()
    assert 5 < both < 50


def test_a_stopped_group_goes_on_as_if_never_stopped():
    _, whole = sample(exact, 60)
    rng = np.random.default_rng(1)
    group = sm.start(exact, rng.normal(0.0, 3.0, (12, 3)), 1, 0, 4)
    for n in range(60):
        if n == 23:
            group = sm.Group(**{k: np.copy(v) if isinstance(v, np.ndarray) else v
                                for k, v in vars(group).items()})  # fmt: skip
        sm.step(exact, group, 1, 0)
    assert np.array_equal(group.position, whole.position)
    assert np.array_equal(group.archive, whole.archive)


def test_snooker_alone_keeps_the_density():
    """Its factor is what keeps it right: 40,000 snooker steps in two dimensions."""
    rng = np.random.default_rng(5)
    archive = rng.normal(0.0, 1.5, (400, 2))
    here, kept = np.zeros(2), []
    for _ in range(40_000):
        proposal, factor = sm.snooker(here, archive, rng)
        gain = 0.5 * (here @ here) - 0.5 * (proposal @ proposal) + factor
        if np.log(rng.random()) < gain:
            here = proposal
        kept.append(here)
    radius = (np.array(kept) ** 2).sum(axis=1)
    assert radius.mean() == pytest.approx(2.0, abs=0.15)  # chi-squared with two degrees


def test_the_reference_of_a_gaussian_is_the_gaussian():
    """Known answer: a quadratic regression of a quadratic, from many points of the prior.

    Two correlated directions are narrower than the prior, the third is the prior's own.
    """
    centre = np.array([0.8, -0.5, 0.0])
    covariance = np.array([[0.5, 0.2, 0.0], [0.2, 0.4, 0.0], [0.0, 0.0, 1.0]])
    precision = np.linalg.inv(covariance)
    points = np.random.default_rng(4).standard_normal((20_000, 3))
    value = [-0.5 * (z - centre) @ precision @ (z - centre) for z in points]
    found, factor = sm.fit_reference(np.column_stack([points, value]))
    assert found == pytest.approx(centre, abs=0.02)
    assert factor @ factor.T == pytest.approx(sm.WIDENED**2 * covariance, abs=0.03)


def test_many_directions_have_the_products_of_the_clearest():
    """Sixty directions, of which three pairs hang together and all others are the prior's."""
    precision, centre = np.eye(60), np.zeros(60)
    for one, other in ((2, 40), (7, 9), (30, 55)):
        precision[[one, other], [one, other]] = 3.0
        precision[one, other] = precision[other, one] = 1.2
        centre[one] = 0.7
    points = np.random.default_rng(4).standard_normal((4000, 60))
    away = points - centre
    value = -0.5 * np.einsum("ni,ij,nj->n", away, precision, away)
    found, factor = sm.fit_reference(np.column_stack([points, value]))
    assert found == pytest.approx(centre, abs=0.1)
    covariance = factor @ factor.T / sm.WIDENED ** (2 * sm.ALL_PAIRED / 60)
    assert covariance == pytest.approx(np.linalg.inv(precision), abs=0.12)
    assert covariance[2, 40] < -0.1


@pytest.mark.parametrize("mix", [sm.MIX, sm.MANY, sm.CLEAR])
def test_many_directions_are_sampled_by_their_axes(monkeypatch, mix):
    """As where there are many: the factor of the reference is not triangular."""
    monkeypatch.setattr(sm, "ALL_PAIRED", 2)
    draws, group = sample(noisy, 14_000, pilot=1000, mix=mix)
    assert abs(group.factor[0, 1:]).max() > 0.01
    assert draws.mean(axis=0) == pytest.approx(MEAN, abs=0.25)
    assert np.cov(draws.T) == pytest.approx(COVARIANCE, abs=0.7)


def test_few_points_leave_the_reference_near_the_prior():
    points = np.random.default_rng(4).standard_normal((5, 3))
    found, factor = sm.fit_reference(np.column_stack([points, -0.5 * (points**2).sum(axis=1)]))
    assert found == pytest.approx(np.zeros(3), abs=0.05)
    assert factor @ factor.T == pytest.approx(sm.WIDENED**2 * np.eye(3), abs=0.1)


def test_a_pilot_makes_the_moves_good_and_leaves_the_density_right():
    narrow = 0.5
    shifted = np.array([1.5, -1.0, 0.5])

    def density(position, luck):
        return float(-0.5 * ((position - shifted) ** 2).sum() / narrow**2)

    rng = np.random.default_rng(1)
    group = sm.start(density, rng.standard_normal((12, 3)), 1, 0, 4)
    kept = []
    for n in range(3000):
        if n == 500:
            sm.settle(density, group, sm.fit_reference(group.tried), 1, 0)
        sm.step(density, group, 1, 0, 500)
        if n >= 500:
            kept.append(group.position.copy())
    draws = np.array(kept).reshape(-1, 3)
    assert len(group.tried) == 0
    assert draws.mean(axis=0) == pytest.approx(shifted, abs=0.04)
    assert draws.std(axis=0) == pytest.approx([narrow] * 3, rel=0.08)
    assert group.moves[0] / group.moves[1] > 0.4


def banded(here, group, rng, _):
    """A step in the first, the other two, or all directions: a mix as it stands, of three."""
    bands = (sm.Band(0.0, 0.3, 1.0, 1.0), sm.Band(0.3, 1.0, 0.85, 1.0), sm.Band(0.0, 1.0, 0.5, 1.0))
    return sm.advance(here, group, rng, bands[rng.integers(3)])


@pytest.mark.parametrize(("move", "sizes"), [(sm.redraw, (1, 2, 3)), (banded, (0,))])
@pytest.mark.long
def test_moves_along_the_reference_without_their_factor_are_wrong(move, sizes):
    """Negative control: accepted as if symmetric, they pull the density to the reference."""
    rng = np.random.default_rng(7)
    group = sm.start(exact, rng.standard_normal((12, 3)), 1, 0, 1)
    turned = np.linalg.qr(np.array([[1.0, 2.0, 0.0], [0.0, 1.0, 3.0], [1.0, 0.0, 1.0]]))[0]
    group.factor = 1.4 * FACTOR @ turned  # not triangular
    found = {}
    for weight in (1.0, 0.0):
        here, kept = np.zeros(3), []
        for _ in range(30_000):
            proposal, factor = move(here, group, rng, rng.choice(sizes))
            gain = exact(proposal, 1) - exact(here, 1) + weight * factor
            if np.log(rng.random()) < gain:
                here = proposal
            kept.append(here)
        found[weight] = np.mean(kept, axis=0)
    assert found[1.0] == pytest.approx(MEAN, abs=0.2)
    assert abs(found[0.0] - MEAN).max() > 0.35


@pytest.mark.long
def test_screened_moves_keep_the_density_and_without_the_second_factor_do_not():
    """Screened by a reference that stands elsewhere; 0 is the negative control."""
    rng = np.random.default_rng(9)
    group = sm.start(exact, rng.standard_normal((40, 3)) * 1.5 + MEAN, 1, 0, 1)
    group.centre, group.factor = MEAN + 1.0, 1.2 * np.eye(3)
    found = {}
    for weight in (1.0, 0.0):
        here, kept, estimated = MEAN.copy(), [], 0
        for _ in range(30_000):
            move = sm.propose(here, group, rng, sm.Mix(redraws=0.0))
            assert move.screened
            gain = sm.screen(move.position, group) - sm.screen(here, group)
            if np.log(rng.random()) < gain + move.factor:
                estimated += 1
                change = exact(move.position, 1) - exact(here, 1)
                if np.log(rng.random()) < change - weight * gain:
                    here = move.position
            kept.append(here)
        assert estimated < 25_000
        found[weight] = np.mean(kept, axis=0)
    assert found[1.0] == pytest.approx(MEAN, abs=0.2)
    assert abs(found[0.0] - MEAN).max() > 0.3


def test_bad_starts_are_refused():
    with pytest.raises(ValueError, match="too few"):
        sm.start(exact, np.zeros((4, 3)), 1, 0, 4)
    with pytest.raises(ValueError, match="zero or undefined"):
        sm.start(lambda position, luck: -np.inf, np.zeros((12, 3)), 1, 0, 4)
