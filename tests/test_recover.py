"""Records that the fitted model brought forth, fitted as the real one is."""

import csv
import json
from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import norm
from typer.testing import CliRunner

from steppe.calibration.calibrate import QUICK, Judged, target_of
from steppe.calibration.installed import installed
from steppe.calibration.recover import HEAD, expected, held, like_the_record, rows, truth
from steppe.cli.main import app
from steppe.model.errors import InputError

UNTIL = 1998


@pytest.fixture(scope="module")
def target():
    return target_of(UNTIL, replace(QUICK, particles=4))


def test_the_truth_is_a_draw_of_the_posterior(target):
    """Every value is that of one and the same draw, and another record has another draw."""
    posterior = installed()
    position = truth(posterior, target.entries, 1, 0)
    values = np.array([entry.value(z) for entry, z in zip(target.entries, position, strict=True)])
    drawn = np.array([posterior.draws[entry.address] for entry in target.entries])
    off = np.abs(drawn - values[:, None]).max(axis=0)
    assert off.min() < 1e-9
    assert (off < 1e-6).sum() == 1
    others = [truth(posterior, target.entries, 1, number) for number in range(1, 6)]
    assert all(not np.array_equal(position, other) for other in others)
    lacking = replace(posterior, draws={})
    with pytest.raises(InputError, match="no draws of a number"):
        truth(lacking, target.entries, 1, 0)


def test_the_record_is_simulated_and_answers_what_the_real_one_asks(target):
    position = np.zeros(len(target.entries))
    one, same, other = (like_the_record(target, position, 1, n).history for n in (0, 0, 1))
    for a, b in zip(one, same, strict=True):
        assert np.array_equal(a, b, equal_nan=True)
    assert any(not np.array_equal(a, b) for a, b in zip(one, other, strict=True))
    asked = (target.history.occasion < 0) & (target.history.year <= UNTIL)
    assert ((one.occasion < 0) & (one.year <= UNTIL)).sum() == asked.sum() > 0
    whole = [target.history, one]
    stated = [np.array([column[h.rung < 0] for column in h[:6]]) for h in whole]
    assert np.array_equal(*stated)
    told = like_the_record(target, position, 1, 0).sums
    assert np.array_equal(told.first, target.sums.first)
    assert np.array_equal(told.measure, target.sums.measure)
    richer = position.copy()
    for n, entry in enumerate(target.entries):
        if entry.family in ("budget", "opportunity_rate", "detection"):
            richer[n] = 3.0
    told = [
        np.mean([(like_the_record(target, z, 1, n).history.rung > 0).sum() for n in range(5)])
        for z in (position, richer)
    ]
    assert told[1] > 1.5 * told[0]


def test_known_draws_hold_the_truth_as_often_as_they_should(target):
    """Draws around the truth by as much as they scatter; and draws that lie elsewhere hold none."""
    rng = np.random.default_rng(1)
    count = len(target.entries)
    position = rng.standard_normal(count)
    middle = position + 0.5 * rng.standard_normal(count)
    draws = middle + 0.5 * rng.standard_normal((2, 3000, count))
    fit = Judged(None, target, None, draws, None, None, ())
    found = rows(fit, position)
    assert [row["address"] for row in found] == [entry.address for entry in target.entries]
    share = held(found)
    assert share["50%"] == pytest.approx(0.5, abs=3.0 * np.sqrt(0.25 / count))
    assert share["90%"] == pytest.approx(0.9, abs=3.0 * np.sqrt(0.09 / count))
    ranks = np.array([row["rank"] for row in found])
    assert ranks.mean() == pytest.approx(0.5, abs=0.1)
    far = held(rows(replace(fit, draws=draws + 5.0), position))
    assert far == {"50%": 0.0, "90%": 0.0}


@pytest.mark.parametrize(("mean", "sd"), [(0.0, 1.0), (0.0, 0.3), (1.5, 0.6), (-2.0, 0.8)])
def test_how_often_intervals_should_hold_draws_of_a_posterior(target, mean, sd):
    """Simulated: the truth is drawn from N(m, s^2), told with the precision that gave s, and fitted
    under N(0, 1)."""
    entry = next(entry for entry in target.entries if entry.prior.family == "normal")
    rng = np.random.default_rng(2)
    drawn = mean + sd * rng.standard_normal(20_000)
    values = np.array([entry.prior.at(entry.centre, z) for z in drawn])
    posterior = replace(installed(), draws={entry.address: values})
    precision = 1.0 / sd**2 - 1.0
    noise = 0.0 if precision == 0.0 else rng.standard_normal(drawn.size) / np.sqrt(precision)
    middle = (1.0 - sd**2) * (drawn + noise)
    for level, share in expected(posterior, [entry]).items():
        end = norm.isf(0.5 * (1.0 - float(level.rstrip("%")) / 100.0)) * sd
        assert share == pytest.approx((np.abs(drawn - middle) <= end).mean(), abs=0.02)


def test_the_command_writes_truth_beside_posterior(tmp_path):
    words = ["calibrate", "recover", "--records", "2", "--until", "1995", "--quick"]
    words += ["--iterations", "100", "--particles", "2", "--workers", "1", "--out", str(tmp_path)]
    done = CliRunner().invoke(app, words)
    assert done.exit_code == 0, done.output
    assert "intervals hold" in done.output
    with (tmp_path / "recovered.csv").open(encoding="utf-8") as stream:
        table = list(csv.DictReader(stream))
    assert list(table[0]) == list(HEAD)
    posterior = installed()
    manifest = json.loads((tmp_path / "manifest.json").read_text("utf-8"))
    assert manifest["posterior"] == posterior.digest
    assert [row["address"] for row in table] == 2 * manifest["estimated"]
    within = np.array([float(r["q05"]) <= float(r["truth"]) <= float(r["q95"]) for r in table])
    assert manifest["held"]["90%"] == pytest.approx(within.mean())
    for number, fit in enumerate(manifest["fits"]):
        of = [row["record"] == str(number) for row in table]
        assert fit["held"]["90%"] == pytest.approx(within[of].mean())
    assert table[0]["truth"] != table[len(table) // 2]["truth"]
    assert all(np.isfinite(float(row["truth"])) for row in table)
