"""Sensitivity: known indices by the model's own path, missing runs, chance, growth, refusals."""

import numpy as np
import pytest
import xarray as xr

from steppe.cli.known import run_function
from steppe.cli.sensitivity_text import cells, print_years
from steppe.explore.sensitivity import (
    convergence,
    delta,
    morris,
    pawn,
    ranked,
    sobol,
    verdict,
)
from steppe.explore.sensitivity import distribution as dist
from steppe.explore.sensitivity.chance import parts
from steppe.explore.sensitivity.interval import Interval, variance
from steppe.explore.sensitivity.known import FunctionProblem, known
from steppe.explore.sensitivity.of_sweep import SweepAnalysis, sentences
from steppe.explore.sensitivity.variance import salib_seed
from steppe.explore.sweep.samplers import latin_hypercube, saltelli
from steppe.explore.sweep.samplers import morris as trajectories
from steppe.model.errors import InputError

ISHIGAMI, SOBOL_G, LINEAR = known("ishigami"), known("sobol-g"), known("linear")


def design(function, size, sampler=saltelli, seed=1, **more):
    return sampler(function.names, function.bounds, size, seed, **more)


def answered(function, size, sampler=saltelli):
    found = design(function, size, sampler)
    return found.problem, found.points, function.function(found.points)


# ---------------------------------------------------------------- known answers


@pytest.mark.parametrize(
    ("function", "size", "sampler", "method", "allowed"),
    [
        (ISHIGAMI, 1024, saltelli, "sobol", 0.01),
        (SOBOL_G, 512, saltelli, "sobol", 0.03),
        (LINEAR, 10, trajectories, "morris", 1e-9),
        (known("identity"), 1000, latin_hypercube, "pawn", 0.1),
        (known("sum"), 1000, latin_hypercube, "delta", 0.08),
    ],
    ids=["ishigami", "sobol-g", "linear", "identity", "sum"],
)
def test_known_indices_by_the_path_of_the_model(function, size, sampler, method, allowed, tmp_path):
    """Computed by the executor, kept in a directory, read by open_sweep, analysed."""
    problem = FunctionProblem(function, design(function, size, sampler))
    sweep = run_function(problem, 1, tmp_path / "sweep")
    indices = SweepAnalysis(sweep, "y", method, seed=1).indices()
    assert indices["status"].item() == "ok"
    for name, values in function.expected.items():
        off = np.abs(indices[name].values - values)
        assert np.nanmax(off) < allowed, (name, indices[name].values)
        if f"{name}_low" in indices and method == "sobol":
            inside = (indices[f"{name}_low"] <= values) & (values <= indices[f"{name}_high"])
            known_pairs = ~np.isnan(indices[name].values)
            assert inside.values[known_pairs].mean() > 0.9


def test_estimates_are_salibs():
    from SALib.analyze import sobol as salib

    problem, points, values = answered(SOBOL_G, 64)
    ours = sobol(problem, points, values, seed=3, resamples=50)
    theirs = salib.analyze(problem, values, num_resamples=50, seed=salib_seed(3))
    for name in ("S1", "ST"):
        assert np.array_equal(ours[name], theirs[name])
        assert np.array_equal(ours[f"{name}_high"] - ours[name] > 0, theirs[f"{name}_conf"] > 0)
    upper = np.triu_indices(8, 1)
    assert np.array_equal(ours["S2"].values[upper], theirs["S2"][upper])
    assert np.array_equal(ours["S2"].values.T[upper], theirs["S2"][upper])


def test_resampled_statistics_are_salibs():
    from SALib.analyze import pawn as salib
    from SALib.analyze.delta import calc_delta

    problem, points, values = answered(ISHIGAMI, 400, latin_hypercube)
    rounded = np.round(values, 0)  # ties
    for y in (values, rounded):
        ours = [np.nanmedian(dist.distances(x, y)) for x in points.T]
        assert np.allclose(ours, salib.analyze(problem, points, y)["median"], atol=1e-12)
    edges, grid = dist._classes(400), np.linspace(values.min(), values.max(), 100)
    for x in points.T:
        assert np.isclose(
            dist.area_between(x, values, edges, grid), calc_delta(values, grid, x, edges)
        )


def test_seeds_are_kept_zero_included_and_global_luck_is_not_touched():
    problem, points, values = answered(ISHIGAMI, 16)
    before = np.random.get_state()[1].copy()
    runs = [sobol(problem, points, values, seed=seed, resamples=20) for seed in (0, 0, 1)]
    assert runs[0].equals(runs[1])
    assert not np.array_equal(runs[0]["S1_low"], runs[2]["S1_low"])
    for analysis in (delta, pawn):
        assert analysis(problem, points, values, seed=0, resamples=10).equals(
            analysis(problem, points, values, seed=0, resamples=10)
        )
    assert np.array_equal(np.random.get_state()[1], before)


# ---------------------------------------------------------------- designs that do not fit


def test_points_of_another_design_are_refused():
    problem, points, values = answered(ISHIGAMI, 16)
    shuffled = np.random.default_rng(0).permutation(len(points))
    with pytest.raises(InputError, match="no Sobol design"):
        sobol(problem, points[shuffled], values[shuffled], seed=1)
    with pytest.raises(InputError, match="no Morris design"):
        morris(problem, points, values, seed=1)
    with pytest.raises(InputError, match="do not belong"):
        pawn(problem, points[:, :2], values, seed=1)
    with pytest.raises(InputError, match="as many outcomes"):
        pawn(problem, points, values[:-1], seed=1)


def test_morris_factors_that_are_not_spread_evenly_need_the_levels():
    found = design(LINEAR, 10, trajectories)
    bent = found.points**3
    values = LINEAR.function(found.points)
    with pytest.raises(InputError, match="by one step"):
        morris(found.problem, bent, values, seed=1)
    told = morris(found.problem, bent, values, seed=1, levels=4)
    assert np.allclose(told["mu"], LINEAR.expected["mu"])


# ---------------------------------------------------------------- missing runs


@pytest.mark.parametrize("method", ["sobol", "morris", "pawn", "delta"])
def test_bounds_hold_whatever_the_missing_runs_would_have_given(method):
    sampler, size, analysis = {
        "sobol": (saltelli, 64, sobol), "morris": (trajectories, 40, morris),
        "pawn": (latin_hypercube, 400, pawn), "delta": (latin_hypercube, 400, delta),
    }[method]  # fmt: skip
    problem, points, values = answered(ISHIGAMI, size, sampler)
    span = (float(values.min()), float(values.max()))
    luck = np.random.default_rng(1)
    lost = luck.choice(len(points), 3, replace=False)
    holed = values.copy()
    holed[lost] = np.nan
    more = {"span": span} if method in ("sobol", "morris") else {}
    told = analysis(problem, points, holed, seed=1, resamples=20, **more)
    names = [str(n)[:-6] for n in told.data_vars if str(n).endswith("_least")]
    assert names
    assert told["missing"].item() == 3
    wide = 0.0
    for fill in [
        *(np.full(3, end) for end in span),
        *luck.uniform(*span, size=(6, 3)),
        values[lost],
    ]:
        whole = values.copy()
        whole[lost] = fill
        found = analysis(problem, points, whole, seed=1, resamples=20, **more)
        for name in names:
            slack = 0.02 if method in ("pawn", "delta") else 0.02 * abs(found[name]) + 1e-9
            assert (told[f"{name}_least"] - slack <= found[name]).all() or np.isnan(
                found[name]
            ).any()
            assert (found[name] <= told[f"{name}_most"] + slack).all() or np.isnan(
                found[name]
            ).any()
            wide = max(wide, float(np.nanmax(told[f"{name}_most"] - told[f"{name}_least"])))
    assert wide > 0.01


def test_bounds_of_nothing_missing_are_the_estimate():
    """The interval arithmetic is SALib's estimator where every interval is a number."""
    from steppe.explore.sensitivity.responses import responses
    from steppe.explore.sensitivity.saltelli import layout
    from steppe.explore.sensitivity.variance import bounds

    problem, points, values = answered(ISHIGAMI, 64)
    exact = bounds(layout(points), responses(values))
    found = sobol(problem, points, values, seed=1, resamples=10)
    for name in ("S1", "ST"):
        for end in ("least", "most"):
            assert np.allclose(exact[f"{name}_{end}"], found[name], atol=1e-9)


def test_a_share_of_missing_runs_refuses_the_index_and_never_gives_a_number(tmp_path):
    found = design(ISHIGAMI, 64)
    lost = tuple((n * found.block, 0) for n in range(8))
    sweep = run_function(FunctionProblem(ISHIGAMI, found, lost=lost), 2, tmp_path / "sweep")
    told = SweepAnalysis(sweep, "y", seed=1).indices()
    assert told["status"].item().startswith("refused: runs are missing in 8 of 64 blocks")
    assert "ST" not in told
    with pytest.raises(InputError, match="refused"):
        ranked(told)
    fewer = run_function(FunctionProblem(ISHIGAMI, found, lost=lost[:5]), 2, tmp_path / "other")
    kept = SweepAnalysis(fewer, "y", seed=1).indices()
    assert kept["status"].item() == "ok"
    table = ranked(kept)
    assert (table["high"] >= table["ST_most"] - 1e-12).all()
    assert (table["low"] <= table["ST_least"] + 1e-12).all()


def test_the_variance_of_intervals_holds_all_that_is_possible():
    luck = np.random.default_rng(2)
    low = luck.normal(size=12)
    high = low + luck.exponential(size=12) * (luck.random(12) < 0.4)
    least, most = variance(Interval(low, high))
    inside = [np.var(luck.uniform(low, high)) for _ in range(300)]
    ends = [np.var(np.where(luck.random(12) < 0.5, low, high)) for _ in range(300)]
    assert least <= min(inside + ends)
    assert most >= max(inside + ends)
    nearest = np.var(np.clip(np.median((low + high) / 2), low, high))
    assert least <= nearest + 1e-12
    exact = variance(Interval(low, low))
    assert np.isclose(exact.low, np.var(low))
    assert np.isclose(exact.high, np.var(low))


def test_an_outcome_outside_its_span_is_an_error():
    problem, points, values = answered(ISHIGAMI, 16)
    with pytest.raises(InputError, match="leaves the span"):
        sobol(problem, points, values, seed=1, span=(0.0, 1.0))


def test_an_outcome_that_nothing_moves_has_no_index():
    problem, points, values = answered(ISHIGAMI, 16)
    told = sobol(problem, points, np.full_like(values, 3.0), seed=1)
    assert told["status"].item() == "refused: the outcome is the same at every point"


def test_delta_needs_a_density():
    problem, points, values = answered(ISHIGAMI, 200, latin_hypercube)
    told = delta(problem, points, np.sign(values), seed=1)
    assert "no density" in told["status"].item()
    assert pawn(problem, points, np.sign(values), seed=1)["status"].item() == "ok"


# ---------------------------------------------------------------- chance


def noisy(common, own, replicates=8, size=128):
    found = design(ISHIGAMI, size)
    problem = FunctionProblem(ISHIGAMI, found, common=common, own=own)
    arrays, _ = problem.compute(range(len(found)), range(replicates))
    return found.problem, found.points, arrays["y"]


def test_luck_that_all_points_share_drops_out():
    problem, points, values = noisy(common=5.0, own=0.0)
    calm = ISHIGAMI.function(points)
    told, plain = (sobol(problem, points, y, seed=1, resamples=20) for y in (values, calm))
    assert np.allclose(told["ST"], plain["ST"])
    assert np.isclose(told["chance"], told["chance_common"])
    assert told["chance"] > 0.3
    assert np.isnan(plain["chance"])


def test_luck_of_each_point_inflates_the_total_and_the_crossed_estimate_takes_it_out():
    problem, points, values = noisy(common=0.0, own=6.0, size=512)
    told = sobol(problem, points, values, seed=1, resamples=100)
    calm = sobol(problem, points, ISHIGAMI.function(points), seed=1, resamples=20)
    assert np.abs(told["ST_expected"] - calm["ST"]).max() < 0.08
    assert (told["ST"] - calm["ST"]).min() > 0.06  # negative control: 36/8 of chance is in it
    variance_of_run = 36.0 / (36.0 + np.var(ISHIGAMI.function(points)))
    assert abs(told["chance"] - variance_of_run) < 0.05
    assert told["chance_common"] < 0.02
    assert (told["S1_run"] < told["S1"]).values[:2].all()
    assert any("single run" in s for s in sentences(told))


def test_a_factor_that_does_nothing_is_not_told_from_luck():
    """By the interval of ST alone it would be: squares of luck are never negative."""
    found = design(LINEAR, 64)
    problem = FunctionProblem(LINEAR, found, own=2.0)
    arrays, _ = problem.compute(range(len(found)), range(6))
    table = ranked(sobol(found.problem, found.points, arrays["y"], seed=1)).set_index("factor")
    assert table.at["x1", "told"]
    assert not table.at["x4", "told"]
    assert table.at["x4", "low"] > 0.0


def test_parts_of_the_variance():
    luck = np.random.default_rng(3)
    a, b = 2.0 * luck.normal(size=(400, 1)), 1.0 * luck.normal(size=(1, 60))
    values = a + b + 0.5 * luck.normal(size=(400, 60))
    told = parts(values)
    assert np.allclose(told[:3], [np.var(a), np.var(b), 0.25], rtol=0.1)
    blind = parts(values, paired=False)
    assert blind.common == 0.0
    assert np.isclose(blind.own, np.var(b) + 0.25, rtol=0.1)
    assert np.isnan(parts(values[:, :1]).chance)


def test_morris_and_pawn_say_what_chance_alone_would_show():
    found = design(LINEAR, 20, trajectories)
    problem = FunctionProblem(LINEAR, found, own=1.0)
    arrays, _ = problem.compute(range(len(found)), range(10))
    told = ranked(morris(found.problem, found.points, arrays["y"], seed=1)).set_index("factor")
    assert list(told["told"]) == [True, True, True, False]
    problem, points, values = answered(known("identity"), 500, latin_hypercube)
    table = ranked(pawn(problem, points, values, seed=1)).set_index("factor")
    assert list(table.loc[["x1", "x2"], "told"]) == [True, False]


# ---------------------------------------------------------------- cells and growth


def test_every_year_has_its_own_indices():
    problem, points, values = answered(LINEAR, 16)
    first, second = points[:, 0], values
    outcome = xr.DataArray(
        np.stack([np.zeros_like(first), first, second], axis=1), dims=("point", "year"),
        coords={"year": [2025, 2026, 2027]},
    )  # fmt: skip
    told = sobol(problem, points, outcome, seed=1, resamples=20)
    assert told["ST"].dims == ("year", "factor")
    assert told["status"].values.tolist()[1:] == ["ok", "ok"]
    assert told["status"].values[0].startswith("refused")
    assert np.isnan(told["ST"].sel(year=2025)).all()
    assert np.allclose(told["ST"].sel(year=2026), [1, 0, 0, 0], atol=0.2)
    with pytest.raises(InputError, match="no one order"):
        ranked(told)
    assert ranked(told.sel(year=2027))["factor"][0] == "x1"


def test_years_mark_what_is_not_told_from_chance(capsys):
    """Only x1 moves the outcome: x2 and x3 come next in the order, with an index of 0."""
    problem, points, _ = answered(LINEAR, 16)
    outcome = xr.DataArray(
        np.stack([points[:, 0]] * 2, axis=1), dims=("point", "year"),
        coords={"year": [2026, 2027]},
    )  # fmt: skip
    print_years(cells(sobol(problem, points, outcome, seed=1, resamples=20)), "sobol")
    told = capsys.readouterr().out
    assert "2027  x1 1" in told
    assert told.count("x2* 0 (0 to 0)") == told.count("x3* 0 (0 to 0)") == 2
    assert "* not told from chance" in told
    assert "chance in them is not taken out" in told


def test_indices_settle_as_the_sample_grows():
    problem, points, values = answered(SOBOL_G, 1024)
    growing = convergence("sobol", problem, points, values, seed=1, sizes=[16, 256, 512, 1024])
    off = np.abs(growing["ST"] - SOBOL_G.expected["ST"]).max("factor")
    assert off[-1] < off[0]
    whole = sobol(problem, points, values, seed=1)
    assert np.array_equal(growing["ST"].isel(size=-1), whole["ST"])
    assert verdict(growing).endswith("settled.")
    assert "not settled" in verdict(growing.isel(size=[0, 1]))
    with pytest.raises(InputError, match="within the sample"):
        convergence("sobol", problem, points, values, seed=1, sizes=[2048])


def test_an_unknown_analysis_or_outcome_is_named(tmp_path):
    problem = FunctionProblem(LINEAR, design(LINEAR, 4, trajectories))
    sweep = run_function(problem, 1, tmp_path / "sweep")
    with pytest.raises(InputError, match=r"no such analysis.*morris"):
        convergence("moris", *answered(LINEAR, 4), seed=1)
    with pytest.raises(InputError, match="no such outcome"):
        SweepAnalysis(sweep, "z", seed=1)
    with pytest.raises(InputError, match="has no sobol indices"):
        SweepAnalysis(sweep, "y", "sobol", seed=1)
