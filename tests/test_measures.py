"""Measures: the sampler on known answers, the data, and recovery of known numbers."""

import numpy as np
import pytest

from steppe.calibration.measures import arms, sampler, trainees, troops
from steppe.calibration.measures.priors import priors
from steppe.calibration.measures.sampler import generator, numeric, sample
from steppe.model.names import PATRONS, START_YEAR, STATES

QUICK = {"kept": 150, "warm_up": 150, "chains": 4}


# ---------------------------------------------------------------- sampler


def normal_data(z):
    """Eight observations of mean 3 and standard deviation 2 around the first number."""
    return -0.5 * 8 * ((z[:, 0] - 3.0) / 2.0) ** 2


def test_sampler_finds_the_conjugate_answer():
    """Prior N(0, 1), 8 data of variance 4: precision 1 + 2 = 3, mean 8 * 3 / 4 / 3 = 2."""
    found = sample(numeric(normal_data), 2, np.random.default_rng(1), kept=1500)
    assert found.sound
    assert found.z.mean(axis=0) == pytest.approx([2.0, 0.0], abs=0.08)
    assert found.z.std(axis=0) == pytest.approx([3**-0.5, 1.0], rel=0.08)


def test_negative_control_a_sampler_that_takes_every_proposal_is_off(monkeypatch):
    """Without its acceptance step and with too long a step it spreads too far."""
    real = sampler.move

    def careless(likelihood, z, level, slope, step, rng):
        class Never:
            random = staticmethod(lambda n: np.zeros(n))
            standard_normal, integers = rng.standard_normal, rng.integers

        return real(likelihood, z, level, slope, 0.9, Never())

    monkeypatch.setattr(sampler, "move", careless)
    found = sample(numeric(normal_data), 2, np.random.default_rng(1), kept=1500)
    assert abs(found.z[:, 0].std() / 3**-0.5 - 1.0) > 0.08


def test_chains_that_disagree_are_not_sound():
    rng = np.random.default_rng(1)
    history = rng.normal(size=(4, 400, 1))
    assert sampler.split_r_hat(history) < 1.02
    assert sampler.least_effective(history) > 800
    assert sampler.split_r_hat(history + np.arange(4)[:, None, None]) > 1.5
    slow = np.cumsum(rng.normal(size=(4, 400, 1)), axis=1)
    assert sampler.least_effective(slow) < 100


def test_luck_is_addressed_by_name():
    assert generator(1, "a", 2).random() == generator(1, "a", 2).random()
    others = {generator(*names).random() for names in ((1, "a", 3), (2, "a", 2), (1, "a|2"))}
    assert len({generator(1, "a", 2).random()} | others) >= 3


def test_every_prior_has_unit_and_reason():
    for measure in ("arms", "troops", "trainees"):
        assert priors(measure)
        assert all(one.unit and one.why for one in priors(measure).values())


# ---------------------------------------------------------------- arms


def test_arms_data_are_those_of_the_source():
    """Totals added by hand from the file: Russia 1,371, China 15; TM 2011, others 110.25."""
    data = arms.deliveries()
    assert data.last_year == 2014
    assert data.volume.sum(axis=(0, 1))[:2] == pytest.approx([15.0, 1371.0])
    tm = STATES.index("TM")
    # Austria 2, Belarus 2, Germany 0 (stands as 0.25), Italy 27, Netherlands 6, Turkey 20,
    # Ukraine 43
    assert data.volume[2011 - START_YEAR, tm, 2] == pytest.approx(100.25)
    assert data.until(2009).last_year == 2009


def test_activity_counts_the_three_years_before_and_not_the_year_itself():
    aid = np.zeros((6, len(STATES), len(PATRONS)))
    aid[1, 0, 1] = 2
    found = arms.activity(aid)
    assert found[:, 0, 1] == pytest.approx([0, 0, np.log(3), np.log(3), np.log(3), 0])
    assert found[..., 2].sum() == 0.0


def known_arms(years=60, seed=3):
    """Deliveries made with persistence 2 and an effect of activity of 1, others at 0."""
    rng = np.random.default_rng(seed)
    aid = rng.poisson(0.7, (years, len(STATES), len(PATRONS)))
    slots = arms.slots(years, *arms.OCCURRENCE)
    z = np.zeros((1, slots.size))
    part = slots.cut(z)
    given = priors("arms")
    part["persistence"][:] = (2.0 - given["persistence"].centre) / given["persistence"].spread
    part["activity"][:] = (1.0 - given["activity"].centre) / given["activity"].spread
    z = np.concatenate([part[name] for name in slots.lengths], axis=1)
    volume = np.zeros((1, arms.slots(years, *arms.VOLUME).size))
    truth = arms.ArmsFit(
        sampler.Posterior(z, 1.0, 1e3), sampler.Posterior(volume, 1.0, 1e3),
        START_YEAR + years - 1, np.zeros((len(STATES), 3)),
    )  # fmt: skip
    made = arms.simulate(truth, aid[None], START_YEAR + years - 1, rng)[0]
    return arms.Deliveries(made), aid


def effect_of_activity(data, aid):
    fitted = arms.fit(data, aid, np.random.default_rng(4), **QUICK)
    part = arms.slots(len(data.volume), *arms.OCCURRENCE).cut(fitted.occurrence.z)
    return arms.single(part, "activity"), arms.single(part, "persistence")


@pytest.mark.long
def test_arms_recover_what_made_the_data_and_not_what_did_not():
    data, aid = known_arms()
    activity, persistence = effect_of_activity(data, aid)
    for found, truth in ((activity, 1.0), (persistence, 2.0)):
        assert abs(found.mean() - truth) < 3.0 * found.std()
    assert activity.std() < 0.7 * priors("arms")["activity"].spread
    shuffled = np.random.default_rng(5).permutation(aid, axis=0)
    control, _ = effect_of_activity(data, shuffled)
    assert np.quantile(control, 0.995) < 1.0


def test_slope_of_arms_is_that_of_its_likelihood(monkeypatch):
    seen = []
    monkeypatch.setattr(arms, "sample", lambda f, size, rng, **_: seen.append((f, size)))
    aid = np.random.default_rng(2).poisson(1.0, (23, len(STATES), len(PATRONS)))
    arms.fit(arms.deliveries(), aid, np.random.default_rng(1))
    for likelihood, size in seen:
        z = np.random.default_rng(3).normal(size=(2, size))
        _, slope = likelihood(z)
        _, expected = numeric(lambda q, f=likelihood: f(q)[0])(z)
        assert slope == pytest.approx(expected, abs=1e-5)


def test_arms_after_the_data_start_from_what_the_last_year_brought():
    """With a persistence that decides everything, the first year after repeats the last."""
    slots = arms.slots(5, *arms.OCCURRENCE)
    z = np.zeros((1, slots.size))
    z[:, slots.size - 5] = 60.0  # persistence: certain after a delivery
    z[:, :3] = -20.0  # levels: impossible without
    places = list(slots.lengths)
    assert places[places.index("persistence") :] == ["persistence", "activity", "steps", "spreads"]
    z = slots.cut(z)
    z["persistence"] = np.full((1, 1), 60.0)
    z = np.concatenate([z[name] for name in places], axis=1)
    last = np.zeros((len(STATES), 3))
    last[2, 1] = 1.0
    volume = sampler.Posterior(np.zeros((1, arms.slots(5, *arms.VOLUME).size)), 1.0, 1e3)
    fitted = arms.ArmsFit(sampler.Posterior(z, 1.0, 1e3), volume, START_YEAR + 4, last)
    found = arms.simulate(fitted, np.zeros((3, 9, 5, 2)), START_YEAR + 8, np.random.default_rng(1))
    assert (found[:, :5] == 0.0).all()
    assert (found[:, 5:, 2, 1] > 0.0).all()
    assert ((found[:, 5:] > 0.0).sum(axis=(2, 3)) == 1).all()


# ---------------------------------------------------------------- troops, trainees


def test_sizes_keep_both_armies_apart_from_the_patron():
    data = troops.sizes()
    tj = (data.patron == 0) & (data.frame == 0) & (data.year == 2016)
    assert data.size[tj] == pytest.approx([10_000.0])
    assert sorted(data.part.round(3)) == [0.02, 0.175, 0.333]
    assert data.bound.sum() == 1  # two thousand Russians in 2017, of all sides unknown
    assert 370.0 not in data.size  # a part in an exercise with a row of its own
    assert data.until(2009).year.max() <= 2009


def made_sizes(n=160):
    """Log sizes of 6.5 (China) and 7.5 (Russia), scale 0.8; a half known as bounds of a third."""
    rng = np.random.default_rng(1)
    patron, frame = np.arange(n) % 2, (np.arange(n) // 2) % 2
    size = np.exp(6.5 + patron + 0.8 * rng.standard_t(5, n))
    bound = rng.random(n) < 0.5
    part = 1.0 / (1.0 + np.exp(1.0 + 0.5 * rng.normal(size=n)))
    year = np.full(n, 2010)
    return troops.Sizes(np.where(bound, size / 3, size), bound, patron, frame, year, part, year)


def medians(data):
    fitted = troops.fit(data, np.random.default_rng(2), **QUICK)
    one = np.zeros((len(fitted.size.z), 1), int)
    return [
        np.exp(troops.numbers(fitted.size.z, one + p, one)[0]) for p in range(len(PATRONS))
    ], fitted


@pytest.mark.long
def test_sizes_recover_with_bounds_and_are_too_small_when_bounds_pass_for_sizes():
    data = made_sizes()
    found, fitted = medians(data)
    for values, truth in zip(found, np.exp([6.5, 7.5]), strict=True):
        assert np.quantile(values, 0.005) < truth < np.quantile(values, 0.995)
    centre, spread = troops.part_numbers(fitted.part.z)
    assert centre.mean() == pytest.approx(-1.0, abs=0.2)
    assert spread.mean() == pytest.approx(0.5, abs=0.15)
    careless = troops.Sizes(*(getattr(data, n) for n in troops.Sizes.__dataclass_fields__))
    careless = troops.Sizes(data.size, np.zeros_like(data.bound), *(
        getattr(data, n) for n in ("patron", "frame", "year", "part", "part_year")
    ))  # fmt: skip
    wrong, _ = medians(careless)
    assert np.quantile(wrong[1], 0.995) < np.exp(7.5)


def test_contingents_are_smaller_than_the_exercise():
    fitted = troops.fit(made_sizes(), np.random.default_rng(2), kept=20, warm_up=20, chains=2)
    run = np.arange(50)
    total, part = troops.simulate(fitted, run, run % 2, run % 2, 50, np.random.default_rng(1))
    assert (part < total).all()
    assert (part > 0).all()


def test_flows_are_visible_arithmetic():
    """65 over seven years is 9.3 a year; a stock of 20 on courses of one year is 20."""
    data = trainees.flows()
    assert data.persons == pytest.approx([15 / 16, 65 / 7, 30, 20, 570 / 14, 150, 1000])
    assert len(data.until(2009).persons) == 5


def test_trainees_recover_the_patrons_difference():
    rng = np.random.default_rng(1)
    state, patron = np.arange(100) % 5, np.arange(100) // 5 % 2
    persons = np.exp(4.0 + np.where(patron == 1, 1.0, -1.0) + 0.5 * rng.normal(size=100))
    year = np.full(100, 2010)
    fitted = trainees.fit(
        trainees.Flows(persons, state, patron, year, year), np.random.default_rng(2), **QUICK
    )
    level = trainees.levels(fitted.z).mean(axis=0)
    assert (level[:, 1] - level[:, 0]).mean() == pytest.approx(2.0, abs=0.3)
    assert level.mean() == pytest.approx(4.0, abs=0.3)
    drawn = trainees.simulate(fitted, 400, 3, np.random.default_rng(3))
    assert np.median(np.log(drawn), axis=(0, 1)) == pytest.approx(level, abs=0.25)
