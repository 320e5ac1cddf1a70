"""External checks: statistics on worlds made by hand, refusals, naive rules, one run of it all."""

import json
from dataclasses import replace
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from steppe.calibration.measures.arms import Deliveries, deliveries
from steppe.cli import validate as command
from steppe.cli.main import app
from steppe.explore.problem import assemble
from steppe.explore.validate import naive, results, worlds
from steppe.explore.validate.facts import Fact
from steppe.explore.validate.predict import ArmsBefore, Prediction, predict, simulated
from steppe.explore.validate.reading import read_facts
from steppe.explore.validate.record import record_worlds
from steppe.explore.validate.results import Known, probability
from steppe.explore.validate.statistic import evaluate
from steppe.explore.validate.vocabulary import QUANTITIES, RECORDS, STATISTICS
from steppe.model.errors import InputError
from steppe.model.names import AREAS, FORMS, PATRONS, STATES
from steppe.scenarios.load import load_resolved

KZ, KG, TJ, TM, UZ = range(5)
CHINA, RUSSIA, OTHERS = range(3)
AID, EXERCISE, JOINT = (FORMS.index(n) for n in ("aid", "exercise", "joint_exercise"))
SMALL = {"kept": 40, "warm_up": 40, "chains": 2}


def fixed_sizes(run, patron, frame, rng):
    """Sizes of 1,000, 2,000 ... in their order; a tenth of them the patron's."""
    total = 1000.0 * (1 + np.arange(len(run)))
    return total, 0.1 * total


def by_hand():
    """One run, 2000 to 2003."""
    cells = (1, 4, 5, 2)
    forms, areas = np.zeros((*cells, 6), int), np.zeros((*cells, 5), int)
    forms[0, 1, KG, CHINA, EXERCISE] = 1
    forms[0, 2, KZ, CHINA, JOINT] = 2
    forms[0, 2, KG, CHINA, JOINT] = 1
    forms[0, 2, TJ, RUSSIA, EXERCISE] = 3
    forms[0, 3, TJ, CHINA, AID] = 4
    areas[0, 3, TJ, CHINA, AREAS.index("counter_narcotics")] = 3
    areas[0, 3, TJ, CHINA, AREAS.index("defence")] = 1
    pledged, at_once = np.zeros(cells), np.zeros(cells)
    pledged[0, 0, KG, RUSSIA], at_once[0, 0, KG, RUSSIA] = 100.0, 20.0
    pledged[0, 1, TJ, CHINA] = 50.0
    arms = np.zeros((1, 4, 5, 3))
    arms[0, 0, KZ] = (0.0, 60.0, 20.0)
    arms[0, 2, UZ] = (10.0, 0.0, 10.0)
    rung = np.zeros((*cells, 5), np.int8)
    rung[0, 1:, TJ, RUSSIA, 0] = 5
    rung[0, 2:, KG, CHINA, 3] = 3
    member = np.zeros(cells, bool)
    member[0, :, [KZ, KG, TJ], :] = True
    trainees = np.zeros(cells)
    trainees[0, :, TJ, RUSSIA], trainees[0, :, TJ, CHINA] = 30.0, 10.0
    half = forms // 2
    return worlds.Worlds(
        2000, {"documented": half, "listed": forms, "true": forms},
        {"documented": areas // 2, "true": areas}, pledged, pledged * 0.5, pledged * 0.25,
        at_once, np.array([[0.5, 0.3]]), 6, arms, trainees, rung, member, fixed_sizes,
    )  # fmt: skip


def fact(quantity, statistic, first=2000, last=2003, **fields):
    state = fields.pop("state", ())
    state = (state,) if isinstance(state, str) else state
    return Fact(
        id="x", quantity=quantity, statistic=statistic, first_year=first, last_year=last,
        state=state, value=fields.pop("value", 0.0), **fields,
    )  # fmt: skip


def value(*words, **fields):
    return float(evaluate(by_hand(), fact(*words, **fields), 1)[0])


def test_occasions_are_counted_where_they_are_known():
    """Parts of 2 and 1 are two occasions at the least; three were held in that year."""
    held = np.zeros((1, 4, 2), int)
    held[0, 2, CHINA] = 3
    known = replace(by_hand(), exercises=held)
    asked = fact("exercises", "total", record="true", frame="multilateral")
    assert evaluate(by_hand(), asked, 1)[0] == 2
    assert evaluate(known, asked, 1)[0] == 3
    one = fact("exercises", "total", record="true", frame="multilateral", state="KG")
    assert evaluate(known, one, 1)[0] == evaluate(by_hand(), one, 1)[0] == 1


@pytest.mark.parametrize(
    ("words", "fields", "expected"),
    [
        # exercises: KG alone 1; an organisation's year with parts 2 and 1: two occasions; TJ 3
        (("exercises", "total"), {}, 6.0),
        (("exercises", "total"), {"patron": "china"}, 3.0),
        (("exercises", "total"), {"frame": "sco"}, 2.0),
        (("exercises", "total"), {"frame": "csto"}, 0.0),
        (("exercises", "total"), {"frame": "bilateral"}, 4.0),
        (("exercises", "total"), {"state": "KG", "patron": "china"}, 2.0),
        (("exercises", "total"), {"record": "documented"}, 2.0),
        (("exercises", "mean"), {}, 1.5),
        (("exercises", "max"), {}, 5.0),
        (("exercises", "any"), {"patron": "russia", "last": 2001}, 0.0),
        (("exercises", "years_with"), {"patron": "china"}, 2.0),
        (("exercises", "count_states"), {"patron": "china"}, 2.0),
        (("exercises", "first_year"), {"state": "KG"}, 2001.0),
        (("exercises", "first_year"), {"state": "UZ"}, 2004.0),
        (("exercises", "share_of"), {"patron": "china", "of": "patrons"}, 0.5),
        (("exercises", "share_of"), {"frame": "multilateral", "of": "frames"}, 2 / 6),
        (("exercises", "share_of"), {"state": "KG", "patron": "china", "of": "states"}, 2 / 3),
        (("exercises", "rank_of"), {"state": "TJ", "of": "states"}, 1.0),
        (("exercises", "rank_of"), {"state": "KG", "of": "states"}, 2.0),
        (("exercises", "rank_of"), {"state": "UZ", "of": "states"}, 4.0),
        (("exercises", "rank_first"), {"patron": "china", "of": "patrons"}, 1.0),
        (("exercises", "rank_first"), {"patron": "russia", "of": "patrons"}, 2.0),
        (("packages", "total"), {"patron": "china"}, 8.0),
        (("packages", "total"), {"form": "aid"}, 4.0),
        (("packages", "total"), {"area": "counter_narcotics"}, 3.0),
        (("packages", "share_of"), {"area": "defence", "of": "areas"}, 0.25),
        (("packages", "rank_of"), {"form": "aid", "of": "forms"}, 1.0),
        (("arms", "total"), {}, 100.0),
        (("arms", "share_of"), {"patron": "russia", "of": "patrons"}, 0.6),
        (("arms", "share_of"), {"patron": "others", "state": "UZ", "of": "patrons"}, 0.5),
        (("arms", "share_of"), {"state": "UZ", "of": "states"}, 0.2),
        (("arms", "rank_of"), {"patron": "others", "of": "patrons"}, 2.0),
        (("arms", "first_year"), {"patron": "china"}, 2002.0),
        (("arms", "share_of"), {"patron": "china", "state": "TM", "of": "patrons"}, np.nan),
        (("pledged", "total"), {}, 150.0),
        (("pledged", "share_of"), {"patron": "russia", "of": "patrons"}, 2 / 3),
        (("delivered", "total"), {"state": "TJ"}, 25.0),
        (("outstanding", "max"), {}, 25.0),
        # 100, of which 20 at once and 30% of the rest in the same year: 20 + 24 = 44
        (("delivered_share", "share_after"), {"patron": "russia", "at": 0}, 0.44),
        # and after two years more 1 - 0.7 ** 3 = 0.657 of 80
        (("delivered_share", "share_after"), {"patron": "russia", "at": 2}, 0.7256),
        # a pledge can be delivered in six years only: 1 - 0.7 ** 6
        (("delivered_share", "share_after"), {"patron": "russia", "at": 30}, 0.2 + 0.8 * 0.882351),
        (("delivered_share", "share_after"), {"state": "UZ", "at": 1}, np.nan),
        # sizes of the six exercises: 1,000 to 6,000
        (("troops", "median"), {}, 3500.0),
        (("troops", "max"), {}, 6000.0),
        (("troops", "total"), {}, 21000.0),
        (("troops", "share_above"), {"at": 4000}, 2 / 6),
        (("troops", "quantile"), {"at": 0.2}, 2000.0),
        (("contingent", "max"), {"frame": "sco"}, 200.0),
        (("troops", "median"), {"state": "UZ"}, np.nan),
        (("trainees", "total"), {}, 160.0),
        (("trainees", "mean"), {"patron": "russia"}, 30.0),
        (("trainees", "share_of"), {"patron": "china", "of": "patrons"}, 0.25),
        (("base", "any"), {"patron": "russia", "state": "TJ"}, 1.0),
        (("base", "any"), {"patron": "china"}, 0.0),
        (("base", "mean"), {"patron": "russia"}, 0.75),
        (("base", "first_year"), {"patron": "russia"}, 2001.0),
        (("base", "count_states"), {}, 1.0),
        (("rung", "max"), {"state": "KG"}, 3.0),
        (("rung", "max"), {"state": "KG", "area": "defence"}, 0.0),
        (("rung", "first_year"), {"state": "KG", "at": 3}, 2002.0),
        (("rung", "first_year"), {"state": "KG", "at": 4}, 2004.0),
        (("rung", "rank_of"), {"state": "KG", "of": "states"}, 2.0),
        (("membership", "count_states"), {"patron": "china"}, 3.0),
        (("membership", "any"), {"state": "UZ"}, 0.0),
        # two occasions: KZ took both, KG one, TJ none
        (("attendance", "mean"), {"state": "KZ", "patron": "china"}, 1.0),
        (("attendance", "mean"), {"state": "KG", "patron": "china"}, 0.5),
        (("attendance", "mean"), {"patron": "china"}, 0.5),
        (("attendance", "mean"), {"state": "UZ", "patron": "china"}, np.nan),
    ],
)  # fmt: skip
def test_statistics_of_worlds_made_by_hand(words, fields, expected):
    first, last = fields.pop("first", 2000), fields.pop("last", 2003)
    found = value(*words, first, last, **fields)
    assert found == pytest.approx(expected, nan_ok=True)


def test_every_statistic_of_every_quantity_gives_a_number_or_says_it_is_none():
    made = by_hand()
    for name, quantity in QUANTITIES.items():
        assert set(quantity.statistics) <= set(STATISTICS)
        for statistic in quantity.statistics:
            of = (
                {"of": "patrons", "patron": "china"}
                if statistic in ("share_of", "rank_of", "rank_first")
                else {}
            )
            at = {"at": 1.0} if statistic in ("quantile", "share_above", "share_after") else {}
            at |= {"at": 3.0} if (name, statistic) == ("rung", "first_year") else {}
            assert evaluate(made, fact(name, statistic, **of, **at), 1).shape == (1,)


# ---------------------------------------------------------------- rows

HEAD = (
    "id,quantity,statistic,patron,state,area,form,frame,first_year,last_year,of,at,record,"
    "value,low,high,unit"
)


def row_file(tmp_path, text, head=HEAD):
    path = tmp_path / "facts.csv"
    path.write_text(f"# a remark\n{head}\n{text}\n", "utf-8")
    return path


def row(**changed):
    fields = dict.fromkeys(HEAD.split(","), "") | {
        "id": "a", "quantity": "exercises", "statistic": "total", "first_year": "2000",
        "last_year": "2010", "value": "5",
    } | changed  # fmt: skip
    return ",".join(fields.values())


@pytest.mark.parametrize(
    ("changed", "field", "words"),
    [
        ({"quantity": "exercise"}, "quantity", "exercises"),
        ({"statistic": "totl"}, "statistic", "total"),
        ({"statistic": "median"}, "statistic", "no such statistic"),
        ({"patron": "chna"}, "patron", "china"),
        ({"patron": "others"}, "patron", "arms only"),
        ({"state": "KX"}, "state", "KG"),
        ({"frame": "bilatral"}, "frame", "bilateral"),
        ({"frame": "sco", "patron": "russia"}, "patron", "china"),
        ({"area": "defence"}, "area", "no such filter"),
        ({"record": "lsted"}, "record", "listed"),
        ({"quantity": "packages", "area": "defense"}, "area", "defence"),
        ({"quantity": "packages", "area": "defence", "form": "aid"}, "form", "together"),
        ({"quantity": "packages", "area": "defence", "record": "listed"}, "record", "documented"),
        ({"statistic": "share_of"}, "of", "needs"),
        ({"statistic": "share_of", "of": "patrons"}, "patron", "named"),
        ({"statistic": "rank_of", "of": "states", "state": "KZ;KG"}, "state", "named"),
        ({"of": "patrons"}, "of", "takes no"),
        ({"statistic": "share_of", "of": "areas", "patron": "china"}, "of", "patrons"),
        ({"at": "2"}, "at", "takes no"),
        ({"quantity": "troops", "statistic": "quantile", "at": "20"}, "at", "0 to 1"),
        ({"quantity": "troops", "statistic": "quantile"}, "at", "needs"),
        ({"first_year": "1900"}, "first_year", "1992"),
        ({"first_year": "2011"}, "last_year", "before it begins"),
        ({"last_year": "2000.5"}, "last_year", "whole number"),
        ({"low": "6", "high": "4"}, "high", "6 to 4"),
        ({"value": ""}, "value", "neither"),
        ({"value": "-1"}, "value", "0 to"),
        ({"statistic": "first_year", "value": "1999"}, "value", "2000 to 2011"),
        ({"quantity": "arms", "statistic": "share_of", "of": "patrons", "patron": "russia",
          "value": "83"}, "value", "0 to 1 (share)"),
        ({"quantity": "pledged", "unit": "USD"}, "unit", "USD million"),
        ({"value": "many"}, "value", "a number"),
    ],
)  # fmt: skip
def test_rows_that_cannot_be_evaluated_are_refused_with_what_is_near(
    tmp_path, changed, field, words
):
    with pytest.raises(InputError) as error:
        read_facts(row_file(tmp_path, row(**changed)))
    assert error.value.field == field
    assert words in str(error.value)
    assert "facts.csv:3" in str(error.value)


def test_files_that_cannot_be_read_are_refused(tmp_path):
    with pytest.raises(InputError, match="did you mean quantity"):
        read_facts(row_file(tmp_path, row(), HEAD.replace("quantity", "quantitiy")))
    with pytest.raises(InputError, match="missing; found 'quantity'"):
        read_facts(row_file(tmp_path, "a,total", "id,statistic"))
    with pytest.raises(InputError, match="twice"):
        read_facts(row_file(tmp_path, f"{row()}\n{row()}"))
    with pytest.raises(InputError, match="number of fields"):
        read_facts(row_file(tmp_path, row() + ",more"))
    with pytest.raises(InputError, match="no fact"):
        read_facts(row_file(tmp_path, ""))
    with pytest.raises(InputError, match="cannot be read"):
        read_facts(tmp_path / "none.csv")
    assert read_facts(row_file(tmp_path, row()))[0].seen_as == "listed"


def test_the_example_uses_every_quantity_and_is_sound():
    facts = read_facts(files("steppe.explore.validate") / "example.csv")
    assert {one.quantity for one in facts} >= set(QUANTITIES) - {"outstanding", "delivered"}
    assert all(one.source for one in facts if not one.id.startswith("shown"))


def test_the_page_has_a_row_for_every_quantity(tmp_path):
    text = (Path(__file__).parent.parent / "docs" / "validate.md").read_text("utf-8")
    path = tmp_path / "page.csv"
    path.write_text(text.split("```csv\n")[1].split("```")[0], "utf-8")
    assert {one.quantity for one in read_facts(path)} == set(QUANTITIES)


# ---------------------------------------------------------------- verdicts


@given(
    st.lists(st.floats(-5, 5), min_size=1, max_size=30),
    st.tuples(st.floats(-5, 5), st.floats(-5, 5)),
    st.floats(0, 3),
)
def test_probability_grows_with_the_band(values, ends, more):
    low, high = min(ends), max(ends)
    array = np.array([*values, np.nan])
    inner = probability(array, (low, high))
    assert inner <= probability(array, (low - more, high + more))
    assert probability(array, (-np.inf, np.inf)) == pytest.approx(len(values) / len(array))


def test_verdicts_by_their_rule():
    banded = fact("pledged", "total", low=1.0, high=3.0)
    assert results.verdict(0.5, 2.0, banded, True, False) == "pass"
    assert results.verdict(0.49, 2.0, banded, True, False) == "unsure"
    assert results.verdict(0.49, 4.0, banded, True, False) == "fail"
    assert results.verdict(0.9, 2.0, banded, False, False) == "not defined"
    assert results.verdict(0.9, 2.0, banded, True, True) == "measure not converged"


def test_place_and_score_by_hand():
    """Of 1, 2, 3, 4 the value 3 has two below and one at it: 0.625; CRPS 1 - 0.625 = 0.375."""
    values = np.array([1.0, 2.0, 3.0, 4.0, np.nan])
    assert results.place(values, 3.0) == 0.625
    assert results.score(values, fact("pledged", "total", value=3.0)) == pytest.approx(0.375)
    banded = fact("pledged", "total", value=None, low=2.0, high=3.0)
    assert results.score(values, banded) == pytest.approx(0.36)


def test_standing_says_what_was_known():
    known = Known(imposed=2009, fitted=2022, arms=2009)
    assert known.standing(fact("exercises", "total")) == "in the record"
    assert known.standing(fact("exercises", "total", 2005, 2012)) == "partly in the record"
    assert known.standing(fact("exercises", "total", 2010, 2012)) == "fitted to, not imposed"
    assert known.standing(fact("exercises", "total", 2023, 2024)) == "out of the record"
    assert known.standing(fact("arms", "total", 2010, 2012)) == "out of the record"


# ---------------------------------------------------------------- naive rules


def test_naive_rules_look_at_no_year_of_the_fact_or_after(monkeypatch):
    """Changing the record from the fact's first year on changes nothing; a year before does."""
    asked = fact("exercises", "total", 2009, 2010, patron="china")
    before = naive.forecasts(asked, 2022, 1)
    real = record_worlds()

    def changed(year):
        forms = {name: array.copy() for name, array in real.forms.items()}
        for array in forms.values():
            array[:, year - 1992 :] = 9
        return lambda: replace(real, forms=forms)

    monkeypatch.setattr(naive, "record_worlds", changed(2009))
    assert all((naive.forecasts(asked, 2022, 1)[rule] == before[rule]).all() for rule in before)
    monkeypatch.setattr(naive, "record_worlds", changed(2008))
    assert any((naive.forecasts(asked, 2022, 1)[rule] != before[rule]).any() for rule in before)
    assert naive.forecasts(fact("exercises", "total", 1993, 1995), 2022, 1) == {}


def test_shuffled_names_keep_totals_and_know_nobody():
    made = naive.of_years(record_worlds(), np.full((400, 3), 16), 2010)  # 2008, three times
    rng = np.random.default_rng(1)
    mixed = naive.shuffled(made, rng)
    assert (mixed.arms.sum(axis=(2, 3)) == made.arms.sum(axis=(2, 3))).all()
    shares = mixed.arms.sum(axis=(0, 1)).sum(axis=0) / mixed.arms.sum()
    assert shares == pytest.approx(np.full(3, 1 / 3), abs=0.08)
    russian = naive.russian(made, rng)
    assert russian.arms[..., RUSSIA].sum() == pytest.approx(0.8 * made.arms.sum())
    assert (russian.forms["true"].sum(axis=3) == made.forms["true"].sum(axis=3)).all()
    assert (russian.rung[..., CHINA, :] == 0).all()


def by_year(record, years, samples=4000):
    """A rule's worlds of years of the record, drawn with replacement, with what was missed."""
    rng = np.random.default_rng(3)
    drawn = np.random.default_rng(2).integers(0, years, (samples, 6))
    return drawn, naive.with_missed(naive.of_years(record, drawn, 1992), record, drawn, rng)


def test_rules_add_what_the_sources_miss_and_no_more():
    """Told as the sources would, worlds drawn from all years have the record's own mean."""
    record = record_worlds()
    drawn, made = by_year(record, 18)
    documented = record.forms["true"][0, :18]
    assert (made.forms["true"].mean(axis=(0, 1))[documented.sum(axis=0) == 0] == 0).all()
    assert made.forms["true"].sum() == made.areas["true"].sum()
    _, _, chance = naive.seen(range(1992, 2010))
    single = [n for n in range(6) if n != JOINT]
    seen = (made.forms["true"] * chance[drawn][:, :, None])[..., single].mean(axis=(0, 1))
    # of one form: its rate, the record's total over all reach, times the mean reach of the years
    reach = chance.sum(axis=0)
    rate = documented.sum(axis=0) / reach
    own = (documented * chance[:, None]).mean(axis=0)
    expected = own + rate * (chance * (1.0 - chance)).mean(axis=0)
    assert seen == pytest.approx(expected[..., single], abs=0.02)
    told = naive.as_told(made, range(2023, 2029), np.random.default_rng(4))
    assert (told.forms["documented"] <= told.forms["listed"]).all()
    assert (told.forms["listed"] <= told.forms["true"]).all()
    assert told.forms["documented"].sum() < 0.7 * told.forms["true"].sum()
    assert told.areas["documented"].sum() < 0.7 * told.areas["true"].sum()


def test_rules_miss_and_tell_a_joint_exercise_as_a_whole():
    """One exercise with four parts every year: occasions, and parts at each, by hand."""
    whole = record_worlds()
    forms = np.zeros_like(whole.forms["true"])
    forms[:, :, [KZ, KG, TJ, UZ], RUSSIA, JOINT] = 1
    areas = np.zeros_like(whole.areas["true"])
    areas[:, :, [KZ, KG, TJ, UZ], RUSSIA, 0] = 1
    record = replace(
        whole, forms=dict.fromkeys(whole.forms, forms), areas=dict.fromkeys(whole.areas, areas)
    )
    drawn, made = by_year(record, 18)
    parts = made.forms["true"][..., RUSSIA, JOINT]
    held = parts.max(axis=2)
    _, _, chance = naive.seen(range(1992, 2010))
    reach = chance[:, RUSSIA, JOINT]
    missed = 18 / reach.sum() * (1.0 - reach[drawn].mean())
    assert held.mean() == pytest.approx(1.0 + missed, rel=0.05)
    assert (parts[:, :, [KZ, KG, TJ, UZ]] == held[:, :, None]).all(), "all four have part in all"
    told = naive.as_told(made, range(2009, 2015), np.random.default_rng(4))
    documented = told.forms["documented"][..., RUSSIA, JOINT]
    _, _, chance = naive.seen(range(2009, 2015))
    share = documented.max(axis=2).mean(axis=0) / held.mean(axis=0)
    # on record with the chance of one exercise, not with that of any of four
    assert (share < chance[:, RUSSIA, JOINT] + 0.05).all()
    assert documented.sum() / documented.max(axis=2).sum() > 4 * naive.naming() - 0.4


def test_acts_of_membership_are_no_packages_of_a_rule():
    forms = record_worlds().forms["true"][0]
    assert forms[2001 - 1992, UZ, CHINA, FORMS.index("agreement")] == 0
    assert record_worlds().rung[0, 2001 - 1992, UZ, CHINA].max() >= 1


@pytest.mark.long
def test_a_fact_whose_years_the_runs_were_given_has_no_rank(found):
    known = Known(2009, 0, found.arms_until)
    for asked, why in (
        (fact("exercises", "total", 2000, 2009, value=20.0), "the rules were not"),
        (fact("exercises", "total", 2005, 2012, value=20.0), "the rules were not"),
        (fact("membership", "count_states", 2012, 2012, patron="china", value=4.0), "given to"),
        (fact("exercises", "total", 2010, 2017, value=20.0), ""),
    ):
        told = results.result(found, asked, known, 1)
        assert why in told["unranked"]
        assert np.isnan(told["rank"]) == bool(why)
        assert why == "" or told["beaten_by"] == ""


def test_the_record_is_the_documented_history():
    found = record_worlds()
    assert found.forms["true"][0, 10, KG, CHINA, EXERCISE] == 1  # 2002, the first joint exercise
    # 1,100 million announced in 2012, and 16 million otherwise
    assert found.pledged[0, 20, KG, RUSSIA] == pytest.approx(1116.0)
    assert (found.rung[0, 24, TJ, RUSSIA] == 5).any()


# ---------------------------------------------------------------- the model's own worlds


def test_a_list_holds_what_is_documented_and_no_more_than_is_true():
    rng = np.random.default_rng(1)
    true = rng.poisson(2.0, (300, 4, 5, 2, 6))
    seen = rng.binomial(true, 0.3)
    ones = np.ones((300, 2, 5))
    full = worlds.listed(true, seen, ones, np.zeros((4, 2, 5)), np.ones(300), rng)
    alone = [n for n in range(6) if n != JOINT]
    assert (full[..., alone] == true[..., alone]).all()
    some = worlds.listed(true, seen, 0.4 * ones, np.full((4, 2, 5), 0.5), np.ones(300), rng)
    assert (some >= seen).all()
    assert (some <= true).all()
    share = some[..., AID].sum() / true[..., AID].sum()
    # documented 0.3 here, believed 0.2; the list sees 0.7 on average, of the rest (0.7-0.2)/0.8
    assert share == pytest.approx(0.3 + 0.7 * 0.5 / 0.8, abs=0.03)


@pytest.fixture(scope="module")
def problem():
    resolved = load_resolved("baseline-2022", "point")
    return assemble(resolved.model_copy(update={"conditioned_until": 2009}), 1, 20)


@pytest.fixture(scope="module")
def found(problem):
    return predict(problem, 20, 1, effort=SMALL)


@pytest.mark.long
def test_runs_without_the_record_stand_beside_and_have_a_rank(problem, found):
    """A fact in the record: certain in runs that follow it, open and ranked in runs that do not."""
    free = assemble(problem.resolved.model_copy(update={"conditioned_until": None}), 1, 20)
    without = predict(free, 20, 1, measures=found.measures)
    assert without.arms_until == found.arms_until
    assert without.measures is found.measures
    known, sound = Known(2009, 0, found.arms_until), replace(found, fits={})
    seen = fact("exercises", "total", 2002, 2009, state="KG", patron="china",
                record="documented", value=9.0, low=9.0, high=9.0)  # fmt: skip
    inside = results.quantile(results.evaluate(found.worlds, seen, 1), 0.5)
    seen = seen.model_copy(update={"value": inside, "low": inside, "high": inside})
    given = fact("membership", "any", 2008, 2008, patron="china", state="KG", value=1.0, low=1.0)
    alone = results.results(sound, [seen], known, 1)[0]
    assert alone["probability"] == 1.0
    assert np.isnan([alone["rank"], alone["free_rank"], alone["free_probability"]]).all()
    told, sure = results.results(sound, [seen, given], known, 1, replace(without, fits={}))
    assert {name: told[name] for name in alone if not name.startswith("free_")} == pytest.approx(
        {name: value for name, value in alone.items() if not name.startswith("free_")}, nan_ok=True
    )
    assert told["free_probability"] < 1.0
    assert 1 <= told["free_rank"] <= told["free_of"]
    assert np.isnan(sure["free_rank"])
    assert sure["free_unranked"] == "given to every run"


@pytest.mark.long
def test_arms_in_the_register_have_a_rank_by_a_measure_of_the_years_before(problem, monkeypatch):
    """What came later changes no bit of it; what came before stands in every run."""
    following = assemble(problem.resolved.model_copy(update={"conditioned_until": 2022}), 1, 20)
    followed = predict(following, 20, 1, effort=SMALL)
    asked = fact("arms", "share_of", 2005, 2009, patron="russia", of="patrons", value=0.757,
                 low=0.657, high=0.857)  # fmt: skip
    early = asked.model_copy(update={"first_year": 1996})
    known = Known(2022, 2022, followed.arms_until)
    register = deliveries().volume

    def told():
        before = ArmsBefore(followed, 1, SMALL)
        assert before(1995) is None  # four years: too few to fit to
        assert before(1996) is not None
        seen = before(2004)
        assert seen.arms_until == 2004
        monkeypatch.setattr(type(seen), "unsound", property(lambda _: set()))
        rows = results.results(followed, [asked, early], known, 1, followed, before)
        assert np.isnan(rows[1]["free_probability"])
        assert "too few years" in rows[1]["free_unranked"]
        return seen.worlds.arms, rows[0]

    volumes, row = told()
    assert (volumes[:, :13] == register[:13]).all()
    assert not (volumes[:, 13:18] == register[13:18]).all()
    assert row["standing"] == "in the record"
    assert row["probability"] == 1.0
    assert np.isnan(row["rank"])
    assert 0.0 < row["free_probability"] < 1.0
    assert 1 <= row["free_rank"] <= row["free_of"]
    later = register.copy()
    later[13:] *= 7.0
    place = "steppe.explore.validate.predict.arms.deliveries"
    monkeypatch.setattr(place, lambda: Deliveries(later))
    assert np.array_equal(told()[0], volumes)
    earlier = register.copy()
    earlier[:13] *= 7.0
    monkeypatch.setattr(place, lambda: Deliveries(earlier))
    assert not np.array_equal(told()[0], volumes)
    monkeypatch.setattr(Prediction, "unsound", property(lambda _: {"arms"}))
    row = results.results(followed, [asked], known, 1, followed, ArmsBefore(followed, 1, SMALL))[0]
    assert row["free_unranked"] == "measure not converged"
    assert np.isnan(row["free_rank"])


@pytest.mark.long
def test_deliveries_of_all_pledges_add_up_to_what_a_run_records(problem, found):
    """What all pledges had brought by 2009 is what the engine delivered by 2009."""
    outcome = simulated(problem, 20)
    made, years = found.worlds, 2009 - 1992 + 1
    by_cohort = sum(
        made.delivered_after(years - 1 - year)[:, year].sum(axis=(1, 2)) for year in range(years)
    )
    assert by_cohort == pytest.approx(outcome.delivered[:, :years].sum(axis=(1, 2, 3)))
    assert (made.at_once.sum(axis=(1, 2, 3)) > 0.0).all()  # documented deliveries, imposed


@pytest.mark.long
def test_a_fact_on_arms_says_how_far_it_goes_beyond_the_data(found):
    known = Known(2009, 0, 2009)
    for last, years in ((2009, 0.0), (2013, 4.0)):
        asked = fact("arms", "total", 2005, last, patron="russia", value=1.0)
        assert results.result(found, asked, known, 1)["years_beyond_data"] == years
    other = fact("exercises", "total", 2005, 2013, value=1.0)
    assert np.isnan(results.result(found, other, known, 1)["years_beyond_data"])


@pytest.mark.long
def test_facts_that_are_certain_have_probability_one_or_none(found):
    known = Known(2009, 0, found.arms_until)
    sound = replace(found, fits={})
    certain = fact("membership", "count_states", 2008, 2008, patron="china", value=4.0, low=4.0)
    told = results.result(sound, certain, known, 1)
    assert (told["probability"], told["verdict"], told["place"]) == (1.0, "pass", 0.5)
    false = fact("membership", "any", 2008, 2008, patron="china", state="TM", value=1.0, low=1.0)
    told = results.result(sound, false, known, 1)
    assert (told["probability"], told["verdict"], told["place"]) == (0.0, "fail", 1.0)
    base = fact("base", "any", 2005, 2008, patron="russia", state="TJ", value=1.0, low=1.0)
    assert results.result(sound, base, known, 1)["probability"] == 1.0
    seen = fact("exercises", "first_year", 1992, 2009, state="KG", patron="china",
                record="documented", value=2002.0, low=2002.0, high=2002.0)  # fmt: skip
    assert results.result(sound, seen, known, 1)["probability"] == 1.0


@pytest.mark.long
def test_counting_more_never_lowers_a_count(found):
    asked = fact("exercises", "total", 2000, 2020)
    counts = [
        evaluate(found.worlds, asked.model_copy(update={"record": name}), 1) for name in RECORDS
    ]
    assert (counts[0] <= counts[1]).all()
    assert (counts[1] <= counts[2]).all()


@pytest.mark.long
def test_arms_on_record_are_so_in_every_run_that_follows_it(found):
    data = deliveries().until(2009).volume
    volumes = found.worlds.arms
    assert (volumes[:, : len(data)] == data).all()
    assert np.ptp(volumes[:, len(data)], axis=0).any(), "the year after is drawn"


@pytest.mark.long
def test_measures_at_a_cut_read_nothing_after_it(found):
    assert found.arms_until == 2009
    assert found.worlds.arms.shape[3] == 3
    assert found.unsound  # eighty draws are too few, and it says so


@pytest.mark.long
def test_equal_seeds_give_equal_numbers(problem, found):
    again = predict(problem, 20, 1, effort=SMALL)
    other = predict(problem, 20, 2, effort=SMALL)
    asked = [
        fact("arms", "share_of", 2015, 2024, patron="russia", of="patrons"),
        fact("troops", "max", 2015, 2024), fact("trainees", "total", 2015, 2024),
        fact("exercises", "total", 2015, 2024),
    ]  # fmt: skip
    for one in asked:
        mine = evaluate(found.worlds, one, 1)
        assert np.array_equal(mine, evaluate(again.worlds, one, 1), equal_nan=True)
        assert not np.array_equal(mine, evaluate(other.worlds, one, 2), equal_nan=True)


# ---------------------------------------------------------------- the command


@pytest.mark.long
def test_command_writes_what_it_prints(tmp_path, monkeypatch, found):
    monkeypatch.setattr("steppe.explore.validate.predict.predict", lambda *_, **__: found)
    path = tmp_path / "my.csv"
    run = CliRunner()
    assert run.invoke(app, ["validate", str(path), "--example"]).exit_code == 0
    with pytest.raises(InputError, match="already"):
        command.write_example(path)
    out = tmp_path / "out"
    words = ["validate", str(path), "--runs", "20", "--parameters", "point", "--out", str(out)]
    told = run.invoke(app, [*words, "--conditioned-until", "2009"])
    assert told.exit_code == 0, told.output
    assert "tj-russian-base-2016" in told.output
    assert "A naive rule scores better" in told.output
    lines = (out / "results.csv").read_text("utf-8").splitlines()
    assert len(lines) == 1 + len(read_facts(path))
    manifest = json.loads((out / "manifest.json").read_text("utf-8"))
    assert manifest["badge"].startswith("illustration")
    assert manifest["known"]["imposed"] == 2009
    assert len(manifest["digests"]["facts"]) == 64


@pytest.mark.long
def test_no_number_with_a_prior_stands_still(tmp_path):
    """Rates of delivery were no numbers of the chains, and are uncertain all the same."""
    problem = command.assembled("baseline-2022", None, None, 20, 1, (), row_file(tmp_path, row()))
    assert problem.resolved.parameters.source == "posterior"
    assert (np.ptp(problem.draws["delivery_rate"], axis=0) > 0.0).all()


def test_command_refuses_years_beyond_the_runs(tmp_path):
    path = row_file(tmp_path, row(last_year="2040"))
    run = CliRunner()
    told = run.invoke(app, ["validate", str(path)])
    assert isinstance(told.exception, InputError)
    assert "2035 at most" in str(told.exception)
    told = run.invoke(app, ["validate", str(path), "--conditioned-until", "2030"])
    assert "no such year of history" in str(told.exception)
    assert "no file of facts" in str(run.invoke(app, ["validate"]).exception)


def test_vocabulary_names_every_word():
    told = CliRunner().invoke(app, ["validate", "--vocabulary"]).output
    for word in (*QUANTITIES, *STATISTICS, *RECORDS, *STATES, *PATRONS, *AREAS, *FORMS, "sco"):
        assert word in told
