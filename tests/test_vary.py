"""The record varied: what the draws of a fit become, on the first years of the record."""

import csv
import json
import re

import numpy as np
import pytest
from typer.testing import CliRunner

from steppe.calibration.fit import Plan, sample
from steppe.calibration.packages import GIVEN
from steppe.calibration.renew import positions_of
from steppe.calibration.sampler import fit_reference, settle, start, step
from steppe.calibration.target import readable, record_target, wide
from steppe.calibration.vary import (
    SAME,
    as_rows,
    begun,
    variants,
    varied,
    with_coverage,
    without,
)
from steppe.cli.main import app
from steppe.model.errors import InputError
from steppe.results.varied import SAME as SAME_IN_WORDS
from steppe.results.varied import in_words, refusals_in_words

UNTIL = 2003


@pytest.fixture(scope="module")
def target():
    """Two numbers of which both ask how many packages there are."""
    from dataclasses import replace

    names = ("opportunity_rate", "detection.russia.agreement")
    return replace(record_target(UNTIL, 4), names=names)


def test_coverage_is_multiplied_and_nothing_else(target):
    found = with_coverage(target, 0.5).tables
    np.testing.assert_allclose(found["coverage"], 0.5 * target.tables["coverage"])
    assert with_coverage(target, 9.0).tables["coverage"].max() == 1.0
    for name in ("budget", "detection", "opportunity_rate"):
        assert np.array_equal(found[name], target.tables[name])


def test_only_the_rows_that_are_named_are_left_out():
    whole = record_target(2022, 4)
    acts = whole.history.occasion == GIVEN
    declined = ~acts & (whole.history.rung == 0)
    assert (acts.sum(), declined.sum()) == (13, 5)
    for part, gone in (("acts", acts), ("absences", declined)):
        left = without(whole, part).history
        for own, column in zip(left, whole.history, strict=True):
            np.testing.assert_array_equal(own, column[~gone])


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


@pytest.mark.long
def test_with_less_coverage_more_is_offered(target, positions):
    """Fewer packages are told of, so that there have been more; at factor one the draws stay
    draws from the posterior that they came from."""
    found = varied(target, begun(target, positions), variants(target, (0.3,), ()))
    less, same = (positions_of(found[n])[:, 0] for n in ("coverage times 0.3", SAME))
    assert less.mean() - same.mean() > 0.4
    assert same.mean() == pytest.approx(positions[:, 0].mean(), abs=0.25)
    assert same.std() == pytest.approx(positions[:, 0].std(), rel=0.25)
    head, *rows = as_rows(target, found)
    table = [dict(zip(head, row, strict=True)) for row in rows]
    assert [row["variant"] for row in table] == [SAME, SAME, *["coverage times 0.3"] * 2]
    assert SAME == SAME_IN_WORDS
    [told] = in_words(table)
    assert re.match(r"Coverage times 0\.3 \(\d+ draws in effect\): 1 of 2 numbers move", told)
    assert "opportunity_rate (+" in told


def test_a_shift_that_luck_can_make_is_not_named():
    row = {"variant": "x", "address": "budget.russia", "shift": "0.6", "effective": "200"}
    same = {**row, "variant": SAME, "shift": "0.0"}
    assert "budget.russia (+0.6)" in next(in_words([row, same]))
    few = {**row, "effective": "8"}
    assert "0 of 1 numbers" in next(in_words([few, same]))


def test_what_the_refusals_on_record_do_is_said():
    """By hand: the furthest move of a constant of acceptance without a kind of row."""
    rows = [
        {"variant": name, "address": f"acceptance_constant.{patron}", "prior_shift": str(moved)}
        for name, patron, moved in (
            ("without acts of membership", "china", -0.13),
            ("without absences from joint exercises", "russia", 0.05),
            ("coverage times 0.7", "china", 0.9),
        )
    ]
    assert refusals_in_words(rows).endswith("by 0.13 prior standard deviations at most")
    assert refusals_in_words(rows[2:]) == ""


@pytest.mark.long
def test_what_was_carried_is_gone_on_from(target, positions, tmp_path):
    others = variants(target, (0.8,), ())

    def carried(positions):
        return varied(target, begun(target, positions, folder=tmp_path), others, folder=tmp_path)

    first = carried(positions[:40])
    files = {path: path.stat().st_mtime_ns for path in tmp_path.iterdir()}
    assert sorted(path.name.partition("-")[0] for path in files) == [
        "as", "as", "begun", "begun", "coverage", "coverage"
    ]  # fmt: skip
    next(iter(tmp_path.glob("coverage-*"))).unlink()
    again = carried(positions[:40])
    for name in first:
        assert np.array_equal(positions_of(first[name]), positions_of(again[name]))
    same = {path: path.stat().st_mtime_ns for path in tmp_path.iterdir()}
    assert sum(files[path] != same[path] for path in files) == 1
    carried(positions[:40] + 0.01)
    assert len(list(tmp_path.iterdir())) == 12


@pytest.mark.long
def test_the_command_writes_what_it_says(tmp_path):
    """Of the draws of a small fit; another number of processes gives the same bytes."""
    plan = Plan(seed=1, groups=1, chains=2, pilot=10)
    sample(wide(record_target(1995, 3)), plan, tmp_path / "fit", 60)
    words = ["calibrate", "vary", "--factor", "0.9", "--draws", "20", "--fit"]
    for name, workers in (("a", "1"), ("b", "2")):
        out = ["--out", str(tmp_path / name), "--workers", workers]
        done = CliRunner().invoke(app, [*words, str(tmp_path / "fit"), *out])
        assert done.exit_code == 0, done.output
        assert "20 draws of a fit" in done.output
    files = [(tmp_path / name / "varied.csv").read_bytes() for name in ("a", "b")]
    assert files[0] == files[1]
    reference = tmp_path / "fit" / "reference.npz"
    centre, factor = (np.load(reference)[name] for name in ("centre", "factor"))
    np.savez(reference, centre=centre, factor=0.5 * factor)
    done = CliRunner().invoke(app, [*words, str(tmp_path / "fit"), "--out", str(tmp_path / "c")])
    assert done.exit_code == 0, done.output
    assert (tmp_path / "c" / "varied.csv").read_bytes() != files[0]  # moved by the fit's reference
    rows = list(csv.DictReader(files[0].decode().splitlines()))
    assert len(rows) == 2 * len(readable())
    manifest = json.loads((tmp_path / "a" / "manifest.json").read_text("utf-8"))
    assert manifest["of"]["until"] == 1995
    assert set(manifest["followed"]) == {SAME, "coverage times 0.9"}
    assert manifest["of"]["passed"] is False
    draws = (tmp_path / "a" / "draws-coverage-times-0.9.csv").read_text("utf-8").splitlines()
    assert len(draws) == 1 + 20
    assert draws[0].startswith("opportunity_rate,")


@pytest.mark.parametrize(
    ("words", "told"),
    [(["--factor", "40"], "0.2 to 5"), (["--without", "act"], "did you mean acts")],
)
def test_what_cannot_be_varied_is_refused(words, told):
    done = CliRunner().invoke(app, ["calibrate", "vary", "--fit", "unread", *words])
    assert isinstance(done.exception, InputError)
    assert told in str(done.exception)
