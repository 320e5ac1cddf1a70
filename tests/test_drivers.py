"""Drivers fitted to their own series: known truths come back, and errors give way to chance."""

import numpy as np
import pytest

from steppe.calibration.asof import frozen
from steppe.calibration.codebook import Driver, DriverPrior
from steppe.calibration.deviation import dated_years, driver_tables, last_dated
from steppe.calibration.drivers import (
    as_text,
    centres_of,
    dated_logs,
    fit,
    fit_drivers,
    log_likelihood,
    shipped,
)
from steppe.calibration.setting import setting
from steppe.calibration.target import centres, record_target
from steppe.explore.problem import assemble
from steppe.model.names import START_YEAR, VOLATILE
from steppe.model.quantities import parameters
from steppe.model.rules import deviation
from steppe.model.tables import prior_draws
from steppe.scenarios.load import load_resolved

from .evidence_copies import copy_evidence

PRIOR = DriverPrior(
    persistence=0.6, persistence_spread=1.0, volatility=0.2, volatility_spread=1.0
)  # fmt: skip
HORIZON = 2040


def walk(persistence, volatility, years, seed):
    """AR(1) from its stationary law, on a level and a slope that the fit must ignore."""
    rng = np.random.default_rng(seed)
    x = [rng.normal() * volatility / np.sqrt(1.0 - persistence**2)]
    for _ in range(years - 1):
        x.append(persistence * x[-1] + volatility * rng.normal())
    time = np.arange(START_YEAR, START_YEAR + years, dtype=float)
    return time, np.array(x) - 3.0 + 0.05 * (time - START_YEAR)


@pytest.mark.parametrize("truth", [(0.3, 0.1), (0.7, 0.3), (0.9, 0.15)])
def test_known_memory_and_volatility_come_back(truth):
    """Five series of 40 years pooled: near the truth; over 10 repeats 90% intervals cover it."""
    hits = np.zeros(2)
    for seed in range(10):
        found = fit("x", {str(n): walk(*truth, 40, 100 * seed + n) for n in range(5)}, PRIOR)
        assert found.persistence_50 == pytest.approx(truth[0], abs=0.2)
        assert found.volatility_50 == pytest.approx(truth[1], rel=0.25)
        hits += (
            found.persistence_05 < truth[0] < found.persistence_95,
            found.volatility_05 < truth[1] < found.volatility_95,
        )
    assert (hits >= 6).all()  # 9 expected; fewer than 6 of 10 has a chance of 1 in 600


def test_gaps_cost_information_but_no_truth():
    """A third of the years left: 90% intervals still cover, over 20 repeats."""
    hits = np.zeros(2)
    for seed in range(20):
        years, logs = walk(0.8, 0.2, 120, seed)
        kept = np.sort(np.random.default_rng(1000 + seed).choice(120, 40, replace=False))
        found = fit("x", {"": (years[kept], logs[kept])}, PRIOR)
        hits += (
            found.persistence_05 < 0.8 < found.persistence_95,
            found.volatility_05 < 0.2 < found.volatility_95,
        )
    assert (hits >= 14).all()


def test_white_noise_is_not_called_persistent():
    """Negative control: no memory in, little memory out, against the prior of 0.6."""
    found = fit("x", {str(n): walk(0.0, 0.3, 40, n) for n in range(4)}, PRIOR)
    assert found.persistence_95 < 0.35


def test_level_slope_and_time_origin_tell_nothing():
    years, logs = walk(0.5, 0.2, 20, 3)
    shocks = np.array([0.1, 0.3])
    moved = log_likelihood((years + 7, logs + 2.0 - 0.3 * years), 0.5, shocks)
    np.testing.assert_allclose(moved, log_likelihood((years, logs), 0.5, shocks), rtol=1e-8)


def test_density_is_that_of_contrasts():
    """Known answer: of three years a line leaves the contrast (1, -2, 1) / sqrt(6).

    Without memory it is normal with the shock's variance.
    """
    years, logs = np.array([2000.0, 2001.0, 2002.0]), np.array([0.3, -0.1, 0.4])
    shocks = np.array([0.1, 0.5])
    contrast = (logs @ [1.0, -2.0, 1.0]) / np.sqrt(6.0)
    expected = -np.log(shocks) - 0.5 * contrast**2 / shocks**2
    found = log_likelihood((years, logs), 0.0, shocks)
    assert found[0] - found[1] == pytest.approx(expected[0] - expected[1])


def test_only_years_that_rest_on_read_values_count():
    driver = Driver.model_validate({
        "file": "series/x.csv", "raw_unit": "deaths", "unit": "index", "divide_by": 1.0,
        "divide_note": "none", "interpolate": "linear", "before": "hold", "trailing_years": 2,
        "basis": "measured", "sources": ["assumed"], "meaning": "x",
    })  # fmt: skip
    read = {2000, 2001, 2002, 2004, 2005, 2006, 2007, 2008}
    points = {year: float(year - 1999) for year in (*read, 2010)}
    points |= {2006: 0.0, 2007: 0.0}  # their mean is zero; 2010 is judgement
    years, logs = dated_logs(points, read, driver, "")
    assert years.tolist() == [2001, 2002, 2005, 2006, 2008]  # not 2000, 2004, 2007
    assert logs[0] == pytest.approx(np.log((1 + 2) / 2))
    assert dated_logs(points, {2000, 2001, 2002}, driver, "") is None


def test_the_shipped_file_is_a_fresh_fit():
    found = fit_drivers()
    assert shipped() == as_text(found)
    assert [row.family for row in found] == list(VOLATILE)


def test_the_parameters_are_what_was_fitted():
    """Medians and spreads to two digits; without data the prior's own."""
    found = fit_drivers()
    for name, array in centres_of(found).items():
        quantity = parameters()[name]
        np.testing.assert_allclose(quantity.values(), array, atol=0.00501)
        for row, (_, index) in zip(found, quantity.entries(), strict=True):
            spread = getattr(row, f"{name.removeprefix('driver_')}_spread") if row.n else 1.0
            assert quantity.prior_at(index).spread == pytest.approx(spread, abs=0.00501)
    [empty] = [row for row in found if not row.n]
    assert (empty.family, empty.note) == ("dispute", "nothing to fit; the prior stands")


def test_draws_of_the_priors_carry_the_posterior_spread():
    drawn = prior_draws(1, 2000)["driver_volatility"]
    quantity = parameters()["driver_volatility"]
    spread = [quantity.prior_at(index).spread for _, index in quantity.entries()]
    few = [n for n, s in enumerate(spread) if s < 0.5]  # the wide one meets its bound
    np.testing.assert_allclose(np.log(drawn[:, few]).std(axis=0), np.array(spread)[few], rtol=0.08)


def test_nothing_deviates_where_a_series_is_dated_and_then_it_fans_out():
    """Simulated by the model's rule from the tables, family by family."""
    dated = dated_years(HORIZON)
    tables = driver_tables({**centres(HORIZON), **setting(HORIZON)}, dated)
    rng = np.random.default_rng(4)
    dev, spread = np.zeros((20000, len(VOLATILE))), []
    for year in range(tables.years):
        rho, shock = tables["driver_persistence"][year], tables["driver_volatility"][year]
        dev = deviation.py_func(dev, rho, shock, rng.normal(size=dev.shape))
        spread.append(dev.std(axis=0))
    spread = np.array(spread)
    for f, family in enumerate(VOLATILE):
        last = last_dated()[family] - START_YEAR
        assert (spread[: last + 1, f] == 0.0).all(), family
        rho = parameters()["driver_persistence"].values()[f]
        shock = parameters()["driver_volatility"].values()[f]
        ahead = tables.years - 1 - last
        expected = np.sqrt(shock**2 * (1 - rho ** (2 * ahead)) / (1 - rho**2))
        assert spread[-1, f] == pytest.approx(expected, rel=0.05), family


def test_fits_and_scenarios_see_the_same_years():
    """Target and problem: the process's volatility after the last dated year, and only there."""
    record = record_target(2022, 5).tables["driver_volatility"]
    problem = assemble(load_resolved("baseline-2022", "point"), 1)
    tables = problem.tables(0)["driver_volatility"]
    np.testing.assert_array_equal(record, tables[: len(record)])
    fitted = np.broadcast_to(parameters()["driver_volatility"].values(), tables.shape)
    assert (tables[~problem.dated] == fitted[~problem.dated]).all()
    assert (tables[problem.dated] == 0.0).all()


def test_what_is_frozen_knows_no_later_year():
    ends = last_dated(as_of=2009)
    assert max(ends.values()) <= 2009
    assert ends["capacity"] == 2009
    found = frozen(2009, 2017).tables
    ahead = found["driver_volatility"][2010 - START_YEAR :]
    fitted = centres_of(fit_drivers(as_of=2009))
    assert (ahead == fitted["driver_volatility"]).all()
    assert (found["driver_persistence"] == fitted["driver_persistence"]).all()
    last = found["driver_volatility"][2009 - START_YEAR] == fitted["driver_volatility"]
    assert [VOLATILE[n] for n in np.flatnonzero(last)] == ["trade"]  # dated to 2008 by then
    assert ends["trade"] == 2008
    assert (fitted["driver_volatility"] != centres_of(fit_drivers())["driver_volatility"]).any()


def test_a_family_given_beyond_the_cut_is_dated_there():
    dated = dated_years(2017, as_of=2009, given=("capacity",))
    after = dated[2010 - START_YEAR :]
    assert after[:, VOLATILE.index("capacity")].all()
    assert not np.delete(after, VOLATILE.index("capacity"), axis=1).any()


def test_a_fit_reads_the_evidence_it_is_given(tmp_path):
    """Counterfactual: another series, another answer, for that family alone."""
    copy = copy_evidence(tmp_path)
    path = copy / "series" / "afghan_instability.csv"
    path.write_text(path.read_text("utf-8").replace("2004,692,", "2004,69200,"), "utf-8")
    changed = [a.family for a, b in zip(fit_drivers(), fit_drivers(copy), strict=True) if a != b]
    assert changed == ["afghan_instability"]
