"""A backtest on the first years of the real record: its order, its files, its honesty."""

import csv
import json
from dataclasses import replace
from importlib.resources import files
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from steppe.calibration.asof import frozen
from steppe.calibration.fit import Plan, sample
from steppe.calibration.packages import imposed
from steppe.cli.backtest import badge
from steppe.cli.main import app
from steppe.explore.backtest import forecast
from steppe.explore.backtest.baselines import BASELINES
from steppe.explore.backtest.cells import count, exposure
from steppe.explore.backtest.competition import total_rows
from steppe.explore.backtest.conduct import density_rows, enter, score, state_power
from steppe.explore.backtest.forecast import VARIANTS, Task
from steppe.explore.backtest.leaks import check_no_leak
from steppe.explore.backtest.rolling import follow, follow_all
from steppe.explore.backtest.sums import (
    SCORE,
    Sizes,
    draw_sums,
    sizes_on_record,
    sums_on_record,
    yearly_sums,
)
from steppe.model.errors import InputError
from steppe.model.names import FORMS, PATRONS, START_YEAR, STATES

CUT, LAST = 2001, 2003


@pytest.fixture(scope="module")
def positions():
    dimensions = len(frozen(CUT).target(1).entries)
    return 0.3 * np.random.default_rng(1).standard_normal((10, dimensions))


@pytest.fixture(scope="module")
def task():
    return Task(CUT, LAST, particles=12, runs=8)


@pytest.fixture(scope="module")
def fitted(positions):
    """Draws of every variant: those of the model, less what an ablation does not estimate."""
    known = frozen(CUT).target(1).entries
    return {
        name: positions[:, [entry.family not in zero for entry in known]]
        for name, zero in VARIANTS.items()
    }


@pytest.fixture(scope="module")
def entered(task, fitted):
    return enter(task, fitted, 1)


def test_cells_count_the_record_once():
    """By hand: in 2009 Russia's organisation held ten parts in joint exercises; no base counts."""
    counts = count(imposed(2022), 2022)
    joint = FORMS.index("joint_exercise")
    assert counts[2009 - START_YEAR, :, PATRONS.index("russia"), joint].sum() == 10
    packages = imposed(2022)
    own = (packages.last == 0) & (packages.rung > 0) & (packages.occasion >= 0)
    assert counts.sum() == own.sum()
    assert count(imposed(2022), 2005).sum() == counts[: 2006 - START_YEAR].sum()


def test_exposure_of_joint_exercises_is_that_of_exercises_of_members():
    coverage, membership = np.arange(10.0).reshape(1, 2, 5), np.ones((1, 5, 2))
    membership[0, 3, 1] = 0.0
    found = exposure(coverage, membership)
    assert found.shape == (1, 5, 2, 6)
    joint = found[..., FORMS.index("joint_exercise")]
    assert joint[0, 3, 1] == 0.0
    joint[0, 3, 1] = coverage[0, 1, 2]
    for state in range(5):
        assert np.array_equal(joint[:, state], coverage[..., 2])
        assert np.array_equal(found[:, state, :, FORMS.index("base")], coverage[..., 4])


def test_every_competitor_forecasts_every_cell(entered, positions):
    assert set(entered) == {*VARIANTS, *BASELINES}
    for name, found in entered.items():
        assert found.counts.shape == (80, 2, len(STATES), len(PATRONS), len(FORMS)), name
        assert found.sums.shape == (80, 2, len(STATES), len(PATRONS)), name
        assert found.counts.sum() > 0, name


def test_forecasts_are_the_same_again_and_differ_by_seed(task, positions, entered):
    again, other = (forecast.by_model(task, positions, seed).counts for seed in (1, 2))
    assert np.array_equal(again, entered["model"].counts)
    assert not np.array_equal(other, again)


def test_an_ablation_sets_its_quantities_to_zero_and_no_others():
    tables = frozen(CUT).tables
    ablated = forecast.without(tables, ("complementarity", "salience"))
    assert not ablated["salience"].any()
    assert tables["salience"].any()
    assert np.array_equal(ablated["budget"], tables["budget"])
    assert forecast.without(tables, ()) is tables


def test_an_ablation_is_fitted_without_its_quantities():
    """Its density is that of the model where the mechanism is zero, of the other numbers alone."""
    whole = frozen(CUT).target(3)
    target = forecast.ablated(whole, ("complementarity", "salience"))
    left_out = {e.address for e in whole.entries} - {e.address for e in target.entries}
    assert left_out == {
        e.address for e in whole.entries if e.family in ("complementarity", "salience")
    }
    rng = np.random.default_rng(1)
    position = 0.3 * rng.standard_normal(len(whole.entries))
    own = position[[entry.address not in left_out for entry in whole.entries]]
    tables = target.at(own)
    assert not tables["complementarity"].any()
    assert not tables["salience"].any()
    expected = forecast.without(whole.at(position), ("complementarity", "salience"))
    np.testing.assert_array_equal(tables.flat, expected.flat)
    assert forecast.ablated(whole, ()) is whole


def test_what_comes_after_the_cut_changes_no_forecast(task, positions, entered, monkeypatch):
    """The forecast is made with everything later withheld."""

    def withheld(year, directory=None):
        assert year <= CUT
        return imposed(year, directory)

    monkeypatch.setattr("steppe.calibration.asof.imposed", withheld)
    anew = Task(CUT, LAST, particles=12, runs=8)
    assert np.array_equal(forecast.by_model(anew, positions, 1).counts, entered["model"].counts)
    found = forecast.by_baselines(anew, 80, 1)
    assert np.array_equal(found["Hawkes"].counts, entered["Hawkes"].counts)
    with pytest.raises(AssertionError):
        forecast.documented(anew)


@pytest.fixture(scope="module")
def following():
    return Task(CUT, LAST, True, particles=12, runs=8)


@pytest.fixture(scope="module")
def references(fitted):
    """Normals by which draws are moved: of the prior, in the directions of the numbers."""
    return {name: (np.zeros(one.shape[1]), np.eye(one.shape[1])) for name, one in fitted.items()}


@pytest.fixture(scope="module")
def followed(following, fitted, tmp_path_factory):
    return follow_all(following, fitted, 1, 1, tmp_path_factory.mktemp("followed"))


def test_draws_follow_the_record(following, positions, followed):
    """They begin where the fit left them; later ones are of the density at their own origin."""
    own = followed["model"]
    assert own.positions.shape == (2, *positions.shape)
    assert np.array_equal(own.positions[0], np.concatenate([positions[::2], positions[1::2]]))
    assert own.left[0] == len(positions)
    assert 1.0 <= own.left[1] < len(positions)
    assert own.stages.tolist()[0] == 0 < own.stages[1]
    assert np.isfinite(own.densities).all()
    assert (own.errors > 0.0).all()
    [swarm, _] = follow(following, positions, 1)[1]
    at_home = following.frozen(CUT + 1).target_to_cut(12)
    assert at_home.until == CUT + 1
    pairs = zip(swarm.position, swarm.luck, strict=True)
    assert swarm.value == pytest.approx([at_home(z, int(luck)) for z, luck in pairs])


@pytest.mark.parametrize("given", [False, True], ids=["own reference", "a fit's reference"])
def test_processes_change_no_bit(following, fitted, followed, references, given, tmp_path):
    here = followed
    if given:
        here = follow_all(following, fitted, 1, 1, tmp_path / "one", references=references)
        assert not np.array_equal(here["model"].positions[1], followed["model"].positions[1])
    again = follow_all(
        following, fitted, 1, 2, tmp_path / "two", references=references if given else None
    )
    assert list(again) == list(here)
    for name, one in again.items():
        for mine, theirs in zip(one, here[name], strict=True):
            assert np.array_equal(mine, theirs), name


def test_kept_origins_are_gone_on_from(following, positions, tmp_path):
    """Nothing that is kept is computed again, no bit differs, and other draws have other files."""

    def followed_to(draws):
        return follow(following, draws, 1, folder=tmp_path)

    def files():
        return {path.name: path.stat().st_mtime_ns for path in tmp_path.iterdir()}

    first, times = followed_to(positions), files()
    assert len(times) == 4
    again = followed_to(positions)
    assert files() == times
    (tmp_path / max(name for name in times if "foreseen" not in name)).unlink()
    resumed = followed_to(positions)
    for one, other in ((first, again), (first, resumed)):
        for (swarm, told), (same, tells) in zip(one, other, strict=True):
            assert np.array_equal(told, tells)
            assert np.array_equal(swarm.position, same.position)
    followed_to(positions + 0.01)
    assert len(files()) == 8
    by_another = np.zeros(positions.shape[1]), np.eye(positions.shape[1])
    follow(following, positions, 1, folder=tmp_path, reference=by_another)
    follow(replace(following, shares=(1.0,) * 31), positions, 1, folder=tmp_path)
    assert len(files()) == 16
    for path in tmp_path.glob("*foreseen*"):
        path.write_bytes(b"")
    with pytest.raises(InputError, match="damaged"):
        followed_to(positions)


def test_an_impossible_record_says_when(following, positions, monkeypatch):
    monkeypatch.setattr("steppe.calibration.renew.REFRESHES", 0)
    monkeypatch.setattr("steppe.calibration.target.Target.__call__", lambda *_: -np.inf)
    with pytest.raises(InputError, match=f"draws at the end of {CUT}: .*brought forth"):
        follow(following, positions, 1)


def test_draws_must_be_of_the_origins(task, following, positions, followed):
    with pytest.raises(ValueError, match="each origin"):
        forecast.by_model(following, positions, 1)
    with pytest.raises(ValueError, match="each origin"):
        forecast.by_model(task, followed["model"].positions, 1)


def test_a_forecast_takes_as_many_draws_as_asked(positions):
    few = Task(CUT, LAST, particles=12, runs=8, draws=3)
    assert len(forecast.by_model(few, positions, 1).counts) == 24


def test_the_joint_density_is_of_the_ablations_against_the_model(followed):
    rows = {row["competitor"]: row for row in density_rows(followed, 1)}
    assert set(rows) == set(VARIANTS)
    assert rows["model"]["gain"] == 0.0
    for name, row in rows.items():
        assert row["gain"] == pytest.approx(row["value"] - rows["model"]["value"]), name
        assert row["low"] <= row["gain"] <= row["high"]


def test_the_first_year_is_the_same_from_a_fixed_and_a_rolling_origin(following, entered, followed):
    back = np.argsort([0, 2, 4, 6, 8, 1, 3, 5, 7, 9])
    in_order = followed["model"].positions[:, back]
    found = forecast.by_model(following, in_order, 1)
    assert np.array_equal(found.counts[:, 0], entered["model"].counts[:, 0])
    assert not np.array_equal(found.counts[:, 1], entered["model"].counts[:, 1])


def test_scores_carry_the_statement_that_came_before(task, fitted, entered):
    stated = state_power(task, entered, fitted["model"], 1)
    rows, cells = score(task, {1: entered}, stated)
    assert {row["power"] for row in rows} == {stated.digest[:16]}
    assert len(cells) == len(entered) * 2 * len(STATES) * len(PATRONS) * len(FORMS)
    other = replace(stated, packages=0.123)
    assert other.digest != stated.digest
    kinds = {row["key"] for row in rows if row["by"] == "kind"}
    assert kinds == {"pledges", "events"}
    own = [r for r in rows if (r["competitor"], r["score"]) == ("model", "crps of log sum")]
    sums = {(row["by"], row["key"]): row for row in own}
    assert [key for by, key in sums if by == "patron"] == [*PATRONS]
    assert sums["all", "all"]["value"] == pytest.approx(
        sum(sums["patron", name]["value"] for name in PATRONS)
    )
    assert all(row["low"] <= row["gain"] <= row["high"] for row in own)


def test_an_ablation_is_held_against_the_model_year_by_year(task, fitted, entered):
    rows, _ = score(task, {1: entered}, state_power(task, entered, fitted["model"], 1))
    logs = {(r["competitor"], r["by"], r["key"]): r["value"] for r in rows if r["score"] == "log"}
    told = {r["competitor"]: r for r in rows if r["score"] == "log against the model"}
    assert set(told) == set(VARIANTS) - {"model"}
    for name, row in told.items():
        gain = logs[name, "all", "all"] - logs["model", "all", "all"]
        assert row["gain"] == pytest.approx(gain)
        assert row["low"] <= gain <= row["high"]


def test_competitors_have_as_many_samples_as_each_other(task, fitted, entered):
    trend = entered["trend"]
    fewer = {**entered, "trend": replace(trend, counts=trend.counts[1:])}
    with pytest.raises(ValueError, match="as many samples"):
        score(task, {1: fewer}, state_power(task, entered, fitted["model"], 1))


def test_totals_are_those_of_the_cells(task, fitted, entered):
    _, cells = score(task, {1: entered}, state_power(task, entered, fitted["model"], 1))
    totals = total_rows(cells)
    assert len(totals) == 2 * len(STATES) * len(PATRONS) * len(FORMS)
    for name in ("model", "trend"):
        mine = sum(cell["expected"] for cell in cells if cell["competitor"] == name)
        assert sum(row[name] for row in totals) == pytest.approx(mine)
    seen = sum(cell["documented"] for cell in cells if cell["competitor"] == "model")
    assert sum(row["documented"] for row in totals) == seen > 0


def test_sums_of_a_known_distribution():
    """Two packages of USD 5 million for sure, each told with chance one half: 5 on average."""
    counts = np.zeros((4000, 1, 5, 2, 6), int)
    counts[:, 0, 3, 0, FORMS.index("aid")] = 2
    sizes = Sizes(np.full((4000, 2), np.log(5.0)), np.zeros((4000, 2)))
    found = draw_sums(counts, sizes, np.array([0.5, 0.5]), np.random.default_rng(0))
    assert set(np.unique(found[:, 0, 3, 0].round(9))) == {0.0, 5.0, 10.0}
    assert found[:, 0, 3, 0].mean() == pytest.approx(5.0, abs=0.2)
    assert found[..., 1].sum() == found[:, 0, :3].sum() == 0.0


def test_sums_are_scored_by_patron_and_by_state():
    """By hand: a forecast that is certain and right but for the 5 million of one state."""
    seen = np.zeros((1, 5, 2))
    seen[0, 3, 0] = 5.0
    found = yearly_sums({"blind": np.zeros((40, 1, 5, 2))}, seen)["blind"]
    missed = pytest.approx([np.log(6.0)])
    for place in (("all", "all"), ("patron", "china"), ("state", STATES[3])):
        assert found[SCORE, *place] == missed
        assert found["coverage 90% of sums", *place] == (0.5 if place[0] == "all" else 0.0)
    assert found[SCORE, "patron", "russia"] == 0.0
    assert found["coverage 50% of sums", "patron", "russia"] == 1.0
    assert {key for _, by, key in found if by == "state"} == {STATES[3]}, "others have no sum"


def test_who_is_no_member_has_no_part_in_a_baseline(entered):
    """At the end of 2001 Turkmenistan is in neither organisation, Uzbekistan not in Russia's."""
    outside = {("TM", "china"), ("TM", "russia"), ("UZ", "russia")}
    joint = FORMS.index("joint_exercise")
    found = sum(entered[name].counts[..., joint].sum(axis=(0, 1)) for name in BASELINES)
    for i, state in enumerate(STATES):
        for p, patron in enumerate(PATRONS):
            assert (found[i, p] == 0) == ((state, patron) in outside), (state, patron)


def test_sums_on_record():
    """By hand: Russia 16, 1,100 and 200 million dollars in 2012; China 1.5 and 3.7 in 2009."""
    found = sums_on_record(imposed(2017), 2017)
    assert found[2012 - START_YEAR, :, 1].sum() == pytest.approx(1316.0)
    assert found[2012 - START_YEAR, STATES.index("KG"), 1] >= 1100.0
    assert found[2009 - START_YEAR, :, 0].sum() == pytest.approx(5.2, abs=0.1)
    before = sums_on_record(imposed(2009), 2009)
    assert before[..., 0].any()
    assert not before[..., 1].any(), "as foresight_words.sums says"
    sizes = sizes_on_record(imposed(2009), 4000, np.random.default_rng(0))
    assert 0.0 < np.median(sizes.log_median) < 1.0  # the geometric mean of five is near 1.7


@pytest.mark.long
def test_a_rolling_backtest_says_what_its_draws_are_worth(made, tmp_path):
    directory, _ = made
    words = ("--train-until", 1998, "--test-until", 2000, "--quick", "--rolling", "--workers", 1,
             "--fit", directory / "fit", "--out", tmp_path)  # fmt: skip
    done = backtest(*words)
    assert done.exit_code == 0, done.output
    manifest = json.loads((tmp_path / "manifest.json").read_text("utf-8"))
    draws = manifest["draws"]
    assert f"swarm 2 of 2: {draws // 2} draws at the end of 1999" in done.output
    own = manifest["followed"]["model"]
    assert own["left"][0] == draws
    assert (
        2
        <= min(one["effective"][1] for one in manifest["followed"].values())
        == (manifest["effective_draws"][1])
    )
    with (tmp_path / "scores.csv").open(encoding="utf-8") as stream:
        joint = [r for r in csv.DictReader(stream) if r["score"] == "joint log density"]
    assert {row["competitor"] for row in joint} == set(VARIANTS)
    assert all(float(row["seed_sd"]) > 0.0 for row in joint)
    assert "by the luck of the draws" in " ".join(done.output.split())


def backtest(*words):
    return CliRunner().invoke(app, ["backtest", *map(str, words)])


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    directory = tmp_path_factory.mktemp("backtest") / "quick"
    done = backtest("--train-until", 1998, "--test-until", 2000, "--quick", "--out", directory)
    assert done.exit_code == 0, done.output
    return directory, done.output


def test_the_command_says_power_first_and_gains_beside_losses(made):
    _, said = made
    assert said.index("Before the scores") < said.index("log score")
    assert "illustration" in said
    assert "the model gains" in said or "the model loses" in said
    for name in (*VARIANTS, *BASELINES):
        assert name in said
    assert "are left" in said
    assert "Yearly sums (CRPS" in said
    assert said.count("Without ") == len(VARIANTS)
    assert "lear loss" in said or "clearly behind" in said
    assert "documented, the model expected" in " ".join(said.split())


def test_the_files_agree(made):
    directory, _ = made
    power = json.loads((directory / "power.json").read_text("utf-8"))
    manifest = json.loads((directory / "manifest.json").read_text("utf-8"))
    with (directory / "scores.csv").open(encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    assert {row["power"] for row in rows} == {power["digest"][:16]}
    assert manifest["power"] == power["digest"]
    cells = pd.read_parquet(directory / "cells.parquet")
    [total] = [
        float(row["value"])
        for row in rows
        if (row["competitor"], row["score"], row["by"]) == ("model", "log", "all")
    ]
    pooled = cells[cells["competitor"] == "model"]["log"].sum()
    assert pooled == pytest.approx(total, rel=0.05), "pooled samples, and the mean of two seeds"
    assert cells["year"].unique().tolist() == [1999, 2000]


def test_every_ablation_has_a_fit_of_its_own(made):
    """It stands inside the model's and estimates the same less the mechanism."""
    directory, _ = made
    manifest = json.loads((directory / "manifest.json").read_text("utf-8"))
    assert set(manifest["ablations"]) == set(VARIANTS) - {"model"}
    whole = set(manifest["fit"]["estimated"])
    for name, fit in manifest["ablations"].items():
        left = {address for address in whole if address.split(".")[0] not in VARIANTS[name]}
        assert set(fit["estimated"]) == left < whole
        stored = directory / "fit" / name.replace(" ", "-") / "fit.json"
        assert json.loads(stored.read_text("utf-8"))["estimated"] == fit["estimated"]


def test_a_given_fit_brings_its_ablations(made, tmp_path):
    """They are not fitted anew: the same bytes, and the same scores."""
    directory, _ = made
    before = {p: p.read_bytes() for p in (directory / "fit").rglob("*") if p.is_file()}
    done = backtest(
        "--train-until", 1998, "--test-until", 2000, "--quick", "--fit", directory / "fit",
        "--out", tmp_path,
    )  # fmt: skip
    assert done.exit_code == 0, done.output
    assert before == {p: p.read_bytes() for p in (directory / "fit").rglob("*") if p.is_file()}
    assert (tmp_path / "scores.csv").read_bytes() == (directory / "scores.csv").read_bytes()


def test_the_manifest_proves_that_nothing_later_was_read(made):
    directory, _ = made
    manifest = json.loads((directory / "manifest.json").read_text("utf-8"))
    for told in manifest["training"]:
        check_no_leak(told)
        leaked = {"table": "events.csv", "id": "leaked", "year": told["cut"] + 1}
        with pytest.raises(InputError, match="leaked"):
            check_no_leak({**told, "read": [*told["read"], leaked]})
        assert {row["driver"] for row in told["known_values"]} == {"coverage"}
        foreign = {"driver": "trade", "table": "trade.csv", "id": "TJ", "years": [2020]}
        with pytest.raises(InputError, match="not to be known there"):
            check_no_leak({**told, "known_values": [*told["known_values"], foreign]})


COMMITTED = sorted(Path(str(files("steppe.results"))).glob("reference/backtest-*/manifest.json"))


@pytest.mark.parametrize("path", COMMITTED, ids=lambda path: path.parent.name)
def test_the_committed_manifests_prove_it_too(path):
    """Of the evidence as it is now: of another they would be stale."""
    told = json.loads(path.read_text("utf-8"))
    assert len(told["training"]) == (told["test_until"] - told["cut"] if told["rolling"] else 1)
    for read in told["training"]:
        check_no_leak(read)
    told["training"][0]["read"][0]["year"] = told["cut"] + 1
    with pytest.raises(InputError, match="later than the cut was read"):
        check_no_leak(told["training"][0])


CLAIMED = sorted(Path(str(files("steppe.results"))).glob("reference/claims*/manifest.json"))


@pytest.mark.parametrize("path", CLAIMED, ids=lambda path: path.parent.name)
def test_the_committed_claims_are_of_the_evidence_as_it_is(path):
    for one in json.loads(path.read_text("utf-8"))["documents"]:
        assert one["evidence"] == frozen(one["cut"], one["horizon"]).digest, one["document"]


def test_the_badge_names_every_fit_that_failed():
    passed, failed = {"gates": [{"passed": True}]}, {"gates": [{"passed": False}]}
    assert badge({"model": passed, "no x": passed}).endswith(
        "all fits at the cut passed their gates"
    )
    assert badge({"model": passed, "no x": failed}).endswith("not passed their gates: no x")
    assert badge({"model": passed, "no x": {"gates": []}}).startswith("illustration")


def test_a_fit_that_read_other_evidence_is_refused(tmp_path):
    plan = Plan(seed=1, groups=1, chains=2, pilot=4)
    sample(frozen(1997).target(3), plan, tmp_path, 10)
    words = ("--train-until", 1996, "--test-until", 1998, "--quick", "--fit", tmp_path)
    done = backtest(*words, "--out", tmp_path / "out")
    assert isinstance(done.exception, InputError)
    assert "holds another fit" in str(done.exception)


@pytest.mark.parametrize(
    ("words", "match"),
    [
        (("--train-until", 2009, "--test-until", 2009), "nothing is left to forecast"),
        (("--train-until", 1990), "outside the record"),
        (("--test-until", 2050), "outside the record"),
        (("--quick", "--fit", "nowhere"), "not the plan of a fit"),
    ],
)
def test_bad_input_is_named(words, match, tmp_path):
    done = backtest(*words, "--out", tmp_path / "out")
    assert isinstance(done.exception, InputError)
    assert match in str(done.exception)
