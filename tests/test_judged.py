"""Coverage varied: what the draws of a fit become, on the first years of the record."""

import csv
import json

import numpy as np
import pytest
from typer.testing import CliRunner

from steppe.calibration.fit import Plan, sample
from steppe.calibration.judged import as_rows, positions_of, varied, with_coverage
from steppe.calibration.sampler import fit_reference, settle, start, step
from steppe.calibration.target import record_target
from steppe.cli.main import app
from steppe.model.errors import InputError
from steppe.results.judged import coverage_in_words

UNTIL = 2003


@pytest.fixture(scope="module")
def target():
    """Two numbers of which both ask how many packages there are."""
    from dataclasses import replace

    names = ("opportunity_rate", "detection.russia.agreement")
    return replace(record_target(UNTIL, 4), names=names)


def test_coverage_is_multiplied_and_nothing_else(target):
    found = with_coverage(target.tables, 0.5)
    np.testing.assert_allclose(found["coverage"], 0.5 * target.tables["coverage"])
    assert with_coverage(target.tables, 9.0)["coverage"].max() == 1.0
    for name in ("budget", "detection", "opportunity_rate"):
        assert np.array_equal(found[name], target.tables[name])


@pytest.fixture(scope="module")
def positions(target):
    """Draws from the posterior of the two numbers, by a chain of its own."""
    rng = np.random.default_rng(3)
    group = start(target, rng.standard_normal((12, 2)), 1, 0, 4)
    drawn = []
    for n in range(180):
        step(target, group, 1, 0, 60)
        if n == 60:
            settle(target, group, fit_reference(group.tried), 1, 0)
        if n >= 80:
            drawn.append(group.position.copy())
    return np.concatenate(drawn)[::2]


def test_with_less_coverage_more_is_offered(target, positions):
    """Fewer packages are told of, so that there have been more; at factor one the draws stay
    draws from the posterior that they came from."""
    found = varied(target, positions, (0.3,))
    less, same = positions_of(found[0.3])[:, 0], positions_of(found[1.0])[:, 0]
    assert less.mean() - same.mean() > 0.4
    assert same.mean() == pytest.approx(positions[:, 0].mean(), abs=0.25)
    assert same.std() == pytest.approx(positions[:, 0].std(), rel=0.25)
    head, *rows = as_rows(target, found)
    table = [dict(zip(head, row, strict=True)) for row in rows]
    assert [row["factor"] for row in table] == ["0.3", "0.3", "1", "1"]
    [told] = coverage_in_words(table)
    assert told.startswith("Coverage times 0.3: 1 of 2 numbers move")
    assert "opportunity_rate (+" in told


def test_a_shift_that_luck_can_make_is_not_named():
    row = {"factor": "0.7", "address": "budget.russia", "shift": "0.6", "effective": "200"}
    same = {**row, "factor": "1", "shift": "0.0"}
    assert "budget.russia (+0.6)" in next(coverage_in_words([row, same]))
    few = {**row, "effective": "8"}
    assert "0 of 1 numbers" in next(coverage_in_words([few, same]))


def test_what_was_carried_is_gone_on_from(target, positions, tmp_path):
    first = varied(target, positions[:40], (0.8,), folder=tmp_path)
    files = {path: path.stat().st_mtime_ns for path in tmp_path.iterdir()}
    assert sorted(path.name.partition("-")[0] for path in files) == [
        "0.8", "0.8", "1", "1", "begun", "begun"
    ]  # fmt: skip
    next(iter(tmp_path.glob("0.8-*"))).unlink()
    again = varied(target, positions[:40], (0.8,), folder=tmp_path)
    for factor in first:
        assert np.array_equal(positions_of(first[factor]), positions_of(again[factor]))
    same = {path: path.stat().st_mtime_ns for path in tmp_path.iterdir()}
    assert sum(files[path] != same[path] for path in files) == 1
    varied(target, positions[:40] + 0.01, (0.8,), folder=tmp_path)
    assert len(list(tmp_path.iterdir())) == 12


def test_the_command_writes_what_it_says(tmp_path):
    """Of the draws of a small fit; another number of processes gives the same bytes."""
    plan = Plan(seed=1, groups=1, chains=2, pilot=10)
    sample(record_target(1995, 3), plan, tmp_path / "fit", 60)
    words = ["calibrate", "coverage", "--factor", "0.9", "--draws", "20", "--fit"]
    for name, workers in (("a", "1"), ("b", "2")):
        out = ["--out", str(tmp_path / name), "--workers", workers]
        done = CliRunner().invoke(app, [*words, str(tmp_path / "fit"), *out])
        assert done.exit_code == 0, done.output
        assert "20 draws of a fit" in done.output
    files = [(tmp_path / name / "coverage.csv").read_bytes() for name in ("a", "b")]
    assert files[0] == files[1]
    rows = list(csv.DictReader(files[0].decode().splitlines()))
    assert len(rows) == 2 * len(record_target(1995, 3).entries)
    manifest = json.loads((tmp_path / "a" / "manifest.json").read_text("utf-8"))
    assert manifest["of"]["until"] == 1995
    assert set(manifest["followed"]) == {"0.9", "1"}
    assert manifest["of"]["passed"] is False
    draws = (tmp_path / "a" / "draws-0.9.csv").read_text("utf-8").splitlines()
    assert len(draws) == 1 + 20
    assert draws[0].startswith("opportunity_rate,")


def test_a_factor_far_away_is_refused():
    done = CliRunner().invoke(app, ["calibrate", "coverage", "--factor", "40"])
    assert isinstance(done.exception, InputError)
    assert "0.2 to 5" in str(done.exception)
