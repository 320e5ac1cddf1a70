"""Scores with known answers, and intervals that cover."""

import numpy as np
import pytest
from scipy.stats import poisson

from steppe.explore.backtest import scores
from steppe.explore.backtest.cells import highest
from steppe.explore.backtest.competition import (
    best_baselines,
    by_seed,
    score_rows,
    yearly_scores,
)
from steppe.explore.backtest.power import power
from steppe.model.names import FORMS
from steppe.results.account import foresight_words


def test_crps_of_a_point_is_the_distance():
    assert scores.crps(np.full((7, 2), 3), np.array([5, 3])) == pytest.approx([2.0, 0.0])


def test_crps_of_a_coin_is_known():
    """X is 0 or 1 with equal chance: E|X - 1| = 1/2, E|X - X'| / 2 = 1/4."""
    assert scores.crps(np.array([[0], [1]]), np.array([1])) == pytest.approx([0.25])


def test_crps_equals_the_integral_over_the_distribution():
    rng = np.random.default_rng(1)
    samples = rng.poisson(2.5, (200, 1))
    truth = 4
    below = np.array([(samples <= k).mean() for k in range(40)])
    integral = ((below - (np.arange(40) >= truth)) ** 2).sum()
    assert scores.crps(samples, np.array([truth]))[0] == pytest.approx(integral)


def test_brier_is_the_squared_error_of_the_chance_of_any():
    samples = np.array([[0], [0], [0], [2]])
    assert scores.brier(samples, np.array([0])) == pytest.approx([0.0625])
    assert scores.brier(samples, np.array([1])) == pytest.approx([0.5625])


def test_log_score_counts_hits_and_is_never_infinite():
    """3 of 4 samples hit; the pseudo-count puts 1/2 on 0 and 1/64 on 5."""
    samples = np.array([[0], [0], [0], [1]])
    assert scores.log_score(samples, np.array([0]))[0] == pytest.approx(np.log(3.5 / 5.0))
    assert scores.log_score(samples, np.array([5]))[0] == pytest.approx(np.log(2.0**-6 / 5.0))


def test_the_pseudo_count_leaves_a_distribution():
    samples = np.random.default_rng(0).poisson(1.0, (50, 1))
    chances = [np.exp(scores.log_score(samples, np.array([k]))[0]) for k in range(60)]
    assert sum(chances) == pytest.approx(1.0)


def test_the_truth_has_the_best_log_score_and_crps():
    rng = np.random.default_rng(2)
    observed = rng.poisson(1.0, 2000)
    means = {rate: rng.poisson(rate, (2000, 1)) for rate in (0.5, 1.0, 2.0)}
    logs = {r: scores.log_score(s, observed).sum() for r, s in means.items()}
    ranks = {r: sum(scores.crps(s, k) for k in observed[:300]) for r, s in means.items()}
    assert max(logs, key=logs.get) == 1.0
    assert min(ranks, key=ranks.get) == 1.0


def test_intervals_hold_what_they_should():
    samples = np.arange(100)[:, None] * np.ones((1, 3), int)
    observed = np.array([50, 10, 99])
    assert scores.covered(samples, observed, 0.5).tolist() == [1.0, 0.0, 0.0]
    assert scores.covered(samples, observed, 0.9).tolist() == [1.0, 1.0, 0.0]


def test_the_pit_is_uniform_only_if_the_forecast_is_right():
    rng = np.random.default_rng(3)
    observed = rng.poisson(0.4, 1500)
    right, wrong = (
        scores.randomised_pit(rng.poisson(rate, (800, 1500)), observed, rng) for rate in (0.4, 1.2)
    )
    assert scores.from_uniform(right) < 0.05
    assert scores.from_uniform(wrong) > 0.2


@pytest.mark.parametrize("years", [8, 20])
@pytest.mark.parametrize("draw", ["standard_normal", "standard_exponential"])
def test_the_interval_of_a_sum_holds_it(monkeypatch, draw, years):
    """90% is meant; without the stretch eight years hold 74 to 78 in 100 (negative control)."""
    monkeypatch.setattr(scores, "RESAMPLES", 400)
    truth = 0.0 if draw == "standard_normal" else float(years)

    def held(count=700):
        rng = np.random.default_rng(4)
        ends = [scores.interval_of_sum(getattr(rng, draw)(years), rng) for _ in range(count)]
        return np.mean([low < truth < high for low, high in ends])

    assert 0.81 < held() < 0.94
    if years == 8:
        monkeypatch.setattr(scores, "stretch", lambda blocks: 1.0)
        assert held() < 0.81


def test_a_constant_series_has_no_width_and_one_year_no_interval():
    rng = np.random.default_rng(5)
    assert scores.interval_of_sum(np.full(6, 0.5), rng) == pytest.approx((3.0, 3.0))
    assert np.isnan(scores.interval_of_sum(np.ones(1), rng)).all()


SHAPE = (6, 5, 2, 6)


def competitors(rates, samples=400, seed=6):
    rng = np.random.default_rng(seed)
    return {name: rng.poisson(rate, (samples, *SHAPE)) for name, rate in rates.items()}


def scored(observed, *tries):
    """Rows of forecasts by one or more seeds."""
    return score_rows(
        by_seed({n: yearly_scores(c, observed) for n, c in found.items()} for found in tries), 1
    )


def test_gains_are_against_the_best_baseline_and_have_its_sign():
    found = competitors({"model": 0.5, "climatology": 2.0, "trend": 0.9})
    observed = np.random.default_rng(7).poisson(0.5, SHAPE)
    rows = {
        (row["competitor"], row["score"]): row
        for row in scored(observed, found)
        if row["by"] == "all"
    }
    for score in ("log", "crps", "brier"):
        assert rows["model", score]["best"] == "trend"
        assert rows["model", score]["low"] > 0.0
        assert rows["climatology", score]["high"] < 0.0
        assert rows["trend", score]["gain"] == 0.0


def test_groups_add_up():
    found = competitors({"climatology": 0.5})
    rows = scored(np.random.default_rng(7).poisson(0.5, SHAPE), found)
    total = {
        by: sum(row["value"] for row in rows if row["score"] == "log" and row["by"] == by)
        for by in ("all", "state", "patron", "form", "kind")
    }
    assert max(total.values()) == pytest.approx(min(total.values()))


def test_the_ranked_score_knows_how_far_off_a_rung_is():
    """By hand: a base (rung 5) is forecast for sure; a unit (4) or nothing is on record."""
    counts, observed = np.zeros((8, 1, 5, 2, 6), int), np.zeros((1, 5, 2, 6), int)
    counts[:, 0, 3, 1, FORMS.index("base")] = 1
    observed[0, 3, 1, FORMS.index("unit")] = 2
    assert highest(counts)[:, 0, 3, 1].tolist() == [5] * 8
    near = yearly_scores(counts, observed)
    far = yearly_scores(counts, np.zeros_like(observed))
    for place, off in ((("all", "all"), 1), (("state", "TM"), 1), (("patron", "china"), 0)):
        assert near["rps of rungs", *place].tolist() == [1.0 * off]
        assert far["rps of rungs", *place].tolist() == [5.0 * off]


def test_all_is_the_mean_over_seeds_and_the_best_is_not_one_seeds_luck():
    """By hand: a baseline that is best by one seed and worst by the other loses to a steady one."""
    place = ("log", "all", "all")
    tries = [
        {name: {place: np.full(4, value)} for name, value in own.items()}
        for own in ({"model": -1.0, "trend": -0.5, "Hawkes": -1.5},
                    {"model": -2.0, "trend": -4.5, "Hawkes": -1.5})
    ]  # fmt: skip
    rows = {row["competitor"]: row for row in score_rows(by_seed(tries), 1)}
    assert rows["model"]["best"] == "Hawkes"
    assert rows["model"]["value"] == -6.0
    assert rows["model"]["gain"] == 0.0
    assert rows["model"]["gain_sd"] == pytest.approx(np.std([2.0, -2.0], ddof=1))
    assert rows["model"]["seed_sd"] == pytest.approx(np.std([-4.0, -8.0], ddof=1))
    # the years are alike, so all of the interval is of the seeds
    assert rows["model"]["low"] == pytest.approx(-2.0 * scores.stretch(2.0))
    assert rows["model"]["high"] == pytest.approx(2.0 * scores.stretch(2.0))


def test_the_best_baseline_is_that_of_each_group_and_never_the_model():
    place, part, far = ("log", "all", "all"), ("log", "state", "KZ"), ("crps", "all", "all")
    values = {"model": (9.0, 9.0, 0.0), "trend": (-2.0, -1.0, 3.0), "Hawkes": (-1.0, -2.0, 2.0)}
    tables = {
        name: {p: np.full((1, 3), x) for p, x in zip((place, part, far), own, strict=True)}
        for name, own in values.items()
    }
    assert best_baselines(tables) == {place: "Hawkes", part: "trend", far: "Hawkes"}


def test_power_is_high_where_the_model_is_right_and_its_rivals_far_off():
    rng = np.random.default_rng(8)
    model, futures = rng.poisson(0.5, (300, *SHAPE)), rng.poisson(0.5, (20, *SHAPE))
    far, near, same = (rng.poisson(rate, (300, *SHAPE)) for rate in (1.5, 0.9, 0.5))
    found = power(model, futures, {"climatology": far, "trend": near, "no threat": same}, 1)
    assert [one.rival for one in found.contests] == ["best baseline", "climatology", "no threat"]
    simple, best, ablation = map(found.against, ("climatology", "best baseline", "no threat"))
    assert (simple.wins, simple.clear) == (1.0, 1.0)
    assert best.gain < simple.gain, "the trend is better, and it is the best in every future"
    assert 0.0 < ablation.wins < 1.0
    assert ablation.clear < 0.5
    other = power(model, futures, {"climatology": near, "no threat": same}, 1)
    assert other.against("climatology").gain == pytest.approx(best.gain)
    assert other.digest != found.digest
    assert "no threat: better in" in found.in_words()


def test_the_best_baseline_is_chosen_in_each_future():
    """Two baselines, each right in half of the futures: the best is as good as the model."""
    rng = np.random.default_rng(8)
    few, many = (rng.poisson(rate, (300, *SHAPE)) for rate in (0.2, 1.0))
    futures = np.concatenate([rng.poisson(rate, (10, *SHAPE)) for rate in (0.2, 1.0)])
    model = np.concatenate([few[:150], many[:150]])
    found = power(model, futures, {"climatology": few, "trend": many}, 1)
    assert found.against("best baseline").gain < 0.0 < found.against("climatology").gain


def test_the_mean_gain_is_the_divergence():
    """Known answer: the expected gain of the truth is the Kullback-Leibler divergence."""
    rng = np.random.default_rng(9)
    model, futures = rng.poisson(0.5, (6000, *SHAPE)), rng.poisson(0.5, (30, *SHAPE))
    found = power(model, futures, {"climatology": rng.poisson(0.8, (6000, *SHAPE))}, 1)
    k = np.arange(40)
    one = (poisson.pmf(k, 0.5) * (poisson.logpmf(k, 0.5) - poisson.logpmf(k, 0.8))).sum()
    assert found.against("climatology").gain == pytest.approx(one * np.prod(SHAPE), rel=0.1)


@pytest.mark.parametrize(
    ("gain", "low", "high", "noise", "told"),
    [
        (-3.0, -5.0, -1.0, 0.4, "3.0 nats worse (90% interval -5.0 to -1.0"),
        (-3.0, -5.0, -1.0, 0.4, "shows its use."),
        (3.0, 1.0, 5.0, 0.4, "does harm here."),
        (
            3.0,
            -1.0,
            7.0,
            0.4,
            "its use would be clear in 12% of futures, were the model right.",
        ),
        (-3.0, -5.0, -1.0, 2.0, "no use and no harm is seen"),  # luck of the computer
    ],
)
def test_a_mechanism_is_of_use_only_beyond_interval_and_seeds(gain, low, high, noise, told):
    row = {"competitor": "no threat", "score": "log against the model", "gain": gain,
           "low": low, "high": high, "gain_sd": noise}  # fmt: skip
    (text,) = foresight_words.mechanisms([row, {"score": "log"}], {"no threat": 0.12})
    assert text.startswith("Without threat the log score")
    assert told in text


def test_few_weighted_draws_are_no_finding():
    row = {"competitor": "no threat", "score": "log against the model", "gain": 3.0, "low": 1.0,
           "high": 5.0, "gain_sd": 0.4}  # fmt: skip
    (few,) = foresight_words.mechanisms([row], {}, [200.0, 7.2])
    (many,) = foresight_words.mechanisms([row], {}, [200.0, 72.0])
    assert "no finding, since from 7 draws" in few
    assert "does harm" in many


def test_the_joint_density_is_told_beside_the_log_score():
    row = {"competitor": "no threat", "score": "log against the model", "gain": -1.0, "low": -2.0,
           "high": 1.0, "gain_sd": 0.1}  # fmt: skip
    joint = {**row, "score": "joint log density", "gain": 0.9, "low": 0.2, "high": 1.5,
             "gain_sd": 0.3}  # fmt: skip
    (text,) = foresight_words.mechanisms([row, joint], {})
    told = "(joint log density) it is 0.9 nats better (90% interval +0.2 to +1.5"
    assert text.endswith(f"{told}; standard deviation by the luck of the draws 0.3).")
    (text,) = foresight_words.mechanisms([row, {**joint, "gain_sd": float("nan")}], {})
    assert text.endswith(f"{told}).")


def test_clear_losses_are_told_in_every_score():
    rows = [
        {"competitor": "model", "score": score, "by": "state", "key": "KZ", "gain": gain,
         "low": gain - 1.0, "high": gain + 1.0}
        for score, gain in (("log", -0.5), ("crps", -3.0), ("brier", 2.0))
    ]  # fmt: skip
    assert list(foresight_words.clear_losses(rows)) == [
        "Clear losses in the CRPS of yearly totals: Kazakhstan (-3.00, -4.00 to -2.00)."
    ]
    (text,) = foresight_words.clear_losses(rows[:1])
    assert text.startswith("No score")


def test_the_gain_is_told_by_state_against_one_baseline():
    """By hand: 2 of the 3 nats come of Turkmenistan, which has no package on record."""
    parts = {"KZ": 1.0, "KG": 0.5, "TJ": -0.5, "TM": 2.0, "UZ": 0.0}
    rows = [
        {"competitor": name, "score": "log", "by": by, "key": key, "value": value, "gain": 3.0,
         "best": "trend"}
        for key, own in parts.items()
        for name, by, value in (("model", "state", own - 10.0), ("trend", "state", -10.0))
    ]  # fmt: skip
    rows += [
        {**row, "by": "form", "key": "joint_exercise", "value": value}
        for row, value in zip(rows[:2], (-7.0, -10.0), strict=True)
    ]
    rows.append({**rows[0], "by": "all", "key": "all"})
    totals = [
        {"year": "2010", "state": key, "patron": "china", "form": "joint_exercise",
         "documented": n, "model": "1.5", "trend": "2"}
        for key, n in zip(parts, (4, 1, 2, 0, 3), strict=True)
    ]  # fmt: skip
    told = foresight_words.by_state(rows, totals)
    assert "Of the +3.0 nats against trend: Turkmenistan +2.0 (0 documented), Kazakhstan" in told
    assert "Without Turkmenistan, where it is largest, +1.0 are left." in told
    for best, said in (
        ("trend", "+1.0 are left (90% interval -0.5 to +2.5). By form"),
        ("Hawkes", "+1.0 are left; over Hawkes, which is best there, +0.8 (90% interval -0.5 to"),
    ):
        apart = {**rows[0], "by": "without", "key": "TM", "best": best, "gain": 0.8, "low": -0.5,
                 "high": 2.5}  # fmt: skip
        assert said in foresight_words.by_state([*rows, apart], totals)
    assert told.endswith("By form: joint exercise +3.0 (10 documented).")
    assert "In all: 10 documented, the model expected 7.5, trend 10.0." in (
        foresight_words.by_patron(totals, "trend")
    )
    assert foresight_words.by_form(totals, "trend") == (
        "The model expected 2.5 packages too few. Furthest off: joint exercise with China 10 "
        "documented, 7.5 expected, 10.0 by trend."
    )
    assert foresight_words.years(totals, "trend") == [
        {"year": 2010, "documented": 10, "model": 7.5, "best": 10.0}
    ]


def sums_rows(low, high):
    places = (("all", "all"), ("patron", "china"), ("patron", "russia"))
    own = {"competitor": "model", "best": "trend", "gain": 0.5, "low": low, "high": high}
    return [
        {**own, "score": score, "by": by, "key": key, "value": value}
        for by, key in places
        for score, value in (
            ("crps of log sum", 3.0), ("coverage 50% of sums", 0.5), ("coverage 90% of sums", 0.875)
        )
    ]  # fmt: skip


def test_sums_are_told_with_what_their_intervals_hold():
    [told] = foresight_words.sums(sums_rows(-0.25, 1.25))
    assert "both patrons +0.50 against trend (not clearly, -0.25 to +1.25)" in told
    assert told.count("hold 50% and 88% of the years") == 3
    assert told.count("of the years of each patron") == 1
    [told] = foresight_words.sums(sums_rows(0.25, 1.25))
    assert "not clearly" not in told
    [told] = foresight_words.sums(sums_rows(float("nan"), float("nan")))
    assert "(not clearly, one year tells nothing of its uncertainty)" in told
    assert list(foresight_words.sums(sums_rows(0.0, 1.0)[:1])) == [], "earlier results have less"
