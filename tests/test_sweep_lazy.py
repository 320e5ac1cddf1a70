"""Reading a sweep: a selection is what the whole has there, and only its files are read."""

import numpy as np
import pytest

from steppe.model.errors import InputError
from steppe.results.sweep import lazy
from steppe.results.sweep.layout import DATA
from steppe.results.sweep.reading import open_sweep

from . import sweep_child
from .alone import alone, peak
from .test_sweep_store import SWEEP, write

SELECTIONS = {
    "a point": {"point": 7},
    "from behind": {"point": -1, "replicate": -2},
    "some points": {"point": slice(2, 11)},
    "every third, backwards": {"point": slice(None, None, -3), "replicate": slice(1, 12, 4)},
    "listed": {"point": [19, 0, 4], "replicate": [11, 2]},
    "none": {"point": slice(5, 5)},
    "a label": {"patron": 1},
}


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    folder = tmp_path_factory.mktemp("lazy")
    sweep_child.fill(write(folder / "asked"), folder / "out")
    return folder / "out"


@pytest.mark.parametrize("chosen", SELECTIONS.values(), ids=SELECTIONS)
@pytest.mark.parametrize(
    "name", ["packages", "status", "yearly_packages_mean", "yearly_packages_sd", "first_year"]
)
def test_a_selection_is_what_the_whole_has_there(whole, name, chosen):
    data = open_sweep(whole)[name]
    mine = {dim: place for dim, place in chosen.items() if dim in data.dims}
    selected = open_sweep(whole)[name].isel(mine)
    assert np.array_equal(selected.values, data.load().isel(mine).values, equal_nan=True)
    assert selected.dtype == data.dtype


def test_only_the_files_of_a_selection_are_read(whole, monkeypatch):
    read = []
    data = open_sweep(whole, ["packages"])["packages"]
    monkeypatch.setattr(lazy, "read_bytes", lambda path: read.append(path) or path.read_bytes())
    assert not read
    assert data.isel(point=slice(3, 6), replicate=slice(0, 5)).shape == (3, 5, 2, 5)
    assert not read
    data.isel(point=slice(3, 6), replicate=slice(0, 5)).load()
    assert {path.relative_to(whole / DATA).as_posix() for path in read} == {
        "packages/c/1/0/0/0", "status/c/1/0",
    }  # fmt: skip
    data.load()
    count = len(read)
    data.load()
    assert len(read) == count  # what was read as a whole is kept


def test_a_file_that_changes_after_opening_is_told(whole, tmp_path):
    sweep_child.fill(write(tmp_path / "asked"), tmp_path / "out")
    data = open_sweep(tmp_path / "out")
    path = tmp_path / "out" / DATA / "packages" / "c" / "2" / "1" / "0" / "0"
    path.write_bytes(path.read_bytes()[:-2])
    assert np.isfinite(data["packages"].isel(point=slice(0, 6))).all()
    with pytest.raises(InputError, match=r"has changed since it was opened.*open it again"):
        data["packages"].load()


@pytest.mark.long
def test_reading_in_parts_takes_the_memory_of_a_part(tmp_path):
    text = SWEEP.replace("size = 20", "size = 1600").replace("[3, 5]", "[20, 12]")
    text = text.replace('name = "tried"', 'name = "tried"\nyearly = []')
    sweep_child.fill(write(tmp_path / "asked", text), tmp_path / "out")
    both = [(peak, reading, tmp_path / "out") for reading in (loaded, added_up)]
    *_imports, total, parts = alone(*both, *both)
    assert parts < total / 4, (parts, total)


def loaded(directory):
    return open_sweep(directory, ["first_year"])["first_year"].load()


def added_up(directory):
    values = open_sweep(directory, ["first_year"])["first_year"]
    return sum(
        float(values.isel(point=slice(n, n + 20)).sum()) for n in range(0, len(values.point), 20)
    )
