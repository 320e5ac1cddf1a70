"""Coverage varied: what the draws of a fit become, on the first years of the record."""

import csv
import json

import numpy as np
import pytest
from typer.testing import CliRunner

from steppe.calibration.fit import Plan, sample
from steppe.calibration.judged import as_rows, under_coverage, varied, with_coverage
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


def test_with_less_coverage_more_is_offered(target):
    """Fewer packages are told of, so that there have been more; at factor one nothing moves."""
    positions = np.random.default_rng(3).standard_normal((150, 2))
    found = varied(target, positions, (0.3,))
    less, same = found[0.3].position[:, 0], found[1.0].position[:, 0]
    assert less.mean() - same.mean() > 0.4
    head, *rows = as_rows(target, found)
    table = [dict(zip(head, row, strict=True)) for row in rows]
    assert [row["factor"] for row in table] == ["0.3", "0.3", "1", "1"]
    own = [row for row in table if row["factor"] == "1"]
    assert {row["shift"] for row in own} == {"0.00"}
    assert {row["spread"] for row in own} == {"1.00"}
    [told] = coverage_in_words(table)
    assert told.startswith("Coverage times 0.3: 1 of 2 numbers move")
    assert "opportunity_rate (+" in told


def test_what_was_carried_is_gone_on_from(target, tmp_path):
    positions = np.random.default_rng(3).standard_normal((20, 2))
    first = under_coverage(target, positions, 0.8, 1, tmp_path)
    files = sorted(tmp_path.iterdir())
    assert [path.name.partition("-")[0] for path in files] == ["begun", "carried"]
    files[-1].unlink()
    again = under_coverage(target, positions, 0.8, 1, tmp_path)
    for mine, theirs in zip(first, again, strict=True):
        assert np.array_equal(mine, theirs)


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
    assert manifest["until"] == 1995
    assert set(manifest["effective"]) == {"0.9", "1"}
    draws = (tmp_path / "a" / "draws-0.9.csv").read_text("utf-8").splitlines()
    assert len(draws) == 1 + 20
    assert draws[0].startswith("opportunity_rate,")


def test_a_factor_far_away_is_refused():
    done = CliRunner().invoke(app, ["calibrate", "coverage", "--factor", "40"])
    assert isinstance(done.exception, InputError)
    assert "0.2 to 5" in str(done.exception)
