"""Conditioned runs: they follow the record, share their luck, and go on as the engine does."""

from dataclasses import replace

import numpy as np
import pytest

from steppe.calibration.filter import filtered, trajectories
from steppe.calibration.filter.run import spread
from steppe.calibration.packages import as_history, documented_counts, imposed
from steppe.cli.execution import prepare
from steppe.explore import conditioning
from steppe.explore.conditioning import BLOCK, PARTICLES, block_of, filter_key, place_of
from steppe.explore.problem import assemble
from steppe.explore.replicates import simulate_span, simulate_spans
from steppe.model.engine import simulate
from steppe.model.errors import InputError
from steppe.model.names import AREAS, FORMS, PATRONS, START_YEAR, STATES
from steppe.model.security import as_outcome
from steppe.model.tables import build_tables
from steppe.model.world import World
from steppe.scenarios.resolve import resolve
from steppe.scenarios.schema import Scenario

from .test_filter import CT, TJ, history, values

UNTIL, HORIZON = 2001, 2008
CUT = UNTIL - START_YEAR + 1
WORDS = {"why": "test", "source": "assumed"}


def problem(*levers, draws=None, runs=None):
    fields = {
        "name": "case", "title": "A case", "story": "Something happens.", "horizon": HORIZON,
        "conditioned_until": UNTIL, "levers": [{**lever, **WORDS} for lever in levers],
        "parameters": {"source": "prior", "draws": draws} if draws else {"source": "point"},
    }  # fmt: skip
    return assemble(resolve(Scenario.model_validate(fields)), 1, runs)


def same(one, other):
    return all(np.array_equal(a, b) for a, b in zip(one, other, strict=True))


def rows(outcome, which):
    return type(outcome)._make(part[which] for part in outcome)


def years(outcome, which):
    return type(outcome)._make(part[:, which] for part in outcome)


@pytest.fixture(scope="module")
def case():
    return problem()


@pytest.fixture(scope="module")
def outcome(case):
    return simulate_span(case, range(25))


# ---------------------------------------------------------------- the record is followed


def test_what_is_on_record_is_documented_in_every_run(outcome):
    """No more and no less: by year, state and patron, and by form."""
    told = np.zeros((CUT, len(STATES), len(PATRONS)), int)
    forms = np.zeros(len(FORMS), int)
    for row in documented_counts():
        if row["year"] <= UNTIL:
            told[row["year"] - START_YEAR, STATES.index(row["state"]),
                 PATRONS.index(row["patron"])] += 1  # fmt: skip
    assert told.sum() > 5
    found = outcome.documented[:, :CUT].sum(-1)
    assert (found == told).all()
    forms = outcome.documented_forms[:, :CUT].sum((1, 2, 3))
    assert (forms == forms[0]).all()
    assert forms[0].sum() == told.sum()
    after = outcome.documented[:, CUT:].sum((1, 2, 3, 4))
    assert after.std() > 0


def test_named_states_of_a_joint_exercise_take_part_in_every_run():
    """The exercise of several members of 2003 is one part each, and no part of others is seen."""
    assert any(r["id"] == "2003-sco-first-multilateral" for r in documented_counts())
    states = [r["state"] for r in documented_counts() if r["id"] == "2003-sco-first-multilateral"]
    target = problem()
    found = trajectories(target.tables(0), as_history(imposed(2003)), 2003, 50, 1, 10).outcome
    parts = found.documented_forms[:, 2003 - START_YEAR, :, 0, FORMS.index("joint_exercise")]
    assert (parts == [int(state in states) for state in STATES]).all()


def test_forces_on_record_stand(outcome):
    """Russian forces stand in Tajikistan in all conditioned years, and may fall after them."""
    tj = outcome.rung[:, :, STATES.index("TJ"), PATRONS.index("russia"), AREAS.index("defence")]
    assert (tj[:, :CUT] == 5).all()


def test_the_unseen_is_left_to_the_model(outcome):
    """Undocumented packages differ between runs in conditioned years too."""
    unseen = (outcome.packages - outcome.documented)[:, :CUT].sum((1, 2, 3, 4))
    assert unseen.std() > 0
    assert unseen.mean() > outcome.documented[0, :CUT].sum()


def test_another_record_gives_other_runs(case, outcome):
    """Negative control: one package less on record."""
    told = case.followed.history
    keep = np.arange(told.year.size) != np.flatnonzero(told.last == 0)[0]
    history = type(told)._make(column[keep] for column in told)
    other = simulate_span(
        replace(case, followed=case.followed._replace(history=history)), range(25)
    )
    assert not same(years(outcome, slice(0, CUT)), years(other, slice(0, CUT)))
    assert other.documented[0, :CUT].sum() < outcome.documented[0, :CUT].sum()


def test_pledges_are_conserved_across_the_cut(outcome):
    pledged = outcome.pledged.cumsum(axis=1)
    accounted = outcome.delivered.cumsum(axis=1) + outcome.lapsed.cumsum(axis=1)
    assert pledged.max() > 0
    np.testing.assert_allclose(accounted + outcome.outstanding, pledged, rtol=1e-9, atol=1e-9)


def test_every_package_has_one_form_and_a_bound(outcome):
    assert np.array_equal(outcome.forms.sum(-1), outcome.packages.sum(-1))
    assert np.array_equal(outcome.documented_forms.sum(-1), outcome.documented.sum(-1))
    assert (outcome.documented <= outcome.packages).all()
    for share in (outcome.trust, outcome.fluency, outcome.dependence, outcome.resentment):
        assert share.min() >= 0
        assert share.max() <= 1


def test_a_record_that_cannot_be_is_refused():
    """A lever that leaves Russia without offers makes its documented packages impossible."""
    broken = problem({"quantity": "budget.russia", "value": 0.0, "from": 1993})
    with pytest.raises(InputError, match="cannot bring forth") as caught:
        simulate_span(broken, range(1))
    assert "conditioned_until" in str(caught.value)


# ---------------------------------------------------------------- luck


def test_a_run_is_the_same_whatever_stands_beside_it(case, outcome):
    """Alone, in other spans, with other workers, in another order."""
    assert same(rows(outcome, slice(17, 18)), simulate_span(problem(), range(17, 18)))
    spans = [range(0, 7), range(7, 12), range(12, 25)]
    for workers in (1, 3):
        parts = [part for _, part in simulate_spans(problem(), spans, workers)]
        assert same(outcome, [np.concatenate(part) for part in zip(*parts, strict=True)])
    backwards = [simulate_span(case, range(n, n + 1)) for n in range(24, -1, -1)]
    assert same(outcome, [np.concatenate(part[::-1]) for part in zip(*backwards, strict=True)])
    assert not same(rows(outcome, slice(0, 1)), rows(outcome, slice(17, 18)))


def test_a_larger_request_extends_a_smaller_one():
    small, large = problem(draws=2, runs=4), problem(draws=2, runs=44)
    few, many = simulate_span(small, range(4)), simulate_span(large, range(44))
    assert same(few, rows(many, slice(0, 4)))
    assert small.digest() == large.digest()


def test_a_lever_after_the_cut_changes_nothing_before_it(outcome):
    later = {"quantity": "budget", "factor": 2.0, "from": UNTIL + 1}
    found = simulate_span(problem(later), range(25))
    assert same(years(outcome, slice(0, CUT)), years(found, slice(0, CUT)))
    assert not np.array_equal(outcome.offers[:, CUT], found.offers[:, CUT])


def test_a_lever_before_the_cut_weighs_the_record_anew(outcome):
    """Allowed: the same packages are on record, in other worlds."""
    earlier = {"quantity": "budget", "factor": 2.0, "from": UNTIL}
    found = simulate_span(problem(earlier), range(25))
    assert not same(years(outcome, slice(0, CUT)), years(found, slice(0, CUT)))
    assert np.array_equal(outcome.documented[:, :CUT].sum(-1), found.documented[:, :CUT].sum(-1))


def test_blocks_have_keys_and_rows_of_their_own():
    keys = {filter_key(s, d, b) for s in (1, 2) for d in range(20) for b in range(20)}
    assert len(keys) == 2 * 20 * 20
    assert all(0 <= key < 2**63 for key in keys)
    found = [place_of(run, 3) for run in range(3 * 2 * BLOCK)]
    assert len(set(found)) == len(found)
    assert {place.row for place in found} == set(range(BLOCK))


def test_trajectories_are_spread_and_every_place_is_as_likely():
    """Even steps round the cloud; each of the ten is uniform over the places."""
    found = np.array([spread(seed, 2022, PARTICLES, BLOCK) for seed in range(4000)])
    steps = np.diff(found, axis=1) % PARTICLES
    assert (steps == PARTICLES // BLOCK).all()
    for column in found.T:
        counts = np.bincount(column, minlength=PARTICLES)
        assert ((counts - 40) ** 2 / 40).sum() < 160  # chi-squared with 99 degrees of freedom


def test_the_code_of_the_filter_is_part_of_the_key():
    free = Scenario.model_validate(
        {"name": "free", "title": "Free", "story": "No record.", "horizon": HORIZON}
    )
    _, told = prepare(problem().resolved, "case", 10, 1)
    _, none = prepare(resolve(free), "free", 200, 1)
    assert told.digests["filter"] == conditioning.sources_digest()
    assert "filter" not in none.digests


# ---------------------------------------------------------------- trajectories


def test_trajectories_are_those_of_the_filter(case):
    """The same likelihood bit for bit, and the worlds of each year follow from the one before."""
    key = filter_key(1, 0, 0)
    found = block_of(case.tables(0), case.followed, 1, 0, 0)
    told = filtered(
        case.tables(0), case.followed.history, UNTIL, PARTICLES, key, case.followed.sums
    )
    assert found.log_likelihood == told.log_likelihood
    for name in ("rung", "trust", "fluency", "resentment", "alarm"):
        ends, begins = getattr(found.outcome, name), getattr(found.starts, name)
        assert np.array_equal(ends[:, :-1], begins[:, 1:]), name
        assert np.array_equal(ends[:, -1], getattr(found.worlds, name)), name
    waiting = found.worlds.queue.sum(-1)
    np.testing.assert_allclose(found.outcome.outstanding[:, -1], waiting, rtol=1e-12)


def test_trajectories_have_the_frequency_of_free_runs_with_that_record():
    """Smoothing: 1992 as it was in those of 60,000 free runs that brought the record forth.

    The record: silence in 1992, Chinese assistance to Tajikistan in 1993. Such an offer comes
    more easily to a ladder that has begun, so that 1992 is judged by what came after.
    """
    tables = build_tables(values(initial_rung=0.0, detection=0.2))
    free = simulate(tables, 1, np.arange(60_000))
    written = free.documented.astype(int)
    silent = written[:, 0].sum((1, 2, 3)) == 0
    here = silent & (written[:, 1].sum((1, 2, 3)) == 1)
    here &= written[:, 1, TJ, 0, CT] == 1
    here &= free.documented_forms[:, 1, TJ, 0, FORMS.index("aid")] == 1
    begun = free.rung[:, 0, TJ, 0, CT] >= 1
    record = history((1993, TJ, 0, 1 << CT, 2))
    told = np.array([
        (trajectories(tables, record, 1993, 100, seed, 10).outcome.rung[:, 0, TJ, 0, CT] >= 1)
        .mean()
        for seed in range(200)
    ])  # fmt: skip
    expected, error = begun[here].mean(), begun[here].std() / np.sqrt(here.sum())
    assert here.sum() > 200
    error = np.hypot(error, told.std() / np.sqrt(len(told)))
    assert abs(told.mean() - expected) < 4 * error
    naive = begun[silent].mean()  # negative control: 1992 as its own year alone tells
    assert abs(told.mean() - naive) > 4 * error


# ---------------------------------------------------------------- agents


@pytest.mark.parametrize("run", [0, 7, 13])
def test_agents_go_on_from_where_the_record_ends(case, outcome, run):
    model = case.model(run)
    model.run_until(9999)
    assert same(rows(years(outcome, slice(CUT, None)), slice(run, run + 1)), as_outcome(model))


@pytest.mark.parametrize("year", [START_YEAR, 1997, UNTIL])
def test_agents_stand_in_a_year_of_the_record(case, outcome, year):
    """As the year began, under the drivers that the run had in it."""
    past, model = case.standing(3, year)
    t = year - START_YEAR
    assert same(past, [part[3, :CUT] for part in outcome])
    assert np.array_equal([s.signals for s in model.states], outcome.signals[3, t])
    if t:
        rungs = [[tie.rung for tie in s.ties] for s in model.states]
        assert np.array_equal(rungs, outcome.rung[3, t - 1])


def test_worlds_are_not_shared(case):
    """A model that walks on leaves the past of its run as it was."""
    _, _, before = case.past(2)
    kept = [part.tobytes() for part in before]
    case.model(2).run_until(9999)
    _, _, again = case.past(2)
    assert isinstance(again, World)
    assert kept == [part.tobytes() for part in again]
