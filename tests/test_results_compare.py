"""Paired comparison: exact on data made by hand, zero for twins, silent about chance."""

import numpy as np
import pytest

from steppe.model.errors import InputError
from steppe.results import layout
from steppe.results.compare import NONE, compare
from steppe.results.store import open_or_create
from steppe.results.verdicts import differences, tables

from .results_synthetic import batch, fill, manifest

HUNGRY = {"name": "walk", "appetite": 0.15}


@pytest.fixture(autouse=True)
def small_batches(monkeypatch):
    """Several batches out of few runs."""
    monkeypatch.setattr(layout, "BATCH_RUNS", 20)


def empty(runs: int) -> dict[str, np.ndarray]:
    """Runs in which nothing happens."""
    arrays = batch(range(1), manifest(runs=1))
    return {n: np.zeros((runs, *v.shape[1:]), v.dtype) for n, v in arrays.items()}


def made_by_hand(directory, chosen, arrays):
    """Store these arrays."""
    store = open_or_create(directory, chosen)
    for index in store.batches:
        store.write(index, {n: v[store.span(index)] for n, v in arrays.items()})
    return store


def test_known_answer(tmp_path):
    """Four runs; last rung of Kazakhstan, China, defence: A 0 1 2 3, B 2 1 3 3.

    Differences 2 0 1 0: mean 0.75, variance 11/12; variances of A and B 5/3 and 11/12,
    so pairing removes 1 - (11/12) / (31/12) = 20/31 of the variance.
    """
    chosen = manifest(runs=4)
    a, b = empty(4), empty(4)
    a["rung"][:, -1, 0, 0, 0] = [0, 1, 2, 3]
    b["rung"][:, -1, 0, 0, 0] = [2, 1, 3, 3]
    b["packages"][:, -2, 1, 1, 3] = [0, 5, 0, 1]  # after the cut
    b["packages"][:, 0, 1, 1, 3] = 9  # before the cut: not counted
    b["delivered"][:, -1, 2, 1] = [10.0, 0.0, 0.0, 10.0]
    found = compare(
        made_by_hand(tmp_path / "a", chosen, a), made_by_hand(tmp_path / "b", chosen, b)
    )
    table = found.table.set_index(["outcome", "state", "patron", "area"])
    row = table.loc[("rung", "KZ", "china", "defence")]
    assert (row["mean_a"], row["mean_b"], row["difference"]) == (1.5, 2.25, 0.75)
    assert row["se_paired"] == pytest.approx(np.sqrt(11 / 12 / 4))
    assert row["se_unpaired"] == pytest.approx(np.sqrt((5 / 3 + 11 / 12) / 4))
    assert row["variance_ratio"] == pytest.approx(20 / 31)
    assert row["upper"] - 0.75 == pytest.approx(3.18245 * np.sqrt(11 / 48), rel=1e-5)  # t, 3 d.f.
    assert (row["share_changed"], row["p_a_greater"], row["p_b_greater"]) == (0.5, 0.0, 0.5)
    assert not row["supported"]
    assert table.loc[("rung_ge_3", "KZ", "china", "defence"), "difference"] == 0.25
    assert table.loc[("rung_ge_4", "KZ", "china", "defence"), "difference"] == 0.0
    for state, area in (("KG", "counter_terrorism"), ("KG", "all"), ("all", "all")):
        assert table.loc[("packages", state, "russia", area), "difference"] == 1.5
    assert table.loc[("packages", "KG", "china", "all"), "difference"] == 0.0
    assert table.loc[("delivered", "TJ", "russia", "all"), "difference"] == 5.0
    assert table.loc[("delivered", "all", "russia", "all"), "difference"] == 5.0
    yearly = found.years.set_index(["year", "patron"])["difference"]
    assert yearly.loc[(2002, "russia")] == 1.5
    assert yearly.loc[(1992, "russia")] == 9.0
    assert (found.first_year, found.last_year, found.changed) == (1999, 2003, 1.0)


def test_fans_of_both_sides_by_hand(tmp_path):
    """Russia after the cut: A has 1 package in 2000 in every run, B 0 1 2 9 more in 2001.

    Added up to 2003 A has 1, B 1 2 3 10, the difference 0 1 2 9: mean 3, median (lower) 1.
    """
    chosen = manifest(runs=4)
    a, b = empty(4), empty(4)
    for side in (a, b):
        side["packages"][:, 0, 1, 1, 3] = 9  # before the cut: not counted
        side["packages"][:, 2000 - 1992, 1, 1, 3] = 1
    b["packages"][:, 2001 - 1992, 2, 1, 0] = [0, 1, 2, 9]
    found = compare(
        made_by_hand(tmp_path / "a", chosen, a), made_by_hand(tmp_path / "b", chosen, b)
    )
    fans = found.fans.set_index(["side", "patron", "year"])
    assert fans.index.get_level_values("year").unique().tolist() == [1999, 2000, 2001, 2002, 2003]
    assert fans.loc[("a", "russia", 1999), "mean"] == 0.0
    assert fans.loc[("a", "russia", 2003), ["mean", "q05", "q95"]].tolist() == [1.0, 1.0, 1.0]
    assert fans.loc[("b", "russia", 2003), ["q05", "q50", "q95"]].tolist() == [1.0, 2.0, 10.0]
    row = fans.loc[("difference", "russia", 2001)]
    assert row[["mean", "q05", "q50", "q95"]].tolist() == [3.0, 0.0, 1.0, 9.0]
    assert row["upper"] - 3.0 == pytest.approx(3.18245 * np.sqrt(50 / 3 / 4), rel=1e-5)
    assert fans.loc[("difference", "russia", 2000), "mean"] == 0.0
    back = compare(
        made_by_hand(tmp_path / "c", chosen, b), made_by_hand(tmp_path / "d", chosen, a)
    ).fans.set_index(["side", "patron", "year"])
    assert back.loc[("difference", "russia", 2001), ["mean", "q05"]].tolist() == [-3.0, -9.0]
    assert (fans.xs("china", level="patron")[["mean", "q05", "q95"]] == 0.0).all(axis=None)


def test_twins_differ_in_nothing(tmp_path):
    a, b = (fill(tmp_path / side, manifest()) for side in "ab")
    found = compare(a, b)
    numbers = found.table[["difference", "lower", "upper", "se_paired", "share_changed"]]
    assert (numbers == 0.0).all(axis=None)
    assert (found.years["difference"] == 0.0).all()
    assert not found.table["supported"].any()
    assert found.verdict == NONE
    assert found.differs == []
    (sentence,) = differences(found, a.manifest)
    assert "no difference in any run" in sentence


def test_a_lever_moves_only_what_it_moves(tmp_path):
    """China's appetite for counter-narcotics: no other cell differs in any run."""
    a = fill(tmp_path / "a", manifest(runs=200))
    b = fill(tmp_path / "b", manifest(runs=200, scenario=HUNGRY))
    found = compare(a, b)
    cells = found.table[found.table["outcome"] == "rung"]
    touched = (cells["patron"] == "china") & (cells["area"] == "counter_narcotics")
    assert cells[touched]["supported"].all()
    assert (cells[touched]["difference"] > 0).all()
    assert (cells[~touched]["share_changed"] == 0.0).all()
    sums = found.table.query("outcome == 'packages' and area == 'all' and patron == 'china'")
    assert (sums["se_paired"] < 0.7 * sums["se_unpaired"]).all(), "pairing cancels the shared luck"
    assert (sums["variance_ratio"] > 0.5).all()
    assert found.differs == ["scenario"]


def test_chance_is_not_reported(tmp_path):
    """Unlike luck, like scenarios: nothing is supported; without widening something would be."""
    a = fill(tmp_path / "a", manifest(runs=200))
    b = made_by_hand(tmp_path / "b", manifest(runs=200), batch(range(1000, 1200), a.manifest))
    found = compare(a, b)
    rows = found.table[found.table["outcome"].isin(["rung", "packages"])]
    assert not rows["supported"].any()
    assert ((rows["lower"] > 0) | (rows["upper"] < 0)).any()
    assert all("largest" not in s for s in differences(found, a.manifest)[1:6])


def test_unlike_cuts_are_told(tmp_path):
    a = fill(tmp_path / "a", manifest())
    b = fill(tmp_path / "b", manifest(conditioned_until=None, scenario=HUNGRY))
    told = differences(compare(a, b), a.manifest)
    assert "followed to 1998 in A and in no year in B" in told[1]


@pytest.mark.parametrize(
    ("field", "changes"),
    [("seed", {"seed": 8}), ("runs", {"runs": 44}), ("years", {"last_year": 2004}),
     ("draws", {"draws": 2})],
)  # fmt: skip
def test_runs_that_are_no_twins_are_refused(tmp_path, field, changes):
    a, b = fill(tmp_path / "a", manifest()), fill(tmp_path / "b", manifest(**changes))
    with pytest.raises(InputError, match=f"{field}: the two runs cannot be paired"):
        compare(a, b)


def test_tables_name_the_scenario_each_time_they_are_made(tmp_path):
    """The command makes them twice, by letters and by names; neither leaves its mark."""
    a = fill(tmp_path / "a", manifest())
    b = fill(tmp_path / "b", manifest(scenario=HUNGRY))
    found = compare(a, b)
    for names in (["A", "B"], ["plain", "hungry"]):
        for name, frame in tables([found], names, a.manifest).items():
            assert set(frame["b"]) == {names[1]}, name
    assert "b" not in found.years
    assert "b" not in found.fans
