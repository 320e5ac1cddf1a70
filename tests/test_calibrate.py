"""Calibration as a command: gates, what is written, and what is refused."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from steppe.calibration import calibrate as cal
from steppe.calibration import diagnose, identify, plots
from steppe.calibration.installed import installed, standardised
from steppe.calibration.target import Target, record_target, uncertain, wide
from steppe.cli.main import app
from steppe.model.errors import InputError

TINY = cal.Effort(particles=3, pilot_particles=2, pilot=20, iterations=60, groups=2, chains=2)


@pytest.fixture(scope="module")
def fit(tmp_path_factory):
    made = cal.calibrate(tmp_path_factory.mktemp("fit"), 1996, TINY, seed=2, workers=1)
    cal.write(made, profiles=False)
    return made


def rough(draws):
    return np.random.default_rng(1).normal(size=draws)


def test_chains_that_agree_pass_and_chains_that_do_not_fail():
    """Known answers: independent draws; and one chain that stays elsewhere."""
    entries = record_target(1996, 3).entries[:2]
    good = rough((8, 500, 2))
    variance = np.full(20, 1.0)
    assert all(g.passed for g in diagnose.gates(entries, diagnose.convergence(good), variance))
    bad = good.copy()
    bad[0, :, 1] += 2.0
    found = diagnose.gates(entries, diagnose.convergence(bad), variance)
    assert not found[0].passed
    assert found[0].where == entries[1].address
    slow = np.repeat(rough((8, 25, 2)), 20, axis=1)
    assert not diagnose.gates(entries, diagnose.convergence(slow), variance)[1].passed
    assert not diagnose.gates(entries, diagnose.convergence(good), variance * 2)[3].passed


def test_the_noise_of_an_estimate_is_measured():
    """Known answer: normal noise of variance 4, whatever the place."""

    class Noisy(Target):
        def log_likelihood(self, position, luck):
            return float(np.random.default_rng(luck).normal(0.0, 2.0))

    real = record_target(1996, 3)
    noisy = Noisy(real.tables, real.history, real.until, real.particles)
    found = diagnose.estimator_variance(noisy, np.zeros((1, len(real.entries))), lucks=2000)
    assert found == pytest.approx([4.0], rel=0.1)


@pytest.mark.long
def test_a_rough_fit_is_written_and_refused(fit, tmp_path):
    assert not fit.passed
    with pytest.raises(InputError, match="did not pass its gates and is not installed"):
        cal.install(fit, tmp_path / "posterior")
    assert not (tmp_path / "posterior").exists()
    found = installed(fit.directory / cal.POSTERIOR)
    assert not found.passed
    assert set(found.draws) == {entry.address for entry in uncertain()}
    assert found.manifest.estimated == tuple(entry.address for entry in fit.target.entries)
    assert all(np.ptp(values) > 0.0 for values in found.draws.values())
    assert len(found.draws["budget.china"]) == fit.draws[:, :, 0].size
    told = json.loads((fit.directory / "posterior" / "manifest.json").read_text("utf-8"))
    assert told["until"] == 1996
    assert {gate["name"] for gate in told["gates"]} >= {"R-hat"}


def test_a_fit_that_passed_is_installed(fit, tmp_path):
    gates = tuple(gate.model_copy(update={"passed": True}) for gate in fit.gates)
    passed = cal.Judged(**{**vars(fit), "gates": gates})
    where = cal.install(passed, tmp_path / "posterior")
    assert installed(where).draws.keys() == installed(fit.directory / cal.POSTERIOR).draws.keys()


def test_all_draws_are_kept_as_inference_data(fit):
    data = diagnose.quiet_arviz().from_netcdf(str(fit.directory / "inference.nc"))
    entry = fit.target.entries[3]
    assert data.posterior.sizes == {"chain": 4, "draw": fit.draws.shape[1]}
    first = float(data.posterior[entry.address].values[0, 0])
    assert first == pytest.approx(entry.value(float(fit.draws[0, 0, 3])))
    assert data.prior.sizes["draw"] == 4000
    few = diagnose.thinned(data, 5).posterior
    step = -(-fit.draws.shape[1] // 5)
    assert few.sizes == {"chain": 4, "draw": -(-fit.draws.shape[1] // step)}
    assert few[entry.address].values == pytest.approx(
        data.posterior[entry.address].values[:, ::step], rel=1e-6
    )
    small = diagnose.quiet_arviz().from_netcdf(str(fit.directory / "thinned.nc"))
    assert list(small.posterior) == list(data.posterior)


def test_the_committed_chains_are_those_of_the_committed_fit():
    """Numbers, chains, and the mean of each, by its error."""
    folder = Path(__file__).parents[1] / "results" / "reference" / "calibration"
    told = json.loads((folder / "manifest.json").read_text("utf-8"))
    chains = diagnose.quiet_arviz().from_netcdf(str(folder / "thinned.nc")).posterior
    assert list(chains) == told["estimated"]
    assert chains.sizes["chain"] == told["groups"] * told["chains"]
    with (folder / "diagnostics.csv").open(encoding="utf-8") as stream:
        rows = {row["address"]: row for row in csv.DictReader(stream)}
    for entry in cal.target_of(told["until"], cal.FULL).entries:
        drawn = standardised(chains[entry.address].values.ravel(), entry.prior, entry.centre)
        row = rows[entry.address]
        error = float(row["prior_sd_sd"]) / np.sqrt(min(float(row["ess_bulk"]), drawn.size))
        assert drawn.mean() == pytest.approx(float(row["prior_sd_mean"]), abs=4.0 * error)


def test_few_draws_stand_for_many():
    """Means and variances of the first ones lie far nearer to those of all than of draws by
    chance (the negative control), however many are taken."""
    draws = rough((600, 12)) * np.linspace(0.5, 2.0, 12) + 3.0
    chosen = diagnose.representative(draws, 600)
    assert sorted(map(tuple, chosen)) == sorted(map(tuple, draws))
    scale = draws.std(axis=0)

    def away(some):
        mean = (some.mean(axis=0) - draws.mean(axis=0)) / scale
        return np.sqrt(np.mean(mean**2)), np.sqrt(np.mean((some.std(axis=0) / scale - 1.0) ** 2))

    for count in (50, 100, 200):
        mean, sd = away(diagnose.representative(draws, count))
        assert np.array_equal(chosen[:count], diagnose.representative(draws, count))
        assert mean < 0.4 / np.sqrt(count)
        assert sd < 0.4 / np.sqrt(2 * count)
        assert away(draws[:count])[0] > 0.4 / np.sqrt(count)


@pytest.mark.long
def test_asking_again_computes_nothing_and_changes_no_byte(fit):
    draws = fit.directory / "posterior" / "draws.csv"
    before = draws.read_bytes(), (fit.directory / "group-0.npz").read_bytes()
    again = cal.calibrate(fit.directory, 1996, TINY, seed=2, workers=1)
    cal.write(again, profiles=False)
    assert (draws.read_bytes(), (fit.directory / "group-0.npz").read_bytes()) == before


def test_what_is_told_is_known_where_it_is_made_so():
    """Known answers: draws of the prior, of half its width, and two that go together."""
    target = record_target(1996, 3)
    target = Target(target.tables, target.history, 1996, 3, ("budget.china", "need_weight",
                                                             "opportunity_rate"))  # fmt: skip
    draws = rough((20_000, 3))
    draws[:, 1] = 1.5 + 0.5 * draws[:, 1]
    draws[:, 2] = 0.5 * draws[:, 1] - 0.7 + 0.1 * draws[:, 2]
    told = {row.address: row for row in identify.identify(target, draws, profiles=False)}
    names = [entry.address for entry in target.entries]
    first, second, third = (told[name] for name in names)
    assert first.overlap > 0.97
    assert "hardly tells" in first.sentence
    assert second.contraction == pytest.approx(0.75, abs=0.02)
    assert "higher value" in second.sentence
    assert second.linked[0][0] == names[2]
    assert third.linked[0][1] > 0.8
    rows = identify.anchored(target, draws)
    assert rows[0] == ["address"]  # no anchor is among these


def test_a_mean_that_moved_is_said_however_wide_the_number_stays():
    z = rough(2000) + 0.6
    assert "moves it up by 0.6 prior standard deviations" in identify.sentence(z, 0.75, 0.0, ())
    assert "hardly tells" in identify.sentence(z - 0.6, 0.75, 0.0, ())


class Hill:
    """A log likelihood that is quadratic: its posterior, and its profiles, are known."""

    def __init__(self, top, steep):
        self.top, self.steep = top, steep
        self.posterior = np.linalg.inv(steep + np.eye(len(top)))

    def log_likelihood(self, position, luck):
        away = position - self.top
        return -0.5 * away @ self.steep @ away

    def draws(self, count):
        factor = np.linalg.cholesky(self.posterior)
        return self.posterior @ self.steep @ self.top + rough((count, len(self.top))) @ factor.T


def test_a_profile_follows_what_hangs_together_and_not_chance():
    """Known answer: along a number the others stand at their means given it."""
    hill = Hill(np.array([1.0, 0.5, 0.0]), np.array([[6.0, 3.0, 0], [3.0, 4.0, 0], [0, 0, 0.5]]))
    middle = hill.posterior @ hill.steep @ hill.top
    slope = hill.posterior[0] / hill.posterior[0, 0]
    for chance, along in ((0.1, slope), (0.9, np.array([1.0, 0.0, 0.0]))):
        values, error = identify.profile(hill, hill.draws(200_000), 0, chance)
        found = np.array(values)
        assert error == pytest.approx(0.0, abs=1e-9)
        line = [hill.log_likelihood(middle + along * (at - middle[0]), 1) for at in identify.AT]
        known = np.isfinite(found)
        assert known[identify.CORE].all()
        assert found[known] == pytest.approx((np.array(line) - max(line))[known], abs=0.15)
    assert np.nanmax(found) == 0.0


def test_draws_of_little_worth_show_no_pairs_by_chance():
    """A correlation of 0.4 is none where the draws are worth fifty, and one where 5,000."""
    names = ("budget.china", "need_weight", "opportunity_rate")
    target = record_target(1996, 3)
    target = Target(target.tables, target.history, 1996, 3, names)
    draws = rough((5000, 3))
    draws[:, 1] = 0.4 * draws[:, 0] + np.sqrt(1.0 - 0.16) * draws[:, 1]
    for worth, pairs in ((None, 2), (50.0, 0)):
        told = identify.identify(target, draws, profiles=False, worth=worth)
        assert sum(len(row.linked) for row in told) == pairs


def test_every_number_has_a_profile_also_those_that_are_not_asked():
    target = wide(record_target(1993, 3))
    names = ("budget.china", "interference_weight")
    target = Target(target.tables, target.history, 1993, 3, names)
    for row in identify.identify(target, rough((2000, 2))):
        assert np.nanmax(row.profile) == 0.0
        assert np.isfinite(row.profile[identify.CORE]).all()


@pytest.mark.parametrize(("top", "ends"), [(0.0, (2, 6)), (2.4, (2, 7)), (-9.0, (0, 6))])
def test_a_profile_goes_on_from_an_end_that_is_the_best(top, ends):
    """Known answers: past its summit by one, to the last place where there is none before it."""
    hill = Hill(np.array([top]), np.array([[2.0]]))
    values, _ = identify.profile(hill, hill.draws(50_000), 0, 0.1)
    found = np.array(values)
    assert identify.climbs(values) == (top < -8.0)
    known = np.flatnonzero(np.isfinite(found))
    assert (known[0], known[-1]) == ends
    line = -((np.array(identify.AT)[known] - top) ** 2)
    assert found[known] == pytest.approx(line - line.max(), abs=0.02)


def test_a_number_far_out_in_its_prior_is_said_to_hang_on_its_width():
    z = 0.3 * rough(2000)
    assert "hangs on the prior's width" in identify.sentence(z + 1.9, 0.2, 0.9, ())
    assert "hangs on the prior's width" not in identify.sentence(z + 1.2, 0.4, 0.9, ())
    climbing = identify.sentence(rough(2000) + 1.2, 0.5, 0.1, (), climbing=True)
    assert "rises to the last value" in climbing
    narrow = identify.sentence(z + 1.2, 0.4, 0.9, (), climbing=True)
    assert "rises to the last value" not in narrow


def test_noise_of_a_profile_is_that_of_its_estimates():
    """Known answer: normal noise of the log, anew at each place, on a flat likelihood."""

    class Noisy:
        def log_likelihood(self, position, luck):
            key = [abs(int(x * 1e6)) for x in position] + [luck % 1000]
            return 0.3 * np.random.default_rng(key).standard_normal()

    errors = [identify.profile(Noisy(), rough((500, 1)) + 0.01 * n, 0, 0.9)[1] for n in range(40)]
    # a value less the best of five: the best has an error as well
    assert np.mean(errors) == pytest.approx(np.sqrt(2.0) * 0.3 / np.sqrt(identify.LUCKS), rel=0.2)


def test_the_priors_of_both_anchors_are_moved_together(monkeypatch):
    """Known answer: two independent numbers N(0, 1/2) move by half each, and their sum by one."""
    names = ("budget.china", "need_weight", "opportunity_rate")
    target = record_target(1996, 3)
    target = Target(target.tables, target.history, 1996, 3, names)
    monkeypatch.setattr(identify, "ANCHORS", ("need_weight", "opportunity_rate"))
    order = [entry.address for entry in target.entries]
    draws = np.random.default_rng(3).standard_normal((200_000, 3)) * np.sqrt(0.5)
    free = order.index("budget.china")
    draws[:, free] = draws.sum(axis=1) - draws[:, free]
    head, _, *rows = identify.anchored(target, draws)
    assert head[-2:] == ["both:-1", "both:+1"]
    moved = {name: float(moves[-1]) for name, *moves in rows}
    assert moved["budget.china"] == pytest.approx(1.0, abs=0.03)
    assert moved["need_weight"] == pytest.approx(0.5, abs=0.02)


def test_another_prior_of_an_anchor_moves_what_hangs_on_it(monkeypatch):
    """Known answer: a posterior N(0, 1/2) under the prior N(0, 1) has its mean at 1/2 under the
    prior N(1, 1); a number with slope 0.6 on it moves by 0.3, one that is independent by none."""
    names = ("budget.china", "need_weight", "opportunity_rate")
    target = record_target(1996, 3)
    target = Target(target.tables, target.history, 1996, 3, names)
    monkeypatch.setattr(identify, "ANCHORS", ("need_weight",))
    order = [entry.address for entry in target.entries]
    draws = np.random.default_rng(3).standard_normal((200_000, 3))
    anchor = order.index("need_weight")
    other, free = (n for n in range(3) if n != anchor)
    draws[:, anchor] *= np.sqrt(0.5)
    draws[:, other] = 0.6 * draws[:, anchor] + 0.1 * draws[:, other]
    head, worth, *rows = identify.anchored(target, draws)
    assert head == ["address", "need_weight:-1", "need_weight:+1"]
    found = {name: [float(move) for move in moves] for name, *moves in rows}
    assert found["need_weight"] == pytest.approx([-0.5, 0.5], abs=0.02)
    assert found[order[other]] == pytest.approx([-0.3, 0.3], abs=0.02)
    assert found[order[free]] == pytest.approx([0.0, 0.0], abs=0.02)
    assert float(worth[1]) == pytest.approx(200_000 * np.exp(-0.5), rel=0.05)
    worth = np.full(3, 9_000.0)
    worth[anchor] = 5_000.0
    _, fewer, *same = identify.anchored(target, draws, worth)
    assert float(fewer[1]) == pytest.approx(5_000 * np.exp(-0.5), rel=0.05)
    assert same == rows


@pytest.mark.long
def test_the_command_says_what_failed(tmp_path):
    words = ["calibrate", "--until", "1996", "--quick", "--iterations", "90", "--particles", "2"]
    done = CliRunner().invoke(app, [*words, "--workers", "1", "--out", str(tmp_path / "fit")])
    assert done.exit_code == 0, done.output
    assert "NO" in done.output
    assert "Not installed" in done.output
    few = CliRunner().invoke(app, ["calibrate", "--quick", "--iterations", "70"])
    assert "too few iterations to judge" in str(few.exception)
    other = CliRunner().invoke(app, [*words, "--seed", "9", "--out", str(tmp_path / "fit")])
    assert "the directory holds another fit" in str(other.exception)


def test_numbers_of_the_pair_plot_stand_with_their_partners():
    """Two pairs that hang together, and a third for which there is half a place."""
    rng = np.random.default_rng(3)
    draws = rng.standard_normal((4000, 8))
    for one, other, share in ((1, 6, 0.95), (0, 4, 0.9), (2, 7, 0.8), (3, 1, 0.4)):
        draws[:, one] = share * draws[:, other] + np.sqrt(1 - share**2) * draws[:, one]
    assert plots.most_linked(draws, 5) == [0, 1, 3, 4, 6]
    assert plots.most_linked(draws, 2) == [1, 6]
    assert plots.most_linked(draws, 3, first=(2,)) == [1, 2, 6]


@pytest.mark.filterwarnings("error")
def test_a_place_that_some_luck_finds_impossible_has_a_profile_all_the_same():
    """Negative infinity by one luck counts as an estimate; where all but one are, no error is."""

    class Rough:
        def __init__(self, impossible):
            self.impossible = impossible

        def log_likelihood(self, position, luck):
            return -np.inf if self.impossible(position[0], luck - 2**61) else 3.0 * position[0]

    for impossible, known in (
        (lambda z, luck: luck == 0 and z > 1.5, True), (lambda z, luck: luck > 0, False)
    ):  # fmt: skip
        along, error = identify.profile(Rough(impossible), rough((500, 1)), 0, 0.9)
        assert int(np.nanargmax(along)) == len(identify.AT) - 1
        assert np.isfinite(along[identify.CORE]).all()
        assert np.isfinite(error) == known
