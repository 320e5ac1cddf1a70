"""Rules: known answers, limits and monotonicity, one at a time."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from steppe.model import rules

UTILITY = st.floats(-8, 8)
SHARE = st.floats(0, 1)


@pytest.mark.parametrize("mean", [0.2, 1.0, 3.7, 12.0])
def test_poisson_inverts_the_distribution(mean):
    """The count is the smallest n with P(N <= n) > u."""
    for u in np.linspace(0.0005, 0.9995, 400):
        assert rules.poisson(u, mean) == int(stats.poisson.ppf(u, mean))


def test_poisson_limits():
    assert rules.poisson(0.999, 0.0) == 0
    assert rules.poisson(1 - 2**-53, 12.0) <= rules.MOST_OPPORTUNITIES
    assert stats.poisson.sf(rules.MOST_OPPORTUNITIES, 12.0) < 1e-9


@given(u=st.floats(0, 1, exclude_max=True), low=st.floats(0, 12), more=st.floats(0, 3))
def test_poisson_rises_with_the_mean(u, low, more):
    assert rules.poisson(u, low) <= rules.poisson(u, min(low + more, 12.0))


def offered(*given):
    """Rung of an offer where no scenario pulls or holds back."""
    return rules.offered_rung(*given, 0.0, np.ones(6))


def test_offered_rung_known_answers():
    """Empty ladder: rung 1. Below the top: the next if u < upgrade, else one of those reached."""
    assert offered(0, 0.99, 0.0, 0.25, 0.0) == 1
    assert offered(3, 0.24, 0.9, 0.25, 0.0) == 4
    assert [offered(3, 0.25, u, 0.25, 0.9) for u in (0.0, 0.34, 0.999)] == [1, 2, 3]
    assert offered(5, 0.0, 0.999, 1.0, 0.5) == 5


def test_jumps_are_geometric_on_the_same_luck():
    """With jump 0.5 an empty ladder is offered 1 with chance 1/2, 2 with 1/4, ..., the rest 5."""
    rungs = [offered(0, u, 0.0, 0.25, 0.5) for u in (0.51, 0.26, 0.13, 0.07, 0.01)]
    assert rungs == [1, 2, 3, 4, 5]
    assert offered(2, 0.24, 0.0, 0.25, 0.5) == 3
    assert offered(2, 0.12, 0.0, 0.25, 0.5) == 4


@given(a=UTILITY, b=UTILITY, c=UTILITY, mu=st.floats(-3, 3), table=st.sampled_from([1, 2, 3]))
def test_choice_is_the_multinomial_logit(a, b, c, mu, table):
    p = rules.choice_probabilities(a, b, c, b + c + mu, table)
    weights = [math.exp(a), math.exp(b), math.exp(c), math.exp(b + c + mu)]
    present = [True, table != 2, table != 1, table == 3]
    total = sum(w for w, there in zip(weights, present, strict=True) if there)
    for probability, weight, there in zip(p, weights, present, strict=True):
        assert probability == pytest.approx(weight / total if there else 0.0, rel=1e-12, abs=1e-15)


def test_choice_survives_large_utilities():
    assert rules.choice_probabilities(0.0, 900.0, 0.0, 0.0, 1) == (0.0, 1.0, 0.0, 0.0)


@given(a=UTILITY, b=UTILITY, c=UTILITY, mu=st.floats(-3, 3), more=st.floats(0.01, 3))
def test_dearer_offer_is_taken_less(a, b, c, mu, more):
    """A patron's total share never falls when its utility rises."""
    before = rules.choice_probabilities(a, b, c, b + c + mu, 3)
    after = rules.choice_probabilities(a, b + more, c, b + more + c + mu, 3)
    assert after[1] + after[3] >= before[1] + before[3] - 1e-12


def test_choose_inverts_in_the_order_of_the_choices():
    draws = (0.0, 0.25, 0.49, 0.5, 0.74, 0.75, 0.99)
    assert [rules.choose(u, 0.25, 0.25, 0.25, 0.25) for u in draws] == [0, 1, 1, 2, 2, 3, 3]


def test_budget_known_answers():
    """Without response a quadrupled capacity doubles the budget at elasticity one half."""
    assert rules.budget(10.0, 0.5, 4.0, 0.0, 3.0, 0.0, 0.7) == pytest.approx(20.0)
    assert rules.budget(10.0, 0.0, 4.0, 0.0, 3.0, math.log(2), 1.0) == pytest.approx(20.0)
    assert rules.budget(10.0, 0.0, 4.0, 0.5, 9.0, 0.0, 1.0) == pytest.approx(30.0)
    assert rules.budget(10.0, 0.5, 0.0, 0.3, 1.0, 1.0, 1.0) == 0.0


def test_choose_never_takes_what_is_not_on_the_table():
    """The largest draw and a sum that rounding leaves below one."""
    last = 1 - 2**-53
    assert rules.choose(last, 0.5, 0.5 - 2**-52, 0.0, 0.0) == 1
    assert rules.choose(last, 0.5, 0.0, 0.5 - 2**-52, 0.0) == 2
    assert rules.choose(last, 0.25, 0.25, 0.25, 0.25 - 2**-52) == 3


def test_offer_probability_limits():
    assert rules.offer_probability(5.0, 1.0, 0.0) == 0.0
    assert rules.offer_probability(0.0, 1.0, 4.0) == 0.0
    assert rules.offer_probability(4.0, 1.0, 4.0) == pytest.approx(1 - math.exp(-1))


@given(trust=SHARE, initial=SHARE, gain=SHARE, active=SHARE, decay=SHARE, loss=SHARE, broken=SHARE)
def test_trust_stays_a_share(trust, initial, gain, active, decay, loss, broken):
    assert 0.0 <= rules.next_trust(trust, initial, gain, active, decay, loss, broken) <= 1.0


def test_trust_returns_home_when_nothing_happens():
    trust = 0.9
    for _ in range(400):
        trust = rules.next_trust(trust, 0.4, 0.05, 0.0, 0.03, 0.3, 0.0)
    assert trust == pytest.approx(0.4, abs=1e-4)


def test_dependence_known_answer():
    """A stock of one scale's worth of means gives 1 - 1/e."""
    assert rules.dependence_share(30.0, 1.5, 20.0) == pytest.approx(1 - math.exp(-1))


def test_sovereignty_grows_with_unrest_only_where_the_patron_is_feared():
    calm = rules.sovereignty_term(4.0, 1.0, 0.5, 0.5, 1.0, 0.0)
    assert calm == -2.0
    assert rules.sovereignty_term(4.0, 1.0, 0.5, 0.5, 1.0, 1.0) == -3.0
    assert rules.sovereignty_term(4.0, 1.0, 0.5, 0.5, 0.0, 1.0) == calm


def test_rupture_needs_a_force():
    assert rules.rupture_probability(0.1, 1.0, 3) == 0.0
    assert rules.rupture_probability(0.1, 0.5, 4) == pytest.approx(0.05)


def test_utility_is_the_sum_of_its_terms():
    assert rules.utility(*range(14)) == sum(range(14))


def test_deviation_has_the_stationary_spread():
    """AR(1): standard deviation volatility / sqrt(1 - persistence^2)."""
    rng = np.random.default_rng(0)
    path = [0.0]
    for z in rng.normal(size=60_000):
        path.append(rules.deviation(path[-1], 0.6, 0.2, z))
    assert np.std(path) == pytest.approx(0.25, rel=0.02)
