"""What the model must pass: placebo, limits, symmetry, monotonicity, conservation, bounds."""

import numpy as np
import pytest

from steppe.calibration.deviation import dated_years, driver_tables
from steppe.calibration.setting import setting
from steppe.explore.problem import assemble
from steppe.model import rules
from steppe.model.engine import simulate, simulate_from
from steppe.model.luck import CHOICE, JOIN, cell, uniforms
from steppe.model.names import AREAS, CHOICES, FORMS, PATRONS, STATES
from steppe.model.quantities import quantities
from steppe.model.security import SecurityModel
from steppe.model.tables import build_tables, point_values
from steppe.scenarios.resolve import resolve
from steppe.scenarios.schema import Scenario

from .worlds import random_tables, random_values, random_worlds

YEARS = 44
RUNS = np.arange(400)


@pytest.fixture(scope="module")
def base():
    """Values of the documented world at point parameters, 1992 to 2035."""
    values = {n: np.broadcast_to(a, (YEARS, *a.shape)) for n, a in point_values().items()}
    tables = driver_tables(values | setting(1992 + YEARS - 1), dated_years(1992 + YEARS - 1))
    return {name: tables[name] for name in quantities()}


def run(values, runs=RUNS, seed=1):
    return simulate(build_tables(values), seed, runs)


def changed(values, name, function):
    copy = np.array(values[name])
    function(copy)
    return {**values, name: copy}


@pytest.fixture(scope="module")
def baseline(base):
    return run(base)


# ---------------------------------------------------------------- placebo and locality


def test_placebo_changes_no_bit(baseline):
    """A scenario whose levers change nothing: a factor of one, the value that stands anyway."""
    words = {"why": "placebo", "source": "assumed"}
    scenario = Scenario.model_validate(
        {
            "name": "placebo",
            "title": "Another title",
            "story": "Nothing differs.",
            "horizon": 1992 + YEARS - 1,
            "parameters": {"source": "point"},
            "levers": [
                {"quantity": "budget", "factor": 1.0, "from": 2000, "until": 2010, **words},
                {"quantity": "sovereignty.KZ", "factor": 1.0, "from": 1995, **words},
                {"quantity": "need_weight", "value": 2.0, "from": 1999, **words},
            ],
        }
    )
    problem = assemble(resolve(scenario), 1)
    placebo = simulate(problem.tables(0), 1, RUNS)
    for ours, theirs in zip(baseline, placebo, strict=True):
        assert np.array_equal(ours, theirs)


def test_inert_quantity_changes_no_bit(base, baseline):
    """The rival's technology matters only for assistance; with no weight on it, for nothing."""
    off = changed(base, "technology_weight", lambda a: a.fill(0.0))
    other = changed(off, "technology", lambda a: a.fill(0.9))
    for ours, theirs in zip(run(off), run(other), strict=True):
        assert np.array_equal(ours, theirs)
    assert not np.array_equal(baseline.packages, run(off).packages), "negative control"


def test_a_lever_changes_nothing_before_it_acts(base, baseline):
    later = changed(base, "budget", lambda a: a[30:].__imul__(2.0))
    out = run(later)
    for ours, theirs in zip(baseline, out, strict=True):
        assert np.array_equal(ours[:, :30], theirs[:, :30])
    assert not np.array_equal(baseline.packages[:, 30:], out.packages[:, 30:])


def test_luck_of_one_state_is_not_touched_by_another(base):
    """Where attention is not scarce, closing one border leaves the others' runs unchanged."""
    alone = changed(base, "diffusion", lambda a: a.fill(0.0))
    alone = changed(alone, "imitation", lambda a: a.fill(0.0))
    alone = changed(alone, "alarm_adjustment", lambda a: a.fill(0.0))
    alone = changed(alone, "budget", lambda a: a.fill(200.0))
    alone = changed(alone, "opportunity_rate", lambda a: a.fill(0.05))
    alone = changed(alone, "exercise_programme", lambda a: a.fill(0.0))
    shut = changed(alone, "exposure", lambda a: a[:, 2].fill(0.0))
    one, other = run(alone), run(shut)
    keep = [i for i in range(len(STATES)) if i != 2]
    assert np.array_equal(one.packages[:, :, keep], other.packages[:, :, keep])
    assert other.packages[:, :, 2].sum() == 0
    assert one.packages[:, :, 2].sum() > 0


def test_one_decision_can_be_replayed_alone(base):
    """Each choice of a traced run follows from its address and its probabilities."""
    model = SecurityModel(build_tables(base), 7, 1, trace=True)
    model.run_until(2005)
    assert len(model.decisions) > 50
    for d in model.decisions:
        i, a, offer = STATES.index(d.state), AREAS.index(d.area), d.offers[0]
        if offer.host is None:
            draw = uniforms(1, 7, d.year, cell(i, 0, a, d.slot), CHOICE)[0]
        else:
            p = PATRONS.index(offer.patron)
            draw = uniforms(1, 7, d.year, cell(i, p, 0, d.slot), JOIN)[1]
        assert draw == d.draw
        assert CHOICES[rules.choose(draw, *d.probabilities)] == d.choice


# ---------------------------------------------------------------- limits


def test_no_budget_nothing(base):
    out = run(changed(base, "budget", lambda a: a.fill(0.0)))
    assert out.offers.sum() == 0
    assert out.packages.sum() == 0
    assert out.delivered.sum() == 0


def test_no_need_nothing(base):
    out = run(changed(base, "exposure", lambda a: a.fill(0.0)))
    assert out.offers.sum() == 0
    assert (np.diff(out.rung.astype(int), axis=1) <= 0).all()


@pytest.mark.parametrize("alone", range(len(PATRONS)))
def test_single_patron(base, alone):
    out = run(changed(base, "budget", lambda a: a[:, 1 - alone].fill(0.0)))
    assert out.packages[:, :, :, 1 - alone].sum() == 0
    assert out.packages[:, :, :, alone].sum() > 0


def test_identical_patrons_are_treated_alike(base):
    """Means over runs agree within Monte Carlo error; a small advantage is noticed."""
    twin = dict(base)
    for name in base:
        twin[name] = _mirrored(name, base[name])
    out = run(twin, np.arange(3000))
    total = out.packages.sum((1, 2, 4)).astype(float)
    difference = total[:, 0] - total[:, 1]
    error = difference.std() / np.sqrt(len(difference))
    assert abs(difference.mean()) < 4 * error
    tilted = changed(twin, "acceptance_constant", lambda a: a[:, 0].__iadd__(0.5))
    total = run(tilted, np.arange(3000)).packages.sum((1, 2, 4)).astype(float)
    assert (total[:, 0] - total[:, 1]).mean() > 4 * error, "negative control"


def _mirrored(name, array):
    from steppe.model.quantities import quantities

    dims = quantities()[name].dims
    if "patron" not in dims:
        return array
    axis = 1 + dims.index("patron")
    return np.repeat(np.take(array, [0], axis=axis), 2, axis=axis)


# ---------------------------------------------------------------- monotonicity


@pytest.mark.parametrize("patron", range(len(PATRONS)))
def test_more_budget_more_packages(base, baseline, patron):
    out = run(changed(base, "budget", lambda a: a[:, patron].__imul__(1.5)))
    gain = out.packages[:, :, :, patron].sum((1, 2, 3)).astype(float) - baseline.packages[
        :, :, :, patron
    ].sum((1, 2, 3))
    assert gain.mean() > 3 * gain.std() / np.sqrt(len(gain))


def test_more_budget_never_lowers_a_years_offers(base, baseline):
    """Within the first year, before anything answers, run by run."""
    out = run(changed(base, "budget", lambda a: a.__imul__(1.5)))
    assert (out.offers[:, 0] >= baseline.offers[:, 0]).all()


def test_dearer_sovereignty_never_raises_the_high_rungs(base, baseline):
    out = run(changed(base, "sovereignty", lambda a: a.__imul__(1.5)))
    difference = (out.rung >= 4).mean((1, 2, 3, 4)) - (baseline.rung >= 4).mean((1, 2, 3, 4))
    assert difference.mean() < -3 * difference.std() / np.sqrt(len(difference))


def test_more_need_more_offers(base, baseline):
    """Everywhere more need: more offers, though less than in proportion (budgets)."""
    out = run(changed(base, "exposure", lambda a: np.minimum(a * 1.3, 1.0, out=a)))
    more, before = out.offers.sum(), baseline.offers.sum()
    assert before < more < 1.3 * before


@pytest.mark.parametrize("patron", range(len(PATRONS)))
def test_budget_is_a_number_of_offers(base, patron):
    """Expected offers of a year approach the budget from below when opportunities abound."""
    still = changed(base, "driver_volatility", lambda a: a.fill(0.0))
    many = changed(still, "opportunity_rate", lambda a: a.fill(12.0))
    many = changed(many, "trade_response", lambda a: a.fill(0.0))
    many = changed(many, "budget_capacity_elasticity", lambda a: a.fill(0.0))
    many = changed(many, "budget", lambda a: a.fill(2.0))
    many = changed(many, "exercise_programme", lambda a: a.fill(0.0))
    offers = run(many, np.arange(2000)).offers[:, 0, :, patron].sum((1, 2))
    assert 1.7 < offers.mean() < 2.0


def test_trade_moves_the_budget(base, baseline):
    out = run(changed(base, "trade", lambda a: a[:, 0].__imul__(2.0)))
    assert out.offers[:, :, :, 0].sum() > 1.05 * baseline.offers[:, :, :, 0].sum()


def test_an_expelled_force_costs_trust(base):
    """With backlash certain and ruptures likely, high rungs and trust fall."""
    angry = changed(base, "rupture_rate", lambda a: a.fill(1.0))
    angry = changed(angry, "resentment_gain", lambda a: a.fill(1.0))
    angry = changed(angry, "backlash", lambda a: a.fill(1.0))
    calm = changed(angry, "rupture_rate", lambda a: a.fill(0.0))
    one, other = run(angry), run(calm)
    assert (one.rung >= 4).mean() < (other.rung >= 4).mean()
    assert one.trust.mean() < other.trust.mean()


def test_quarrel_keeps_a_state_from_its_neighbours_events_only(base):
    """Tashkent in 2009: a dispute with a host lowers joint activity of the two alone."""
    peace = changed(base, "dispute", lambda a: a.fill(0.0))
    quarrel = changed(peace, "dispute", lambda a: a[:, 8].fill(3.0))  # TJ-UZ
    heavy = {"dispute_weight": np.full(YEARS, 10.0), "exercise_programme": np.ones((YEARS, 2))}
    one, other = run(peace | heavy), run(quarrel | heavy)
    others = [0, 1, 3]

    def lost(states):
        return (one.rung[:, :, states] >= 3).mean() - (other.rung[:, :, states] >= 3).mean()

    assert lost([2, 4]) > 0.005
    assert abs(lost(others)) < 0.1 * lost([2, 4])


# ---------------------------------------------------------------- conservation and bounds


def started(world):
    """Runs in a random setting that start from random worlds, half of them."""
    tables, runs = random_tables(world, 20), np.arange(20)
    if world % 2:
        return simulate(tables, 1, runs)
    return simulate_from(tables, 1, runs, random_worlds(world, 20), 1995)


@pytest.mark.parametrize("world", range(12))
def test_pledges_are_conserved(world):
    """Delivered + outstanding + lapsed = pledged + what waited before, at every year's end."""
    out = started(world)
    waiting = 0.0 if world % 2 else random_worlds(world, 20).queue.sum(-1)[:, np.newaxis]
    pledged = out.pledged.cumsum(axis=1) + waiting
    accounted = out.delivered.cumsum(axis=1) + out.lapsed.cumsum(axis=1) + out.outstanding
    assert pledged.max() > 0
    np.testing.assert_allclose(accounted, pledged, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("world", range(12))
def test_bounds(world):
    out = started(world)
    assert out.rung.min() >= 0
    assert out.rung.max() <= 5
    for share in (out.trust, out.fluency, out.dependence, out.resentment, out.alarm):
        assert share.min() >= 0
        assert share.max() <= 1
    for money in (out.pledged, out.delivered, out.outstanding, out.lapsed):
        assert np.isfinite(money).all()
        assert money.min() >= 0
    assert (out.documented <= out.packages).all()


@pytest.mark.parametrize("world", range(12))
def test_every_package_has_one_form(world):
    """Over forms and over areas the packages of a year are as many, documented or not."""
    out = started(world)
    assert np.array_equal(out.forms.sum(-1), out.packages.sum(-1))
    assert np.array_equal(out.documented_forms.sum(-1), out.documented.sum(-1))
    assert (out.documented_forms <= out.forms).all()


def test_forms_of_free_runs(base, baseline):
    """Joint exercises come of the organisations' programmes and of nothing else."""
    alone = run(changed(base, "exercise_programme", lambda a: a.fill(0.0)))
    joint = FORMS.index("joint_exercise")
    assert baseline.forms.sum((0, 1, 2, 3)).min() > 0
    assert alone.forms[..., joint].sum() == 0
    assert np.delete(alone.forms.sum((0, 1, 2, 3)), joint).min() > 0


def test_rungs_rise_by_one_without_jumps(base, baseline):
    """In a free run a ladder is climbed rung by rung, unless offers may pass over rungs."""
    first = build_tables(base)["initial_rung"][0]
    start = np.broadcast_to(first, (len(RUNS), 1, *first.shape))
    careful = changed(base, "jump_probability", lambda a: a.fill(0.0))
    careful = run(changed(careful, "exercise_programme", lambda a: a.fill(0.0)))
    for outcome, steps in ((careful, 1), (baseline, 4)):
        path = np.concatenate([start, outcome.rung], axis=1)
        assert np.diff(path, axis=1).max() == steps


def test_a_joint_exercise_is_one_occasion_for_all_its_members(base):
    """With nothing but exercises, those who take part do so together; who is no member never."""
    joint = changed(base, "opportunity_rate", lambda a: a.fill(1e-9))
    joint = changed(joint, "exercise_programme", lambda a: a.fill(0.02))
    joint = changed(joint, "acceptance_constant", lambda a: a.fill(10.0))
    joint = changed(joint, "sovereignty_weight", lambda a: a.fill(0.0))
    joint = changed(joint, "dispute", lambda a: a.fill(0.0))
    joint = changed(joint, "exposure", lambda a: a.fill(0.5))
    out = run(joint).packages[..., 0, :].astype(int)  # China's organisation
    member = build_tables(joint)["membership"][:, :, 0] >= 0.5
    assert out.sum() > 100
    assert out[:, ~member].sum() == 0
    for year in np.flatnonzero(member.any(1)):
        parts = out[:, year][:, member[year]]
        assert (parts == parts[:, :1]).mean() > 0.999


def test_shortening_the_lifetime_of_pledges_conserves_them(base):
    short = changed(base, "pledge_lifetime", lambda a: a[34:].fill(2.0))
    out = run(short)
    accounted = out.delivered.cumsum(axis=1) + out.lapsed.cumsum(axis=1) + out.outstanding
    np.testing.assert_allclose(accounted, out.pledged.cumsum(axis=1), rtol=1e-9, atol=1e-9)
    assert out.lapsed[:, 34].sum() > 2 * out.lapsed[:, 33].sum()


def test_random_values_stay_in_bounds():
    build_tables(random_values(0, 5))
