"""A point of a sweep is the scenario with its factors as levers, run by run and bit for bit."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import numpy as np
import pytest

from steppe.explore.problem import assemble
from steppe.explore.replicates import simulate_span
from steppe.explore.sweep import outcomes
from steppe.explore.sweep.cost import blocks
from steppe.explore.sweep.pasts import SharedPasts
from steppe.explore.sweep.problem import DONE, FAILED, STEP_RUNS
from steppe.model.names import START_YEAR
from steppe.scenarios.resolve import resolve
from steppe.scenarios.schema import Scenario

from . import sweeps

CALM = {"quantity": "militancy", "factor": [0.2, 2.0], "from": 1996, "until": 1997}
SHAKE = {"quantity": "opportunity_rate", "value": [1.0, 4.0]}
LATER = {"quantity": "militancy", "factor": [0.2, 2.0]}


def as_levers(problem, point, first):
    """The scenario of a sweep with the factors of a point as levers behind its own."""
    return [
        {
            "quantity": factor.quantity,
            "factor" if factor.acts == "multiply" else "value": float(value),
            "from": max(factor.first, first), "until": factor.last,
            "why": "test", "source": "assumed",
        }
        for factor, value in zip(
            problem.sweep.factors, problem.design.points[point], strict=True
        )
    ]  # fmt: skip


def check_against_scenarios(scenario, problem, first, runs):
    found, failures = problem.compute(range(len(problem.design)), range(runs))
    assert failures == []
    assert (found["status"] == DONE).all()
    projected = problem.first_projected
    for point in range(len(problem.design)):
        fields = {**scenario, "levers": as_levers(problem, point, first)}
        one = assemble(resolve(Scenario.model_validate(fields)), problem.sweep.seed)
        out = simulate_span(one, range(runs))
        packages = out.packages[:, projected:].sum(axis=(1, 2))
        assert np.array_equal(found["packages"][point], packages)
        assert np.array_equal(found["top_rung"][point], out.rung[:, -1].max(axis=1))
        delivered = out.delivered[:, projected:].sum(axis=(1, 2))
        assert found["delivered"][point] == pytest.approx(delivered, rel=1e-6)
        assert np.array_equal(found["state_rung"][point], out.rung[:, -1])
        trust = out.trust[:, -1].mean(axis=1)
        assert found["trust"][point] == pytest.approx(trust, rel=1e-6)
        mean = out.packages.sum(axis=2).mean(axis=0)
        assert found["yearly_packages_mean"][point, 0] == pytest.approx(mean, rel=1e-6)
        spread = out.delivered.sum(axis=2).std(axis=0, ddof=1)
        assert found["yearly_delivered_sd"][point, 0] == pytest.approx(spread, rel=1e-5, abs=1e-6)


ALL = {"outcomes": tuple(outcomes.OUTCOMES)}


def test_points_of_a_free_sweep_are_scenarios():
    problem = sweeps.problem(
        factors=[sweeps.BUDGET, sweeps.PRICE, CALM, SHAKE], size=4, replicates=15, **ALL
    )
    check_against_scenarios(sweeps.FREE, problem, START_YEAR, 15)


def test_points_of_a_sweep_that_follows_the_record_are_scenarios():
    problem = sweeps.problem(
        sweeps.FOLLOWING, factors=[sweeps.BUDGET, sweeps.PRICE, LATER], size=3, replicates=12, **ALL
    )
    assert problem.sweep.factors[0].first == 2002
    check_against_scenarios(sweeps.FOLLOWING, problem, 2002, 12)


def test_a_factor_of_one_changes_nothing_and_points_share_their_luck():
    at = {**sweeps.BUDGET, "at": [0.5, 1.0]}
    none = {"quantity": "diffusion", "factor": [0.999, 1.001], "at": [1.0]}
    two = sweeps.problem(factors=[at, none], method="grid", size=None, replicates=8)
    found, _ = two.compute(range(2), range(8))
    plain = simulate_span(assemble(resolve(Scenario.model_validate(sweeps.FREE)), 1), range(8))
    assert np.array_equal(found["packages"][1], plain.packages.sum(axis=(1, 2)))
    assert not np.array_equal(found["packages"][0], found["packages"][1])


@pytest.mark.parametrize("scenario", [sweeps.FREE, sweeps.FOLLOWING], ids=["free", "following"])
def test_parts_are_those_of_the_whole(scenario):
    problem = sweeps.problem(scenario, size=4, replicates=25)
    whole, _ = problem.compute(range(4), range(25))
    part, _ = problem.compute(range(1, 3), range(10, 25))
    for name, array in part.items():
        if not name.startswith("yearly_"):
            assert np.array_equal(array, whole[name][1:3, 10:25]), name


def test_more_runs_than_a_step_give_the_same_as_few():
    runs = STEP_RUNS + 50
    problem = sweeps.problem(size=2, replicates=runs)
    whole, _ = problem.compute(range(2), range(runs))
    last, _ = problem.compute(range(1, 2), range(STEP_RUNS, runs))
    assert np.array_equal(whole["packages"][1, STEP_RUNS:], last["packages"][0])
    mean = whole["packages"][1].mean(axis=0)
    yearly = whole["yearly_packages_mean"][1, 0].sum(axis=0)
    assert yearly == pytest.approx(mean, rel=1e-5)


def test_runs_of_a_point_with_its_own_draw_all_have_it():
    problem = sweeps.problem(factors=(), method="posterior", size=3, replicates=4)
    found, _ = problem.compute(range(3), range(4))
    for point in range(3):
        draw = {name: array[point : point + 1] for name, array in problem.problem.draws.items()}
        alone = assemble(resolve(Scenario.model_validate(sweeps.FREE)), 1)
        alone.draws.clear()
        alone.draws.update(draw)
        out = simulate_span(alone, range(4))
        assert np.array_equal(found["packages"][point], out.packages.sum(axis=(1, 2)))


def test_first_years_by_hand():
    top = np.array([[[0], [1], [3], [2]], [[0], [0], [0], [0]]])
    assert outcomes.first_years(top).tolist() == [[[1993, 1994, 1994, 0, 0]], [[0] * 5]]


def test_a_factor_out_of_bounds_is_refused_or_its_runs_are_marked():
    wide = {"quantity": "upgrade_probability.china", "factor": [0.5, 4.0], "at": [0.5, 4.0]}
    from steppe.model.errors import InputError

    asked = {"factors": [wide], "method": "one", "size": None, "replicates": 7}
    with pytest.raises(InputError, match=r"factors\[1\].*outside 0 to 1.*draw"):
        sweeps.problem(**asked).check()
    marked = sweeps.problem(**asked, failures="mark")
    marked.check()
    found, failures = marked.compute(range(2), range(7))
    beyond = marked.problem.draws["upgrade_probability"][:, 0] * 4.0 > 1.0
    assert (found["status"][0] == DONE).all()
    assert np.array_equal(found["status"][1] == FAILED, beyond)
    assert beyond.sum() > 0
    assert len(failures) >= 1
    assert "upgrade_probability.china" in failures[0]
    assert (found["packages"][1][beyond] == 0).all()


def test_a_past_that_cannot_be_is_marked_as_failed():
    scenario = {
        **sweeps.FOLLOWING,
        "levers": [{"quantity": "budget", "value": 0.0, "why": "test", "source": "assumed"}],
    }
    later = {"quantity": "diffusion", "factor": [0.5, 1.5]}
    problem = sweeps.problem(scenario, factors=[later], size=2, replicates=3)
    found, failures = problem.compute(range(2), range(3))
    assert (found["status"] == FAILED).all()
    assert "cannot bring forth" in failures[0]
    assert np.isnan(found["yearly_packages_mean"]).all()


def test_every_outcome_says_what_it_is():
    for spec in (*outcomes.OUTCOMES.values(), *outcomes.YEARLY.values()):
        assert spec.unit
        assert spec.long_name[0].isupper()
        assert set(spec.dims) <= set(outcomes.LABELS)


# ---------------------------------------------------------------- pasts


def test_threads_that_need_the_same_pasts_draw_them_at_the_same_time(monkeypatch):
    """Each of two blocks waits until the other is being drawn: one after the other never ends."""
    both, drawn = Barrier(2, timeout=30), []

    def draw(_, number, block):
        drawn.append((number, block))
        both.wait()
        return "drawn"

    monkeypatch.setattr(SharedPasts, "_draw", draw)
    shared = sweeps.problem(sweeps.FOLLOWING)._pasts
    with ThreadPoolExecutor(2) as pool:
        keys = [(0, 0), (1, 0)]
        for future in [pool.submit(shared.fetch, keys) for _ in range(2)]:
            future.result()
    assert sorted(drawn) == keys
    assert shared.get(0, 0) == "drawn"
    assert len(drawn) == 2


@pytest.mark.parametrize("posterior", ["replicates", "points"])
def test_blocks_to_draw_are_those_that_the_runs_follow(posterior):
    problem = sweeps.problem(
        {**sweeps.FOLLOWING, "parameters": {"source": "prior", "draws": 3}},
        factors=[LATER], size=8, replicates=50, design={"posterior": posterior},
    )  # fmt: skip
    spans = [(range(0, 2), range(10, 35)), (range(1, 5), range(0, 10))]
    used = {
        (group.draw, group.block)
        for points, runs in spans
        for group in problem._groups(points, runs, range(len(points) * len(runs)))
    }
    assert blocks(problem, spans) == len(used) > 3
    assert blocks(sweeps.problem(), spans) == 0
