"""Parts that scenarios switch on: nothing while they are off, the stated direction when on."""

import numpy as np
import pytest

from steppe.calibration.setting import setting
from steppe.model.engine import simulate, simulate_from
from steppe.model.names import AREAS, DECISIONS, FORMS, PATRONS, RUNGS, SIGNALS, STATES
from steppe.model.security import SecurityModel
from steppe.model.tables import build_tables, point_values
from steppe.model.world import new_world, repeated

YEARS = 25
RUNS = np.arange(400)
CHINA, RUSSIA = range(len(PATRONS))
ENERGY, PEACE = AREAS.index("energy_protection"), AREAS.index("peacekeeping")
CT, NARCOTICS = AREAS.index("counter_terrorism"), AREAS.index("counter_narcotics")
UNIT, FORCE = RUNGS.index("mixed_unit"), RUNGS.index("standing_force")


def values():
    found = {n: np.broadcast_to(a, (YEARS, *a.shape)).copy() for n, a in point_values().items()}
    return found | {n: a.copy() for n, a in setting(1992 + YEARS - 1).items()}


def run(**change):
    """Outcome with some quantities set; a tuple is (index after the year, value)."""
    found = values()
    for name, given in change.items():
        for index, value in [((), given)] if not isinstance(given, list) else given:
            found[name][(slice(None), *index)] = value
    return simulate(build_tables(found), 1, RUNS)


@pytest.fixture(scope="module")
def plain():
    return run()


def reached(outcome, patron, area, rung):
    """Share of state-years at a rung or above."""
    return (outcome.rung[:, :, :, patron, area] >= rung).mean()


def test_weights_of_rules_that_do_not_act_change_nothing(plain):
    """Negative control: what the logit does not read, and business that is nowhere."""
    same = run(
        alignment_weight=7.0, balance_threshold=0.9, business_need=3.0, business_salience=2.0
    )
    for a, b in zip(plain, same, strict=True):
        assert np.array_equal(a, b)


@pytest.mark.parametrize("factor", [0.4, 2.0])
def test_a_form_that_intrudes_less_is_taken_more(plain, factor):
    place = [((CHINA, ENERGY), factor)]
    found = run(form_intrusion=place)
    up = reached(found, CHINA, ENERGY, UNIT) > reached(plain, CHINA, ENERGY, UNIT)
    assert up == (factor < 1.0)
    differs = (found.packages[:, 0] != plain.packages[:, 0]).any(axis=(0, 1))
    differs[CHINA, ENERGY] = False
    assert not differs[:, CT].any()  # in the first year no other area hears of it


def test_reticence_holds_back_forces_and_leaves_the_number_of_offers_of_the_first_year(plain):
    found = run(reticence=[((CHINA,), 3.0)])
    for area in range(len(AREAS)):
        assert reached(found, CHINA, area, FORCE) < reached(plain, CHINA, area, FORCE)
    assert np.array_equal(found.offers[:, 0], plain.offers[:, 0])


def test_a_form_that_the_rival_has_is_copied(plain):
    """Offers climb to joint activity, not beyond: Chinese rung 3 rises where Russia has it."""
    found = run(form_imitation=[((CHINA,), 4.0)])
    assert reached(found, CHINA, NARCOTICS, 3) > reached(plain, CHINA, NARCOTICS, 3) + 0.02


def test_tension_asks_for_joint_action(plain):
    xinjiang = SIGNALS.index("xinjiang_tension")
    found = run(joint_request=[((CHINA, CT, xinjiang), 4.0)])
    assert reached(found, CHINA, CT, 3) > reached(plain, CHINA, CT, 3) + 0.02
    assert np.array_equal(found.offers[:, 0], plain.offers[:, 0])


def test_a_brigade_has_both_patrons_and_two_members_or_none():
    """Where offers only renew declarations, units with both come from brigades alone."""
    base = values()
    base["exposure"][:] = 0.0
    base["exposure"][:, :, PEACE] = 0.5
    base["initial_rung"][:], base["membership"][:] = 1.0, 1.0
    for name in ("upgrade_probability", "exercise_programme", "rupture_rate", "lapse_rate"):
        base[name][:] = 0.0
    base["brigade_rate"][:] = 5.0
    found = simulate(build_tables(base), 1, RUNS)
    units = found.forms[:, 0, ..., FORMS.index("unit")]  # the first year: no unit to renew
    assert np.array_equal(units[..., CHINA], units[..., RUSSIA])
    members = (units[..., CHINA] > 0).sum(axis=1)
    assert (members > 0).mean() > 0.05
    assert not (members == 1).any()
    none = simulate(build_tables({**base, "brigade_rate": np.zeros(YEARS)}), 1, RUNS)
    assert none.forms[..., FORMS.index("unit")].sum() == 0


def test_a_brigade_needs_the_interest_of_both(plain):
    lone = run(brigade_rate=5.0, budget=[((RUSSIA,), 0.0)])
    without = run(budget=[((RUSSIA,), 0.0)])
    for a, b in zip(lone, without, strict=True):
        assert np.array_equal(a, b)


def test_a_case_elsewhere_draws_attention(plain):
    found = run(replication=[((CHINA,), 3.0)])
    with_case = (plain.rung[:, :-1, :, CHINA, CT] >= 3).any(axis=2)
    before = plain.offers[:, 1:, :, CHINA, CT].sum(2)[with_case].mean()
    case = (found.rung[:, :-1, :, CHINA, CT] >= 3).any(axis=2)
    assert found.offers[:, 1:, :, CHINA, CT].sum(2)[case].mean() > before


def test_membership_with_the_rival_takes_room(plain):
    found = run(exclusion=[((RUSSIA,), 8.0)])
    i = STATES.index("KZ")
    taken = plain.packages[:, :, i, CHINA].sum()
    assert found.packages[:, :, i, CHINA].sum() < taken


def test_business_at_risk_raises_need_for_energy_protection_only(plain):
    found = run(business=[((STATES.index("KG"),), 2.0)])
    kg = STATES.index("KG")
    assert found.offers[:, :, kg, CHINA, ENERGY].sum() > plain.offers[:, :, kg, CHINA, ENERGY].sum()


def test_met_needs_slow_what_follows(plain):
    assert run(satiation=1.0).packages.sum() < plain.packages.sum()


def test_an_agreed_force_does_not_lapse():
    """With nothing offered a force lapses by chance, unless its stay is agreed until later."""
    base = values()
    base["budget"][:] = 0.0
    base["rupture_rate"][:] = 0.0
    world = new_world()
    world.rung[:, RUSSIA, 0] = FORCE
    worlds = repeated(world, len(RUNS))
    lapsed = simulate_from(build_tables(base), 1, RUNS, worlds, 1993).rung[..., RUSSIA, 0]
    base["tenure"][:, 1] = 2005.0
    found = simulate_from(build_tables(base), 1, RUNS, worlds, 1993).rung[..., RUSSIA, 0]
    t = 2005 - 1993
    assert (lapsed[:, t] < FORCE).any(axis=0).all()
    assert found[:, t, 1].min() == FORCE
    assert found[:, -1, 1].min() < FORCE
    assert np.array_equal(np.delete(found, 1, 2), np.delete(lapsed, 1, 2))


def lopsided(decision, weight=4.0):
    """Decisions of the first years of a state that leans on Russia, under a rule."""
    base = values()
    base["decision_rule"][:] = DECISIONS.index(decision)
    base["alignment_weight"][:] = weight
    world = new_world()
    world.rung[:, RUSSIA, 0] = FORCE
    world.stock[:, RUSSIA] = 1e5
    found = simulate_from(build_tables(base), 1, RUNS, repeated(world, len(RUNS)), 1993)
    return found.packages[:, :3].sum(axis=(0, 1, 2, 4))


def test_balancing_leans_away_from_the_weighty_patron_and_bandwagoning_to_it():
    logit, balancing, bandwagoning = (lopsided(rule) for rule in DECISIONS)
    assert balancing[RUSSIA] < logit[RUSSIA] < bandwagoning[RUSSIA]
    assert balancing[CHINA] > logit[CHINA] > bandwagoning[CHINA]


def test_without_leaning_the_rival_rules_only_stop_looking_at_the_rival():
    """At weight 0 both rules are the same; they differ from the logit by the rival's terms."""
    assert np.array_equal(lopsided("balancing", 0.0), lopsided("bandwagoning", 0.0))


def test_terms_of_a_rival_rule_are_told():
    base = values()
    base["decision_rule"][:] = DECISIONS.index("bandwagoning")
    model = SecurityModel(build_tables(base), 1, 1, trace=True)
    model.run_until(2010)
    terms = [offer.terms for d in model.decisions for offer in d.offers]
    assert any(t.alignment != 0.0 for t in terms)
    assert all(t.displeasure == 0.0 and t.counterweight == 0.0 for t in terms)


def test_interest_in_an_area_draws_offers_there_and_away_from_the_others(plain):
    found = run(area_interest=[((CHINA, ENERGY), 1.0)])
    before, after = (o.offers[:, :, :, CHINA].sum(axis=(0, 1, 2)) for o in (plain, found))
    others = [a for a in range(len(AREAS)) if a != ENERGY]
    assert after[ENERGY] > 1.2 * before[ENERGY]
    assert (after[others] < before[others]).all()
    first = (o.offers[:, 0, :, RUSSIA] for o in (plain, found))
    assert np.array_equal(*first)


def test_the_same_interest_in_all_areas_changes_nothing(plain):
    """Only differences between areas act: a rounding at most."""
    found = run(area_interest=[((CHINA,), 0.8)])
    assert (found.offers != plain.offers).mean() < 1e-3
