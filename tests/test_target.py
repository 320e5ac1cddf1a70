"""The posterior density of the record: what a position means."""

import numpy as np
import pytest

from steppe.calibration.target import entries, record_target
from steppe.model.quantities import parameters, resolve
from steppe.model.tables import OFFSET


@pytest.fixture(scope="module")
def target():
    return record_target(1996, 20)


def test_every_estimated_number_with_a_spread_is_an_entry():
    addresses = [entry.address for entry in entries()]
    assert len(set(addresses)) == len(addresses)
    for entry in entries():
        [(address, family, _)] = resolve(entry.address)
        assert (address, family) == (entry.address, entry.family)
        assert parameters()[family].asks(address)


def test_zero_is_the_centre_of_every_prior(target):
    centre = target.at(np.zeros(len(target.entries)))
    assert np.allclose(centre.flat, target.tables.flat, rtol=1e-12, atol=0.0)


def test_one_number_moves_one_column(target):
    names = [entry.address for entry in target.entries]
    n = names.index("budget.russia")
    position = np.zeros(len(names))
    position[n] = 1.0
    moved = ~np.isclose(target.at(position).flat, target.tables.flat, rtol=1e-12, atol=0.0)
    assert np.flatnonzero(moved.any(axis=0)).tolist() == [OFFSET["budget"] + 1]
    value = target.at(position).flat[0, OFFSET["budget"] + 1]
    assert value == pytest.approx(15.0 * np.exp(0.6))


def test_values_stay_within_bounds(target):
    for entry in target.entries:
        low, high = parameters()[entry.family].bounds
        assert low <= entry.value(-9.0) <= entry.value(9.0) <= high


def test_the_prior_is_standard_normal(target):
    position = np.full(len(target.entries), 0.3)
    gap = target(position, 4) - target.log_likelihood(position, 4)
    assert gap == pytest.approx(-0.5 * 0.09 * position.size)


def test_the_record_prefers_detection_to_none(target):
    """Known direction: packages are on record, so hardly any detection is less likely."""
    names = [entry.address for entry in target.entries]
    blind = np.array([-6.0 if name.startswith("detection") else 0.0 for name in names])
    assert target.log_likelihood(np.zeros(len(names)), 1) > target.log_likelihood(blind, 1) + 3
