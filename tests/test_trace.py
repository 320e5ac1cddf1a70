"""Decisions that can be asked why: they add up, and the flip does flip."""

import math

import numpy as np
import pytest

from steppe.model import rules
from steppe.model.names import CHOICES
from steppe.model.security import SecurityModel, as_outcome

from .worlds import random_tables


@pytest.fixture(scope="module")
def decisions():
    found = []
    for world in range(6):
        model = SecurityModel(random_tables(world, 8), world, 3, trace=True)
        model.run_until(9999)
        found += model.decisions
    assert len(found) > 300
    assert {d.choice for d in found} == set(CHOICES)
    assert {d.choice for d in found if d.whole} == {"neither", "both"}
    return found


def shifted(decision, patron, shift):
    """Choice under the same draw when one utility is shifted."""
    worth = {o.patron: o.utility + (shift if o.patron == patron else 0.0) for o in decision.offers}
    table = sum({"china": 1, "russia": 2}[name] for name in worth)
    china, russia = worth.get("china", 0.0), worth.get("russia", 0.0)
    if decision.whole:
        accept = 1.0 / (1.0 + math.exp(decision.decline - china - russia - decision.complementarity))
        return "both" if decision.draw >= 1.0 - accept else "neither"
    p = rules.choice_probabilities(
        decision.decline, china, russia, china + russia + decision.complementarity, table
    )
    return CHOICES[rules.choose(decision.draw, *p)]


def test_terms_add_up(decisions):
    for decision in decisions:
        for offer in decision.offers:
            assert offer.utility == pytest.approx(math.fsum(offer.terms), abs=1e-12)


def test_probabilities_and_draw_give_the_choice(decisions):
    for decision in decisions:
        assert shifted(decision, "china", 0.0) == decision.choice
        assert sum(decision.probabilities) == pytest.approx(1.0)


def test_flip_flips_and_nothing_smaller_does(decisions):
    flips = 0
    for decision in decisions:
        flip = decision.flip()
        if flip is None:
            continue
        flips += 1
        assert shifted(decision, flip.patron, flip.shift) == flip.choice != decision.choice
        for patron in {o.patron for o in decision.offers}:
            for part in np.linspace(-0.999, 0.999, 9):
                assert shifted(decision, patron, part * abs(flip.shift)) == decision.choice
    assert flips > 0.95 * len(decisions)


def test_trace_does_not_change_the_run():
    tables = random_tables(1, 10)
    plain, traced = SecurityModel(tables, 0, 1), SecurityModel(tables, 0, 1, trace=True)
    plain.run_until(9999)
    traced.run_until(9999)
    for ours, theirs in zip(as_outcome(plain), as_outcome(traced), strict=True):
        assert np.array_equal(ours, theirs)
    assert plain.decisions == []
    assert [s.rungs() for s in plain.states] == [s.rungs() for s in traced.states]
