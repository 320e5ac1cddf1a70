"""A fit that stops and goes on, on the first years of the real record."""

import json
from dataclasses import replace

import numpy as np
import pytest

from steppe.calibration import fit
from steppe.calibration.filter import filtered
from steppe.calibration.sampler import CLEAR, MANY, MIX
from steppe.calibration.target import Target, record_target
from steppe.model.errors import InputError

PLAN = fit.Plan(seed=3, groups=2, chains=2, pilot=30, pooled=2, mix=CLEAR, pilot_mix=MANY)


@pytest.fixture(scope="module")
def target():
    return replace(record_target(1996, 3), shares=(1.0, 1.0, 2.0, 2.0, 0.7))


@pytest.fixture(scope="module")
def whole(target, tmp_path_factory):
    directory = tmp_path_factory.mktemp("fit")
    fit.sample(target, PLAN, directory, 60)
    return directory


def same(one, other):
    for number in range(PLAN.groups):
        a, b = (fit.load(d / f"group-{number}.npz") for d in (one, other))
        assert a.iteration == b.iteration
        for name in fit.FIELDS:
            assert np.array_equal(getattr(a, name), getattr(b, name)), name


def test_a_plan_is_read_as_it_was_written(target, whole):
    assert fit.read_plan(whole) == (PLAN, target.particles, target.until, target.shares)


def test_the_likelihood_has_as_many_particles_as_the_target_says(target):
    position = np.full(len(target.entries), 0.1)
    found = target.log_likelihood(position, 7)
    given = target.at(position), target.history, 1996, 3, 7, target.sums
    assert found == filtered(*given, target.shares).log_likelihood
    assert found != filtered(*given).log_likelihood


def test_the_pilot_has_moves_of_its_own(target, whole, tmp_path):
    """Another mix in the pilot changes the pilot; another after it changes what follows alone."""
    pilot = slice(PLAN.starts(len(target.entries)), None)
    for name, same_pilot in (("pilot_mix", False), ("mix", True)):
        plan = replace(PLAN, **{name: MIX})
        fit.sample(target, plan, tmp_path / name, PLAN.pilot)
        one, other = (fit.load(d / "group-0.npz").archive[pilot] for d in (whole, tmp_path / name))
        assert np.array_equal(one[: len(other)], other) == same_pilot
    fit.sample(target, replace(PLAN, mix=MIX), tmp_path / "mix", 60)
    one, other = (fit.load(d / "group-0.npz").archive for d in (whole, tmp_path / "mix"))
    assert not np.array_equal(one, other)


def test_a_plan_with_moves_of_an_earlier_version_is_refused_by_name(tmp_path):
    told = {"seed": 1, "particles": 3, "until": 1996, "mix": [0.6, [4], 0.0, 0.0, [], 0.1]}
    (tmp_path / "fit.json").write_text(json.dumps(told))
    with pytest.raises(InputError, match="moves of an earlier version"):
        fit.read_plan(tmp_path)


@pytest.mark.long
def test_a_stopped_fit_goes_on_as_if_never_stopped(target, whole, tmp_path):
    """Stopped between two writes: what came after the last write is done again."""

    class StopError(Exception):
        pass

    def stop(number, iteration):
        if (number, iteration) == (1, 50):
            raise StopError

    with pytest.raises(StopError):
        fit.sample(target, PLAN, tmp_path, 60, tell=stop)
    assert fit.load(tmp_path / "group-1.npz").iteration == 50
    (tmp_path / ".group-1.npz.part").write_bytes(b"half a file")
    fit.sample(target, PLAN, tmp_path, 60)
    same(whole, tmp_path)


@pytest.mark.long
def test_a_longer_fit_extends_a_shorter_one(target, whole, tmp_path):
    for reached in (15, 20, 30, 60):
        fit.sample(target, PLAN, tmp_path, reached)
    same(whole, tmp_path)


@pytest.mark.long
def test_processes_change_no_bit(target, whole, tmp_path):
    fit.sample(target, PLAN, tmp_path, 60, workers=2)
    same(whole, tmp_path)


def test_groups_go_by_what_all_found_together(whole):
    """Both references are of the tries of both, and the last is what the chains go by."""
    first, last = fit.load_reference(whole, 1), fit.load_reference(whole)
    assert not np.array_equal(first[0], last[0])
    for number in range(PLAN.groups):
        assert np.array_equal(fit.load(whole / f"group-{number}.npz").centre, last[0])


def test_groups_have_their_own_luck(whole):
    one, other = (fit.load(whole / f"group-{n}.npz") for n in range(2))
    assert not np.array_equal(one.archive[0], other.archive[0])


def test_draws_leave_out_starts_and_the_pilot(target, whole):
    dimensions = len(target.entries)
    kept = fit.draws(whole, PLAN, dimensions)
    assert kept.shape == (PLAN.groups * PLAN.chains, 6, dimensions)  # every fifth of 60, half
    last = fit.load(whole / "group-0.npz").position
    assert np.array_equal(kept[: PLAN.chains, -1], last)


def test_another_fit_is_refused(target, whole):
    with pytest.raises(InputError, match=r"fit.json: seed: the directory holds another fit"):
        fit.sample(target, fit.Plan(seed=4, groups=2, chains=2), whole, 60)
    later = Target(target.tables, target.history, 1995, target.particles)
    with pytest.raises(InputError, match="until"):
        fit.sample(later, PLAN, whole, 60)


def test_a_damaged_file_is_named(target, whole, tmp_path):
    (tmp_path / fit.PLAN).write_text((whole / fit.PLAN).read_text("utf-8"), "utf-8")
    (tmp_path / "group-0.npz").write_bytes((whole / "group-0.npz").read_bytes()[:500])
    with pytest.raises(InputError, match=r"group-0.npz: the file of a group of chains is damaged"):
        fit.sample(target, PLAN, tmp_path, 60)
    (tmp_path / fit.PLAN).write_text("{", "utf-8")
    with pytest.raises(InputError, match="not the plan of a fit"):
        fit.sample(target, PLAN, tmp_path, 60)


def test_the_identity_names_what_is_estimated(target, whole):
    told = json.loads((whole / fit.PLAN).read_text("utf-8"))
    assert "budget.russia" in told["estimated"]
    assert told["until"] == 1996
