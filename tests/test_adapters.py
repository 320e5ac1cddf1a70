"""Adapters: the same numbers in memory, in a sweep, as agents, and as other tools call them."""

import json
import pickle

import numpy as np
import pytest
from mesa import batch_run

from steppe.explore.adapters.mesa import PointModel, batch_parameters
from steppe.explore.adapters.salib import problem_spec, salib_function
from steppe.explore.evaluate import evaluator
from steppe.explore.sensitivity import sobol
from steppe.explore.sweep.samplers import saltelli
from steppe.model.errors import InputError

from . import sweeps

TEXT = """name = "short"
title = "Short"
story = "Something happens."
"""
FREE = TEXT + 'horizon = 1998\n[parameters]\nsource = "prior"\ndraws = 7\n'
FOLLOWING = TEXT + 'horizon = 2006\nconditioned_until = 2001\n[parameters]\nsource = "point"\n'
FACTORS = (
    {"quantity": "budget.russia", "factor": [0.5, 1.5]},
    {"quantity": "domestic_price.*.russia", "value": [0.0, 1.0], "name": "price"},
)


@pytest.fixture(scope="module", params=[FREE, FOLLOWING], ids=["free", "following"])
def ours(request, tmp_path_factory):
    file = tmp_path_factory.mktemp("scenario") / "short.toml"
    file.write_text(request.param)
    return evaluator(
        str(file), FACTORS, replicates=9, workers=2,
        outcomes=("packages", "first_year"), yearly=("packages",),
    )  # fmt: skip


# Prices are 0 or 1: 0.2 is rounded, in memory and under Mesa.
POINTS = np.array([[0.5, 0.2], [1.5, 0.2], [1.0, 1.0]])


def test_an_evaluation_is_the_sweep_at_the_same_points(ours):
    """Whatever the workers, the company of points, and whether yearly means are kept."""
    scenario = sweeps.FREE if ours.sweep_problem.problem.until is None else sweeps.FOLLOWING
    grid = sweeps.problem(
        scenario, method="grid", size=None, replicates=9,
        factors=[{**FACTORS[0], "at": [0.5, 1.5]}, {**FACTORS[1], "at": [0.0, 1.0]}],
    )  # fmt: skip
    arrays, _ = grid.compute(range(4), range(9))
    found = ours(grid.design.points)
    assert np.array_equal(found["packages"], arrays["packages"])
    alone = ours(grid.design.points[3:])
    assert np.array_equal(alone["packages"][0], arrays["packages"][3])
    projected = ours.sweep_problem.years[ours.sweep_problem.first_projected :]
    yearly = found["yearly_packages_mean"].sel(year=list(projected))
    assert np.allclose(yearly.sum("year"), found["packages"].mean("replicate"), rtol=1e-5)
    assert (ours.units == np.arange(9) % ours.sweep_problem.problem.draw_count).all()


def test_an_evaluator_survives_pickling(ours):
    again = pickle.loads(pickle.dumps(ours))
    assert np.array_equal(again(POINTS)["packages"], ours(POINTS)["packages"])


def test_points_outside_or_of_other_factors_are_refused(ours):
    with pytest.raises(InputError, match="outside the bounds"):
        ours(np.array([[2.0, 0.5]]))
    with pytest.raises(InputError, match="do not belong"):
        ours(np.array([[1.0]]))
    with pytest.raises(InputError, match="outside the bounds"):
        ours(np.array([[np.nan, 0.5]]))


# ---------------------------------------------------------------- SALib


def test_salib_calls_the_model_and_gets_the_indices_that_we_get(ours):
    model = salib_function(ours, "packages.russia.all")
    spec = problem_spec(ours, "packages.russia.all")
    sample = saltelli(ours.names, ours.bounds, 16, 1).points
    spec.set_samples(sample.copy())
    spec.evaluate(model)
    spec.analyze_sobol(seed=1)
    told = sobol(ours.problem, sample, spec.results, seed=5, resamples=20)
    assert np.allclose(spec.analysis["ST"], told["ST"])
    with pytest.raises(InputError, match="one number a point"):
        salib_function(ours, "packages.russia")(sample)


# ---------------------------------------------------------------- Mesa


def test_mesa_walks_the_same_runs_as_agents(ours):
    """Points under batch_run are those of the engine, run by run."""
    rows = batch_run(
        PointModel,
        batch_parameters(ours, {"budget.russia": [0.5, 1.5], "price": [0.2]}, range(8)),
        data_collection_period=1, display_progress=False,
    )  # fmt: skip
    found = ours(POINTS[:2])
    free = ours.sweep_problem.years[ours.sweep_problem.first_projected]
    for p, value in enumerate((0.5, 1.5)):
        for run in range(8):
            mine = [
                row["packages"] for row in rows
                if row["run"] == run and row["budget_russia"] == value and row["year"] >= free
            ]  # fmt: skip
            assert len(mine) == ours.sweep_problem.years[-1] - free + 1
            total = np.sum(mine, axis=0).sum(axis=0)
            assert np.array_equal(total, found["packages"][p, run])


def test_mesa_needs_a_value_for_each_factor_within_bounds(ours):
    sweep = ours.sweep_problem.sweep.to_json()
    with pytest.raises(InputError, match="a value is needed"):
        PointModel(sweep, budget_russia=1.0)
    with pytest.raises(InputError, match="outside"):
        PointModel(sweep, budget_russia=1.0, price=-7.0)
    with pytest.raises(InputError, match="values are needed"):
        batch_parameters(ours, {"budget.russia": [1.0]}, range(2))
    assert json.loads(sweep)["name"] == "evaluation"


# ---------------------------------------------------------------- EMA Workbench


@pytest.mark.filterwarnings("ignore")
def test_the_workbench_gets_scalars_events_and_years(ours):
    pytest.importorskip("ema_workbench")
    from ema_workbench import SequentialEvaluator

    from steppe.explore.adapters.ema import ema_model

    model = ema_model(
        ours,
        {
            "packages": "packages.russia.all",
            "early": "first_year.russia.defence.assistance < 1996",
            "yearly": "yearly_packages_mean.*.russia.all",
        },
        levers=["budget.russia"],
    )
    assert [p.name for p in model.levers] == ["budget_russia"]
    assert [p.name for p in model.uncertainties] == ["price"]
    with SequentialEvaluator(model) as evaluator_:
        experiments, outcomes = evaluator_.perform_experiments(scenarios=4, policies=2)
    points = experiments[["budget_russia", "price"]].to_numpy(dtype=float)
    found = ours(points)
    assert np.allclose(
        outcomes["packages"], found["packages"].mean("replicate").sel(patron="russia").sum("area")
    )
    assert np.allclose(
        outcomes["yearly"],
        found["yearly_packages_mean"].sel(patron="russia").sum("area"),
    )
    first = found["first_year"].sel(patron="russia", area="defence", rung="assistance")
    assert np.allclose(outcomes["early"], ((first > 0) & (first < 1996)).mean("replicate"))
    with pytest.raises(InputError, match=r"no factor.*budget\.russia"):
        ema_model(ours, {"p": "packages.russia.all"}, levers=["budget.rusia"])
