"""From raw series and traits to the arrays that the model reads: known answers by hand."""

import numpy as np
import pytest

from steppe.calibration.codebook import Driver, Trait
from steppe.calibration.series import convert, fill, trailing_mean
from steppe.calibration.setting import setting, trait_values
from steppe.model.errors import InputError
from steppe.model.names import LAST_HISTORY_YEAR, PAIRS, PATRONS, START_YEAR, STATES
from steppe.model.quantities import quantities

from .evidence_copies import copy_evidence


@pytest.fixture(scope="module")
def values():
    return setting(2035)


@pytest.fixture
def copy(tmp_path):
    return copy_evidence(tmp_path)


def year(number):
    return number - START_YEAR


def driver(**fields):
    given = {
        "file": "series/x.csv", "raw_unit": "u", "unit": "u", "divide_by": 2.0,
        "divide_note": "by hand", "interpolate": "linear", "basis": "assumed",
        "sources": ["assumed"], "meaning": "x",
    }  # fmt: skip
    return Driver.model_validate(given | fields)


def trait(address, value, start=None, end=None):
    return Trait(
        id="x", subject="all", trait="x", quantity=address, value=str(value), year_start=start,
        year_end=end, basis="assumed", sources="assumed",
    )  # fmt: skip


def test_setting_is_complete_and_in_bounds(values):
    needed = {n: q for n, q in quantities().items() if q.kind != "parameter"}
    assert set(values) == set(needed)
    for name, quantity in needed.items():
        assert values[name].shape == (44, *quantity.shape), name
        assert values[name].dtype == np.float64, name
        low, high = quantity.bounds
        assert np.all((values[name] >= low) & (values[name] <= high)), name


def test_a_longer_setting_changes_no_earlier_year(values):
    shorter = setting(2012)
    for name, array in shorter.items():
        np.testing.assert_array_equal(array, values[name][: year(2012) + 1], err_msg=name)


def test_the_last_value_is_carried_forward(values):
    """Every series ends by 2026 but technology (2035); the longest window is three years."""
    for name, array in values.items():
        if name != "technology":
            assert (array[year(2029) :] == array[year(2029)]).all(), name


def test_capacity_is_a_ratio_to_2010(values):
    """China 1992: 27,509,248,537 / 129,359,453,099 = 0.21266; 2010 is 1 by definition."""
    np.testing.assert_allclose(values["capacity"][year(2010)], [1.0, 1.0], rtol=1e-9)
    np.testing.assert_allclose(values["capacity"][0, 0], 0.21266, rtol=1e-4)


def test_trade_grows_by_a_constant_rate_between_anchors(values):
    """China: 25 billion in 2008 and 40.5 in 2011, so 2009 is 1.62 ** (1/3) = 1.17446."""
    china = values["trade"][:, PATRONS.index("china")]
    np.testing.assert_allclose(china[year(2008)], 1.0, rtol=1e-12)
    np.testing.assert_allclose(china[year(2009)], 1.17446, rtol=1e-5)
    np.testing.assert_allclose(china[year(2011)], 1.62, rtol=1e-12)


def test_narcotics_flow_averages_three_years(values):
    """1994: (49,300 + 58,300 + 71,000) / 3 = 59,533 hectares; / 264,000 = 0.22551.

    1992 has no year before it: 49,300 / 264,000 = 0.18674.
    """
    np.testing.assert_allclose(values["narcotics_flow"][0], 0.18674, rtol=1e-4)
    np.testing.assert_allclose(values["narcotics_flow"][year(1994)], 0.22551, rtol=1e-4)


def test_afghan_instability_is_the_root_of_a_share(values):
    """1992: (1,478 + 3,302 + 4,287) / 3 = 3,022.33; / 28,741.33 = 0.105156; root 0.32428."""
    np.testing.assert_allclose(values["afghan_instability"][0], 0.32428, rtol=1e-4)
    assert values["afghan_instability"].max() <= 1.0


def test_disputes_are_linear_between_anchors(values):
    """Tajikistan and Uzbekistan: 1.0 in 2009, 0.9 in 2012, so 2010 is 1 - 0.1/3 = 0.96667."""
    pair = values["dispute"][:, PAIRS.index("TJ-UZ")]
    np.testing.assert_allclose(pair[year(2010)], 0.96667, rtol=1e-5)
    assert (values["dispute"][:, PAIRS.index("KZ-TM")] == 0.0).all()


def test_presence_holds_until_the_next_anchor(values):
    kyrgyz = values["us_presence"][:, STATES.index("KG")]
    assert (kyrgyz[: year(2001)] == 0.0).all()
    assert kyrgyz[year(2009)] == 1.0
    assert (kyrgyz[year(2015) :] == 0.0).all()


def test_memberships_follow_the_treaties(values):
    """Uzbekistan left the CST in 1999, came back in 2006 and suspended itself in 2012."""
    uzbek = values["membership"][:, STATES.index("UZ"), PATRONS.index("russia")]
    assert uzbek[year(1998)] == 1.0
    assert (uzbek[year(1999) : year(2006)] == 0.0).all()
    assert uzbek[year(2009)] == 1.0
    assert (uzbek[year(2013) :] == 0.0).all()
    assert (values["membership"][:, STATES.index("TM")] == 0.0).all()


@pytest.mark.parametrize(
    ("how", "expected"),
    [
        ("linear", [10.0, 10.0, 20.0, 30.0, 40.0, 40.0]),
        ("log", [10.0, 10.0, 10 * 4 ** (1 / 3), 10 * 4 ** (2 / 3), 40.0, 40.0]),
        ("step", [10.0, 10.0, 10.0, 10.0, 40.0, 40.0]),
        ("none", [10.0, 10.0, np.nan, np.nan, 40.0, 40.0]),
    ],
)
def test_years_between_anchors(how, expected):
    """Anchors 10 in 2001 and 40 in 2004; 2000 is held back, 2005 carried forward."""
    filled = fill({2001: 10.0, 2004: 40.0}, driver(interpolate=how, before="hold"), 2000, 2005)
    np.testing.assert_allclose(filled, expected, rtol=1e-12)


def test_years_before_the_first():
    points = {2001: 10.0}
    assert fill(points, driver(before="hold"), 2000, 2001).tolist() == [10.0, 10.0]
    assert fill(points, driver(before=3), 2000, 2001).tolist() == [3.0, 10.0]
    assert np.isnan(fill(points, driver(), 2000, 2001)[0])


def test_trailing_mean_leaves_out_what_was_not_given():
    """Given from index 1: 7 stays; then 2, (2 + 4) / 2, (2 + 4 + 9) / 3, (4 + 9 + 5) / 3."""
    averaged = trailing_mean(np.array([7.0, 2.0, 4.0, 9.0, 5.0]), 3, 1)
    np.testing.assert_allclose(averaged, [7.0, 2.0, 3.0, 5.0, 6.0], rtol=1e-12)


def test_order_of_the_steps():
    """32 / 2 = 16, root 4, cap 3; 8 / 2 = 4, root 2: the cap comes last."""
    made = convert({1992: 8.0, 1993: 32.0}, driver(power=0.5, cap=3.0), "", 1994)
    np.testing.assert_allclose(made, [2.0, 3.0, 3.0], rtol=1e-12)


def test_divisors_by_entry():
    both = driver(divide_by={"china": 2.0, "russia": 5.0})
    assert convert({1992: 10.0}, both, "china", 1992).tolist() == [5.0]
    assert convert({1992: 10.0}, both, "russia", 1992).tolist() == [2.0]
    assert np.isnan(convert({1992: 10.0}, both, "us", 1992)).all()


def test_values_before_1992_serve_the_first_window():
    made = convert({1990: 2.0, 1991: 4.0, 1992: 6.0}, driver(trailing_years=3), "", 1992)
    np.testing.assert_allclose(made, [2.0], rtol=1e-12)


def test_traits_stand_in_their_years():
    """A default fills history; later years without a row repeat the year before."""
    row = trait("membership.TM.china", 1, 2000, 2010)
    membership = trait_values([row], 2025)["membership"][:, STATES.index("TM"), 0]
    assert membership.sum() == 11
    late = trait("membership.TM.china", 1, 2015, LAST_HISTORY_YEAR)
    membership = trait_values([late], 2025)["membership"][:, STATES.index("TM"), 0]
    assert membership[-3:].tolist() == [1.0, 1.0, 1.0]
    missing = trait_values([], 2025)["sovereignty"]
    assert np.isnan(missing).all()


def test_a_year_before_the_first_is_refused():
    with pytest.raises(InputError, match="1992 or later"):
        setting(1980)


def edited(copy, name, old, new):
    text = (copy / name).read_text("utf-8")
    assert old in text
    (copy / name).write_text(text.replace(old, new), "utf-8")


@pytest.mark.parametrize(
    ("name", "old", "new", "message"),
    [
        ("traits.csv", "sovereignty.TJ,", ",", "traits.csv: sovereignty.TJ: no value in 1992"),
        (
            "traits.csv",
            "sovereignty.TJ,",
            "sovereignty.TY,",
            "no trait has this address; found 'sovereignty.TY'",
        ),
        ("traits.csv", "sovereignty.TJ,", "budget.china,", "no trait has this address"),
        ("traits.csv", "sovereignty.TJ,0", "sovereignty.TJ,-0", "value: out of bounds"),
        ("traits.csv", "sovereignty.TJ,0", "sovereignty.TJ,O", "value: not a number"),
        ("drivers.toml", "[trade]", "[trades]", "drivers.toml: trade: the driver has no table"),
        ("drivers.toml", "before = 0.0", "before = -4.0", "out of bounds in 1992; found -0.066"),
        ("series/gdp.csv", "2001,TM,", "1901,TM,", "series/gdp.csv: gdp.TM: no value in 2001"),
        ("series/gdp.csv", "2001,TM,", "2001,TX,", "no such entry; found 'TX'"),
        ("series/gdp.csv", "2001,TM,", "2001,TM,x", "value: not a number"),
    ],
)
def test_what_is_missing_is_named(copy, name, old, new, message):
    edited(copy, name, old, new)
    with pytest.raises(InputError, match=message):
        setting(2035, copy)
