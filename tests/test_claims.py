"""Tests of claims: the evaluator on histories made by hand, estimates, scores, and refusals."""

import csv
import json
import math

import numpy as np
import pytest
from pydantic import ValidationError
from typer.testing import CliRunner

from steppe.calibration import fit
from steppe.calibration.asof import frozen
from steppe.calibration.claim_tests import ClaimTest, load_claims
from steppe.calibration.claim_words import Move
from steppe.calibration.measures import troops
from steppe.calibration.measures.sampler import generator
from steppe.calibration.packages import GIVEN, imposed
from steppe.cli.claims import badge
from steppe.cli.main import app
from steppe.explore.backtest.cells import count
from steppe.explore.claims.assess import against, estimate, in_word, losses, scores, wilson
from steppe.explore.claims.conduct import in_worlds
from steppe.explore.claims.evaluate import evaluate
from steppe.explore.claims.histories import Histories, histories, without_memberships
from steppe.explore.claims.sizes import largest
from steppe.explore.claims.whatifs import FUTURES, moved, worlds_of
from steppe.explore.draws import installed_draws
from steppe.model.errors import InputError
from steppe.model.names import AREAS, FORMS, PATRONS, START_YEAR, STATES
from steppe.model.world import empty_outcome

TJ, KG, KZ = (STATES.index(name) for name in ("TJ", "KG", "KZ"))
CHINA, RUSSIA = (PATRONS.index(name) for name in ("china", "russia"))
DRUGS, DEFENCE = AREAS.index("counter_narcotics"), AREAS.index("defence")
Y2010 = 2010 - START_YEAR


def claim_of(given=None, worlds=None, **test):
    more = {} if given is None else {"given": given}
    more |= {} if worlds is None else {"worlds": worlds}
    return ClaimTest(test=test, match="exact", reading="as it stands", **more)


def history(runs=3, cut=2009):
    return Histories(empty_outcome(runs, 30), cut)


RUNG = {
    "quantity": "rung", "patron": "china", "state": ["KG", "TJ"], "area": "counter_narcotics",
    "cells": "max", "years": (2010, 2016), "take": "max",
}  # fmt: skip


def test_a_rung_that_is_reached_in_the_years_by_one_of_the_states():
    """By hand: run 0 reaches 3 in 2012, run 1 only in 2017, run 2 in another state."""
    found = history()
    found.outcome.rung[0, Y2010 + 2, TJ, CHINA, DRUGS] = 3
    found.outcome.rung[1, Y2010 + 7, TJ, CHINA, DRUGS] = 3
    found.outcome.rung[2, Y2010 + 2, KZ, CHINA, DRUGS] = 5
    test = claim_of(left=RUNG, relation=">=", right=3)
    assert evaluate(test, found).tolist() == [1.0, 0.0, 0.0]
    assert evaluate(claim_of(left=RUNG, relation="<", right=3), found).tolist() == [0.0, 1.0, 1.0]


def test_a_sum_of_two_spans_and_a_mean_a_year():
    """By hand: 3 packages in 2010-2011 against 2 in 2000-2009; a year 1.5 against 0.2."""
    found = history(1)
    found.outcome.packages[0, Y2010, TJ, CHINA, DEFENCE] = 2
    found.outcome.packages[0, Y2010 + 1, KG, CHINA, DRUGS] = 1
    found.outcome.packages[0, Y2010 - 5, KG, CHINA, DRUGS] = 2
    found.outcome.packages[0, Y2010 - 5, KG, RUSSIA, DRUGS] = 9
    one = {"quantity": "packages", "patron": "china"}
    after, before = one | {"years": (2010, 2011)}, one | {"years": (2000, 2009)}
    for take, relation, right, expected in (
        ("sum", ">", before | {"take": "sum"}, 1.0),
        ("sum", "==", 3, 1.0),
        ("mean", "==", 1.5, 1.0),
        ("mean", "<", before | {"take": "mean"}, 0.0),
        ("max", "==", 2, 1.0),
        ("min", "==", 1, 1.0),
    ):
        test = claim_of(left=after | {"take": take}, relation=relation, right=right)
        assert evaluate(test, found).tolist() == [expected], (take, relation)


def test_a_gain_is_upon_the_year_before():
    found = history(1)
    found.outcome.rung[0, Y2010 - 1 :, TJ, RUSSIA, DEFENCE] = 5
    found.outcome.rung[0, Y2010:, TJ, RUSSIA, DEFENCE] = 4
    found.outcome.rung[0, Y2010 + 3 :, TJ, RUSSIA, DEFENCE] = 2
    fall = {"quantity": "rung", "patron": "russia", "state": "TJ", "cells": "sum",
            "years": (2010, 2015), "take": "gain"}  # fmt: skip
    assert evaluate(claim_of(left=fall, relation="==", right=-3), found).tolist() == [1.0]


def test_a_share_of_nothing_is_undefined():
    """By hand: half of the packages of run 0 are exercises; run 1 has no package at all."""
    found = history(2)
    found.outcome.forms[0, Y2010, TJ, CHINA, FORMS.index("aid")] = 2
    found.outcome.forms[0, Y2010, TJ, CHINA, FORMS.index("joint_exercise")] = 2
    found.outcome.packages[0, Y2010, TJ, CHINA, DEFENCE] = 4
    span = {"quantity": "packages", "patron": "china", "years": (2010, 2012), "take": "sum"}
    share = span | {"form": ["exercise", "joint_exercise"], "per": span}
    truth = evaluate(claim_of(left=share, relation="==", right=0.5), found)
    assert truth[0] == 1.0
    assert math.isnan(truth[1])


def test_ranks_count_ties_against_the_claim():
    """By hand: packages KZ 1, KG 3, TJ 2, others none; then TJ 3 ties with KG."""
    found = history(2)
    for run, tj in enumerate((2, 3)):
        for state, packages in ((KZ, 1), (KG, 3), (TJ, tj)):
            found.outcome.packages[run, Y2010, state, CHINA, DEFENCE] = packages
    span = {"quantity": "packages", "patron": "china", "years": (2010, 2010), "take": "sum"}

    def rank(who, order, places, **more):
        test = claim_of(rank=span, by="state", who=who, order=order, places=places, **more)
        return evaluate(test, found).tolist()

    assert rank("KG", "highest", 1) == [1.0, 0.0]
    assert rank(["KG", "TJ"], "highest", 2) == [1.0, 1.0]
    assert rank("TJ", "highest", 1) == [0.0, 0.0]
    assert rank("KZ", "lowest", 1, among=["KZ", "KG", "TJ"]) == [1.0, 1.0]
    assert rank("KZ", "lowest", 1) == [0.0, 0.0]  # two have none


def test_a_rank_leaves_out_who_has_no_value():
    """A state without an offer is not ranked; if it is the one in question, nothing is told."""
    found = history(2)
    found.outcome.offers[:, Y2010, TJ, CHINA, DEFENCE] = (4, 0)
    found.outcome.offers[:, Y2010, KG, CHINA, DEFENCE] = 2
    found.outcome.packages[:, Y2010, TJ, CHINA, DEFENCE] = (3, 0)
    found.outcome.packages[:, Y2010, KG, CHINA, DEFENCE] = 1
    span = {"patron": "china", "years": (2010, 2010), "take": "sum"}
    rate = span | {"quantity": "packages", "per": span | {"quantity": "offers"}}
    truth = evaluate(claim_of(rank=rate, by="state", who="TJ", order="highest", places=1), found)
    assert truth[0] == 1.0
    assert math.isnan(truth[1])


def test_all_any_and_given():
    found = history(4)
    found.outcome.rung[1:, Y2010, TJ, CHINA, DRUGS] = (1, 2, 3)
    above = [{"left": RUNG, "relation": ">=", "right": k} for k in (1, 3)]
    assert evaluate(claim_of(all=above), found).tolist() == [0.0, 0.0, 0.0, 1.0]
    assert evaluate(claim_of(any=above), found).tolist() == [0.0, 1.0, 1.0, 1.0]
    truth = evaluate(claim_of(given=above[0], left=RUNG, relation=">=", right=2), found)
    assert np.array_equal(truth, [np.nan, 0.0, 1.0, 1.0], equal_nan=True)


def test_a_streak_is_of_years_on_end():
    """By hand: run 0 in 2010, 2011, 2013; run 1 in every second year; run 2 nothing."""
    found = history()
    for run, years in ((0, (0, 1, 3)), (1, (0, 2, 4))):
        for year in years:
            found.outcome.packages[run, Y2010 + year, TJ, CHINA, DRUGS] = 2
    found.outcome.packages[2, Y2010 : Y2010 + 5, KG, CHINA, DRUGS] = 1
    yearly = {"quantity": "packages", "patron": "china", "state": "TJ",
              "area": "counter_narcotics", "years": (2010, 2016), "take": "streak"}  # fmt: skip
    assert evaluate(claim_of(left=yearly, relation=">=", right=2), found).tolist() == [1, 0, 0]
    assert evaluate(claim_of(left=yearly, relation="==", right=0), found).tolist() == [0, 0, 1]


def test_troops_are_those_of_the_largest_exercise():
    """By hand: 8,000 in run 0, 6,000 in run 1, none in run 2."""
    found = history()
    troops_ = np.zeros((3, 30, 2))
    troops_[:2, Y2010, CHINA] = (8000, 6000)
    troops_[:, Y2010, RUSSIA] = 20000
    sizes = {"quantity": "troops", "patron": "china", "years": (2009, 2011), "take": "max"}
    test = claim_of(left=sizes, relation="<", right=7000)
    found = Histories(found.outcome, 2009, troops=troops_)
    assert evaluate(test, found).tolist() == [0.0, 1.0, 1.0]
    with pytest.raises(ValueError, match="nothing is known of troops"):
        evaluate(test, history())


# ------------------------------------------------------------ what-ifs


def whatif(base, world):
    """Histories of two worlds in which China makes so many offers on Tajik drugs, run by run."""
    outcomes = [empty_outcome(len(base), 30) for _ in range(2)]
    for outcome, counts in zip(outcomes, (base, world), strict=True):
        outcome.offers[:, Y2010, TJ, CHINA, DRUGS] = counts
    return Histories(outcomes[0], 2009, worlds={"more": outcomes[1]}, pooled=True)


MORE = {"more": [{"quantity": "trade.china", "years": (2010, 2012), "factor": 2.0}]}
OFFERS = {"quantity": "offers", "patron": "china", "years": (2010, 2012), "take": "sum"}


def test_a_whatif_is_compared_by_the_means_of_a_draw():
    """By hand: 1, 2, 3 offers against 0, 0, 7: more in one run of three, and more in the mean."""
    test = claim_of(worlds=MORE, left=OFFERS | {"world": "more"}, relation=">", right=OFFERS)
    assert evaluate(test, whatif((1, 2, 3), (0, 0, 7))).tolist() == [1.0]
    assert evaluate(test, whatif((1, 2, 3), (0, 0, 6))).tolist() == [0.0]  # a tie is not more


def test_cells_that_moved_do_not_cancel():
    """By hand: one offer from drugs to defence in both runs: moved by 2, not by 0."""
    found = whatif((1, 1), (0, 0))
    found.worlds["more"].offers[:, Y2010, TJ, CHINA, DEFENCE] = 1
    away = OFFERS | {"world": "more", "cells": "moved"}
    assert evaluate(claim_of(worlds=MORE, left=away, relation="==", right=2), found) == [1.0]
    net = OFFERS | {"world": "more", "per": OFFERS}
    assert evaluate(claim_of(worlds=MORE, left=net, relation="==", right=1), found) == [1.0]


def branched(draws=1):
    """Histories of the record to 2009, to be continued to 2014."""
    return next(histories(frozen(2009, 2014), installed_draws(draws)[0], 3, 12, 1))


def test_worlds_differ_only_where_a_move_acts():
    """Nothing before it, nothing by an inert one, and no Chinese package without a budget."""
    branch = branched().branch
    no_budget = Move(quantity="budget.china", years=(2011, 2014), value=0.0)
    inert = Move(quantity="budget.china", years=(2010, 2014), factor=1.0)
    found = worlds_of(branch, {"none": [no_budget], "same": [inert]}, 2014)
    assert len(found[None].rung) == 3 * FUTURES
    first = 2011 - START_YEAR
    for base, same, none in zip(found[None], found["same"], found["none"], strict=True):
        assert np.array_equal(base, same)
        assert np.array_equal(base[:, :first], none[:, :first])
    assert found[None].offers[:, first:, :, CHINA].sum() > 0
    assert found["none"].offers[:, first:, :, CHINA].sum() == 0
    assert np.array_equal(branch.tables.flat, branched().branch.tables.flat)  # left as it was


def test_a_whatif_of_a_claim_has_one_truth_a_draw():
    no_budget = [{"quantity": "budget.china", "years": (2010, 2014), "value": 0.0}]
    span = {"quantity": "packages", "patron": "china", "years": (2010, 2014), "take": "sum"}
    left = span | {"world": "none"}
    fewer = claim_of(worlds={"none": no_budget}, left=left, relation="<", right=span)
    more = claim_of(worlds={"none": no_budget}, left=left, relation=">=", right=span)
    sample = branched()
    assert evaluate(fewer, in_worlds(fewer, sample)).tolist() == [1.0]
    assert evaluate(more, in_worlds(more, sample)).tolist() == [0.0]


def test_moves_set_multiply_and_add_in_their_years_only():
    tables = branched().branch.tables
    before, at = tables["militancy"], slice(2010 - START_YEAR, 2012 - START_YEAR)
    wanted = {"value": (0.5, 0.5), "factor": 2.0 * before[at], "add": 0.25 + before[at]}
    for how, number in (("value", 0.5), ("factor", 2.0), ("add", 0.25)):
        move = Move(quantity="militancy", years=(2010, 2011), **{how: number})
        found = moved(tables, [move])["militancy"]
        assert found[at] == pytest.approx(wanted[how])
        assert np.array_equal(np.delete(found, at), np.delete(before, at))
    with pytest.raises(InputError, match="out of its bounds"):
        moved(tables, [Move(quantity="militancy", years=(2010, 2010), value=9.0)])


def test_sizes_are_drawn_of_the_exercises_that_are_held():
    """None without an exercise; of many the largest is larger than of one."""
    fit = troops.fit(troops.sizes().until(2017), generator(1, "fit"), kept=40, warm_up=40)
    held = np.zeros((400, 3, 2), np.uint8)
    held[:, 1, CHINA], held[:, 2, CHINA] = 1, 5
    found = largest(fit, held, generator(1, "draw"))
    assert found.shape == held.shape
    assert (found[held == 0] == 0).all()
    assert (found[held > 0] > 0).all()
    assert np.median(found[:, 2, CHINA]) > 1.5 * np.median(found[:, 1, CHINA])


@pytest.mark.parametrize(
    ("change", "match"),
    [
        ({"quantity": "trade.chna"}, "did you mean trade.china"),
        ({"factor": None}, "either a 'value', a 'factor'"),
        ({"value": 1.0}, "either a 'value', a 'factor'"),
        ({"years": (2012, 2010)}, "after the last"),
        ({"facto": 2.0}, "did you mean factor"),
    ],
)
def test_moves_that_are_none_are_refused(change, match):
    with pytest.raises(ValidationError, match=match):
        Move(**{"quantity": "trade.china", "years": (2010, 2012), "factor": 2.0, **change})


@pytest.mark.parametrize(
    ("test", "match"),
    [
        ({"worlds": MORE, "left": OFFERS}, "never looked into"),
        ({"left": OFFERS | {"world": "more"}}, "'more' is either not in 'worlds'"),
        ({"left": OFFERS | {"cells": "moved"}}, "name its 'world'"),
        (
            {
                "worlds": MORE, "left": OFFERS | {"world": "more"},
                "given": {"left": OFFERS, "relation": ">", "right": 0},
            },
            "has no 'given'",
        ),
        (
            {
                "worlds": MORE,
                "left": {"quantity": "troops", "patron": "china", "years": (2010, 2011),
                         "take": "max", "world": "more"},
            },
            "no what-if moves them",
        ),
    ],
)  # fmt: skip
def test_whatifs_that_do_not_fit_are_refused(test, match):
    with pytest.raises(ValidationError, match=match):
        claim_of(**test, relation=">", right=0)


def test_a_claim_true_by_construction_has_probability_one_and_its_negation_zero():
    """On real histories of the model: a rung is at least 0, and never above 5."""
    draws, _ = installed_draws(5)
    claim = claim_of(left=RUNG, relation=">=", right=0)
    negation = claim_of(left=RUNG, relation="<", right=0)
    made = list(histories(frozen(2009, 2016), draws, 10, 12, 1))
    true, false = (
        estimate(np.array([evaluate(one, sample) for sample in made])) for one in (claim, negation)
    )
    assert (true.probability, false.probability) == (1.0, 0.0)
    assert true.low < 1.0 < true.high + 1e-9  # as sure as five draws can make it


# ------------------------------------------------------------ histories


def test_histories_hold_the_record_without_memberships():
    """Every history has the documented packages of the years to the cut, by form and by area."""
    draws, _ = installed_draws(2)
    found = frozen(2009, 2011)
    recorded = count(found.packages, 2009)
    for sample in histories(found, draws, 3, 12, 1):
        outcome = sample.outcome
        assert outcome.forms.shape[:2] == (3, 20)
        told = outcome.documented_forms[:, :Y2010]
        assert np.array_equal(told, np.repeat(recorded[None], 3, axis=0))
        by_area = outcome.documented[:, :Y2010].sum(axis=-1)
        assert np.array_equal(by_area, np.repeat(recorded.sum(axis=-1)[None], 3, axis=0))
        assert np.array_equal(outcome.forms.sum(axis=-1), outcome.packages.sum(axis=-1))


def test_acts_of_membership_are_in_the_record_of_runs():
    """The control of the test above: without the correction there are more packages."""
    packages = imposed(2009)
    past = empty_outcome(2, 18)
    for name in ("packages", "documented", "forms", "documented_forms"):
        getattr(past, name)[:] = 1
    found = without_memberships(past, packages)
    given = ((packages.occasion == GIVEN) & (packages.rung > 0)).sum()
    assert given > 0
    for name in ("packages", "documented", "forms", "documented_forms"):
        assert (getattr(past, name) - getattr(found, name)).sum() == 2 * given, name


# ------------------------------------------------------------ estimates and scores


def test_the_error_is_that_of_draws_and_not_of_histories():
    """Draws that decide alone are worth as many histories as there are draws."""
    rng = np.random.default_rng(1)
    alone = np.repeat((rng.random(100) < 0.5).astype(float)[:, None], 10, axis=1)
    mixed = (rng.random((100, 10)) < 0.5).astype(float)
    by_draws, by_chance = estimate(alone), estimate(mixed)
    assert by_draws.parameters == pytest.approx(1.0)
    assert by_chance.parameters < 0.1
    assert by_draws.high - by_draws.low > 2.5 * (by_chance.high - by_chance.low)
    low, high = wilson(by_draws.probability, 99.0)
    assert (by_draws.low, by_draws.high) == (pytest.approx(low), pytest.approx(high))


def test_intervals_hold_the_truth_as_often_as_they_say():
    """Draws with chances from Beta(2, 2): 90% intervals hold one half in 84% to 96% of 200."""
    rng = np.random.default_rng(2)
    held = 0
    for _ in range(200):
        chances = rng.beta(2.0, 2.0, 60)
        found = estimate((rng.random((60, 8)) < chances[:, None]).astype(float))
        held += found.low <= 0.5 <= found.high
    assert 168 <= held <= 192


def test_too_few_histories_give_no_probability():
    truths = np.full((20, 10), np.nan)
    truths[:4] = 1.0
    assert math.isnan(estimate(truths).probability)
    truths[:5] = 1.0
    assert estimate(truths).probability == 1.0


def test_words():
    sure, unsure = estimate(np.ones((100, 5))), estimate(np.tile([1.0, 0.0], (100, 5)))
    never = estimate(np.zeros((100, 5)))
    assert in_word(sure, "exact") == "likely"
    assert in_word(sure, "wider") == "open"
    assert in_word(never, "wider") == "unlikely"
    assert in_word(unsure, "exact") == "open"
    assert against("likely", "bears_out") == against("unlikely", "contradicts") == "agrees"
    assert against("unlikely", "bears_out") == "surprise"
    assert against("likely", "mixed") == against("open", "contradicts") == ""


def test_scores_by_hand():
    """Brier of 0.8 borne out and 0.6 contradicted: (0.04 + 0.36) / 2."""
    one = {"match": "exact", "defined": 10**9}
    rows = [
        one | {"probability": 0.8, "verdict": "bears_out"},
        one | {"probability": 0.6, "verdict": "contradicts"},
        one | {"probability": 0.6, "verdict": "mixed"},
        one | {"probability": None, "verdict": "bears_out"},
        one | {"probability": 0.1, "verdict": "bears_out", "match": "wider"},
    ]
    found = {(row["set"], row["who"]): row for row in scores(rows)}
    assert losses(rows) == [rows[1]]
    assert found["exact", "model"]["claims"] == 2
    assert found["exact", "model"]["brier"] == pytest.approx(0.2)
    assert found["exact", "model"]["log"] == pytest.approx(math.log(0.8 * 0.4) / 2)
    assert found["exact", "one half"]["brier"] == pytest.approx(0.25)
    assert found["exact and proxy", "base rate"]["brier"] == pytest.approx(0.25)


# ------------------------------------------------------------ refusals


@pytest.mark.parametrize(
    ("change", "match"),
    [
        ({"quantity": "rungs"}, "rung"),
        ({"patron": "chna"}, "china"),
        ({"form": "aid"}, "rung is not told by form"),
        ({"take": "sum"}, "a level"),
        ({"cells": None}, "say what is made of the cells"),
        ({"years": (2016, 2010)}, "after the last"),
        ({"take": "gain", "years": (1992, 2010)}, "nothing is recorded"),
        ({"take": "streak"}, "has no streak"),
        ({"year": (2010, 2016)}, "did you mean years"),
    ],
)
def test_words_that_are_none_are_refused(change, match):
    with pytest.raises(ValidationError, match=match):
        claim_of(left=RUNG | change, relation=">=", right=3)


def test_a_mistake_on_the_right_is_told_as_one_on_the_left():
    with pytest.raises(ValidationError, match="did you mean years"):
        claim_of(left=RUNG, relation=">", right=RUNG | {"year": (2010, 2011)})


def test_a_rank_of_a_name_that_is_none():
    span = {"quantity": "packages", "patron": "china", "years": (2010, 2010), "take": "sum"}
    with pytest.raises(ValidationError, match=r"did you mean .*TJ"):
        claim_of(rank=span, by="state", who="TJK", order="highest", places=1)


def test_every_claim_has_a_test_or_a_reason():
    found = load_claims()
    assert len(found) == 73
    assert all((one.how.test is None) != (one.how.not_tested is None) for one in found)
    assert sum(one.how.test is not None for one in found) >= 60


# ------------------------------------------------------------ the command


def steppe(*words):
    return CliRunner().invoke(app, ["claims", *map(str, words)])


def test_the_command_is_the_same_again(tmp_path):
    words = ("--runs", 60, "--document", "004", "--area", "all")
    first, again = steppe(*words, "--out", tmp_path / "a"), steppe(*words, "--out", tmp_path / "b")
    assert first.exit_code == again.exit_code == 0, first.output
    for name in ("claims.csv", "manifest.json"):
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()
    with (tmp_path / "a" / "claims.csv").open(encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    assert {row["id"] for row in rows} == {"2005-tj-takes-all"}
    manifest = json.loads((tmp_path / "a" / "manifest.json").read_text("utf-8"))
    assert manifest["documents"][0]["cut"] == 2005
    assert "no probability here is a forecast" in manifest["badge"]
    assert "histories follow the record to 2005, parameters to 2022" in first.output


def test_the_help_says_what_the_parameters_have_seen():
    """The year in the help is that of the installed posterior."""
    told = " ".join(steppe("--help").output.replace("│", " ").split())
    _, made = installed_draws(1)
    assert f"fitted to the record to {made['until']} and have seen what came after" in told


def test_a_fit_at_the_date_is_taken_and_one_of_another_date_refused(tmp_path):
    plan = fit.Plan(seed=1, groups=1, chains=2, pilot=4)
    fit.sample(frozen(2005).target_to_cut(3), plan, tmp_path / "fit", 10)
    words = ("--runs", 60, "--fit", tmp_path / "fit", "--out", tmp_path / "out")
    done = steppe(*words, "--document", "004")
    assert done.exit_code == 0, done.output
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text("utf-8"))
    assert manifest["documents"][0]["parameters"]["from"] == "a fit at the cut"
    assert "no probability here is a forecast" not in manifest["badge"]
    assert "has not passed its gates" in manifest["badge"]
    assert "holds another fit" in str(steppe(*words, "--document", "000").exception)


@pytest.mark.parametrize(
    ("until", "passed", "words"),
    [
        (2022, True, "no probability here is a forecast"),
        (2005, True, "the fit at the cut passed its gates"),
        (2005, False, "has not passed its gates"),
    ],
)
def test_the_badge_goes_by_what_the_parameters_have_read(until, passed, words):
    """Also where the installed posterior ends at the document's date, which has no gates here."""
    told = [{"cut": 2005, "parameters": {"until": until, "passed": passed}}]
    assert words in badge(told)


@pytest.mark.parametrize(
    ("words", "match"),
    [
        (("--area", "counter_terorism"), "counter_terrorism"),
        (("--document", "005"), "no claim is from this document"),
        (("--fit", "somewhere"), "name the document too"),
        (("--fit", "nowhere", "--document", "000"), "not the plan of a fit"),
    ],
)
def test_bad_input_is_named(words, match):
    assert match in str(steppe(*words).exception)
