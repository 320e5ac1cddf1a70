"""Acts of membership: those on record, what the rule makes of them, what they would move."""

import math
from types import SimpleNamespace

import numpy as np
import pytest

from steppe.calibration.memberships import Act, acts
from steppe.calibration.target import record_target
from steppe.explore.predictive.memberships import act_rows, chance, chances, moved
from steppe.model.names import PATRONS, STATES
from steppe.model.security import SecurityModel
from steppe.results.memberships import act_cells, memberships_in_words

KZ, UZ = STATES.index("KZ"), STATES.index("UZ")
CHINA, RUSSIA = PATRONS.index("china"), PATRONS.index("russia")


def test_the_answers_on_record():
    found = acts(2022)
    assert len(found) == 13
    uzbek = [(a.year, PATRONS[a.patron], a.kind) for a in found if a.state == UZ]
    assert uzbek == [
        (1999, "russia", "leaves"), (2001, "china", "joins"),
        (2006, "russia", "joins"), (2012, "russia", "leaves"),
    ]  # fmt: skip
    assert {a.kind for a in found if a.event == "2002-csto-founding"} == {"stays"}
    assert not any("2003-uz-absence" in a.event for a in found), "an absence is of an exercise"
    assert acts(2005) == [a for a in found if a.year <= 2005]


def test_belonging_the_year_before_counts_and_not_that_of_the_year():
    """The logit of the chance differs by the weight of membership, whatever the tables say."""
    target = record_target(2010, particles=2)
    model = SecurityModel(target.tables, 0, 1)
    model.run_until(2006)
    odds = []
    for member in (False, True):
        act = Act("x", 2006, UZ, RUSSIA, ("defence",), member, True)
        p = chance(model, act)
        odds.append(math.log(p / (1.0 - p)))
    assert model.now("membership", UZ, RUSSIA) == 1.0
    assert odds[1] - odds[0] == pytest.approx(model.now("membership_weight"))


def test_an_open_area_takes_the_mean():
    target = record_target(2010, particles=2)
    model = SecurityModel(target.tables, 0, 1)
    model.run_until(2000)
    one, other, both = (
        chance(model, Act("x", 2000, KZ, CHINA, areas, False, True))
        for areas in (("defence",), ("counter_terrorism",), ("defence", "counter_terrorism"))
    )
    assert one != other
    assert both == pytest.approx((one + other) / 2)


class Prior:
    """Draws at the priors' centres."""

    def __len__(self):
        return 2

    def tables(self, base, draw):
        return base


def test_chances_on_paths_of_the_record():
    target, answers = record_target(2013, particles=2), acts(2013)
    found = chances(target, Prior(), answers, seed=1, paths=2)
    assert found.shape == (2, 2, 13)
    assert ((found > 0.0) & (found < 1.0)).all()
    np.testing.assert_array_equal(found, chances(target, Prior(), answers, seed=1, paths=2))
    assert (found[:, 0] != found[:, 1]).any(), "paths of their own"


ACTS = [
    Act("a", 1999, UZ, RUSSIA, ("defence",), True, False),
    Act("b", 2001, UZ, CHINA, ("defence",), False, True),
    Act("c", 2001, KZ, CHINA, ("defence",), True, True),
]
TAKEN = np.array([[[0.5, 0.8, 0.9]], [[0.75, 0.4, 0.9]]])


def test_scores_by_hand():
    rows = act_rows(ACTS, TAKEN)
    assert [row["did"] for row in rows] == ["leaves", "joins", "stays"]
    assert rows[0]["probability"] == pytest.approx((0.5 + 0.25) / 2)
    assert rows[0]["rate"] == pytest.approx(1.0 - (2 + 1) / (2 + 2))
    assert rows[1]["rate"] == pytest.approx((1 + 1) / (2 + 2))
    assert rows[1]["log_score"] == pytest.approx(math.log(0.6))
    words = list(memberships_in_words(rows, {"effective": 1.4, "draws": 2, "moves": [("x", 0.5)]}))
    score = math.log(0.375) + math.log(0.6) + math.log(0.9)
    assert f"gives the 3 answers a log score of {score:.2f}" in words[0]
    assert "Leaving has a chance of 0.38 to 0.38 where a state left" in words[1]
    assert "leave 1 of 2 draws in effect" in words[2]
    assert "x, by +0.50 of its posterior standard deviations" in words[2]
    assert act_cells(rows[0])[1:3] == ("Uzbekistan", "leaves the CSTO")


FIT = SimpleNamespace(draws={"x": np.array([0.0, 1.0]), "fixed": np.array([2.0, 2.0])})
"""Two draws of one number."""


def test_weights_by_hand():
    found = moved(FIT, ACTS, TAKEN)
    likely = np.array([0.5 * 0.8 * 0.9, 0.25 * 0.4 * 0.9])  # 4 to 1
    weights = likely / likely.sum()
    assert found.effective == pytest.approx(1.0 / (weights**2).sum())
    [(name, by)] = found.moves
    assert name == "x"
    assert by == pytest.approx((0.2 - 0.5) / 0.5)


def test_paths_are_averaged_before_draws_are_weighted():
    """Two paths of a draw that each make one of two answers certain give the pair no chance."""
    taken = np.array([[[0.0, 1.0], [1.0, 0.0]], [[0.5, 0.5], [0.5, 0.5]]])
    found = moved(FIT, ACTS[1:], taken)
    assert found.effective == pytest.approx(1.0)
    assert found.moves[0][1] == pytest.approx(1.0)
