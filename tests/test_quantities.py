"""Declarations: complete, sourced, and refused where they are wrong."""

import numpy as np
import pytest
from pydantic import ValidationError
from scipy import stats

from steppe.model.errors import InputError
from steppe.model.quantities import Prior, Quantity, addresses, parameters, quantities, resolve
from steppe.model.tables import COLUMNS, OFFSET, build_tables, point_values, prior_draws

from .worlds import random_values


def test_every_parameter_says_what_it_is():
    for quantity in parameters().values():
        assert quantity.unit
        assert quantity.meaning
        assert quantity.fixed or quantity.prior


def test_columns_follow_the_declarations():
    assert len(addresses()) == COLUMNS
    tables = build_tables(random_values(0, 3))
    for address, (name, index) in addresses().items():
        start = OFFSET[name] + int(
            np.ravel_multi_index(index, quantities()[name].shape or (1,)) if index else 0
        )
        assert tables.flat[1, start] == tables[name][(1, *index)], address


def test_scalar_signals_stand_in_a_row():
    """The engine reads the four scalar signals from consecutive columns."""
    first = OFFSET["afghan_instability"]
    names = ("narcotics_flow", "militancy", "xinjiang_tension")
    assert [OFFSET[n] for n in names] == [first + 1, first + 2, first + 3]


def test_prefix_names_all_below():
    assert [a for a, *_ in resolve("budget")] == ["budget.china", "budget.russia"]
    assert len(resolve("exposure.TJ")) == 5
    assert resolve("money_weight") == [("money_weight", "money_weight", ())]


def test_unknown_address_names_the_nearest():
    with pytest.raises(InputError, match=r"did you mean .*budget\.russia"):
        resolve("budgt.russia")


def test_priors_have_the_declared_median_and_spread():
    draws = prior_draws(3, 1500)
    for name in ("budget", "complementarity", "upgrade_probability"):
        quantity = parameters()[name]
        for address, index in quantity.entries():
            sample = draws[name][(slice(None), *index)]
            centre = float(quantity.values()[index])
            z = {
                "normal": lambda x, c=centre: x - c,
                "lognormal": lambda x, c=centre: np.log(x / c),
                "logitnormal": lambda x, c=centre: np.log(x / (1 - x)) - np.log(c / (1 - c)),
            }[quantity.prior.family](sample) / quantity.prior.spread
            assert stats.kstest(z, "norm").pvalue > 1e-3, address


def test_prior_draws_are_addressed():
    """Draw 5 is the same whether ten or fifty are asked for."""
    few, many = prior_draws(1, 10), prior_draws(1, 50)
    for name in few:
        assert np.array_equal(few[name], many[name][:10])
    assert not np.array_equal(few["budget"], prior_draws(2, 10)["budget"])


def test_fixed_parameters_are_not_drawn():
    draws = prior_draws(1, 5)
    assert np.array_equal(draws["rung_gain"], np.repeat(point_values()["rung_gain"][None], 5, 0))


def test_edges_of_a_scale_stay():
    assert Prior(family="lognormal", spread=1.0).at(0.0, 3.0) == 0.0
    assert Prior(family="logitnormal", spread=1.0).at(1.0, -3.0) == 1.0


@pytest.mark.parametrize(
    "change, message",
    [
        ({"value": 3.0}, "outside"),
        ({"prior": None}, "prior or fixed"),
        ({"dims": ["planet"], "value": {}}, "unknown dimension"),
        ({"dims": ["patron"], "value": {"china": 0.1}}, "no value for x.russia"),
        ({"dims": ["patron"], "value": {"chna": 0.1}}, "no entry chna"),
        ({"colour": "red"}, "Extra inputs"),
    ],
)
def test_wrong_declarations_are_refused(change, message):
    good = {
        "name": "x",
        "kind": "parameter",
        "unit": "u",
        "bounds": (0, 1),
        "meaning": "m",
        "value": 0.5,
        "prior": {"family": "normal", "spread": 1.0},
    }
    Quantity(**good)
    with pytest.raises(ValidationError, match=message):
        Quantity(**(good | change))


def test_tables_refuse_what_is_wrong():
    values = random_values(1, 4)
    with pytest.raises(ValueError, match="no values for budget"):
        build_tables({n: a for n, a in values.items() if n != "budget"})
    bad = dict(values, budget=np.full((4, 2), -1.0))
    with pytest.raises(ValueError, match=r"budget.china: -1 in 1992 lies outside"):
        build_tables(bad)
    with pytest.raises(ValueError, match="shape"):
        build_tables(dict(values, budget=np.ones((4, 3))))
    hole = values["trust_gain"].copy()
    hole[2] = np.nan
    with pytest.raises(ValueError, match="trust_gain: nan in 1994"):
        build_tables(dict(values, trust_gain=hole))
