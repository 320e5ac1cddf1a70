"""Tables equal a plain computation over all runs at once."""

import numpy as np
import pandas as pd
import pytest

from steppe.model.names import AREAS, PATRONS, STATES
from steppe.results import layout
from steppe.results.streams import QUANTILES, Counts, Histogram, Mean, half_width
from steppe.results.summaries import TABLES, summarise
from steppe.results.tables import grid, read_table, write_table

from .results_synthetic import BADGE, batch, fill, manifest


@pytest.fixture(scope="module", params=[1, 5])
def made(request, tmp_path_factory):
    """A store of several batches, its runs at once, and its tables."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(layout, "BATCH_RUNS", 40)
        store = fill(tmp_path_factory.mktemp("run"), manifest(draws=request.param, runs=130))
        assert len(store.batches) == 4
        return store, batch(range(130), store.manifest), summarise(store)


def plain_error(values: np.ndarray, draws: int) -> np.ndarray:
    """Standard error of the mean: over runs, or over the means of draws."""
    units = values.astype(float)
    if draws > 1:
        units = np.stack([units[d::draws].mean(axis=0) for d in range(draws)])
    return units.std(axis=0, ddof=1) / np.sqrt(len(units))


def test_rungs(made):
    store, runs, tables = made
    draws = store.manifest.parameters.draws
    dims = ("year", "state", "patron", "area")
    np.testing.assert_allclose(grid(tables["rungs"], "mean", *dims), runs["rung"].mean(axis=0))
    np.testing.assert_allclose(
        grid(tables["rungs"], "se_mean", *dims), plain_error(runs["rung"], draws), atol=1e-12
    )
    for k in range(1, 6):
        reached = runs["rung"] >= k
        found = grid(tables["rungs"], f"p_rung_ge_{k}", *dims)
        np.testing.assert_allclose(found, reached.mean(axis=0), atol=1e-12)
        np.testing.assert_allclose(
            grid(tables["rungs"], f"se_rung_ge_{k}", *dims), plain_error(reached, draws), atol=1e-12
        )


def test_rows_carry_their_labels(made):
    _, runs, tables = made
    row = tables["rungs"].query(
        "year == 2001 and state == 'TJ' and patron == 'russia' and area == 'peacekeeping'"
    )
    assert len(row) == 1
    expected = runs["rung"][:, 2001 - 1992, 2, 1, 2].mean()
    assert row["mean"].item() == pytest.approx(expected)
    assert row["scenario"].item() == "walk"
    assert (len(STATES), len(PATRONS), len(AREAS)) == (5, 2, 5)


def test_packages_and_their_sums(made):
    _, runs, tables = made
    for measure, values in (
        ("packages", runs["packages"].astype(int)),
        ("documented", runs["documented"].astype(int)),
        ("packages_since_start", runs["packages"].astype(int).cumsum(axis=1)),
    ):
        frame = tables["packages"][tables["packages"]["measure"] == measure]
        for state, area, expected in (
            ("UZ", "defence", values[:, :, 4, :, 0]),
            ("UZ", "all", values[:, :, 4].sum(axis=-1)),
            ("all", "defence", values[..., 0].sum(axis=2)),
            ("all", "all", values.sum(axis=(2, 4))),
        ):
            rows = frame[(frame["state"] == state) & (frame["area"] == area)]
            np.testing.assert_allclose(
                grid(rows, "mean", "year", "patron"), expected.mean(axis=0), atol=1e-12
            )
            for name, level in QUANTILES.items():
                np.testing.assert_array_equal(
                    grid(rows, name, "year", "patron"),
                    np.quantile(expected, level, axis=0, method="inverted_cdf"),
                )


def test_state_patron(made):
    _, runs, tables = made
    for name, resolution in (("trust", 0.0005), ("fluency", 0.0005), ("outstanding", 0.012)):
        frame = tables["state_patron"][tables["state_patron"]["variable"] == name]
        stored = runs[name].astype(np.float32)
        np.testing.assert_allclose(
            grid(frame, "mean", "year", "state", "patron"), stored.mean(axis=0, dtype=float)
        )
        for column, level in QUANTILES.items():
            expected = np.quantile(stored, level, axis=0, method="inverted_cdf")
            found = grid(frame, column, "year", "state", "patron")
            scale = 1.0 if name != "outstanding" else np.maximum(expected, 1e-6)
            assert (np.abs(found - expected) <= (resolution + 1e-6) * scale).all()
    frame = tables["state_patron"][tables["state_patron"]["variable"] == "highest_rung"]
    np.testing.assert_allclose(
        grid(frame, "mean", "year", "state", "patron"), runs["rung"].max(axis=-1).mean(axis=0)
    )


def test_first_years(made):
    _, runs, tables = made
    frame = tables["first_years"].set_index(["state", "patron", "area", "rung"])
    reached_none = 0
    for s, p, a, k in np.ndindex(5, 2, 5, 5):
        reached = runs["rung"][:, :, s, p, a] > k
        ever = reached.any(axis=1)
        row = frame.loc[(STATES[s], PATRONS[p], AREAS[a], k + 1)]
        assert row["p_reached"] == pytest.approx(ever.mean())
        if not ever.any():
            reached_none += 1
            assert row[list(QUANTILES)].isna().all()
            continue
        years = 1992 + reached[ever].argmax(axis=1)
        expected = [np.quantile(years, q, method="inverted_cdf") for q in QUANTILES.values()]
        assert row[list(QUANTILES)].tolist() == expected
    assert reached_none, "the walk leaves some rung unreached, so that the null is tested"


def test_totals_count_the_years_after_the_cut(made):
    _, runs, tables = made
    after = slice(1999 - 1992, None)
    frame = tables["totals"].set_index(["measure", "state", "patron", "area"])
    packages = runs["packages"].astype(int)[:, after]
    assert frame.loc[("packages", "KG", "china", "all"), "mean"] == pytest.approx(
        packages[:, :, 1, 0].sum(axis=(1, 2)).mean()
    )
    delivered = runs["delivered"].astype(np.float32)[:, after].sum(axis=(1, 2), dtype=float)
    assert frame.loc[("delivered", "all", "russia", "all"), "mean"] == pytest.approx(
        delivered[:, 1].mean()
    )


def test_contrasts_are_within_runs(made):
    _, runs, tables = made
    frame = tables["contrasts"].set_index(["outcome", "state"])
    total = runs["packages"].astype(int)[:, 1999 - 1992 :].sum(axis=(1, 2, 4))
    row = frame.loc[("packages", "all")]
    assert row["difference"] == pytest.approx((total[:, 0] - total[:, 1]).mean())
    assert row["p_china_more"] == pytest.approx((total[:, 0] > total[:, 1]).mean())
    last = runs["rung"][:, -1].max(axis=-1).mean(axis=1)
    row = frame.loc[("highest_rung", "all")]
    assert row["difference"] == pytest.approx((last[:, 0] - last[:, 1]).mean())


def test_tables_are_written_alike(made, tmp_path):
    store, _, tables = made
    for name in TABLES:
        write_table(tmp_path / "a", name, tables[name], store.manifest)
        write_table(tmp_path / "b", name, tables[name], store.manifest)
        one, other = (tmp_path / s / "tables" / f"{name}.parquet" for s in "ab")
        assert one.read_bytes() == other.read_bytes()
        pd.testing.assert_frame_equal(
            read_table(tmp_path / "a", name), tables[name], check_dtype=False
        )
        assert BADGE.encode() in one.read_bytes()


def test_mean_of_known_numbers():
    """1, 2, 3, 4 in uneven batches: mean 2.5, variance 5/3, error sqrt(5/12)."""
    mean = Mean(1, ())
    for part in ([1.0], [2.0, 3.0, 4.0]):
        mean.add(np.array(part))
    assert mean.mean == pytest.approx(2.5)
    assert mean.variance == pytest.approx(5 / 3)
    assert mean.error == pytest.approx(np.sqrt(5 / 12))


def test_runs_of_one_draw_are_no_independent_runs():
    """Two draws, constant within: the error is that of two numbers, however many replicates."""
    mean = Mean(2, ())
    mean.add(np.tile([0.0, 1.0], 500))
    assert mean.error == pytest.approx(0.5)
    assert mean.units == 2
    naive = Mean(1, ())
    naive.add(np.tile([0.0, 1.0], 500))
    assert naive.error < 0.02


def test_a_single_run_has_no_error():
    mean = Mean(1, (2,))
    mean.add(np.ones((1, 2)))
    assert np.isnan(mean.error).all()
    assert np.isnan(half_width(mean.error, mean.units)).all()


def test_half_width_is_students():
    """Two units: t(0.975, 1) = 12.706; very many: 1.960."""
    assert half_width(np.float64(1.0), 2) == pytest.approx(12.7062, abs=1e-3)
    assert half_width(np.float64(1.0), 10**7) == pytest.approx(1.95996, abs=1e-4)


def test_intervals_cover_as_often_as_they_say():
    """Of 2,000 intervals from 40 normal numbers, 95% cover zero, give or take 1.5%."""
    mean = Mean(1, (2000,))
    mean.add(np.random.default_rng(3).normal(size=(40, 2000)))
    covered = np.abs(mean.mean) <= half_width(mean.error, mean.units)
    assert covered.mean() == pytest.approx(0.95, abs=0.015)
    assert (np.abs(mean.mean) <= mean.error).mean() < 0.75


def test_counts_grow_with_what_they_meet():
    counts = Counts((1,))
    counts.add(np.array([[0], [1]]))
    counts.add(np.array([[7], [7]]))
    assert [int(counts.quantile(q)[0]) for q in (0.25, 0.5, 0.51, 1.0)] == [0, 1, 7, 7]
    assert counts.at_least(1)[0] == 0.75


def test_histogram_keeps_zero_and_refuses_less():
    histogram = Histogram((1,), "money")
    histogram.add(np.array([[0.0], [0.0], [250.0]]))
    assert histogram.quantile(0.5)[0] == 0.0
    assert histogram.quantile(0.95)[0] == pytest.approx(250.0, rel=0.012)
    with pytest.raises(ValueError, match="negative"):
        histogram.add(np.array([[-1.0]]))
