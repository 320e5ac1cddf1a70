"""Designs: the points are SALib's or what their definition says, and smaller ones are nested."""

import warnings

import numpy as np
import pytest
from SALib.analyze import morris as morris_analysis
from SALib.sample import sobol as salib_sobol

from steppe.calibration.installed import installed
from steppe.explore import draws as columns
from steppe.explore.sweep import samplers
from steppe.explore.sweep.design import NESTED, Design
from steppe.explore.sweep.factors import moved
from steppe.explore.sweep.points import design_of
from steppe.explore.sweep.problem import prepare
from steppe.explore.sweep.quantiles import prior_quantiles
from steppe.model.errors import InputError
from steppe.model.quantities import parameters

from . import sweeps

NAMES = ("a", "b", "c")
BOUNDS = ((0.5, 1.5), (0.0, 1.0), (-2.0, 3.0))


@pytest.mark.parametrize("second_order", [True, False])
def test_saltelli_points_are_those_of_salib(second_order):
    design = samplers.saltelli(NAMES, BOUNDS, 64, 7, second_order)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        oracle = salib_sobol.sample(design.problem, 64, calc_second_order=second_order, seed=7)
    assert np.array_equal(design.points, oracle)
    assert len(design) == 64 * design.block


def test_morris_trajectories_give_the_slopes_of_a_line():
    design = samplers.morris(NAMES, BOUNDS, 20, 3)
    slopes = np.array([1.0, 2.0, 0.0])
    found = morris_analysis.analyze(design.problem, design.points, design.points @ slopes)
    wide = np.array([high - low for low, high in BOUNDS])
    assert np.asarray(found["mu"]) == pytest.approx(slopes * wide)
    assert np.asarray(found["sigma"]) == pytest.approx(np.zeros(3), abs=1e-12)


def test_morris_moves_one_factor_a_step_by_half_the_levels_and_uses_them_evenly():
    design = samplers.morris(NAMES, [(0.0, 1.0)] * 3, 400, 5, levels=6)
    steps = np.diff(design.points.reshape(400, 4, 3), axis=1)
    assert ((steps != 0).sum(axis=2) == 1).all()
    assert ((steps != 0).sum(axis=1) == 1).all()
    assert np.abs(steps[steps != 0]) == pytest.approx(np.full(1200, 3 / 5))
    starts = np.round(design.points.reshape(400, 4, 3)[:, 0] * 5).astype(int)
    assert np.bincount(starts.ravel(), minlength=6).min() > 150  # 200 expected of each


def test_a_latin_hypercube_has_each_part_once():
    design = samplers.latin_hypercube(NAMES, BOUNDS, 12, 1)
    for column, (low, high) in zip(design.points.T, BOUNDS, strict=True):
        assert sorted(((column - low) / (high - low) * 12).astype(int)) == list(range(12))
    other = samplers.latin_hypercube(NAMES, BOUNDS, 12, 2)
    assert not np.array_equal(design.points, other.points)


def test_a_grid_has_every_combination_the_last_factor_fastest():
    design = samplers.grid(NAMES[:2], BOUNDS[:2], (3, 2))
    assert design.points.tolist() == [[x, y] for x in (0.5, 1.0, 1.5) for y in (0.0, 1.0)]


@pytest.mark.parametrize(
    "sample",
    [samplers.sequence, samplers.saltelli, samplers.morris],
    ids=["sequence", "sobol", "morris"],
)
def test_a_larger_design_begins_with_a_smaller_one(sample):
    small, large = sample(NAMES, BOUNDS, 16, 3), sample(NAMES, BOUNDS, 32, 3)
    assert np.array_equal(small.points, large.points[: len(small)])
    assert np.array_equal(large.first(16).points, small.points)
    assert large.first(16).meta == small.meta
    assert small.method in NESTED


def test_a_latin_hypercube_is_not_nested():
    with pytest.raises(InputError, match="no smaller one"):
        samplers.latin_hypercube(NAMES, BOUNDS, 12, 1).first(6)


def test_sizes_and_levels_that_spoil_a_design_are_refused():
    with pytest.raises(InputError, match=r"power of two.*64 or 128"):
        samplers.saltelli(NAMES, BOUNDS, 100, 0)
    with pytest.raises(InputError, match="not even"):
        samplers.morris(NAMES, BOUNDS, 10, 0, levels=5)


def test_a_design_refuses_names_and_points_that_do_not_fit():
    with pytest.raises(ValueError, match="one name"):
        Design("lhs", ("a", "a"), BOUNDS[:2], np.zeros((3, 2)))
    with pytest.raises(ValueError, match="2 factors"):
        Design("lhs", ("a", "b"), BOUNDS[:2], np.zeros((3, 3)))


# ---------------------------------------------------------------- of a resolved sweep


def test_whole_quantities_take_each_number_equally_often():
    design = sweeps.problem(factors=[sweeps.PRICE], size=100).design
    assert sorted(set(design.points[:, 0])) == [0.0, 1.0]
    assert design.points[:, 0].sum() == 50


def test_a_prior_factor_is_spread_evenly_in_probability():
    factor = {"quantity": "trust_weight", "prior": [0.05, 0.95]}
    design = sweeps.problem(factors=[factor], size=20).design
    ends = prior_quantiles("trust_weight", np.array([0.05, 0.95]))
    assert design.bounds[0] == tuple(ends)
    middle = float(parameters()["trust_weight"].values())
    assert (design.points[:, 0] < middle).sum() == 10


def test_a_fitted_factor_has_the_distribution_of_the_draws():
    factor = {"quantity": "acceptance_constant.china"}
    design = sweeps.problem(factors=[{**factor, "fitted": [0.05, 0.95]}], size=200).design
    draws = installed().draws["acceptance_constant.china"]
    assert design.bounds[0] == tuple(np.quantile(draws, [0.05, 0.95]))
    even = np.quantile(draws, 0.05 + 0.9 * (np.arange(200) + 0.5) / 200)
    assert np.abs(np.sort(design.points[:, 0]) - even).max() < 0.1  # a part of 200, not one of ten
    prior = sweeps.problem(factors=[{**factor, "prior": [0.05, 0.95]}], size=200).design
    assert abs(np.median(prior.points) - np.median(design.points)) > 0.5


def test_what_is_known_of_a_lever_and_what_is_done_with_it_are_two_factors():
    """The one that sets goes first; the other multiplies what it has set."""
    known = {"quantity": "budget.russia", "fitted": [0.05, 0.95], "name": "budget.russia fitted"}
    found = sweeps.problem(factors=[known, sweeps.BUDGET], size=3)
    changed = moved(found.problem.tables(0).flat, found.movers, np.array([10.0, 1.5]))
    assert (changed[:, columns.column("budget.russia")] == 15.0).all()


def test_posterior_points_have_the_values_of_their_draws():
    found = sweeps.problem(factors=(), method="posterior", size=5, replicates=2)
    address = found.design.names[0]
    from steppe.model.quantities import addresses

    name, index = addresses()[address]
    assert found.design.points[:, 0].tolist() == [
        found.problem.draws[name][(draw, *index)] for draw in range(5)
    ]
    with pytest.raises(InputError, match=r"fewer draws.*7 at most"):
        sweeps.problem(factors=(), method="posterior", size=8)


def test_points_may_have_draws_of_their_own_beside_factors():
    factor = {"quantity": "militancy", "factor": [0.5, 2.0]}
    sweep = sweeps.resolved(factors=[factor], design={"posterior": "points"}, size=9)
    found = prepare(sweep)
    assert (
        found.design.names[0] == "budget.russia (factor)" or "budget.russia" in found.design.names
    )
    assert np.array_equal(found.design.points[0, 1:], found.design.points[7, 1:])  # 7 draws


def test_a_design_survives_its_json():
    design = sweeps.problem(method="sobol", size=4).design
    import xarray as xr

    data = xr.Dataset(
        {
            name: ("point", column)
            for name, column in zip(design.names, design.points.T, strict=True)
        },
        attrs={"design": design.to_json()},
    )
    again = Design.of_dataset(data)
    assert (again.method, again.names, again.bounds, again.seed, dict(again.meta)) == (
        design.method, design.names, design.bounds, design.seed, dict(design.meta),
    )  # fmt: skip
    assert np.array_equal(again.points, design.points)


def test_designs_depend_on_the_seed_of_the_sweep():
    one, other = (design_of(sweeps.resolved(seed=seed), {}) for seed in (1, 2))
    assert not np.array_equal(one.points, other.points)
