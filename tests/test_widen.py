"""The posterior of all numbers from a fit of some: on a likelihood whose answer is known."""

from dataclasses import dataclass

import numpy as np
import pytest

from steppe.calibration import widen
from steppe.calibration.renew import in_effect, positions_of
from steppe.calibration.target import DEVIATION, Target, entries, readable, record_target, uncertain
from steppe.calibration.widen import Apart, beside_priors, deviations, wide, widened

SEEN, ERROR = 2.0, 0.5
FITTED, OTHER = "opportunity_rate", "naming"


@dataclass(frozen=True)
class Known(Target):
    """One number was seen, with a known error: the sum of a fitted one and of another."""

    def log_likelihood(self, position, luck):
        names = [entry.address for entry in self.entries]
        told = sum(position[names.index(name)] for name in (FITTED, OTHER) if name in names)
        rough = 0.5 * np.random.default_rng(luck).standard_normal() - 0.125
        return float(-0.5 * ((told - SEEN) / ERROR) ** 2 + rough)


@pytest.fixture
def fitted(monkeypatch):
    """A fit of two numbers, of eight that the likelihood could read."""
    real = record_target(1996, 3)
    few = (FITTED, "need_weight", OTHER, "money_weight", "trust_weight", "budget.china")
    some = [entry for entry in readable() if entry.address in few]
    monkeypatch.setattr(widen, "readable", lambda: some)
    return Known(real.tables, real.history, real.until, real.particles, (FITTED, "need_weight"))


def drawn(fitted, count=600):
    """Draws of the fit: with the other number at its centre the seen one is all that is fitted."""
    variance = 1.0 / (1.0 + ERROR**-2)
    draws = np.random.default_rng(7).standard_normal((count, 2))
    n = [entry.address for entry in fitted.entries].index(FITTED)
    draws[:, n] = variance * SEEN / ERROR**2 + np.sqrt(variance) * draws[:, n]
    return draws


def test_draws_of_all_numbers_arrive_where_they_should(fitted):
    """Known answer: given the sum, both lie at 8/9, with variance 5/9 and covariance -4/9, and the
    others where their priors have them. Beside their priors, before the way, they do not."""
    apart = Apart(fitted, wide(fitted))
    names = [entry.address for entry in apart.whole.entries]
    here, other = names.index(FITTED), names.index(OTHER)
    swarms = widened(fitted, drawn(fitted), seed=3)
    assert in_effect(swarms) > 150
    found = positions_of(swarms)
    assert found.shape == (600, 6)
    assert found[:, [here, other]].mean(axis=0) == pytest.approx([8 / 9, 8 / 9], abs=0.13)
    expected = np.array([[5 / 9, -4 / 9], [-4 / 9, 5 / 9]])
    assert np.cov(found[:, [here, other]].T) == pytest.approx(expected, abs=0.12)
    rest = np.delete(found, [here, other], axis=1)
    assert rest.mean(axis=0) == pytest.approx(np.zeros(4), abs=0.17)
    assert rest.std(axis=0) == pytest.approx(np.ones(4), abs=0.15)
    before = beside_priors(apart, drawn(fitted), 3)
    assert before[:, here].mean() == pytest.approx(1.6, abs=0.1)
    assert before[:, other].mean() == pytest.approx(0.0, abs=0.15)


def test_the_way_is_kept_and_gone_on_from(fitted, tmp_path):
    """The same bytes from pieces that stand there, and from any that are made anew."""
    told = []
    first = widened(fitted, drawn(fitted, 20), 3, 1, tmp_path, lambda *done: told.append(done))
    assert told == [(n + 1, 10) for n in range(10)]
    pieces = sorted(tmp_path.iterdir())
    assert len(pieces) == 10
    for piece in pieces[::2]:
        piece.unlink()
    again = widened(fitted, drawn(fitted, 20), 3, 1, tmp_path)
    assert np.array_equal(positions_of(first), positions_of(again))
    assert sorted(tmp_path.iterdir()) == pieces
    other = widened(fitted, drawn(fitted, 20), 4, 1, tmp_path)
    assert not np.array_equal(positions_of(first), positions_of(other))


def test_what_a_likelihood_can_read_is_all_but_how_drivers_deviate():
    own, draws = deviations(2000, 1)
    assert {entry.family for entry in own} == set(DEVIATION)
    assert [*readable(), *own] == sorted(
        uncertain(), key=lambda e: (e.family in DEVIATION, e.column)
    )
    assert set(entries()) < set(readable())
    assert draws.mean(axis=0) == pytest.approx(np.zeros(len(own)), abs=0.1)
    assert draws.std(axis=0) == pytest.approx(np.ones(len(own)), abs=0.08)


def test_apart_says_nothing_of_the_others():
    """On the record: the fit's density whatever the others are, but for their prior."""
    real = record_target(1996, 3)
    apart = Apart(real, wide(real))
    position = np.random.default_rng(2).standard_normal(len(apart.whole.entries))
    own = position[apart.places]
    rest = float(position @ position - own @ own)
    assert apart(position, 5) == pytest.approx(real(own, 5) - 0.5 * rest)
    centred = np.zeros_like(position)
    centred[apart.places] = own
    assert apart.whole(centred, 5) == pytest.approx(real(own, 5))
