"""Fits of records that the model brought forth: ranks are uniform, and a wrong likelihood fails."""

import json
from dataclasses import replace

import numpy as np
import pytest

from steppe.calibration import sbc
from steppe.calibration.filter import Sums
from steppe.calibration.simulated import simulated_record
from steppe.calibration.target import Target, record_target
from steppe.model.engine import simulate
from steppe.model.errors import InputError

NAMES = ("opportunity_rate", "budget.china", "budget.russia", "exercise_programme.russia")
CHECK = sbc.Check(seed=5, pilot=60, iterations=360, chains=2, noise=50.0, ranked=49)


@pytest.fixture(scope="module")
def target():
    whole = record_target(2010, 6)
    return Target(whole.tables, whole.history, 2010, 6, NAMES, whole.sums)


def ranks(found):
    return np.array([one["rank"] for one in found if not one["set_aside"]])


def pull(found):
    """Mean rank of each entry, in standard errors from the middle."""
    share = ranks(found) / CHECK.ranked
    return (share.mean(axis=0) - 0.5) / np.sqrt(1 / 12 / len(share))


@pytest.mark.parametrize(
    ("records", "iterations"), [(8, 360), pytest.param(32, 660, marks=pytest.mark.slow)]
)
@pytest.mark.long
def test_ranks_of_the_truth_are_uniform(target, records, iterations, tmp_path):
    check = replace(CHECK, iterations=iterations)
    found = sbc.run(target, check, range(records), tmp_path, workers=2)
    assert (np.abs(pull(found)) < 3.5).all()
    fitted = [one for one in found if not one["set_aside"]]
    assert len(fitted) > 0.7 * records
    off = np.array([(np.array(f["truth"]) - f["mean"]) / f["sd"] for f in fitted])
    covered = np.abs(off) < 1.64
    assert 0.75 < covered.mean() <= 1.0
    assert np.mean([one["rows"] for one in found]) > 10


@pytest.mark.long
def test_a_wrong_likelihood_fails(target, tmp_path):
    """Negative control: with half the coverage believed, budgets come out too high."""
    found = sbc.run(target, replace(CHECK, wrong=True), range(12), tmp_path, workers=2)
    assert pull(found)[0] < -3.5 or pull(found)[1:3].min() < -3.5


def test_a_stopped_check_goes_on_with_what_is_missing(target, tmp_path):
    short = sbc.Check(seed=5, pilot=10, iterations=40, chains=2, ranked=9)
    sbc.run(target, short, [0, 2], tmp_path)
    before = (tmp_path / "record-0002.json").read_bytes()
    told = []
    sbc.run(target, short, [0, 1, 2], tmp_path, tell=lambda *done: told.append(done))
    assert told == [(1, 1)]
    assert (tmp_path / "record-0002.json").read_bytes() == before
    assert json.loads((tmp_path / "record-0001.json").read_text("utf-8"))["number"] == 1
    other = sbc.Check(**{**vars(short), "wrong": True})
    with pytest.raises(InputError, match="wrong: the file is of another check"):
        sbc.run(target, other, [0], tmp_path)
    (tmp_path / "record-0000.json").write_text("{", "utf-8")
    with pytest.raises(InputError, match=r"record-0000\.json: the file of a fitted record"):
        sbc.run(target, short, [0], tmp_path)


def test_a_noisy_likelihood_gets_the_particles_that_its_noise_asks_for(target):
    """Noise at three times what is borne asks for three times the particles."""
    short = sbc.Check(seed=5, pilot=10, iterations=40, chains=2, ranked=9)
    quiet = sbc.fit(target, replace(short, noise=1e6), 3)
    assert quiet.noise > 0.0
    assert quiet.particles == target.particles
    more = sbc.fit(target, replace(short, noise=quiet.noise / 2.5), 3)
    assert (more.noise, more.particles) == (quiet.noise, 15)
    assert not np.array_equal(more.draws, quiet.draws)


def test_a_record_is_set_aside_by_its_noise_alone(target):
    """Too noisy for the most particles: no fit. What decides never sees the true values."""
    short = sbc.Check(seed=5, pilot=10, iterations=40, chains=2, ranked=9)
    noise = sbc.fit(target, replace(short, noise=1e6), 3).noise
    assert sbc.fit(target, replace(short, noise=noise / (sbc.MOST_MORE - 0.1)), 3).draws is not None
    assert sbc.fit(target, replace(short, noise=noise / (sbc.MOST_MORE + 0.1)), 3).draws is None


def test_the_noise_of_a_likelihood_falls_with_its_particles(target):
    positions = np.zeros((4, len(NAMES)))
    few, many = (sbc.noise_at(replace(target, particles=n), positions) for n in (4, 64))
    assert 0.0 < many < few / 4


def test_uniformity_of_known_ranks():
    even = np.repeat(np.arange(100), 3)[:, np.newaxis]
    assert sbc.uniformity(even, 99)[0] == pytest.approx(1.0)
    assert sbc.uniformity(even // 2, 99)[0] < 1e-6


def test_a_simulated_record_is_what_the_engine_documents(target):
    """The same run in the compiled engine: as many packages of each state, patron and area."""
    told, sums = simulated_record(target.tables, 3, 2, sums=target.sums)
    seen = simulate(target.tables, 3, np.array([2])).documented[0].astype(int)
    count = np.zeros(seen.shape[:3], int)
    for year, state, patron in zip(told.year, told.state, told.patron, strict=True):
        count[year - 1992, state, patron] += 1
    assert np.array_equal(count, seen.sum(axis=3))
    assert count.sum() >= 10
    assert len(np.unique(told.address)) > 3
    assert (told.rung[told.occasion > 0] == 3).all()
    assert sums.low.size == target.sums.low.size > 3
    assert (sums.low <= sums.high).all()


def test_sums_of_a_simulated_record_are_told_around_the_true_ones(target):
    """Over many runs the told steps hold the erring sum as often as its error says."""
    year, all_states = np.array([1992]), np.array([31])
    one = Sums(year, np.array([2010]), np.array([1]), all_states, np.array([0]), np.array([9.0]),
               np.array([12.0]), np.array([0.2]))  # fmt: skip
    near, width = [], np.log(12.5 / 9.5)
    for run in range(12):
        _, told = simulated_record(target.tables, 3, run, sums=one)
        out = simulate(target.tables, 3, np.array([run]))
        true = out.forms[0, :, :, 1, 2].sum() + out.exercises[0, :, 1].sum()
        assert np.log((told.high[0] + 0.5) / (told.low[0] + 0.5)) == pytest.approx(width)
        middle = 0.5 * (np.log(told.low[0] + 0.5) + np.log(told.high[0] + 0.5))
        near.append(middle - np.log(true + 0.5))
    assert np.abs(near).max() < 3.5 * 0.2 + width / 2
    assert 0.05 < np.std(near) < 0.45


def test_a_statement_is_taken_over_and_makes_the_record_complete(target):
    """Counterfactual: with the statement, packages at its rungs are all on record."""
    base = target.history
    like = base._replace(
        year=np.array([1992]), last=np.array([2010]), state=np.array([2]), patron=np.array([1]),
        area_mask=np.array([31]), rung=np.array([-2]), amount=np.array([np.nan]),
        delivered=np.array([0]), address=np.array([1]), occasion=np.array([0]),
    )  # fmt: skip
    more, _ = simulated_record(target.tables, 3, 2, like)
    less, _ = simulated_record(target.tables, 3, 2)
    assert (more.rung < 0).sum() == 1
    out = simulate(target.tables, 3, np.array([2]))
    high = out.forms[0, :, 2, 1, [1, 2, 4, 5]].sum()
    bilateral = (more.state == 2) & (more.patron == 1) & (more.rung >= 2) & (more.occasion == 0)
    assert bilateral.sum() == high > 0
    assert len(more.year) - 1 > len(less.year)


def test_a_fit_goes_on_until_its_chains_pass(target, monkeypatch):
    short = sbc.Check(seed=5, pilot=10, iterations=40, most=110, chains=2, noise=1e6, ranked=9)
    found = sbc.one(target, short, 3)
    assert found["iterations"] == 100  # 30 more at a time, and never beyond the most
    assert not found["passed"]
    monkeypatch.setattr(sbc, "LEAST_ESS", 0.0)
    monkeypatch.setattr(sbc, "MOST_RHAT", 99.0)
    assert sbc.one(target, short, 3)["iterations"] == 40


def test_a_right_likelihood_must_be_uniform_and_a_wrong_one_must_not():
    even, odd = np.full(4, 0.3), np.array([0.3, 0.5, 0.002, 0.9])
    assert sbc.judged(even, wrong=False)[1]
    assert not sbc.judged(odd, wrong=False)[1]
    assert sbc.judged(odd, wrong=True)[1]
    told, expected = sbc.judged(even, wrong=True)
    assert not expected
    assert "wrong on purpose" in told
