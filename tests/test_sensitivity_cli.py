"""The commands sensitivity, discover and tipping on a small sweep, as a user calls them."""

import json
import re
import shutil

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from steppe.cli.main import app
from steppe.explore.evaluate import Evaluator
from steppe.explore.sweep.outcomes import OUTCOMES, YEARLY
from steppe.model.errors import InputError
from steppe.scenarios.load import load

from . import sweeps

SCENARIO = """
name = "short"
title = "Short"
story = "Something happens."
horizon = 1998
[parameters]
source = "prior"
draws = 24
"""
SWEEP = """
name = "{method}"
title = "A {method} sweep"
on = "short.toml"
replicates = 24
failures = "{failures}"
yearly = ["packages"]
outcomes = ["packages", "first_year", "top_rung"]
[design]
method = "{method}"
size = {size}
[[factors]]
quantity = "budget.russia"
factor = [0.2, {most}]
[[factors]]
quantity = "budget.china"
factor = [0.5, 1.5]
[[factors]]
quantity = "need_weight"
prior = [0.05, 0.95]
"""


def call(*words):
    """Call steppe; an InputError is what the user would read."""
    done = CliRunner().invoke(app, [str(word) for word in words])
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    assert done.exit_code == 0, done.output
    return done.output


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    found = tmp_path_factory.mktemp("swept")
    (found / "short.toml").write_text(SCENARIO)
    for method, size in (("sobol", 16), ("morris", 8), ("lhs", 60)):
        text = SWEEP.format(method=method, size=size, failures="refuse", most=2.0)
        (found / f"{method}.toml").write_text(text)
        call("sweep", found / f"{method}.toml", "--out", found / method, "--workers", 1)
    return found


def files(directory):
    found = (p for p in directory.rglob("*") if p.is_file())
    return {p.relative_to(directory).as_posix(): p.read_bytes() for p in found}


def test_sensitivity_ranks_and_writes(folder, tmp_path):
    out = call(
        "sensitivity", folder / "sobol", "--outcome", "packages.russia.all", "--out", tmp_path
    )
    assert "packages.russia.all (sobol, 3 factors)" in out
    assert "The largest total share of the variance between points goes with budget.russia" in out
    assert "is luck and what is not known of the parameters" in " ".join(out.split())
    place = tmp_path / "sobol-packages.russia.all"
    table = pd.read_csv(place / "indices.csv")
    assert table.set_index("factor")["ST"].idxmax() == "budget.russia"
    assert len(pd.read_csv(place / "pairs.csv")) == 3
    assert set(pd.read_csv(place / "convergence.csv")["size"]) == {16}
    assert (place / "figures" / "ranks.png").read_bytes()[:4] == b"\x89PNG"
    about = json.loads((place / "about.json").read_text())
    assert about["command"][:3] == ["steppe", "sensitivity", "sobol"]


def test_the_same_command_gives_the_same_bytes(folder, tmp_path):
    made = []
    for name in ("one", "other"):
        call("sensitivity", folder / "lhs", "--outcome", "packages.china.all", "--resamples", 20,
             "--out", tmp_path / name)  # fmt: skip
        made.append(files(tmp_path / name))
    assert made[0] == made[1]
    assert len(made[0]) >= 5


def test_each_design_has_its_analysis_and_events_and_years_are_outcomes(folder, tmp_path):
    assert "(morris, 3 factors)" in call(
        "sensitivity", folder / "morris", "--outcome", "packages.russia.all", "--out", tmp_path
    )
    event = "packages.russia.defence > 29"
    out = call("sensitivity", folder / "lhs", "--event", event, "--resamples", 20,
               "--out", tmp_path)  # fmt: skip
    assert "(pawn, 3 factors)" in out
    never = "first_year.russia.defence.assistance < 1900"
    out = call("sensitivity", folder / "lhs", "--event", never, "--out", tmp_path)
    assert "refused: the outcome is the same at every point" in out
    assert (tmp_path / "pawn-packages.russia.defence-above-29").is_dir()
    out = call("sensitivity", folder / "sobol", "--outcome", "yearly_packages_mean.*.russia.all",
               "--resamples", 20, "--out", tmp_path)  # fmt: skip
    assert "1998  budget.russia" in out
    assert "of the last year only (1998)" in out
    assert "Convergence cannot be judged" in out
    growing = tmp_path / "sobol-yearly_packages_mean.each.russia.all" / "convergence.csv"
    assert set(pd.read_csv(growing)["size"]) == {16}
    assert (tmp_path / "sobol-yearly_packages_mean.each.russia.all/figures/years.png").exists()


def test_failed_runs_are_told_or_refuse_the_index(folder, tmp_path):
    """A prior draw that a factor takes out of its bounds fails; its runs are no numbers."""
    text = SWEEP.format(method="lhs", size=60, failures="mark", most=12.0)
    (tmp_path / "short.toml").write_text(SCENARIO)
    (tmp_path / "lhs.toml").write_text(text)
    told = call("sweep", tmp_path / "lhs.toml", "--out", tmp_path / "lhs", "--workers", 1)
    assert "runs failed: budget.russia takes" in told
    out = call("sensitivity", tmp_path / "lhs", "--outcome", "packages.russia.all")
    assert "refused: runs are missing in" in out
    assert "largest" not in out


@pytest.mark.parametrize("words", [
    ("sensitivity", "--outcome", "packages.russia.all"),
    ("discover", "packages.russia.defence > 22"),
], ids=["sensitivity", "discover"])  # fmt: skip
def test_a_lost_chunk_is_named_and_no_zeros_are_analysed(folder, tmp_path, words):
    """Its zeros would have been the lowest numbers of packages, and moved every index."""
    copy = tmp_path / "lhs"
    shutil.copytree(folder / "lhs", copy)
    lost = copy / "data.zarr" / "packages" / "c" / "0"
    for file in (p for p in lost.rglob("*") if p.is_file()):
        file.unlink()
    command, *more = words
    done = CliRunner().invoke(app, [command, str(copy), *more, "--out", str(tmp_path / "out")])
    assert "chunks are damaged: 0-0 (data.zarr/packages/c/0/0/0/0)" in done.stderr
    assert "ask again: steppe sweep" in done.stderr
    if command == "sensitivity":
        assert "refused: runs are missing in" in done.stdout
    else:
        assert "runs are missing, so that 8 points may or may not" in str(done.exception)


def test_wrong_requests_are_named(folder):
    for words, problem in (
        (("sensitivity",), "no sweep is named"),
        (("sensitivity", folder), "no sweep directory"),
        (("sensitivity", folder / "lhs", "--outcome", "package.china"), "packages"),
        (("sensitivity", folder / "lhs", "--method", "sobol"), "has no sobol indices"),
        (("sensitivity", folder / "sobol", "--outcome", "yearly_packages_mean.*.china"), "label"),
        (("discover", folder / "lhs", "packages.china.defence > 100000"), "no point brings"),
        (("discover", folder / "lhs", "packages.china > 3"), "needs a label"),
        (("tipping", "baseline", "--lever", "budget.china"), "not written as it must be"),
        (("tipping", "baseline", "--lever", "budget.china:0:2"), "what tips"),
        (("tipping", "baseline"), "one lever tips at a time"),
    ):
        with pytest.raises(InputError, match=problem):
            call(*words)


def test_discover_writes_a_scenario_that_loads(folder, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    event = "packages.russia.defence > 22"
    out = call("discover", folder / "lhs", event, "--scenario", "many-packages", "--out", "found")
    assert "Box 1: coverage" in out
    assert "budget.russia: at least" in out
    assert "On points that did not help to find it" in out
    place = tmp_path / "found" / "prim-packages.russia.defence-above-22"
    boxes = pd.read_csv(place / "boxes.csv")
    assert boxes["qp_low"].fillna(0).max() <= 0.05
    steps = pd.read_csv(place / "trajectory.csv")
    assert steps["coverage"][0] == 1.0
    assert (place / "figures" / "box-1.png").exists()
    scenario = load("./many-packages.toml")
    assert "budget.russia" in [lever.quantity for lever in scenario.levers]
    with pytest.raises(InputError, match="the file exists"):
        call("discover", folder / "lhs", event, "--scenario", "many-packages", "--out", "found")


def test_tipping_says_where(folder, tmp_path):
    out = call(
        "tipping", folder / "short.toml", "--lever", "budget.russia:0.2:3", "--outcome",
        "packages.russia.defence", "--at", 29, "--runs", 96, "--out", tmp_path / "tip",
    )  # fmt: skip
    assert "Tipping point at" in out
    table = pd.read_csv(tmp_path / "tip" / "tipping.csv")
    assert (np.diff(table["value"]) > 0).all()
    assert table["mean"].iloc[0] < 29 < table["mean"].iloc[-1]
    assert (tmp_path / "tip" / "figures" / "tipping.png").exists()


def test_tipping_with_one_draw_takes_each_run_for_itself(folder):
    out = call(
        "tipping", folder / "short.toml", "--lever", "budget.russia:0.2:3", "--outcome",
        "packages.russia.defence", "--at", 29, "--runs", 96, "--parameters", "point",
    )  # fmt: skip
    assert "Tipping point at" in out


@pytest.mark.parametrize(("scenario", "units"), [(sweeps.FREE, 40), (sweeps.FOLLOWING, 4)])
def test_runs_of_one_draw_are_units_unless_they_share_a_filter(scenario, units):
    sweep = sweeps.problem({**scenario, "parameters": {"source": "point"}}, replicates=40)
    assert len(np.unique(Evaluator(sweep).units)) == units


@pytest.mark.parametrize("command", ["discover", "tipping", "sensitivity"])
def test_outcomes_that_help_names_are_kept_by_sweeps(command):
    """Addresses of an outcome, a patron and an area, as help writes them."""
    told = CliRunner().invoke(app, [command, "--help"], env={"COLUMNS": "400"}).output
    named = set(re.findall(r"([a-z_]+)(?:\.\*)?\.(?:china|russia)\.", told))
    yearly = {f"yearly_{name}_mean" for name in YEARLY}
    assert named - {"budget"} <= set(OUTCOMES) | yearly
    assert named


def test_check_prints_known_indices():
    out = call("sensitivity", "--check")
    assert "ishigami    x1          ST        0.5576" in out
    assert "linear      x2          mu       -2.0000   -2.0000" in out
