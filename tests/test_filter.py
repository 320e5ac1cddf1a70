"""The particle filter against the engine: its likelihood is the frequency of the history."""

from itertools import permutations

import numpy as np
import pytest

from steppe.calibration import filter as pf
from steppe.calibration.setting import setting
from steppe.model import rules
from steppe.model.engine import (
    NOTHING,
    WHOLE,
    begin,
    clear,
    feel_needs,
    meet,
    move_drivers,
    new_year,
    share_attention,
    simulate,
)
from steppe.model.names import AREAS, PATRONS, STATES
from steppe.model.tables import build_tables, point_values
from steppe.model.world import History, new_world

YEARS = 3
TJ, KG = STATES.index("TJ"), STATES.index("KG")
CT, DEFENCE = AREAS.index("counter_terrorism"), AREAS.index("defence")
RUNS = np.arange(60_000)


def values(**change):
    """Documented world at point parameters; two cells with opportunities, much of it seen."""
    found = {n: np.broadcast_to(a, (YEARS, *a.shape)).copy() for n, a in point_values().items()}
    found |= setting(1992 + YEARS - 1)
    exposure = np.zeros_like(found["exposure"])
    exposure[:, TJ, CT], exposure[:, KG, DEFENCE] = 0.6, 0.5
    found["exposure"] = exposure
    found["coverage"] = np.ones_like(found["coverage"])
    found["acceptance_constant"] = found["acceptance_constant"] + 1.0
    for name, value in change.items():
        found[name] = np.full_like(found[name], value)
    return found


@pytest.fixture(scope="module")
def tables():
    return build_tables(values())


@pytest.fixture(scope="module")
def free(tables):
    """Free runs: what is documented in each, ``[run, year, state, patron, area]``."""
    return simulate(tables, 1, RUNS).documented.astype(np.int64)


def history(*packages):
    """History of (year, state, patron, area mask, rung)."""
    columns = np.array(packages, np.int64).reshape(-1, 5).T
    n = columns.shape[1]
    zero = np.zeros(n, np.int64)
    return History(
        columns[0], zero, columns[1], columns[2], columns[3], columns[4], np.full(n, np.nan), zero,
        np.arange(n) + 7,
    )  # fmt: skip


def likelihood(tables, packages, until, particles=2000, seed=3):
    return np.exp(pf.filtered(tables, history(*packages), until, particles, seed).log_likelihood)


def agrees(estimate, happened):
    """Within four standard errors of the frequency, and the event is not rare."""
    share = happened.mean()
    error = np.sqrt(share * (1 - share) / happened.size)
    assert share > 20 / happened.size
    assert abs(estimate - share) < 4 * error + 0.01 * share, (estimate, share, error)


def test_rung_chance_is_that_of_the_rule():
    grid, renewals = (np.arange(1000) + 0.5) / 1000, (np.arange(60) + 0.5) / 60
    for reached in range(6):
        drawn = np.array(
            [rules.offered_rung(reached, u, w, 0.3, 0.4) for u in grid for w in renewals]
        )
        for k in range(1, 6):
            chance = pf.rung_chance(reached, k, 0.3, 0.4)
            share = (drawn == k).mean()
            assert share == pytest.approx(chance, abs=2e-3)
        assert sum(pf.rung_chance(reached, k, 0.3, 0.4) for k in range(1, 6)) == pytest.approx(1.0)


def test_rates_are_the_means_of_what_the_engine_accepts():
    """All areas and states, a quarrel, both patrons: mean packages by Monte Carlo."""
    found = values(coverage=0.5)
    found["exposure"] = setting(1994)["exposure"]
    tables = build_tables(found)
    v, world, now = tables.flat[1], new_world(), new_year()
    begin(tables.flat[0], world)
    world.rung[TJ, 1] = 3
    world.rung[KG, 0] = 2
    move_drivers(v, 5, 1, 1993, world, now)
    feel_needs(v, world, now)
    share_attention(v, world, now)
    room = pf.new_room()
    n = 8000
    for thin in (NOTHING, WHOLE):
        total = np.zeros((len(STATES), len(PATRONS), len(AREAS)))
        squares = np.zeros_like(total)
        for r in range(n):
            meet(v, 11, r, 1993, thin, world, now)
            total += now.taken
            squares += now.taken.astype(float) ** 2
            clear(now)
        error = np.sqrt(squares / n - (total / n) ** 2) / np.sqrt(n)
        for i in range(len(STATES)):
            rate = pf.Rates(np.zeros((5, 2, 6)), np.zeros((5, 6, 6)))
            pf.rates(v, world, now, i, room, rate)
            for p in range(len(PATRONS)):
                for a in range(len(AREAS)):
                    expected = 0.0
                    for k in range(1, 6):
                        missed = 1.0 - pf.seen(v, p, k) if thin == WHOLE else 1.0
                        expected += rate.alone[a, p, k] * missed
                        for o in range(1, 6):
                            both = rate.both[a, k, o] if p == 0 else rate.both[a, o, k]
                            other = 1.0 - pf.seen(v, 1 - p, o) if thin == WHOLE else 1.0
                            expected += both * missed * other
                    assert abs(total[i, p, a] / n - expected) < 4.5 * error[i, p, a] + 2e-3


def test_matchings_are_summed_over():
    """Known answer: all ways to pair two packages of China with three of Russia."""
    tables = build_tables(values())
    v = tables.flat[0]
    rng = np.random.default_rng(2)
    rate = pf.Rates(rng.uniform(0.1, 1.0, (5, 2, 6)), rng.uniform(0.1, 1.0, (5, 6, 6)))
    packages = [(1992, TJ, 0, 0b01011, 1), (1992, TJ, 0, 0b00001, 3), (1992, TJ, 1, 0b01000, 2),
                (1992, TJ, 1, 0b00001, 3), (1992, TJ, 1, 0b01001, 1)]  # fmt: skip
    told, room = history(*packages), pf.new_room()
    room.event[0, :2], room.event[1, :3] = (0, 1), (2, 3, 4)
    found = pf.match(v, told, rate, room, 2, 3)
    single, pair = room.single, room.pair
    expected = 0.0
    for size in range(3):
        for chinese in ([], [0], [1]) if size < 2 else ([0, 1],):
            if len(chinese) != size:
                continue
            for partners in permutations(range(3), size):
                term = 1.0
                for x, y in zip(chinese, partners, strict=True):
                    term *= pair[x, y]
                term *= np.prod([single[0, x] for x in range(2) if x not in chinese])
                term *= np.prod([single[1, y] for y in range(3) if y not in partners])
                expected += term
    assert found == pytest.approx(expected, rel=1e-12)


def test_silence_has_the_frequency_of_silence(tables, free):
    quiet = free.sum(axis=(2, 3, 4))
    agrees(likelihood(tables, [], 1992), quiet[:, 0] == 0)
    agrees(likelihood(tables, [], 1994), quiet.sum(axis=1) == 0)


@pytest.mark.parametrize("state, patron, area", [(TJ, 1, CT), (KG, 0, DEFENCE)])
def test_one_package_in_one_year(tables, free, state, patron, area):
    alone = (free[:, 0].sum(axis=(1, 2, 3)) == 1) & (free[:, 0, state, patron, area] == 1)
    told = [likelihood(tables, [(1992, state, patron, 1 << area, k)], 1992) for k in range(1, 6)]
    agrees(sum(told), alone)


def test_an_open_area_is_the_sum_of_the_areas(tables):
    mask = (1 << CT) | (1 << DEFENCE)
    both = likelihood(tables, [(1992, TJ, 1, mask, 1)], 1992)
    parts = [likelihood(tables, [(1992, TJ, 1, 1 << a, 1)], 1992) for a in (CT, DEFENCE)]
    assert both == pytest.approx(sum(parts), rel=1e-9)


def test_both_halves_of_a_choice_have_the_frequency_of_the_engine(tables, free):
    """A Chinese and a Russian package of one cell and year: by one choice or by two."""
    here = free[:, 0].sum(axis=(1, 2, 3)) == 2
    here &= (free[:, 0, TJ, 0, CT] == 1) & (free[:, 0, TJ, 1, CT] == 1)
    told = [
        likelihood(tables, [(1992, TJ, 0, 1 << CT, k), (1992, TJ, 1, 1 << CT, o)], 1992, 500)
        for k in range(1, 6) for o in range(1, 6)
    ]  # fmt: skip
    agrees(sum(told), here)


def test_a_later_package_remembers_an_earlier_one(tables, free):
    """Two years: the world that the first package leaves changes the odds of the second."""
    first = (free[:, 0].sum(axis=(1, 2, 3)) == 1) & (free[:, 0, TJ, 1, CT] == 1)
    second = (free[:, 1].sum(axis=(1, 2, 3)) == 1) & (free[:, 1, TJ, 1, CT] == 1)
    told = [
        likelihood(tables, [(1992, TJ, 1, 1 << CT, k), (1993, TJ, 1, 1 << CT, o)], 1993, 1000)
        for k in range(1, 6) for o in range(1, 6)
    ]  # fmt: skip
    agrees(sum(told), first & second)


def test_a_wrong_detection_is_found(free):
    """Negative control: with other detection the likelihood is not the frequency."""
    wrong = build_tables(values(detection=0.3))
    with pytest.raises(AssertionError):
        agrees(likelihood(wrong, [], 1992), free[:, 0].sum(axis=(1, 2, 3)) == 0)


def test_few_particles_are_unbiased(tables):
    packages = [(1992, TJ, 1, 1 << CT, 1), (1994, TJ, 1, 1 << CT, 2)]
    few = np.array([likelihood(tables, packages, 1994, 3, seed) for seed in range(400)])
    many = likelihood(tables, packages, 1994, 4000)
    assert abs(few.mean() - many) < 4 * few.std() / np.sqrt(few.size) + 0.01 * many


def test_the_same_seed_gives_the_same_bits(tables):
    packages = history((1992, TJ, 1, 1 << CT, 1))
    one, same, other = (pf.filtered(tables, packages, 1994, 20, s) for s in (1, 1, 2))
    assert one.increments.tobytes() == same.increments.tobytes()
    assert one.worlds.trust.tobytes() == same.worlds.trust.tobytes()
    assert one.increments.tobytes() != other.increments.tobytes()


def test_what_is_later_is_not_read(tables):
    early = [(1992, TJ, 1, 1 << CT, 1)]
    late = [*early, (1994, KG, 0, 1 << DEFENCE, 1)]
    assert likelihood(tables, early, 1993, 20) == likelihood(tables, late, 1993, 20)
    assert likelihood(tables, early, 1994, 20) != likelihood(tables, late, 1994, 20)


def test_years_that_do_not_fit_are_refused(tables):
    with pytest.raises(ValueError, match="no year 1999"):
        pf.filtered(tables, history(), 1999)
    crowd = [(1992, TJ, 1, 1, 1)] * (pf.MOST_EVENTS + 1)
    with pytest.raises(ValueError, match="more than"):
        pf.filtered(tables, history(*crowd), 1992)
