"""Predict, then reveal: questions, rules, scores, and what is forgotten."""

import math

import numpy as np
import pytest

from steppe.calibration.packages import documented_counts
from steppe.lab.classes import (
    AGE,
    ANSWERS,
    CLASSES,
    Classes,
    brier,
    distribution,
    expected_log,
    export_csv,
    log_score,
    scores,
)
from steppe.lab.errors import BusyError
from steppe.lab.questions import questions
from steppe.model.errors import InputError
from steppe.model.names import FORMS, PATRONS, START_YEAR, STATES
from steppe.scenarios.load import load

ASKED = questions()["china-exercise-uzbekistan"]


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


def test_scores_have_their_known_values():
    assert brier(0.7, True) == pytest.approx(0.09)
    assert brier(0.7, False) == pytest.approx(0.49)
    assert log_score(0.5, True) == pytest.approx(math.log(2))
    assert log_score(0.0, True) == pytest.approx(-math.log(0.01))
    told = scores([0.2, 0.6], {"engine": 0.5, "climatology": 0.9, "record": True})
    assert told["brier"]["class"] == pytest.approx(0.36)
    assert told["brier"]["meanOfEach"] == pytest.approx((0.64 + 0.16) / 2)
    assert told["brier"]["climatology"] == pytest.approx(0.01)
    assert told["log"]["engine"] == pytest.approx(math.log(2))
    assert told["distance"]["class"] == pytest.approx(0.01)
    open_question = scores([0.2], {"engine": 0.5, "climatology": 0.9, "record": None})
    assert set(open_question) == {"distance", "expectedLog"}
    assert (
        "class" not in scores([], {"engine": 0.5, "climatology": 0.9, "record": None})["distance"]
    )


def test_the_expected_log_score_is_least_at_the_engines_own():
    """If the engine is right with 0.3: 0.3 ln(1/p) + 0.7 ln(1/(1-p)), at 0.3 the entropy."""
    assert expected_log(0.3, 0.3) == pytest.approx(
        0.3 * math.log(1 / 0.3) + 0.7 * math.log(1 / 0.7)
    )
    assert expected_log(0.5, 0.3) == pytest.approx(math.log(2))
    assert all(expected_log(p, 0.3) > expected_log(0.3, 0.3) for p in (0.0, 0.2, 0.4, 1.0))
    told = scores([0.5], {"engine": 0.3, "climatology": 0.9, "record": None})["expectedLog"]
    assert (told["each"], told["class"]) == ([pytest.approx(math.log(2))], told["each"][0])


def test_the_distribution_counts_every_answer():
    told = distribution([0.0, 0.05, 0.1, 0.95, 1.0])
    assert told["counts"] == [2, 1, 0, 0, 0, 0, 0, 0, 0, 2]
    assert told["mean"] == pytest.approx(0.42)
    assert distribution([])["mean"] is None


def test_questions_are_well_posed():
    found = questions()
    past = [q for q in found.values() if q.past]
    assert {q.record() for q in past} == {True, False}
    assert len(past) >= 3
    assert len(found) - len(past) >= 3
    for question in found.values():
        start = load(question.start)
        assert start.conditioned_until is not None
        assert start.conditioned_until < question.first <= question.until <= start.horizon
        assert question.state in STATES
        assert question.patron in PATRONS
        assert bool(question.forms) != bool(question.area)
        assert set(question.forms) <= set(FORMS)


def test_the_record_answers_as_its_rows_do():
    rows = documented_counts()
    units = [
        row
        for row in rows
        if (row["state"], row["patron"], row["rung"]) == ("TJ", "china", 4)
        and 2010 <= row["year"] <= 2017
    ]
    assert questions()["china-unit-tajikistan"].on_record(2010, 2017) == len(units) > 0
    eight = questions()["russia-exercises-kyrgyzstan"]
    assert eight.record() is (eight.on_record(2010, 2017) >= 8)


def test_the_engine_counts_what_the_question_names():
    years = 2035 - START_YEAR + 1
    forms = np.zeros((3, years, 5, 2, len(FORMS)), np.uint8)
    i, p = STATES.index("UZ"), PATRONS.index("china")
    forms[0, 2012 - START_YEAR, i, p, FORMS.index("exercise")] = 1
    forms[1, 2017 - START_YEAR, i, p, FORMS.index("joint_exercise")] = 1
    forms[2, 2009 - START_YEAR, i, p, FORMS.index("exercise")] = 1
    forms[2, 2018 - START_YEAR, i, p, FORMS.index("exercise")] = 1
    forms[2, 2012 - START_YEAR, i, p, FORMS.index("aid")] = 9
    assert ASKED.holds({"documented_forms": forms}).tolist() == [True, True, False]


def test_the_simple_rule_is_a_constant_rate_of_the_ten_years_before():
    eight = questions()["russia-exercises-kyrgyzstan"]
    counted = eight.on_record(2000, 2009)
    mean = (counted + 0.5) / 10 * 8
    fewer = sum(math.exp(-mean) * mean**k / math.factorial(k) for k in range(8))
    probability, rule = eight.simple(None, {})
    assert probability == pytest.approx(1.0 - fewer)
    assert f"{counted} such packages on record in 2000-2009" in rule


def test_a_class_is_forgotten_in_time_and_classes_are_few():
    clock = Clock()
    rooms = Classes(clock)
    first = rooms.create(ASKED)
    assert rooms.get(first.code.lower()) is first
    clock.now = AGE - 1.0
    for _ in range(CLASSES - 1):
        rooms.create(ASKED)
    with pytest.raises(BusyError):
        rooms.create(ASKED)
    clock.now = AGE + 1.0
    with pytest.raises(KeyError):
        rooms.get(first.code)
    rooms.create(ASKED)


def test_answers_are_numbered_at_random_changed_and_bounded():
    rooms = Classes(Clock())
    found = rooms.create(ASKED)
    number = rooms.answer(found, 0.3, None)
    assert rooms.answer(found, 0.4, number) == number
    assert rooms.answer(found, 0.5, "invented") != "invented"
    assert found.probabilities == [0.4, 0.5]
    for _ in range(ANSWERS - 2):
        rooms.answer(found, 0.1, None)
    with pytest.raises(InputError, match="too many"):
        rooms.answer(found, 0.1, None)
    assert rooms.answer(found, 0.6, number) == number
    with pytest.raises(InputError, match="0 to 1"):
        rooms.answer(found, math.nan, number)


def test_what_is_taken_away_names_nobody_and_no_order():
    rooms = Classes(Clock())
    found = rooms.create(ASKED)
    numbers = [rooms.answer(found, p, None) for p in (0.9, 0.1)]
    found.told = {"engine": 0.25, "climatology": 0.75, "record": True}
    text = export_csv(found)
    rows = [line.rsplit(",", 6) for line in text.splitlines()]
    assert [row[1:3] for row in rows[1:]] == [
        ["answer", "0.1"],
        ["answer", "0.9"],
        ["class mean", "0.5"],
        ["engine", "0.25"],
        ["climatology", "0.75"],
    ]
    assert rows[4][3] == "0.5625"
    assert rows[4][5:] == ["", ""]
    assert not any(number in text for number in numbers)


def test_what_is_taken_away_has_the_engines_scores_where_there_is_no_record():
    """The engine says 0.25: distance of 0.5 is 1/16, and its expected log score is ln 2."""
    rooms = Classes(Clock())
    found = rooms.create(ASKED)
    rooms.answer(found, 0.5, None)
    head = export_csv(found).splitlines()
    assert head[0] == "question,who,probability,brier,log,distance,expected_log"
    assert head[1].endswith(",answer,0.5,,,,")
    found.told = {"engine": 0.25, "climatology": 0.75, "record": None}
    rows = [line.rsplit(",", 6) for line in export_csv(found).splitlines()]
    assert rows[1][2:] == ["0.5", "", "", "0.0625", "0.693147"]
    engine = next(row for row in rows if row[1] == "engine")
    assert engine[5:] == ["0.0", "0.562335"]
