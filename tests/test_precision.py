"""Runs that a precision needs, and what intervals find where there is nothing."""

import numpy as np
import pytest

from steppe.results import placebo
from steppe.results.placebo import SignFlips, allowed
from steppe.results.precision import precision
from steppe.results.streams import Mean, half_width


def rows_of(mean):
    """A table's columns from a mean of differences."""
    import pandas as pd

    return pd.DataFrame({"se_paired": mean.error.ravel(), "se_within": mean.within.ravel()})


def differences(rng, draws, replicates, between, within):
    return (
        rng.normal(0, between, (1, draws)) + rng.normal(0, within, (replicates, draws))
    ).ravel()[:, None]


def test_runs_as_promised_give_the_precision():
    """Runs that are said to be needed, then drawn: the interval comes out as wide as asked."""
    rng = np.random.default_rng(1)
    promised = []
    for _ in range(40):  # one pilot tells the part that runs do not move only roughly
        first = Mean(200, (1,))
        first.add(differences(rng, 200, 10, 0.3, 3.0))
        found = precision(rows_of(first), first.runs, first.units, 0.08)
        assert not found.met
        promised.append(found.runs)
    replicates = int(np.ceil(np.median(promised) / 200))
    widths = []
    for _ in range(20):
        more = Mean(200, (1,))
        more.add(differences(rng, 200, replicates, 0.3, 3.0))
        widths.append(float(half_width(more.error, 200)[0]))
    assert np.mean(widths) == pytest.approx(0.08, rel=0.1)


def test_no_runs_help_below_what_the_draws_leave_open():
    rng = np.random.default_rng(2)
    mean = Mean(50, (1,))
    mean.add(differences(rng, 50, 20, 1.0, 1.0))
    found = precision(rows_of(mean), mean.runs, mean.units, 0.05)
    assert np.isinf(found.runs)
    assert found.floor == pytest.approx(2.0096 * 1.0 / np.sqrt(50), rel=0.25)


def test_what_is_within_draws_is_not_known_from_one_run_each():
    mean = Mean(50, (1,))
    mean.add(np.random.default_rng(3).normal(size=(50, 1)))
    assert np.isnan(precision(rows_of(mean), 50, 50, 0.01).runs)


def test_within_and_between_make_the_error():
    """Two draws, two runs each: 0 2 and 10 12. Within: MS 2, so sqrt(2 / 4)."""
    mean = Mean(2, ())
    mean.add(np.array([0.0, 10.0, 2.0, 12.0]))
    assert mean.within == pytest.approx(np.sqrt(0.5))
    assert mean.error == pytest.approx(5.0)


def test_equal_scenarios_are_precise():
    mean = Mean(4, (3,))
    mean.add(np.zeros((8, 3)))
    found = precision(rows_of(mean), 8, 4, 0.1)
    assert found.met
    assert found.runs == 0.0


def flips(values, draws=200):
    sums = SignFlips(draws, len(values), values.shape[1:])
    for part in np.array_split(values, 4):
        sums.add(part)
    return sums.table("rung", 1).iloc[0]


def rare(rng):
    """Differences as runs have them: mostly zero, now and then a rung or two."""
    return rng.choice([0.0, 1.0, -1.0, 2.0], p=[0.93, 0.03, 0.03, 0.01], size=(800, 50))


def test_intervals_keep_their_promise_with_signs_at_random():
    row = flips(rare(np.random.default_rng(4)))
    assert row["good"]
    assert 0.01 < row["excluded"] < 0.08
    assert row["cells"] == 50


def test_intervals_that_are_too_narrow_are_found(monkeypatch):
    """Negative control: intervals of half the width."""
    monkeypatch.setattr(placebo, "half_width", lambda *a: 0.5 * half_width(*a))
    row = flips(rare(np.random.default_rng(4)))
    assert not row["good"]
    assert row["any_supported"] > allowed(placebo.FLIPS)


def test_nothing_to_flip_where_nothing_differs():
    row = flips(np.zeros((400, 5)))
    assert row["cells"] == 0
    assert row["good"]
