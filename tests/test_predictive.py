"""Posterior predictive checks: known statistics, planted misses, coverage of simulated records."""

import csv
import json
from io import BytesIO

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

from steppe.calibration.areas import area_counts
from steppe.calibration.identify import tilted
from steppe.calibration.measures import troops
from steppe.calibration.packages import as_history, imposed
from steppe.calibration.target import DEVIATION, record_target
from steppe.cli.main import app
from steppe.explore.backtest.sums import Sizes
from steppe.explore.draws import InstalledDraws, column, installed_draws
from steppe.explore.predictive.anchors import anchor_rows, move_error, quantities_of
from steppe.explore.predictive.checks import by_area, compare, summaries
from steppe.explore.predictive.records import (
    AID,
    MOST_SUMS,
    Records,
    Unseen,
    documented,
    draw_sizes,
    predicted,
)
from steppe.explore.predictive.sizes import size_statistics
from steppe.explore.predictive.statistics import first_year, longest_gap, statistics
from steppe.model.names import AREAS, FORMS, PATRONS, START_YEAR, STATES
from steppe.model.quantities import addresses
from steppe.results.anchors import anchors_in_words

KG, TJ = STATES.index("KG"), STATES.index("TJ")
CHINA, RUSSIA = PATRONS.index("china"), PATRONS.index("russia")
UNTIL = 2022


@pytest.fixture(scope="module")
def draws():
    return installed_draws(40)[0]


@pytest.fixture(scope="module")
def base():
    return record_target(UNTIL, 2).tables


@pytest.fixture(scope="module")
def made(draws, base):
    return predicted(base, draws, 25, imposed(UNTIL), 1)[0]


def of(found, kind, state="all", patron="all", form="all"):
    [one] = [one for one in found if one[:4] == (kind, state, patron, form)]
    return one.values


def one_of(records, n):
    """One of several records."""
    return Records(*(part[n : n + 1] for part in records))


def test_areas_that_sources_leave_open_have_two_ends():
    """Whoever is of one area only counts in both ends; who may be of two, in the upper of both."""
    history = as_history(imposed(2022))
    found = area_counts(history, START_YEAR, 2022)
    packages = (history.last == 0) & (history.occasion >= 0) & (history.rung > 0)
    open_ = packages & (np.array([int(m).bit_count() for m in history.area_mask]) > 1)
    for p in range(len(PATRONS)):
        mine = history.patron == p
        assert found.least[p].sum() == (packages & mine & ~open_).sum()
        assert found.most[p].sum() > found.least[p].sum() + (open_ & mine).sum()
    early, late = (area_counts(history, *years) for years in ((START_YEAR, 2009), (2010, 2022)))
    for name in ("least", "most"):
        whole = getattr(early, name) + getattr(late, name)
        assert (whole == getattr(found, name)).all()


def test_an_area_is_a_miss_only_if_both_ends_are_outside():
    predicted = np.full((1000, len(PATRONS), len(AREAS)), 5)
    predicted[:, CHINA, 0] = np.arange(1000) // 100  # 0 to 9
    least, most = (np.full((len(PATRONS), len(AREAS)), n) for n in (3, 12))
    rows = {(row["patron"], row["area"]): row for row in by_area(least, most, predicted)}
    assert rows["china", AREAS[0]]["miss"] == ""
    least[CHINA, 0] = 11
    assert by_area(least, most, predicted)[0]["miss"] == "high"
    assert rows["russia", AREAS[1]]["held"] == "yes"
    most[1, 1] = least[1, 1] = 4
    assert by_area(least, most, predicted)[len(AREAS) + 1]["miss"] == "low"


def test_statistics_by_hand():
    """Three packages of China for Tajikistan: aid of 2 and 6 million in 1994, a part in 1997."""
    counts = np.zeros((1, 8, len(STATES), len(PATRONS), len(FORMS)), int)
    counts[0, 2, TJ, CHINA, AID] = 2
    counts[0, 5, TJ, CHINA, FORMS.index("joint_exercise")] = 1
    sums = np.full((1, len(STATES), len(PATRONS), MOST_SUMS), np.nan)
    sums[0, TJ, CHINA, :2] = (2.0, 6.0)
    found = statistics(Records(counts, sums, np.zeros((1, len(PATRONS), len(AREAS)), int)))
    assert of(found, "count", "TJ", "china", "aid") == [2.0]
    assert of(found, "count", "all", "china") == [3.0]
    assert of(found, "count", "TJ", "china") == [3.0]
    assert of(found, "first year", "all", "china", "aid") == [1994.0]
    assert of(found, "first year", "KG", "china", "aid") == [2000.0]  # none: the year after
    assert of(found, "sum", "TJ", "china", "aid") == [8.0]
    assert of(found, "sum", "all", "russia", "aid") == [0.0]
    assert of(found, "largest sum", "all", "china", "aid") == [6.0]
    assert of(found, "median sum", "all", "china", "aid") == [4.0]
    assert of(found, "largest sum", "TJ", "china", "aid") == [6.0]
    assert of(found, "largest sum", "KG", "china", "aid") == [0.0]
    assert np.isnan(of(found, "median sum", "all", "russia", "aid")).all()
    assert of(found, "years without a package", "all", "china") == [6.0]
    assert of(found, "longest gap", "all", "china") == [2.0]
    assert of(found, "joint share of exercises", "all", "china") == [1.0]
    yearly = np.array([0, 0, 2, 0, 0, 1, 0, 0])
    assert of(found, "dispersion of yearly counts", "all", "china") == pytest.approx(
        yearly.var(ddof=1) / yearly.mean()
    )
    assert of(found, "share of empty cells") == pytest.approx(1.0 - 2.0 / (8 * 60))


def test_gaps_and_first_years_at_the_ends():
    assert longest_gap(np.zeros((1, 5))).tolist() == [5.0]
    assert longest_gap(np.array([[1, 0, 0, 0]])).tolist() == [3.0]
    assert first_year(np.array([[1, 0], [0, 1], [0, 0]])).tolist() == [
        START_YEAR, START_YEAR + 1, START_YEAR + 2,
    ]  # fmt: skip


def test_the_record_is_told_as_it_stands():
    """By hand: Russia's sums of 2012 are 16, 1,100 and 200 million dollars."""
    found = statistics(documented(imposed(UNTIL), UNTIL))
    assert of(found, "largest sum", "all", "russia", "aid") == [1100.0]
    assert of(found, "count", "KG", "russia", "base") == [1.0]
    assert of(found, "first year", "KG", "china", "exercise") == [2002.0]


def test_sizes_of_a_known_distribution():
    """Two packages of 5 million for sure, each told with chance one half."""
    counts = np.zeros((3000, 2, len(STATES), len(PATRONS), len(FORMS)), int)
    counts[:, 0, TJ, CHINA, AID] = 2
    sizes = Sizes(np.full((3000, 2), np.log(5.0)), np.zeros((3000, 2)))
    found = draw_sizes(counts, sizes, np.array([0.5, 0.5]), np.random.default_rng(0))
    assert set(np.unique(np.nansum(found[:, TJ, CHINA], axis=-1).round(9))) == {0.0, 5.0, 10.0}
    assert np.isfinite(found[:, TJ, CHINA]).sum() / 3000 == pytest.approx(1.0, abs=0.05)
    assert np.isnan(found[:, KG]).all()


def troop_sizes(size, patron, frame, bound=None):
    size = np.array(size, float)
    none = np.zeros(0)
    return troops.Sizes(
        size, np.zeros(len(size), bool) if bound is None else np.array(bound),
        np.array(patron), np.array(frame), np.full(len(size), 2010), none, none.astype(int),
    )  # fmt: skip


def test_troops_stand_by_patron_and_frame_among_as_many_of_the_measure():
    """By hand; and sizes a hundred times those of the measure's own are misses."""
    told = [400.0, 1200.0, 5000.0, 3000.0]
    data = troop_sizes(told, [0, 0, 0, 1], [1, 1, 1, 0], [False, False, False, True])
    documented, predicted = size_statistics(data, 2000, 1)
    assert of(documented, "median troops", "all", "china", "joint_exercise") == [1200.0]
    assert of(documented, "largest troops", "all", "china", "joint_exercise") == [5000.0]
    [share] = of(documented, "share above 1,000", "all", "china", "joint_exercise")
    assert share == pytest.approx(2 / 3)
    for patron, form in (("russia", "exercise"), ("china", "exercise")):  # a bound is no size
        assert np.isnan(of(documented, "median troops", "all", patron, form)).all()
    found = {(r["kind"], r["patron"], r["form"]): r for r in compare(documented, predicted)}
    row = found["median troops", "china", "joint_exercise"]
    assert row["held"] == "yes"
    assert row["unit"] == "troops of all sides"
    larger = [one._replace(values=100.0 * one.values) for one in documented]
    rows = compare(larger, predicted)
    assert [r["miss"] for r in rows if r["kind"] == "median troops" and r["miss"]] == ["high"]


def test_free_runs_know_no_package_of_the_record(draws, base, made):
    """Withholding the record changes nothing but the chance that a sum is told."""
    without = imposed(START_YEAR - 1)
    assert len(without) == 0
    assert np.array_equal(predicted(base, draws, 25, without, 1)[0].counts, made.counts)


def test_draws_are_put_where_they_belong(draws, base):
    tables = draws.tables(base, 3)
    for address, values in draws.posterior.draws.items():
        name, index = addresses()[address]
        if name in DEVIATION:  # they stay as the base has them
            assert np.array_equal(tables.flat[:, column(address)], base.flat[:, column(address)])
            continue
        assert tables[name][0][index] == values[3]
        assert (tables.flat[:, column(address)] == values[3]).all()
    assert isinstance(draws, InstalledDraws)


def planted(records, state, patron, form, more):
    counts = records.counts.copy()
    counts[:, :more, state, patron, FORMS.index(form)] += 1
    return records._replace(counts=counts)


def test_a_planted_miss_is_flagged_and_the_record_without_it_is_not(made):
    """Negative control: 25 bases of China in Kyrgyzstan more than a record of the model has."""
    others = statistics(made)
    plain = one_of(made, 0)
    for records, flagged in ((plain, False), (planted(plain, KG, CHINA, "base", 25), True)):
        found = compare(statistics(records), others)
        [row] = [
            r for r in found
            if (r["kind"], r["state"], r["patron"], r["form"]) == ("count", "KG", "china", "base")
        ]  # fmt: skip
        assert (row["miss"] == "high") is flagged
        assert (row["held"] == "no") is flagged


def test_a_record_of_another_world_falls_out_of_the_summaries(made):
    """Negative control: with three times the packages, far too few intervals hold."""
    others = statistics(made)
    one = one_of(made, 0)
    shifted = one._replace(counts=one.counts * 3 + (one.counts.sum(axis=1, keepdims=True) > 0))
    honest = {s.name: s for s in summaries(statistics(one), others, 1)}
    wrong = {s.name: s for s in summaries(statistics(shifted), others, 1)}
    for name in ("single cells in the 90% interval", "single cells outside the 98% interval"):
        assert wrong[name].tail < 0.01
        assert honest[name].tail > 0.01
    assert wrong["distance of the PIT from even"].tail < 0.01


def test_intervals_hold_records_of_other_luck_as_often_as_they_say(draws, base, made):
    """Records of another seed: at least 90% of the intervals hold (whole numbers: somewhat more),
    and the share that is as bad or worse is spread evenly, so below one tenth in about a tenth."""
    others = statistics(made)
    fresh, _ = predicted(base, draws, 1, imposed(UNTIL), 2)
    held, tails = [], []
    for n in range(len(draws)):
        one = statistics(one_of(fresh, n))
        rows = [r for r in compare(one, others) if r["held"]]
        held.append(np.mean([r["held"] == "yes" for r in rows]))
        tails.append(summaries(one, others, 1)[0].tail)
    assert 0.89 <= np.mean(held) <= 0.98
    assert np.mean(np.array(tails) < 0.1) < 0.3


def test_places_of_a_whole_number(made):
    """The discrete PIT spans the chance of the number itself."""
    others = statistics(made)
    [row] = [
        r for r in compare(others_first(made), others)
        if (r["kind"], r["state"], r["patron"], r["form"]) == ("count", "all", "china", "base")
    ]  # fmt: skip
    values = of(others, "count", "all", "china", "base")
    assert row["pit_high"] - row["pit_low"] == pytest.approx((values == values[0]).mean())


def others_first(made):
    return statistics(one_of(made, 0))


def check(*words):
    return CliRunner().invoke(app, ["calibrate", "check", *map(str, words)])


@pytest.mark.long
def test_the_command_is_the_same_again(tmp_path):
    for name in ("a", "b"):
        done = check("--runs", 400, "--out", tmp_path / name)
        assert done.exit_code == 0, done.output
    for name in ("predictive.csv", "manifest.json", "predictive.png"):
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()
    with (tmp_path / "a" / "predictive.csv").open(encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    missed = [row for row in rows if row["miss"]]
    assert f"Misses (outside the 98% interval): {len(missed)}" in done.output
    manifest = json.loads((tmp_path / "a" / "manifest.json").read_text("utf-8"))
    assert manifest["runs"] == 400
    [cells] = [s for s in manifest["summaries"] if s["name"] == "single cells in the 90% interval"]
    single = [
        r for r in rows
        if "all" not in (r["state"], r["form"])
        and r["held"]
    ]  # fmt: skip
    assert cells["documented"] == sum(row["held"] == "yes" for row in single)
    image = Image.open(BytesIO((tmp_path / "a" / "predictive.png").read_bytes()))
    assert image.size == (1600, 1600)


def test_a_directory_without_a_posterior_is_named(tmp_path):
    assert "no posterior stands here" in str(check("--posterior", tmp_path).exception)


def test_the_error_of_a_move_is_how_far_moves_scatter():
    """Known answer: of many samples of 200 draws whose values go with the anchor in part."""
    rng = np.random.default_rng(4)
    found = []
    for _ in range(2000):
        z = rng.standard_normal(200)
        values = 2.0 * z + rng.standard_normal(200)
        weights = tilted(z, 0.5)
        found.append((weights @ values - values.mean(), move_error(weights, values)))
    moves, errors = np.array(found).T
    assert errors.mean() == pytest.approx(moves.std(), rel=0.1)


def test_a_moved_anchor_is_told_beside_the_fit():
    """By hand: two draws at 0 and log 3 of an anchor; moved up by one, they weigh 1 to 3."""
    made = np.array([[10, 4], [10, 4], [20, 4], [20, 4]])
    unseen = Unseen(made, made // 2)
    rows = anchor_rows(
        quantities_of(unseen, 2), {"acceptance_constant.china": np.array([0.0, np.log(3.0)])}
    )
    place = ("china", "offers made")
    china = {r["shift"]: r for r in rows if (r["patron"], r["quantity"]) == place}
    assert china[0.0]["mean"] == pytest.approx(15.0)
    assert china[1.0]["mean"] == pytest.approx(17.5)
    assert china[-1.0]["mean"] == pytest.approx(12.5)
    assert china[0.0]["error"] == 0.0
    assert china[1.0]["effective"] == pytest.approx(1.0 / (0.25**2 + 0.75**2))
    lines = list(anchors_in_words(rows))
    assert lines[0].startswith("China, offers made: 15 (no move beyond three standard errors")
    for row in rows:
        row["error"] = 0.5
    assert next(anchors_in_words(rows, str.upper)) == (
        "China, offers made: 15 (ACCEPTANCE_CONSTANT.CHINA -1 sd -2 \N{PLUS-MINUS SIGN} 0; "
        "ACCEPTANCE_CONSTANT.CHINA +1 sd +2 \N{PLUS-MINUS SIGN} 0)"
    )
    assert "share taken: 0.50" in lines[2]
