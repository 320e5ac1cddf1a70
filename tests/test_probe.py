"""A fit knows its model by what the likelihood is, not by how the code is written."""

import numpy as np

from steppe.calibration.installed import installed
from steppe.calibration.probe import probe
from steppe.calibration.target import DEVIATION, Target, record_target, uncertain, wide
from steppe.model.tables import OFFSET, Tables


def short():
    return record_target(2003, 4)


def moved(target, name, factor):
    """The target with one quantity multiplied."""
    flat = target.tables.flat.copy()
    flat[:, OFFSET[name]] *= factor
    return Target(Tables(flat), target.history, target.until, target.particles, sums=target.sums)


def test_the_probe_repeats_and_sees_a_small_change_of_the_model():
    found = probe(short())
    assert found == probe(short())
    assert len(set(found)) == len(found)
    assert probe(moved(short(), "naming", 1.001)) != found
    assert probe(moved(short(), "naming", 1.0)) == found


def test_the_installed_posterior_is_of_this_model():
    """If this fails, the model or the record has changed: fit it anew (``steppe calibrate``)."""
    told = installed().manifest
    target = wide(record_target(told.until, told.particles))
    assert tuple(entry.address for entry in target.entries) == told.estimated
    assert np.allclose(told.probe, probe(target), rtol=0.0, atol=1e-5)
    beside = tuple(one.address for one in uncertain() if one.family in DEVIATION)
    assert tuple(told.overlaps) == told.estimated + beside
