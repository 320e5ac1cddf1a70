"""Acts of membership: those on record, the chance of each, and what the likelihood makes of it."""

import math

import numpy as np
import pytest

from steppe.calibration.filter import filtered, trajectories
from steppe.calibration.filter.acts import odds_of_joining
from steppe.calibration.memberships import Act, acts, chance, chance_for
from steppe.calibration.packages import imposed
from steppe.calibration.simulated import simulated_record
from steppe.calibration.target import record_target
from steppe.explore.conditioning import rows_of
from steppe.explore.predictive.memberships import act_rows, chances
from steppe.explore.retold import packages_of
from steppe.model.circumstances import feel_needs, move_drivers, share_attention
from steppe.model.names import AREAS, PATRONS, START_YEAR, STATES
from steppe.model.security import SecurityModel
from steppe.model.tables import OFFSET, Tables
from steppe.model.world import History
from steppe.model.year import new_year
from steppe.results.memberships import act_cells, memberships_in_words

KZ, KG, TJ, TM, UZ = range(len(STATES))
CHINA, RUSSIA = PATRONS.index("china"), PATRONS.index("russia")
DEFENCE, CT = AREAS.index("defence"), AREAS.index("counter_terrorism")


@pytest.fixture(scope="module")
def target():
    return record_target(2013, particles=2)


@pytest.fixture(scope="module")
def found(target):
    return acts(imposed(2022), target.tables)


def changed(tables, **families):
    """Tables with all entries of some quantities at one value."""
    flat = tables.flat.copy()
    for name, value in families.items():
        flat[:, OFFSET[name] : OFFSET[name] + tables[name][0].size] = value
    return Tables(flat)


def asked(answers):
    """History of acts of membership alone: (year, state, patron, area mask, joined)."""
    year, state, patron, mask, joined = (np.array(c, np.int64) for c in zip(*answers, strict=True))
    none, n = np.zeros(len(year), np.int64), len(year)
    return History(
        year, none, state, patron, mask, joined, np.full(n, np.nan), none, np.arange(n) + 7,
        none - 1,
    )  # fmt: skip


def at_the_offers(tables, run, seed, year):
    """A free run as the patrons of a year are about to offer."""
    model = SecurityModel(tables, run, seed)
    model.run_until(year - 1)
    model.begin()
    model.move_drivers()
    model.look()
    return model


def test_the_answers_on_record(target, found):
    assert len(found) == 13
    uzbek = [(a.year, PATRONS[a.patron], a.kind) for a in found if a.state == UZ]
    assert uzbek == [
        (1999, "russia", "leaves"), (2001, "china", "joins"),
        (2006, "russia", "joins"), (2012, "russia", "leaves"),
    ]  # fmt: skip
    assert {a.kind for a in found if a.event == "2002-csto-founding"} == {"stays"}
    assert not any("2003-uz-absence" in a.event for a in found), "an absence is of an exercise"
    assert acts(imposed(2005), target.tables) == [a for a in found if a.year <= 2005]


def test_belonging_the_year_before_counts_and_not_that_of_the_year(target):
    """The logit of the chance differs by the weight of membership, whatever the tables say."""
    model = SecurityModel(target.tables, 0, 1)
    model.run_until(2006)
    odds = []
    for member in (False, True):
        p = chance_for(model, UZ, RUSSIA, DEFENCE, member)
        odds.append(math.log(p / (1.0 - p)))
    assert model.now("membership", UZ, RUSSIA) == 1.0
    assert odds[1] - odds[0] == pytest.approx(model.now("membership_weight"))


def test_an_open_area_takes_the_mean(target):
    model = SecurityModel(target.tables, 0, 1)
    model.run_until(2000)
    one, other, both = (
        chance(model, Act("x", 2000, KZ, CHINA, areas, False, True))
        for areas in ((DEFENCE,), (CT,), (DEFENCE, CT))
    )
    assert one != other
    assert both == pytest.approx((one + other) / 2)


def test_the_filter_weighs_an_act_as_the_agents_do(target, found):
    """In worlds that follow the record, in every year with an act."""
    tables = changed(target.tables, exclusion=1.5)
    past = trajectories(tables, target.history, 2013, 20, 3, 1, target.sums)
    starts = rows_of(past.starts, 0)
    for act in found:
        t = act.year - START_YEAR
        model = SecurityModel(tables, 4, 3, rows_of(starts, t), act.year)
        model.begin()
        model.move_drivers()
        model.look()
        v, world, now = tables.flat[t], rows_of(starts, t), new_year()
        move_drivers(v, 3, 4, act.year, world, now)
        feel_needs(v, world, now)
        share_attention(v, world, now)
        for area in range(len(AREAS)):
            odds = odds_of_joining(v, tables.flat[t - 1], world, now, act.state, act.patron, area)
            twin = chance_for(model, act.state, act.patron, area, act.member)
            assert odds / (1.0 + odds) == pytest.approx(twin, rel=1e-12)


def increment(tables, told, year):
    """What the acts of a year add to the log likelihood, all else being hidden."""
    until = told.year.max()
    return filtered(tables, told, int(until), 2000, 5).increments[year - START_YEAR]


def test_the_likelihood_of_an_answer_is_its_chance_in_free_runs(target):
    """With nothing else on record the worlds of the filter are free; a yes and a no add up."""
    tables = changed(target.tables, coverage=0.0)
    found = []
    for run in range(200):
        model = at_the_offers(tables, run, 9, 1996)
        found.append(np.mean([chance_for(model, KG, CHINA, area, False) for area in (DEFENCE, CT)]))
    mean, error = np.mean(found), np.std(found) / np.sqrt(len(found))
    mask = (1 << DEFENCE) | (1 << CT)
    yes, no = (
        np.exp(increment(tables, asked([(1996, KG, CHINA, mask, joined)]), 1996))
        for joined in (1, 0)
    )
    assert 0.05 < mean < 0.95
    assert abs(yes - mean) < 4 * error + 1e-3
    assert yes + no == pytest.approx(1.0)


def test_two_answers_of_a_year_add_up_over_all_outcomes(target):
    tables = changed(target.tables, coverage=0.0)
    chances_of = [
        increment(
            tables, asked([(1996, KG, CHINA, 1 << CT, one), (1996, KZ, CHINA, 1 << CT, two)]), 1996
        )
        for one in (0, 1)
        for two in (0, 1)
    ]
    assert np.exp(chances_of).sum() == pytest.approx(1.0)


def test_an_answer_of_the_first_year_is_booked_and_not_weighed(target):
    tables = changed(target.tables, coverage=0.0)
    told = asked([(START_YEAR, KG, RUSSIA, 1 << DEFENCE, 1)])
    assert increment(tables, told, START_YEAR) == pytest.approx(0.0)
    rung = filtered(tables, told, START_YEAR, 50, 5).worlds.rung[:, KG, RUSSIA, DEFENCE]
    assert (rung >= 1).all()


@pytest.mark.parametrize("joined", [0, 1])
def test_only_a_yes_is_booked(target, joined):
    tables = changed(target.tables, coverage=0.0, opportunity_rate=1e-9)
    past = trajectories(tables, asked([(1996, TM, CHINA, 1 << CT, joined)]), 1996, 20, 5, 20)
    assert (past.outcome.packages[:, -1, TM].sum((1, 2)) == joined).all()


def test_an_open_area_is_drawn_by_its_part_of_the_chance(target):
    """Bayes: areas are alike beforehand, and a yes speaks for the one with the higher chance."""
    nothing_else = {"opportunity_rate": 1e-9, "exercise_programme": 0.0}
    tables = changed(
        target.tables, coverage=0.0, need_weight=4.0, acceptance_constant=-3.0, **nothing_else
    )
    told = asked([(1996, TJ, CHINA, (1 << CT) | (1 << DEFENCE), 1)])
    past = trajectories(tables, told, 1996, 4000, 5, 4000)
    share = past.outcome.packages[:, -1, TJ, CHINA, CT].mean()
    model = at_the_offers(tables, 0, 5, 1996)
    ct, defence = (chance_for(model, TJ, CHINA, area, False) for area in (CT, DEFENCE))
    assert abs(ct / (ct + defence) - 0.5) > 0.08
    assert share == pytest.approx(ct / (ct + defence), abs=0.025)


@pytest.mark.long
def test_simulated_records_answer_with_the_chance_of_the_rule(target):
    """Shares over 400 records agree with the mean chance."""
    like = asked([(START_YEAR, KZ, RUSSIA, 1 << DEFENCE, 1), (1996, KG, CHINA, 1 << CT, 1)])
    tables = Tables(target.tables.flat[: 1996 - START_YEAR + 1])
    yes = []
    for run in range(400):
        history, _ = simulated_record(tables, 3, run, like)
        rows = np.flatnonzero(history.occasion == -1)
        assert history.year[rows].tolist() == [START_YEAR, 1996]
        assert history.rung[rows[0]] == 1, "nothing stood before the first year"
        yes.append(history.rung[rows[1]])
    likely = [
        chance_for(at_the_offers(tables, run, 3, 1996), KG, CHINA, CT, False) for run in range(100)
    ]
    share, mean = np.mean(yes), np.mean(likely)
    assert abs(share - mean) < 4 * np.sqrt(mean * (1 - mean) / 400)


def test_an_act_on_record_can_be_asked_why(target, found):
    """What ``steppe explain`` shows of a year that follows the record."""
    for act in found:
        model = SecurityModel(target.tables, 0, 1)
        model.run_until(act.year)
        [asked_of] = [p for p in packages_of(model, STATES[act.state]) if p.row["id"] == act.event]
        assert asked_of.membership
        assert (asked_of.row["rung"] > 0) == act.answer
        assert np.mean([w.alone for w in asked_of.weighed]) == pytest.approx(chance(model, act))
    model = SecurityModel(target.tables, 0, 1)
    model.run_until(2003)
    assert not packages_of(model, "UZ"), "an absence from an exercise has no terms"


class Prior:
    """Draws at the priors' centres."""

    def __len__(self):
        return 2

    def tables(self, base, draw):
        return base


def test_chances_on_paths_of_the_record(target, found):
    taken = chances(target, Prior(), found, seed=1, paths=2)
    assert taken.shape == (2, 2, 13)
    assert ((taken > 0.0) & (taken < 1.0)).all()
    np.testing.assert_array_equal(taken, chances(target, Prior(), found, seed=1, paths=2))
    assert (taken[:, 0] != taken[:, 1]).any(), "paths of their own"


ACTS = [
    Act("a", 1999, UZ, RUSSIA, (DEFENCE,), True, False),
    Act("b", 2001, UZ, CHINA, (DEFENCE,), False, True),
    Act("c", 2001, KZ, CHINA, (DEFENCE,), True, True),
]
TAKEN = np.array([[[0.5, 0.8, 0.9]], [[0.75, 0.4, 0.9]]])


def test_scores_by_hand():
    rows = act_rows(ACTS, TAKEN)
    assert [row["did"] for row in rows] == ["leaves", "joins", "stays"]
    assert rows[0]["fitted"] == pytest.approx((0.5 + 0.25) / 2)
    assert rows[0]["probability"] == pytest.approx(2.0 / (1 / 0.5 + 1 / 0.25))
    assert rows[0]["rate"] == pytest.approx(1.0 - (2 + 1) / (2 + 2))
    assert rows[1]["rate"] == pytest.approx((1 + 1) / (2 + 2))
    assert rows[1]["log_score"] == pytest.approx(math.log(2.0 / (1 / 0.8 + 1 / 0.4)))
    words = list(memberships_in_words(rows))
    score = math.log(1 / 3) + math.log(8 / 15) + math.log(0.9)
    assert f"The 3 answers have a log score of {score:.2f}" in words[0]
    assert "Leaving has a chance of 0.33 to 0.33 where a state left" in words[1]
    assert act_cells(rows[0])[1:4] == ("Uzbekistan", "leaves the CSTO", "0.33")


def test_the_chance_given_all_else_is_that_of_a_fit_without_the_act():
    """A number with two values: the fit of both acts gives a's chance under the fit of b alone."""
    chance_a, chance_b = np.array([0.3, 0.9]), np.array([0.6, 0.2])
    posterior = (1.0 - chance_a) * chance_b / ((1.0 - chance_a) * chance_b).sum()
    drawn = np.repeat([0, 1], np.round(posterior * 26_000).astype(int))
    taken = np.stack([chance_a[drawn], chance_b[drawn]], axis=1)[:, np.newaxis]
    without = ((1.0 - chance_a) * chance_b).sum() / chance_b.sum()
    assert act_rows(ACTS[:2], taken)[0]["probability"] == pytest.approx(without, rel=1e-3)
