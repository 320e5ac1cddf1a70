"""The particle filter against the engine: its likelihood is the frequency of the history."""

from itertools import pairwise, permutations

import numpy as np
import pytest

from steppe.calibration.filter import filtered, joint, matching, offers, trajectories
from steppe.calibration.filter.room import MOST_EVENTS, new_room
from steppe.calibration.filter.run import spread
from steppe.calibration.filter.sums import AID, EXERCISES, Sums, chance_told, totals
from steppe.calibration.setting import setting
from steppe.model import rules
from steppe.model.circumstances import feel_needs, move_drivers, share_attention
from steppe.model.columns import NEED_WEIGHT, RULE
from steppe.model.engine import begin, simulate, simulate_from
from steppe.model.names import AREAS, PATRONS, STATES
from steppe.model.tables import build_tables, point_values
from steppe.model.tabling import NOTHING, gather, meet
from steppe.model.world import History, new_world, no_history
from steppe.model.year import clear, new_year

YEARS = 3
KZ, KG, TJ, UZ = (STATES.index(name) for name in ("KZ", "KG", "TJ", "UZ"))
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
    found["exercise_programme"] = np.zeros_like(found["exercise_programme"])
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
        np.arange(n) + 7, zero,
    )  # fmt: skip


def likelihood(tables, packages, until, particles=2000, seed=3, shares=()):
    found = filtered(tables, history(*packages), until, particles, seed, shares=shares)
    return np.exp(found.log_likelihood)


def agrees(estimate, happened):
    """Within four standard errors of the frequency, and the event is not rare."""
    share = happened.mean()
    error = np.sqrt(share * (1 - share) / happened.size)
    assert share > 20 / happened.size
    assert abs(estimate - share) < 4 * error + 0.01 * share, (estimate, share, error)


@pytest.mark.parametrize(
    ("pull", "willing"), [(0.0, [1.0] * 6), (0.7, [1.0, 0.9, 0.8, 0.7, 0.5, 0.1])]
)
def test_rung_chances_are_those_of_the_rule(pull, willing):
    willing = np.array(willing)
    grid, renewals = (np.arange(1000) + 0.5) / 1000, (np.arange(60) + 0.5) / 60
    for reached in range(6):
        drawn = np.array(
            [
                rules.offered_rung(reached, u, w, 0.3, 0.4, pull, willing)
                for u in grid
                for w in renewals
            ]
        )
        chances = np.zeros(6)
        offers.list_chances(reached, 0.3, 0.4, pull, willing, chances)
        for k in range(1, 6):
            assert (drawn == k).mean() == pytest.approx(chances[k], abs=2e-3)
        assert chances.sum() == pytest.approx(1.0)


SWITCHED = {
    "reticence": 0.8, "form_imitation": 0.8, "exclusion": 1.5, "anticipated_presence": 0.5,
    "satiation": 0.3, "replication": 0.5, "balance_threshold": 0.05, "business": 0.5,
}  # fmt: skip
"""Parts that scenarios switch on, far from where they change nothing."""


@pytest.fixture(scope="module", params=["logit", "balancing", "bandwagoning"])
def moment(request):
    """A world with rungs, quarrels and members, in the middle of a year.

    Under the rival rules of decision all parts that scenarios switch on are on.
    """
    rule = ["logit", "balancing", "bandwagoning"].index(request.param)
    found = values(coverage=0.5, exercise_programme=0.1, **(SWITCHED if rule else {}))
    found["decision_rule"][:] = rule
    if rule:
        found["form_intrusion"][:] = np.random.default_rng(8).uniform(
            0.3, 2.5, found["form_intrusion"].shape[1:]
        )
        found["joint_request"][:] = 0.4
    found["exposure"] = setting(1994)["exposure"]
    found["membership"][:, [KZ, KG, TJ, UZ]] = 1.0
    found["dispute"][:, -1] = 0.6
    tables = build_tables(found)
    v, world, now, room = tables.flat[1], new_world(), new_year(), new_room()
    begin(tables.flat[0], world)
    world.rung[TJ, 1] = 3
    world.rung[KG, 0] = 2
    world.stock[:, 1] = 30.0
    world.stock[KG, 0] = 90.0
    move_drivers(v, 5, 1, 1993, world, now)
    feel_needs(v, world, now)
    share_attention(v, world, now)
    offers.list_sizes(v, room)
    offers.count_reached(world, room)
    joint.list_cooling(v, now, room)
    return v, world, now, room


def test_choices_on_record_have_the_rate_of_the_engine(moment):
    """All areas and states, both patrons: how often nothing of a state is documented."""
    v, world, now, room = moment
    n, silent = 20_000, np.zeros(len(STATES))
    for r in range(n):
        meet(v, 11, r, 1993, NOTHING, world, now)
        silent += now.written.sum((1, 2)) == 0
        clear(now)
    for i in range(len(STATES)):
        offers.list_offers(v, world, now, i, room)
        share = np.exp(-offers.documented_rate(v, now, i, room))
        assert 0.02 < share < 0.98
        assert abs(silent[i] / n - share) < 4.5 * np.sqrt(share * (1 - share) / n) + 0.003


def test_what_is_kept_from_a_particle_is_not_kept_over_a_year(moment):
    """Another weight of needs in the next year: a used room gives what a fresh one does."""
    v, world, now, used = moment
    offers.list_offers(v, world, now, KG, used)
    later, fresh = v.copy(), new_room()
    later[NEED_WEIGHT] *= 1.7
    later.flags.writeable = False
    for room in (used, fresh):
        offers.list_sizes(later, room)
        offers.count_reached(world, room)
        offers.list_offers(later, world, now, KG, room)
    assert np.array_equal(used.odds, fresh.odds)
    offers.list_sizes(v, fresh)
    offers.list_offers(v, world, now, KG, fresh)
    assert not np.array_equal(used.odds, fresh.odds)


def test_joint_exercises_have_the_rate_of_the_engine(moment):
    """Who is named together, of members of whom two quarrel: by Monte Carlo."""
    v, world, now, room = moment
    n, p = 60000, 1
    seen = {}
    for r in range(n):
        gather(v, 3, r, 1993, NOTHING, world, now)
        named = now.written[:, p].sum(1)
        if named.sum() and named.max() == 1 and now.written[:, p].any(0).sum() == 1:
            key = sum(1 << i for i in range(len(STATES)) if named[i])
            seen[key] = seen.get(key, 0) + 1
        clear(now)
    for patron in range(len(PATRONS)):
        joint.list_joins(v, world, now, patron, room)
    every = (1 << len(AREAS)) - 1
    total = joint.joint_density(v, now, p, 0, 0, every, room)
    parts = 0.0
    for key in range(1, 1 << len(STATES)):
        rate = joint.joint_density(v, now, p, key, 0, every, room)
        parts += rate
        share = rate * np.exp(-total)  # one documented exercise with these, and no other
        if share * n > 200:
            error = np.sqrt(share * (1 - share) / n)
            assert abs(seen.get(key, 0) / n - share) < 4.5 * error + 0.03 * share, key
    assert parts == pytest.approx(total, rel=1e-9)
    if v[RULE] == 0.0:  # else other things tell the states apart as well
        assert seen.get((1 << TJ) | (1 << UZ), 0) < seen.get((1 << KZ) | (1 << KG), 0)


def test_a_known_absence_is_told_apart_from_silence(moment):
    v, world, now, room = moment
    joint.list_joins(v, world, now, 1, room)
    every = (1 << len(AREAS)) - 1
    silent = joint.joint_density(v, now, 1, 1 << KZ, 0, every, room)
    absent = joint.joint_density(v, now, 1, 1 << KZ, 1 << UZ, every, room)
    assert 0 < absent < silent


@pytest.mark.long
def test_a_joint_exercise_has_the_frequency_of_the_engine():
    """The filter as a whole: one exercise on record with two states, and nothing else."""
    found = values(exercise_programme=0.1, opportunity_rate=1e-9)
    found["membership"][:, [KG, TJ], 1] = 1.0
    found["exposure"][:, KG, CT] = 0.5
    tables = build_tables(found)
    seen = simulate(tables, 1, RUNS).documented[:, 0].astype(np.int64)
    parts, joint = seen[:, :, 1], np.zeros(len(RUNS), bool)
    for area in (DEFENCE, CT):
        joint |= (parts[:, KG, area] == 1) & (parts[:, TJ, area] == 1)
    joint &= seen.sum(axis=(1, 2, 3)) == 2
    told = history((1992, KG, 1, 31, 3), (1992, TJ, 1, 31, 3))
    told = told._replace(occasion=np.array([9, 9]))
    estimate = np.exp(filtered(tables, told, 1992, 2000, 3).log_likelihood)
    agrees(estimate, joint & (parts[:, KG] == parts[:, TJ]).all(1))


def test_a_sum_that_is_told_is_weighed(tables):
    """Known answer: densities over all sizes add up to the package whose size is not told."""
    one = [(1992, TJ, 1, 1 << CT, 2)]
    told, until = history(*one), 1992
    whole = np.exp(filtered(tables, told, until, 500, 3).log_likelihood)
    logs = np.linspace(-6, 10, 161)
    dense = [
        np.exp(
            filtered(
                tables, told._replace(amount=np.array([np.exp(x)])), until, 500, 3
            ).log_likelihood
        )
        for x in logs
    ]
    assert np.trapezoid(dense, logs) == pytest.approx(whole, rel=0.02)


def test_matchings_are_summed_over():
    """Known answer: all ways to pair two packages of China with three of Russia."""
    rng, room = np.random.default_rng(2), new_room()
    room.single[:] = rng.uniform(0.1, 1.0, room.single.shape)
    room.pair[:] = rng.uniform(0.1, 1.0, room.pair.shape)
    matching.sum_matchings(room, 2, 3)
    found, single, pair = room.tail[0, 0], room.single, room.pair
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


@pytest.mark.long
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


@pytest.mark.parametrize("shares", [(), (1.0, 3.0, 0.7), (4.0, 1.0, 2.0)])
def test_few_particles_are_unbiased(tables, shares):
    """As many in every year, or more where more is told, or fewer."""
    packages = [(1992, TJ, 1, 1 << CT, 1), (1994, TJ, 1, 1 << CT, 2)]
    few = np.array(
        [likelihood(tables, packages, 1994, 3, seed, shares=shares) for seed in range(400)]
    )
    many = likelihood(tables, packages, 1994, 4000)
    assert abs(few.mean() - many) < 4 * few.std() / np.sqrt(few.size) + 0.01 * many


def test_particles_are_shared_out_by_year(tables):
    """Shares of one change no bit; the worlds are as many as the last year has particles."""
    packages = history((1992, TJ, 1, 1 << CT, 1))
    plain = filtered(tables, packages, 1994, 20)
    even = filtered(tables, packages, 1994, 20, shares=(1.0,) * 4)
    assert even.increments.tobytes() == plain.increments.tobytes()
    assert even.worlds.trust.tobytes() == plain.worlds.trust.tobytes()
    found = filtered(tables, packages, 1994, 20, shares=(0.5, 2.0, 0.01))
    assert found.increments[0] != plain.increments[0]
    assert len(found.worlds.alarm) == 2
    with pytest.raises(ValueError, match="shares of particles for 2 years, not for 3"):
        filtered(tables, packages, 1994, 20, shares=(1.0, 1.0))


def test_noise_falls_where_the_particles_go(tables):
    """In the year that tells something three quarters of the particles do better than a quarter."""
    packages = history((1994, TJ, 1, 1 << CT, 2), (1994, KG, 0, 1 << DEFENCE, 1))
    noise = [
        np.var([filtered(tables, packages, 1994, 20, seed, shares=shares).log_likelihood
                for seed in range(300)])
        for shares in ((1.25, 1.25, 0.5), (0.75, 0.75, 1.5))
    ]  # fmt: skip
    assert noise[1] < 0.7 * noise[0]


def test_the_same_seed_gives_the_same_bits(tables):
    packages = history((1992, TJ, 1, 1 << CT, 1))
    one, same, other = (filtered(tables, packages, 1994, 20, s) for s in (1, 1, 2))
    assert one.increments.tobytes() == same.increments.tobytes()
    assert one.worlds.trust.tobytes() == same.worlds.trust.tobytes()
    assert one.increments.tobytes() != other.increments.tobytes()


def test_what_is_later_is_not_read(tables):
    early = [(1992, TJ, 1, 1 << CT, 1)]
    late = [*early, (1994, KG, 0, 1 << DEFENCE, 1)]
    assert likelihood(tables, early, 1993, 20) == likelihood(tables, late, 1993, 20)
    assert likelihood(tables, early, 1994, 20) != likelihood(tables, late, 1994, 20)


def test_runs_go_on_from_particles_as_from_runs_of_their_number():
    """Where nothing can be on record the filter is the model, and its worlds are a run's."""
    unseen = build_tables(values(detection=0.0, exercise_programme=0.1))
    runs, found = np.arange(50), filtered(unseen, history(), 1993, 50, 4)
    assert found.log_likelihood == 0.0
    whole, rest = simulate(unseen, 4, runs), simulate_from(unseen, 4, runs, found.worlds, 1994)
    assert rest.packages.any()
    for name, ours, theirs in zip(whole._fields, whole, rest, strict=True):
        assert np.array_equal(ours[:, 2:], theirs), name


def test_years_that_do_not_fit_are_refused(tables):
    with pytest.raises(ValueError, match="no year 1999"):
        filtered(tables, history(), 1999)
    crowd = [(1992, TJ, 1, 1, 1)] * (MOST_EVENTS + 1)
    with pytest.raises(ValueError, match="more than"):
        filtered(tables, history(*crowd), 1992)


# ---------------------------------------------------------------- standing statements and sums


def statement(rung, last=1994, state=KG, patron=0, mask=31):
    """History that only says that a state has nothing at a rung or above from a patron."""
    one = history((1992, state, patron, mask, -rung))
    return one._replace(last=np.array([last]))


def test_a_standing_statement_makes_the_record_complete():
    """Frequency of runs without a documented package, and without any Chinese one in KG."""
    tables = build_tables(values(coverage=0.5))
    out = simulate(tables, 1, RUNS)
    quiet = out.documented.sum(axis=(2, 3, 4)) == 0
    none = out.packages[:, :, KG, 0].sum(axis=2) == 0
    found = filtered(tables, statement(1, last=1993), 1993, 2000, 3)
    agrees(np.exp(found.log_likelihood), (quiet & none)[:, :2].all(axis=1))
    assert not found.worlds.rung[:, KG, 0, DEFENCE].any()
    silent = filtered(tables, history(), 1993, 2000, 3)
    assert silent.log_likelihood > found.log_likelihood
    assert silent.worlds.rung[:, KG, 0, DEFENCE].any()


def test_a_statement_on_high_rungs_leaves_the_lower_ones(tables):
    found = filtered(build_tables(values(coverage=0.5)), statement(3), 1994, 500, 3)
    assert found.worlds.rung[:, KG, 0, DEFENCE].max() == 2
    assert found.worlds.rung[:, TJ].max() > 2


def told_sum(measure, low, high, error=0.2, states=1 << KG, last=1993, patron=1):
    return Sums(*(np.array([n]) for n in (1992, last, patron, states, measure)),
                *(np.array([float(x)]) for x in (low, high, error)))  # fmt: skip


@pytest.mark.parametrize("low, high", [(1, 3), (1, np.inf), (1, 1), (0, 0)])
def test_a_count_over_years_has_the_frequency_of_the_engine(low, high):
    """Silent runs, weighed by the chance that their exercises are told as so many."""
    tables = build_tables(values(coverage=0.3))
    out = simulate(tables, 1, RUNS)
    quiet = out.documented[:, :2].sum(axis=(1, 2, 3, 4)) == 0
    sums = told_sum(EXERCISES, low, high)
    count = out.forms[:, :2, KG, 1, 2:4].sum(axis=(1, 2))
    weight = np.array([chance_told(sums, 0, float(n)) for n in range(30)])[count]
    assert (quiet * weight).sum() > 200
    found = filtered(tables, history(), 1993, 4000, 3, sums).log_likelihood
    expected, error = (quiet * weight).mean(), (quiet * weight).std() / np.sqrt(len(RUNS))
    assert abs(np.exp(found) - expected) < 4 * error + 0.03 * expected
    wrong = filtered(tables, history(), 1993, 4000, 3, told_sum(EXERCISES, 6, 9)).log_likelihood
    assert abs(np.exp(wrong) - expected) > 4 * error + 0.03 * expected  # negative control


def test_the_ways_to_tell_a_sum_add_up_to_one():
    """Known answer: steps of a scale that covers everything, and a density over all values."""
    edges = np.concatenate([[-0.5 + 1e-9], np.geomspace(0.01, 1e5, 60), [np.inf]])
    chances = [chance_told(told_sum(EXERCISES, a, b), 0, 7.0) for a, b in pairwise(edges)]
    assert sum(chances) == pytest.approx(1.0, abs=1e-9)
    logs = np.linspace(np.log(0.1), np.log(100.0), 4001)
    dense = [chance_told(told_sum(AID, np.exp(x) - 0.1, np.exp(x) - 0.1), 0, 7.0) for x in logs]
    assert np.trapezoid(dense, logs) == pytest.approx(1.0, abs=1e-6)


def test_a_sum_that_ends_later_is_not_read(tables):
    late = told_sum(EXERCISES, 5, 9, last=1994)
    without = filtered(tables, history(), 1993, 50, 3)
    assert filtered(tables, history(), 1993, 50, 3, late).log_likelihood == without.log_likelihood
    assert filtered(tables, history(), 1994, 50, 3, late).increments[-1] < without.increments[-1]


# ---------------------------------------------------------------- trajectories


def test_trajectories_hold_the_record(tables):
    told = history((1992, TJ, 1, 1 << CT, 3), (1994, KG, 0, 1 << DEFENCE, 2))
    found = trajectories(tables, told, 1994, 200, 3, 50)
    seen = found.outcome.documented
    assert seen.shape[:2] == (50, YEARS)
    assert (seen.sum(axis=(2, 3, 4)) == [1, 0, 1]).all()
    assert (seen[:, 0, TJ, 1, CT] == 1).all()
    assert (seen[:, 2, KG, 0, DEFENCE] == 1).all()
    assert found.log_likelihood == filtered(tables, told, 1994, 200, 3).log_likelihood
    ends = filtered(tables, told, 1994, 200, 3).worlds.rung[spread(3, 1994, 200, 50)]
    assert np.array_equal(found.worlds.rung, ends)
    assert np.array_equal(found.outcome.rung[:, -1], ends)
    assert np.array_equal(found.outcome.rung[:, 0], found.starts.rung[:, 1])
    assert not found.starts.rung[:, 0, KG, 0, DEFENCE].any()


def test_trajectories_know_what_came_later():
    """Smoothing: of silent runs, those in which a later count is high had more before it."""
    tables = build_tables(values(coverage=0.3))
    sums = told_sum(EXERCISES, 2, np.inf, error=0.1)
    out = simulate(tables, 1, RUNS)
    quiet = out.documented[:, :2].sum(axis=(1, 2, 3, 4)) == 0
    count = out.forms[:, :2, KG, 1, 2:4].sum(axis=(1, 2))
    weight = quiet * np.array([chance_told(sums, 0, float(n)) for n in range(30)])[count]
    early = out.forms[:, 0, KG, 1, 2:4].sum(axis=1)
    assert weight.sum() > 300
    expected = (weight * early).sum() / weight.sum()
    found = trajectories(tables, history(), 1993, 40_000, 3, 40_000, sums).outcome
    share = found.forms[:, 0, KG, 1, 2:4].sum(axis=1).mean()
    assert share == pytest.approx(expected, rel=0.08)
    assert early[quiet].mean() < 0.8 * expected  # negative control: what filtering alone says


def test_sums_of_a_run_are_those_of_its_years(tables):
    out = simulate(tables, 1, np.arange(3))
    sums = told_sum(EXERCISES, 1, 2)
    zero = np.zeros(out.pledged.shape[1:])
    found = totals(sums, out.forms[1], out.exercises[1], zero, out.delivered[1])
    assert found[0] == out.forms[1, :2, KG, 1, 2:4].sum() > 0


def test_more_trajectories_than_particles_are_refused(tables):
    with pytest.raises(ValueError, match="30 trajectories of 20"):
        trajectories(tables, no_history(), 1993, 20, 1, 30)
