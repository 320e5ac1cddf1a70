"""The store: what goes in comes out; interrupted, extended or damaged, it ends alike."""

import json
import os
import subprocess
import sys
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from steppe.model.errors import InputError
from steppe.model.names import AREAS, PATRONS, STATES
from steppe.results import files, layout, store
from steppe.results.compare import compare
from steppe.results.summaries import summarise
from steppe.results.variables import VARIABLES

from .alone import alone
from .results_synthetic import BADGE, batch, fill, manifest


@pytest.fixture(autouse=True)
def small_batches(monkeypatch):
    """Ten runs a batch, so that few runs make several batches."""
    monkeypatch.setattr(layout, "BATCH_RUNS", 10)


def tree(directory: Path) -> dict[str, bytes]:
    """Bytes of every file of a directory."""
    return {
        p.relative_to(directory).as_posix(): p.read_bytes()
        for p in sorted(directory.rglob("*"))
        if p.is_file()
    }


@pytest.mark.parametrize(("draws", "runs"), [(1, 34), (4, 36), (20, 60)])
def test_round_trip(tmp_path, draws, runs):
    made = fill(tmp_path / "run", manifest(draws=draws, runs=runs))
    read = [made.read(b, list(VARIABLES)) for b in made.batches]
    expected = batch(range(runs), made.manifest)
    for name, variable in VARIABLES.items():
        whole = np.concatenate([r[name] for r in read])
        np.testing.assert_array_equal(whole, expected[name].astype(variable.dtype))
        assert whole.dtype == variable.dtype


def test_xarray_opens_it_with_names_and_labels(tmp_path):
    made = fill(tmp_path / "run", manifest(draws=3, runs=36))
    data = xr.open_zarr(tmp_path / "run" / "data.zarr")
    assert data["rung"].dims == (
        "scenario", "draw", "replicate", "year", "state", "patron", "area",
    )  # fmt: skip
    assert data["rung"].shape == (1, 3, 12, 12, 5, 2, 5)
    assert tuple(data["state"].values) == STATES
    assert tuple(data["patron"].values) == PATRONS
    assert tuple(data["area"].values) == AREAS
    assert data["year"].values.tolist() == list(range(1992, 2004))
    assert data["scenario"].values.tolist() == ["walk"]
    assert data["trust"].attrs == {
        "units": "share, 0 to 1", "long_name": "Trust in the patron", "badge": BADGE,
    }  # fmt: skip
    run = batch(range(17, 18), made.manifest)["rung"][0]  # run 17: draw 17 % 3, replicate 17 // 3
    found = data["rung"].sel(scenario="walk", draw=2, replicate=5, state="TJ", patron="russia")
    np.testing.assert_array_equal(found.values, run[:, 2, 1])


def test_same_bytes_twice_and_in_any_order(tmp_path):
    fill(tmp_path / "one", manifest())
    backwards = store.open_or_create(tmp_path / "two", manifest())
    for index in reversed(backwards.missing()):
        backwards.write(index, batch(backwards.span(index), backwards.manifest))
    assert tree(tmp_path / "one") == tree(tmp_path / "two")


@pytest.mark.parametrize(("first", "then"), [(10, 40), (14, 38), (38, 39), (4, 60)])
def test_extension_ends_in_the_same_bytes(tmp_path, first, then):
    fill(tmp_path / "grown", manifest(runs=first))
    fill(tmp_path / "grown", manifest(runs=then))
    fill(tmp_path / "whole", manifest(runs=then))
    assert tree(tmp_path / "grown") == tree(tmp_path / "whole")


def test_extension_computes_only_what_is_new(tmp_path):
    fill(tmp_path / "run", manifest(runs=34))
    assert store.open_or_create(tmp_path / "run", manifest(runs=60)).missing() == [3, 4, 5]


def test_a_smaller_request_finds_the_larger_one(tmp_path):
    fill(tmp_path / "run", manifest(runs=34))
    before = tree(tmp_path / "run")
    found = store.open_or_create(tmp_path / "run", manifest(runs=20))
    assert (found.runs, found.missing()) == (34, [])
    assert found.manifest.command[4] == "34"
    assert tree(tmp_path / "run") == before


def test_a_smaller_request_after_an_interruption_does_not_owe_the_larger_one(tmp_path):
    begun = store.open_or_create(tmp_path / "run", manifest(runs=90))
    for index in (0, 1, 7):
        begun.write(index, batch(begun.span(index), begun.manifest))
    fill(tmp_path / "run", manifest(runs=30))
    fill(tmp_path / "whole", manifest(runs=30))
    assert tree(tmp_path / "run") == tree(tmp_path / "whole")


class HaltError(Exception):
    """Stands for whatever ends a run."""


@pytest.mark.parametrize("after", [1, 5, 14, 16, 17, 31, 47])
def test_interruption_by_an_exception(tmp_path, monkeypatch, after):
    writes = iter(range(1000))

    def failing(path, content):
        if next(writes) == after:
            raise HaltError
        files.write_atomic(path, content)

    with monkeypatch.context() as patch:
        patch.setattr(store, "write_atomic", failing)
        with pytest.raises(HaltError):
            fill(tmp_path / "run", manifest())
    fill(tmp_path / "run", manifest())
    fill(tmp_path / "whole", manifest())
    assert tree(tmp_path / "run") == tree(tmp_path / "whole")


_KILLED = """
import os, signal, sys
from pathlib import Path
sys.path.insert(0, {tests!r})
from tests.results_synthetic import fill, manifest
from steppe.results import files, layout
layout.BATCH_RUNS = 10
replace, count = Path.replace, iter(range(10_000))
def deadly(self, target):
    if next(count) == {after}:
        os.kill(os.getpid(), signal.SIGKILL)
    return replace(self, target)
Path.replace = deadly
fill(Path({directory!r}), manifest())
"""


@pytest.mark.skipif(os.name != "posix", reason="SIGKILL")
@pytest.mark.parametrize("after", [0, 20, 41, 63])
def test_interruption_by_sigkill(tmp_path, after):
    """Killed between writing a file beside and renaming it, the worst moment."""
    directory = tmp_path / "run"
    code = _KILLED.format(
        tests=str(Path(__file__).parents[1]), after=after, directory=str(directory)
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False)
    assert ended.returncode == -9, ended.stderr.decode()
    assert list(directory.rglob("*.part")), "the kill left a half-written file, as meant"
    fill(directory, manifest())
    fill(tmp_path / "whole", manifest())
    assert tree(directory) == tree(tmp_path / "whole")


@pytest.mark.parametrize("harm", ["corrupt", "truncate", "remove"])
def test_a_damaged_chunk_is_found_and_repaired(tmp_path, harm):
    made = fill(tmp_path / "run", manifest())
    before = tree(tmp_path / "run")
    chunk = tmp_path / "run" / "data.zarr" / layout.chunk_path(VARIABLES["trust"], 2)
    content = chunk.read_bytes()
    if harm == "remove":
        chunk.unlink()
    else:
        flipped = content[:50] + bytes([content[50] ^ 1]) + content[51:]
        chunk.write_bytes(flipped if harm == "corrupt" else content[:-7])
    assert made.missing() == [2]
    with pytest.raises(InputError, match=r"1 of 4 batches.*steppe run walk --runs 40"):
        store.open_finished(tmp_path / "run")
    fill(tmp_path / "run", manifest())
    assert tree(tmp_path / "run") == before


@pytest.mark.parametrize("harm", [b"", b"{", b"[]", b'{"batches": {"0": 3}, "outputs": {}}'])
def test_a_damaged_progress_file_costs_time_only(tmp_path, harm):
    fill(tmp_path / "run", manifest())
    before = tree(tmp_path / "run")
    (tmp_path / "run" / store.PROGRESS).write_bytes(harm)
    fill(tmp_path / "run", manifest())
    assert tree(tmp_path / "run") == before


def test_another_run_is_refused_and_told_apart(tmp_path):
    fill(tmp_path / "run", manifest())
    with pytest.raises(InputError, match=r"seed: the directory belongs to another run"):
        store.open_or_create(tmp_path / "run", manifest(seed=8))
    with pytest.raises(InputError, match=r"digests: the directory belongs to another run"):
        store.open_or_create(tmp_path / "run", manifest(digests={"model": "other"}))


def test_places_that_cannot_be_used(tmp_path):
    (tmp_path / "file").write_text("mine")
    with pytest.raises(InputError, match="a file stands"):
        store.open_or_create(tmp_path / "file", manifest())
    with pytest.raises(InputError, match="cannot be used"):
        store.open_or_create(tmp_path / "file" / "below", manifest())
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "thesis.txt").write_text("mine")
    with pytest.raises(InputError, match="not empty and holds no run"):
        store.open_or_create(tmp_path / "full", manifest())
    assert (tmp_path / "full" / "thesis.txt").read_text() == "mine"
    with pytest.raises(InputError, match="no run directory"):
        store.open_finished(tmp_path / "nowhere")


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root writes anywhere")
def test_an_unwritable_directory(tmp_path):
    tmp_path.chmod(0o500)
    try:
        with pytest.raises(InputError, match="cannot be used"):
            store.open_or_create(tmp_path / "run", manifest())
    finally:
        tmp_path.chmod(0o700)


def test_a_disk_that_refuses(tmp_path, monkeypatch):
    """Whatever the system says (a full disk here) comes out as an error for people."""
    made = store.open_or_create(tmp_path / "run", manifest())

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(InputError, match="No space left on device"):
        made.write(0, batch(made.span(0), made.manifest))


def test_a_manifest_changed_by_hand_is_refused(tmp_path):
    fill(tmp_path / "run", manifest())
    path = tmp_path / "run" / store.MANIFEST
    fields = json.loads(path.read_bytes())
    path.write_text(json.dumps({**fields, "seed": 99}))
    with pytest.raises(InputError, match="changed after the run"):
        store.open_finished(tmp_path / "run")
    path.write_text(json.dumps({**fields, "sede": 99}))
    with pytest.raises(InputError, match="sede"):
        store.open_finished(tmp_path / "run")


def test_arrays_that_are_no_batch(tmp_path):
    made = store.open_or_create(tmp_path / "run", manifest())
    arrays = batch(made.span(0), made.manifest)
    with pytest.raises(ValueError, match="trust: shape"):
        made.write(0, {**arrays, "trust": arrays["trust"][:3]})
    arrays["alarm"][0, 0, 0] = np.nan
    with pytest.raises(ValueError, match="alarm: holds what is no finite number"):
        made.write(0, arrays)
    assert made.missing() == [0, 1, 2, 3]


def test_the_key_knows_what_determines_results():
    key = manifest().key()
    assert manifest(runs=80, command=("steppe",), title="Other").key() == key
    patch = {**manifest().versions, "python": "3.11.99"}
    assert manifest(versions={**patch, "python": "3.11.1"}).key() == manifest(versions=patch).key()
    assert manifest(versions={**patch, "python": "3.12.1"}).key() != manifest(versions=patch).key()
    assert manifest(last_year=2004).key() != key
    assert manifest(scenario={"name": "walk", "appetite": 0.1}).key() != key


def test_runs_must_fill_the_draws():
    with pytest.raises(ValueError, match="multiple of the 3 parameter draws"):
        manifest(draws=3, runs=40)


def test_seed_zero_is_a_seed(tmp_path):
    assert fill(tmp_path / "run", manifest(seed=0)).manifest.seed == 0


def peak(directory: Path, runs: int) -> int:
    """Most bytes held while two stores are filled, summarised and compared."""
    arrays, sides = batch(range(50), manifest(runs=200)), []
    layout.BATCH_RUNS = 50
    tracemalloc.start()
    for side in ("a", "b"):
        made = store.open_or_create(directory / f"{side}{runs}", manifest(runs=runs))
        for index in made.missing():
            made.write(index, arrays)
        sides.append(made)
    summarise(sides[0])
    compare(*sides)
    highest = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return highest


@pytest.mark.long
def test_memory_does_not_grow_with_the_runs(tmp_path):
    """Ten times the runs, at most a fifth more memory at the peak (it was tenfold if kept)."""
    _imports, few, many = alone(*((peak, tmp_path, runs) for runs in (50, 100, 1000)))
    assert many < 1.2 * few
