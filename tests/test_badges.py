"""Badges: what results may claim, by parameters, gates of the fit, and history."""

import pytest

from steppe.calibration import installed as module
from steppe.calibration.installed import installed
from steppe.cli.execution import notes, prepare
from steppe.explore.badge import ORDER, badge, badge_of
from steppe.explore.problem import assemble
from steppe.explore.replicates import simulate_span
from steppe.model.errors import InputError
from steppe.results.manifest import BADGES
from steppe.results.words import MEANING
from steppe.scenarios.resolve import resolve
from steppe.scenarios.schema import Scenario

from .test_installed import install

PASSED = {"name": "rhat", "value": 1.01, "allowed": 1.05, "passed": True}
FAILED = {"name": "backtest", "value": 0.3, "allowed": 0.5, "passed": False}


def scenario(until=None, **parameters):
    fields = {"name": "case", "title": "A case", "story": "Something happens.", "horizon": 2026}
    if until is not None:
        fields["conditioned_until"] = until
    return resolve(Scenario.model_validate({**fields, "parameters": parameters}))


@pytest.fixture
def fitted(tmp_path, monkeypatch):
    """Install a posterior of 40 draws for all that reads the shipped one."""

    def make(**changes):
        values = [[10.0 + k, 0.1] for k in range(40)]
        install(tmp_path / "posterior", values=values, **changes)
        monkeypatch.setattr(module, "files", lambda _: tmp_path)

    return make


@pytest.mark.parametrize(
    "gates, until, word",
    [
        ([PASSED], 2022, "explanation"),
        ([PASSED], 2009, "exploration"),
        ([PASSED], None, "exploration"),
        ([PASSED, FAILED], 2022, "exploration"),
        ([FAILED], None, "exploration"),
        ([], 2022, "exploration"),
    ],
)
def test_a_fit_explains_only_what_it_passed_and_follows(fitted, gates, until, word):
    fitted(gates=gates)
    _, manifest = prepare(scenario(until, source="posterior"), "case", 80, 1)
    assert manifest.badge.startswith(f"{word}: ")
    assert manifest.parameters.source == "posterior"
    assert manifest.parameters.draws == 40


@pytest.mark.parametrize("until", [None, 2022])
@pytest.mark.parametrize("source, word", [("point", "illustration"), ("prior", "exploration")])
def test_parameters_that_are_not_fitted_never_explain(fitted, source, word, until):
    fitted()
    problem, manifest = prepare(scenario(until, source=source), "case", 80, 1)
    assert manifest.badge.startswith(f"{word}: ")
    assert "posterior" not in manifest.digests
    assert notes(problem) == ()


def test_draws_of_a_file_explore_whatever_is_installed(fitted, tmp_path):
    fitted()
    (tmp_path / "own.csv").write_text("trust_gain\n0.1\n0.2\n")
    resolved = scenario(2022, source="posterior", file=str(tmp_path / "own.csv"))
    _, manifest = prepare(resolved, "case", 80, 1)
    assert manifest.badge == badge("file", None, 2022)
    assert manifest.badge.startswith("exploration: ")
    assert (manifest.parameters.source, manifest.parameters.draws) == ("file", 2)


def test_every_badge_has_a_meaning():
    assert set(MEANING) == set(BADGES) == set(ORDER)


def test_a_fit_that_failed_says_what(fitted):
    fitted(gates=[PASSED, FAILED], note="a trial")
    problem = assemble(scenario(2022, source="posterior"), 1)
    assert badge_of(problem).endswith("did not pass all its checks (a trial)")
    (note,) = notes(problem)
    assert "2 checks of the fit, failed: backtest 0.3 (allowed 0.5)" in note


def test_without_a_posterior_nothing_is_put_in_its_place(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "files", lambda _: tmp_path)
    with pytest.raises(InputError, match=r"no posterior is installed.*steppe calibrate"):
        assemble(scenario(source="posterior"), 1)


def test_fewer_runs_take_the_first_draws(fitted, capsys):
    fitted()
    problem, manifest = prepare(scenario(source="posterior"), "case", 10, 1)
    assert "10 runs use 10 of the 40 draws" in capsys.readouterr().err
    assert manifest.scenario["parameters"]["draws"] == 10
    assert (problem.draws["budget"][:, 1] - 10.0).tolist() == list(range(10))
    again, same = prepare(problem.resolved, "case", 10, 1)  # as ``steppe rerun`` does
    assert same.key() == manifest.key()
    assert again.draw_count == 10
    assert capsys.readouterr().err == ""


def test_a_run_is_the_same_alone_among_few_and_among_many(fitted):
    """Run 7 has draw 7 and its luck, as long as there are more draws than that."""
    fitted()
    resolved = scenario(source="posterior")
    few, many = assemble(resolved, 1, 10), assemble(resolved, 1, 80)
    alone = many.model(7)
    alone.run_until(2026)
    for problem in (few, many):
        rungs = simulate_span(problem, range(10)).rung[7, -1]
        found = [[list(tie.rung) for tie in state.ties] for state in alone.states]
        assert found == rungs.tolist()


def test_another_fit_makes_another_key(fitted):
    fitted()
    _, one = prepare(scenario(source="posterior"), "case", 40, 1)
    fitted(gates=[FAILED])
    _, other = prepare(scenario(source="posterior"), "case", 40, 1)
    assert installed().manifest.gates[0].name == "backtest"
    assert one.parameters == other.parameters
    assert one.key() != other.key()
