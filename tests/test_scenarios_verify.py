"""Over all shipped what-ifs: levers do what their files expect, and nothing else does anything.

The fast form: few runs, parameters at their priors' centres. The slow form, with all that is
not known of the parameters, is ``steppe scenarios verify --parameters posterior --runs 1000``.
"""

import numpy as np
import pytest
from typer.testing import CliRunner

from steppe.cli.scenarios import app
from steppe.explore.problem import assemble
from steppe.explore.verify import Finding, Follower, differing, findings, same_past, verify
from steppe.model.errors import InputError
from steppe.scenarios.load import catalogue, load, load_resolved
from steppe.scenarios.resolve import resolve
from steppe.scenarios.schema import Expectation, Lever, ParameterSource

pytestmark = pytest.mark.long

RUNS = 200
BASELINES = ("baseline-2009", "baseline-2022")
WORDS = {"why": "placebo", "source": "assumed"}


def what_ifs(baseline):
    return [entry.name for entry in catalogue() if entry.compare_with == baseline]


def with_lever(name, **fields):
    """A shipped scenario at point values with one more lever."""
    scenario = load(name)
    levers = (*scenario.levers, Lever.model_validate({**fields, **WORDS}))
    point = ParameterSource(source="point")
    return resolve(scenario.model_copy(update={"levers": levers, "parameters": point}))


@pytest.fixture(scope="module")
def followers():
    return {name: Follower(assemble(load_resolved(name, "point"), 1)) for name in BASELINES}


# ------------------------------------------------------------------ all of the library


@pytest.mark.parametrize("baseline", BASELINES)
def test_levers_do_what_their_files_expect(baseline):
    """Monotonicity, on paired luck; and until the first lever acts no bit differs."""
    names = what_ifs(baseline)
    seen, astray = set(), []
    for found, quiet in verify(names, RUNS, 1, "point"):
        assert quiet, f"{found[0].scenario} differs before its first lever"
        seen.update(f.scenario for f in found)
        astray += [f for f in found if f.verdict != "borne out"]
    assert not astray
    assert seen == set(names)


@pytest.mark.parametrize("baseline", BASELINES)
def test_what_is_inert_does_nothing(baseline, followers):
    """Placebo: how well the sources cover later years is read by nobody but the record."""
    base = followers[baseline]
    first = base.problem.until + 1
    for name in what_ifs(baseline):
        plain = Follower(base.problem.beside(load_resolved(name, "point")))
        plain.worlds = base.worlds
        placebo = with_lever(name, quantity="coverage", value=1.0, **{"from": first})
        for _, pair in plain.pairs(base.problem.beside(placebo), np.arange(10)):
            assert set(differing(pair.base, pair.other)) == {"documented", "documented_forms"}


@pytest.mark.parametrize("baseline", BASELINES)
def test_the_same_twice_is_the_same(baseline, followers):
    again = assemble(load_resolved(baseline, "point"), 1)
    for _, pair in followers[baseline].pairs(again, np.arange(10)):
        assert differing(pair.base, pair.other) == []


# ------------------------------------------------------------------ how it is told


def test_pairs_are_the_runs_of_the_scenarios(followers):
    """What is paired is what ``steppe run`` would give, bit for bit."""
    other = assemble(load_resolved("gas-line-attack-2009", "point"), 1)
    base, runs = followers["baseline-2009"], np.arange(10)
    (_, pair), = base.pairs(other, runs)  # fmt: skip
    for mine, problem in ((pair.base, base.problem), (pair.other, other)):
        whole = problem.outcome(runs)
        for ours, theirs in zip(mine, whole, strict=True):
            assert np.array_equal(ours, theirs[:, pair.first - 1992 :])


def expected(outcome, direction):
    return Expectation(outcome=outcome, direction=direction, why="to test it")


def test_a_wrong_expectation_is_contradicted(followers):
    """Control: the verdict follows the direction; a lever that does nothing gives none."""
    scenario = load("moscow-withdraws").model_copy(
        update={"expects": tuple(expected("offers.russia", d) for d in ("up", "down"))}
    )
    other = assemble(load_resolved("moscow-withdraws", "point"), 1)
    found, _ = findings(followers["baseline-2022"], other, scenario, 40)
    assert [f.verdict for f in found] == ["contradicted", "borne out"]
    assert found[0].difference == found[1].difference < 0

    base = followers["baseline-2022"]
    idle = with_lever("baseline-2022", quantity="coverage", value=1.0, **{"from": 2026})
    found, quiet = findings(base, base.problem.beside(idle), scenario, 20)
    assert [(f.difference, f.verdict) for f in found] == [(0.0, "not clear")] * 2
    assert quiet


def test_verdict_in_standard_errors():
    def verdict(difference, error, direction="up"):
        return Finding("x", expected("offers", direction), 1.0, difference, error).verdict

    assert verdict(0.2, 0.1) == verdict(-0.2, 0.1, "down") == "borne out"
    assert verdict(0.19, 0.1) == verdict(-0.19, 0.1) == verdict(0.0, 0.0) == "not clear"
    assert verdict(-0.2, 0.1) == verdict(-0.1, 0.0) == "contradicted"


def test_runs_of_one_draw_count_as_one(followers):
    """With draws of the parameters, the error is that of means over each draw's runs."""
    scenario = load("moscow-withdraws")
    base = Follower(assemble(load_resolved("baseline-2022", "prior"), 1, runs=4))
    other = base.problem.beside(load_resolved("moscow-withdraws", "prior"))
    assert base.problem.draw_count == 4
    found, _ = findings(base, other, scenario, 8)
    change = np.zeros(8)
    for places, pair in base.pairs(other, np.arange(8)):
        offers = [o.offers[:, 3:, :, 1].mean(axis=(1, 2, 3)) for o in (pair.base, pair.other)]
        change[places] = offers[1] - offers[0]
    by_draw = (change[:4] + change[4:]) / 2
    assert found[0].difference == pytest.approx(change.mean(), abs=1e-12)
    assert found[0].error == pytest.approx(by_draw.std(ddof=1) / 2, rel=1e-9)


def test_levers_before_the_cut_are_no_pair(followers):
    base = followers["baseline-2022"]
    changed = with_lever("baseline-2022", quantity="budget.russia", factor=0.5)
    early = base.problem.beside(changed)
    assert not same_past(base.problem, early, 0)
    with pytest.raises(ValueError, match="before the cut-off"):
        list(base.pairs(early, np.arange(2)))
    late = assemble(load_resolved("gas-line-attack-2009", "point"), 1)
    with pytest.raises(ValueError, match="another cut-off"):
        list(base.pairs(late, np.arange(2)))
    with pytest.raises(ValueError, match="other years or parameters"):
        base.problem.beside(load_resolved("gas-line-attack-2009", "point"))


def test_command():
    result = CliRunner().invoke(app, ["verify", "moscow-withdraws", "--runs", "20"])
    assert result.exit_code == 0, result.output
    assert "2 borne out" in result.output


def test_command_refuses_what_has_no_baseline():
    result = CliRunner().invoke(app, ["verify", "baseline"])
    assert isinstance(result.exception, InputError)


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ("", "levers: nothing to verify; found 'none'"),
        ("[[levers]]\nquantity = 'alignment_weight'\nvalue = 3.0\nfrom = 2026\nwhy = 'w'\n"
         "source = 'assumed'\n", "decision: the decision rule acts in years that follow"),
    ],
)  # fmt: skip
def test_another_rule_is_not_verified_but_compared(more, told, tmp_path):
    file = tmp_path / "lean.toml"
    head = "name = 'lean'\ntitle = 't'\nstory = 's'\ncompare_with = 'baseline-2022'\n"
    file.write_text(f"{head}conditioned_until = 2022\ndecision = 'bandwagoning'\n{more}", "utf-8")
    with pytest.raises(InputError, match=told) as error:
        list(verify([str(file)], 2))
    assert "steppe compare baseline-2022" in str(error.value)
