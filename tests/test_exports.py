"""Exports hold the numbers of the run, in forms that others read."""

import json

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from steppe.model.errors import InputError
from steppe.model.names import STATE_NAMES
from steppe.results import layout, verdicts
from steppe.results.compare import compare
from steppe.results.exports import FORMS, IAMC, export
from steppe.results.long_form import REGION
from steppe.results.report import begin, comparison_manifest, finish
from steppe.results.tables import read_table, write_table

from . import study_synthetic as synthetic
from .results_synthetic import fill, manifest


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """A finished run of several batches, two draws."""
    place = tmp_path_factory.mktemp("exports") / "run"
    before, layout.BATCH_RUNS = layout.BATCH_RUNS, 16
    try:
        store = fill(place, manifest(runs=40, draws=2))
        finish(store)
        yield store
    finally:
        layout.BATCH_RUNS = before


def test_netcdf_is_the_store(run, tmp_path):
    (path,) = export(run.directory, "netcdf", tmp_path)
    with (
        xr.open_dataset(path, engine="h5netcdf") as ours,
        xr.open_dataset(run.directory / "data.zarr", engine="zarr", chunks=None) as theirs,
    ):
        assert set(ours.variables) == set(theirs.variables)
        for name in theirs.data_vars:
            assert ours[name].dims == theirs[name].dims
            assert np.array_equal(ours[name].to_numpy(), theirs[name].to_numpy()), name
            assert ours[name].attrs["units"] == theirs[name].attrs["units"]
        assert ours["state"].to_numpy().tolist() == list(STATE_NAMES)
        assert ours.attrs["badge"] == run.manifest.badge


@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_tables_come_back(run, tmp_path, form):
    made = export(run.directory, form, tmp_path)
    beside = json.loads((tmp_path / f"{run.manifest.name}.manifest.json").read_text("utf-8"))
    assert beside["badge"] == run.manifest.badge
    assert {path.stem for path in made} == {
        path.stem for path in (run.directory / "tables").glob("*.parquet")
    }
    for path in made:
        read = pd.read_csv if form == "csv" else pd.read_parquet
        ours, theirs = read(path), read_table(run.directory, path.stem)
        pd.testing.assert_frame_equal(ours, theirs, check_dtype=False)


def test_iamc_has_the_form_and_the_numbers(run, tmp_path):
    (path,) = export(run.directory, "iamc", tmp_path)
    frame = pd.read_csv(path)
    assert tuple(frame.columns) == IAMC
    assert not frame.isna().any(axis=None)
    assert not frame.duplicated(["model", "scenario", "region", "variable", "year"]).any()
    assert frame["year"].dtype.kind == "i"
    assert set(frame["region"]) == {*STATE_NAMES.values(), REGION}
    assert (frame.groupby("variable")["unit"].nunique() == 1).all()
    assert not frame["variable"].str.contains(r"\|\||\|$|^\|").any()
    row = frame[
        (frame["region"] == REGION)
        & (frame["variable"] == "Packages|China|Counter-Narcotics|Mean")
        & (frame["year"] == 2002)
    ]
    packages = read_table(run.directory, "packages")
    same = packages[
        (packages["measure"] == "packages")
        & (packages["state"] == "all")
        & (packages["patron"] == "china")
        & (packages["area"] == "counter_narcotics")
        & (packages["year"] == 2002)
    ]
    assert row["value"].tolist() == same["mean"].tolist()


def test_pyam_reads_it(run, tmp_path):
    """Where pyam is installed."""
    pyam = pytest.importorskip("pyam", exc_type=ImportError)
    (path,) = export(run.directory, "iamc", tmp_path)
    assert pyam.IamDataFrame(path).scenario == ["walk"]


# ---------------------------------------------------------------- comparisons and studies


@pytest.fixture(scope="module")
def compared(tmp_path_factory):
    """Directory of a comparison: its tables and manifest, no figures."""
    place = tmp_path_factory.mktemp("compared")
    stores = [
        fill(place / "a", manifest(runs=40)),
        fill(place / "b", manifest(runs=40, name="hungry",
                                   scenario={"name": "walk", "appetite": 0.3})),
    ]  # fmt: skip
    told = comparison_manifest(
        [s.manifest for s in stores], ["steppe", "compare", "walk", "hungry", "--runs", "40"]
    )
    begin(place / "out", told)
    made = verdicts.tables([compare(*stores)], ["walk", "hungry"], told)
    for name, frame in made.items():
        write_table(place / "out", name, frame, told)
    return place / "out"


@pytest.fixture(scope="module")
def studied(tmp_path_factory):
    """Directory of a study: its tables and manifest, no figures."""
    place = tmp_path_factory.mktemp("studied") / "out"
    told = manifest(runs=80, draws=synthetic.DRAWS, last_year=synthetic.LAST, kind="study")
    begin(place, told)
    for name, frame in synthetic.made().items():
        write_table(place, name, frame, told)
    return place


@pytest.mark.parametrize("kind", ["compared", "studied"])
def test_netcdf_of_tables_gives_them_back(kind, request, tmp_path):
    """Every number of every table, from the grid or the rows in which it stands."""
    directory = request.getfixturevalue(kind)
    (path,) = export(directory, "netcdf", tmp_path)
    names = [p.stem for p in (directory / "tables").glob("*.parquet")]
    for name in names:
        frame = read_table(directory, name)
        with xr.open_dataset(path, group=name, engine="h5netcdf") as group:
            dims = list(group.sizes)
            back = group.to_dataframe().reset_index()
        if dims != ["row"]:
            keys = frame[dims].drop_duplicates()
            assert len(keys) == len(frame), name
            back = keys.merge(back, on=dims, how="left")
        for column in frame:
            ours, theirs = back[column], frame[column]
            if theirs.dtype.kind in "bif":
                same = np.array_equal(ours.to_numpy(float), theirs.to_numpy(float), equal_nan=True)
            else:
                same = ours.astype(str).tolist() == theirs.fillna("").astype(str).tolist()
            assert same or (column == "viewpoint" and column not in back), (name, column)
    with xr.open_dataset(path, engine="h5netcdf") as whole:
        assert whole.attrs["badge"]
    grids = {"compared": "compare", "studied": "reach"}
    with xr.open_dataset(path, group=grids[kind], engine="h5netcdf") as group:
        assert {"state", "patron", "area"} <= set(group.sizes)


@pytest.mark.parametrize("kind", ["compared", "studied"])
def test_iamc_of_tables_has_the_form(kind, request, tmp_path):
    (path,) = export(request.getfixturevalue(kind), "iamc", tmp_path)
    frame = pd.read_csv(path)
    assert tuple(frame.columns) == IAMC
    assert not frame.isna().any(axis=None)
    assert not frame.duplicated(["model", "scenario", "region", "variable", "year"]).any()
    assert (frame.groupby("variable")["unit"].nunique() == 1).all()
    assert not frame["variable"].str.contains(r"\|\||\|$|^\|").any()
    assert set(frame["region"]) == {*STATE_NAMES.values(), REGION}
    pyam = pytest.importorskip("pyam", exc_type=ImportError)
    assert set(pyam.IamDataFrame(path).scenario) == set(frame["scenario"])


def test_iamc_of_a_comparison_has_both_sides_and_their_difference(compared, tmp_path):
    (path,) = export(compared, "iamc", tmp_path)
    frame = pd.read_csv(path).set_index(["scenario", "region", "variable", "year"])["value"]
    table = read_table(compared, "compare")
    row = table.query(
        "outcome == 'rung' and state == 'TJ' and patron == 'china' and area == 'counter_narcotics'"
    ).iloc[0]
    at = ("Tajikistan", "Rung|China|Counter-Narcotics|Mean", 2003)
    assert frame[("walk", *at)] == row["mean_a"]
    assert frame[("hungry", *at)] == row["mean_b"]
    assert frame[("hungry less walk", *at)] == row["difference"] > 0
    fans = read_table(compared, "compare_fans")
    fan = fans.query("side == 'b' and patron == 'russia' and year == 2001").iloc[0]
    at = (REGION, "Packages Since 1999|Russia|95th Percentile", 2001)
    assert frame[("hungry", *at)] == fan["q95"]


def test_iamc_of_a_study_has_rungs_by_year_and_every_scenario(studied, tmp_path):
    (path,) = export(studied, "iamc", tmp_path)
    frame = pd.read_csv(path)
    levels, reach = (read_table(studied, n) for n in ("levels", "reach"))
    assert set(frame["scenario"]) == set(levels["scenario"])
    values = frame.set_index(["scenario", "region", "variable", "year"])["value"]
    row = reach.query(
        "state == 'UZ' and patron == 'russia' and area == 'peacekeeping' and rung == 4 and "
        f"year == {synthetic.LAST}"
    ).iloc[0]
    words = "Probability|Mixed Unit or Higher Reached|Russia|Peacekeeping"
    assert values[("plain", "Uzbekistan", words, synthetic.LAST)] == row["p"]
    level = levels.query(
        "scenario == 'hungry' and outcome == 'packages' and patron == 'china' and area == 'all'"
    ).iloc[0]
    words = f"Packages Since {synthetic.CUT + 1}|China|Mean"
    assert values[("hungry", REGION, words, synthetic.LAST)] == level["mean"]


@pytest.mark.parametrize("form", ["png", "svg"])
def test_figures(run, tmp_path, form):
    made = export(run.directory, form, tmp_path)
    assert made
    assert all(p.read_bytes() == (run.directory / "figures" / p.name).read_bytes() for p in made)


@pytest.mark.parametrize("form", FORMS)
def test_the_same_bytes(run, tmp_path, form):
    one, other = (export(run.directory, form, tmp_path / side) for side in "ab")
    assert [p.read_bytes() for p in one] == [p.read_bytes() for p in other]


def test_what_is_no_run_is_refused(run, tmp_path):
    with pytest.raises(InputError, match="no results are here"):
        export(tmp_path / "nowhere", "csv", tmp_path)
    assert not list(tmp_path.iterdir())
