"""Estimates of a study against known answers, and the split of variance against made-up worlds."""

import numpy as np
import pytest

from steppe.explore.conditioning import BLOCK
from steppe.explore.study import outcomes
from steppe.results.study import reach, split
from steppe.results.study.estimates import first_share, interval, ratio, units
from steppe.results.study.split import COMPONENTS


def test_constants_that_two_packages_share_are_the_same():
    assert split.BLOCK == BLOCK
    assert reach.NEVER == outcomes.NEVER


def test_interval_is_students():
    """Four units 1 2 3 4: mean 2.5, se sqrt(5/3)/2, t(3) = 3.18245."""
    found = interval(np.array([1.0, 2.0, 3.0, 4.0]))
    assert found["mean"] == 2.5
    assert found["se"] == pytest.approx(np.sqrt(5 / 3) / 2)
    assert found["upper"] - 2.5 == pytest.approx(3.18245 * found["se"], rel=1e-5)
    assert not found["supported"], "too few units, whatever the interval says"


def test_more_judged_together_takes_more():
    values = np.random.default_rng(1).normal(0.28, 1.0, (100, 1))
    assert interval(values)["supported"][0]
    assert not interval(values, family=1000)["supported"][0]


def test_ratio_and_its_error():
    """Against a bootstrap of the units."""
    rng = np.random.default_rng(2)
    below = rng.poisson(20, 400).astype(float)
    above = rng.binomial(below.astype(int), 0.3).astype(float)
    found = interval(ratio(above, below))
    assert found["mean"] == pytest.approx(above.sum() / below.sum())
    picks = rng.integers(0, 400, (2000, 400))
    spread = (above[picks].sum(axis=1) / below[picks].sum(axis=1)).std()
    assert found["se"] == pytest.approx(spread, rel=0.1)


def test_shares_of_first_place_sum_to_one():
    values = np.random.default_rng(3).integers(0, 3, (500, 4))
    assert first_share(values).sum() == pytest.approx(1.0)


def test_units_are_draws():
    assert units(np.arange(6.0), 3).tolist() == [1.5, 2.5, 3.5]
    assert units(np.arange(6.0), 1).tolist() == list(np.arange(6.0))


def world(rng, rules=1, draws=200, blocks=2, sizes=(1.0, 0.5, 2.0), shift=0.0):
    """Runs with known components: parameters, block, run; and rules that are ``shift`` apart."""
    of_draw, of_block, of_run = sizes
    draw = rng.normal(0, of_draw, (1, draws, 1, 1))
    block = rng.normal(0, of_block, (rules, draws, blocks, 1))
    run = rng.normal(0, of_run, (rules, draws, blocks, BLOCK))
    values = shift * np.arange(rules)[:, None, None, None] + draw + block + run
    return values.reshape(rules, draws, -1).swapaxes(1, 2).reshape(rules, -1)


def test_components_are_unbiased():
    """Mean over 40 worlds: parameters 1, chance 0.25 + 4."""
    rng = np.random.default_rng(4)
    found = [split.split(world(rng)[..., None], 200) for _ in range(40)]
    for name, true in (("parameters", 1.0), ("chance", 4.25)):
        values = np.array([one.components[name][0] for one in found])
        assert values.mean() == pytest.approx(true, abs=3.0 * values.std() / np.sqrt(40))
    block = np.array([one.filter_part[0] for one in found])
    assert block.mean() == pytest.approx(0.25, abs=3.0 * block.std() / np.sqrt(40))


def test_jackknife_error_is_that_of_repeated_worlds():
    rng = np.random.default_rng(5)
    found = [split.split(world(rng, draws=60)[..., None], 60) for _ in range(60)]
    spread = np.std([one.components["parameters"][0] for one in found])
    told = np.mean([one.errors["parameters"][0] for one in found])
    assert told == pytest.approx(spread, rel=0.35)


def test_without_blocks_the_filter_would_count_as_parameters():
    """What a design with one block to a draw cannot see, and one with two does."""
    rng = np.random.default_rng(6)
    sizes = (0.0, 1.0, 0.5)
    one = [split.split(world(rng, blocks=1, sizes=sizes)[..., None], 200) for _ in range(10)]
    two = [split.split(world(rng, blocks=2, sizes=sizes)[..., None], 200) for _ in range(10)]
    assert np.mean([s.components["parameters"][0] for s in one]) == pytest.approx(1.0, abs=0.15)
    assert abs(np.mean([s.components["parameters"][0] for s in two])) < 0.1
    assert np.isnan(one[0].filter_part[0])


def test_rules_are_a_component_of_their_own():
    rng = np.random.default_rng(7)
    found = split.split(world(rng, rules=3, shift=1.0)[..., None], 200)
    assert found.components["structure"][0] == pytest.approx(2.0 / 3.0, abs=0.25)
    assert sum(found.shares[name][0] for name in COMPONENTS) == pytest.approx(1.0)
    alike = [
        split.split(world(rng, rules=3)[..., None], 200).components["structure"][0]
        for _ in range(30)
    ]
    assert np.mean(alike) == pytest.approx(0.0, abs=3.0 * np.std(alike) / np.sqrt(30))


def test_one_rule_tells_nothing_of_structure():
    found = split.split(world(np.random.default_rng(8))[..., None], 200)
    assert np.isnan(found.shares["structure"][0])
    assert found.shares["parameters"][0] + found.shares["chance"][0] == pytest.approx(1.0)


def test_a_single_run_of_a_draw_cannot_be_split():
    with pytest.raises(ValueError, match="two runs"):
        split.split(np.zeros((1, 5, 1)), 5)
