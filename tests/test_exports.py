"""Exports hold the numbers of the run, in forms that others read."""

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from steppe.model.errors import InputError
from steppe.model.names import STATE_NAMES
from steppe.results import layout
from steppe.results.exports import FORMS, IAMC, REGION, export
from steppe.results.report import finish
from steppe.results.tables import read_table

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
