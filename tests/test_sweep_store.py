"""A sweep directory: the same bytes whatever happens to it on the way."""

import os
import resource
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from steppe.explore.sweep.design import Design
from steppe.explore.sweep.load import load_sweep
from steppe.explore.sweep.problem import prepare
from steppe.model.errors import InputError
from steppe.results.lock import locked
from steppe.results.sweep.layout import DATA
from steppe.results.sweep.ledger import LEDGER
from steppe.results.sweep.reading import open_sweep
from steppe.results.sweep.store import open_or_create

from . import sweep_child

ROOT = Path(__file__).parent.parent
SCENARIO = """
name = "short"
title = "Short"
story = "Something happens."
horizon = 1995
[parameters]
source = "prior"
draws = 7
"""
SWEEP = """
name = "tried"
title = "Tried"
on = "short.toml"
replicates = 12
chunk = [3, 5]
[design]
method = "sequence"
size = 20
[[factors]]
quantity = "budget.russia"
factor = [0.5, 1.5]
[[factors]]
quantity = "domestic_price.*.russia"
value = [0.0, 1.0]
"""


def write(folder, text=SWEEP):
    folder.mkdir(exist_ok=True)
    (folder / "short.toml").write_text(SCENARIO)
    (folder / "tried.toml").write_text(text)
    return folder / "tried.toml"


def files(directory):
    return {
        path.relative_to(directory).as_posix(): path.read_bytes()
        for path in sorted(Path(directory).rglob("*"))
        if path.is_file()
    }


def equal(one, other):
    a, b = files(one), files(other)
    assert sorted(a) == sorted(b)
    assert [name for name in a if a[name] != b[name]] == []


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    return write(tmp_path_factory.mktemp("asked"))


@pytest.fixture(scope="module")
def whole(file):
    """Directory of a sweep that was never interrupted."""
    directory = file.parent / "whole"
    sweep_child.fill(file, directory)
    return directory


@pytest.fixture
def copy(whole, tmp_path):
    return Path(shutil.copytree(whole, tmp_path / "copy"))


def problem_of(file):
    return prepare(load_sweep(file))


# ---------------------------------------------------------------- what is there


def test_a_sweep_opens_as_a_dataset_with_its_design(file, whole):
    data, problem = open_sweep(whole), problem_of(file)
    found, _ = problem.compute(range(20), range(12))
    assert np.array_equal(data["packages"], found["packages"])
    assert np.array_equal(data["first_year"].sel(patron="china", rung="assistance"),
                          found["first_year"][:, :, 0, :, 1])  # fmt: skip
    assert data["computed"].all()
    assert not data["failed"].any()
    design = Design.of_dataset(data)
    assert np.array_equal(design.points, problem.design.points)
    assert design.names == ("budget.russia", "domestic_price.all.russia")
    assert data["mean_rung"].attrs["units"] == "rung, 0 to 5"


def test_yearly_numbers_of_chunks_come_together(file, whole):
    data = open_sweep(whole)
    found, _ = problem_of(file).compute(range(20), range(12))
    for name in ("packages", "delivered"):
        for part in ("mean", "sd"):
            one = f"yearly_{name}_{part}"
            assert data[one].dims[:2] == ("point", "year")
            assert data[one].values == pytest.approx(found[one][:, 0], rel=2e-5, abs=1e-5)


def test_parquet_has_the_same_runs(whole):
    rows = pd.read_parquet(whole / "runs").sort_values(["point", "replicate"])
    data = open_sweep(whole, ["packages"])
    one = data["packages"].sel(patron="russia", area="defence").values.ravel()
    assert np.array_equal(rows["packages.russia.defence"], one)
    assert np.array_equal(rows["budget.russia"], np.repeat(data["budget.russia"].values, 12))
    points = pd.read_parquet(whole / "design.parquet")
    assert np.array_equal(points["budget.russia"], data["budget.russia"])


def test_what_is_finished_can_be_read_meanwhile(file, tmp_path):
    problem = problem_of(file)
    manifest = sweep_child.sweep_execution.manifest_of(problem, ("steppe", "sweep", "tried.toml"))
    store = open_or_create(
        tmp_path / "part", manifest, problem.design.points, problem.design.to_json()
    )
    chunk = (1, 0)
    points, runs = store.spans(chunk)
    store.write(chunk, *problem.compute(points, runs))
    told = []
    data = open_sweep(tmp_path / "part", say=told.append)
    assert "20 of 21 chunks are not finished" in told[0]
    with pytest.warns(UserWarning, match="20 of 21 chunks are not finished"):
        open_sweep(tmp_path / "part")
    done = np.zeros((20, 12), bool)
    done[3:6, :5] = True
    assert np.array_equal(data["status"] == 1, done)
    assert np.array_equal(np.isfinite(data["packages"]).all(("patron", "area")), done)
    assert np.isfinite(data["yearly_packages_mean"].isel(point=4)).all()
    assert np.isnan(data["yearly_packages_mean"].isel(point=0)).all()


def test_failed_runs_are_marked_and_enter_no_mean(tmp_path):
    text = SWEEP.replace("chunk = [3, 5]", 'failures = "mark"').replace("size = 20", "")
    text = text.replace('"sequence"', '"one"').split("[[factors]]")[0] + (
        '[[factors]]\nquantity = "upgrade_probability.china"\nfactor = [0.5, 4.0]\nat = [0.5, 4.0]'
    )
    file = write(tmp_path / "asked", text)
    store = sweep_child.fill(file, tmp_path / "out")
    number, reasons = store.failed
    data = open_sweep(tmp_path / "out")
    status = data["status"].values
    assert number == (status == 2).sum() > 0
    assert "upgrade_probability.china" in reasons[0]
    assert data["failed"].values.tolist() == [False, True]
    assert data["computed"].all()
    assert np.isnan(data["packages"].values[status == 2]).all()
    good = data["packages"].isel(point=1).mean("replicate")  # skips the failed
    yearly = data["yearly_packages_mean"].isel(point=1).sum("year")
    assert yearly.values == pytest.approx(good.values, rel=1e-5)
    rows = pd.read_parquet(tmp_path / "out" / "runs")
    assert rows.loc[rows["failed"], "packages.china.defence"].isna().all()


# ---------------------------------------------------------------- nothing lost


def killed_and_finished(file, directory, kills, share, seed, *files):
    found = subprocess.run(
        [sys.executable, "-m", "tests.sweep_child", file, directory,
         *map(str, (kills, share, seed, *files))],
        cwd=ROOT, capture_output=True, text=True, timeout=600, check=False,
    )  # fmt: skip
    assert found.returncode == 0, found.stderr
    return int(found.stdout.split()[-1])


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.long
def test_a_killed_sweep_ends_in_the_same_bytes(file, whole, tmp_path, seed):
    assert killed_and_finished(file, tmp_path / "out", 8, 0.25, seed) >= 4
    equal(tmp_path / "out", whole)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(10, 20))
def test_a_sweep_killed_thirty_times_ends_in_the_same_bytes(file, whole, tmp_path, seed):
    assert killed_and_finished(file, tmp_path / "out", 30, 1 / 15, seed) >= 15
    equal(tmp_path / "out", whole)


def extended(small, large):
    def begin(directory, folder):
        sweep_child.fill(write(folder / "small", SWEEP.replace(large, small)), directory)

    return begin


def damaged(directory, folder):
    sweep_child.fill(write(folder / "asked"), directory)
    for n in (0, 1, 3, 4, 6):
        (directory / DATA / "packages" / "c" / str(n) / "1" / "0" / "0").write_bytes(b"")
        (directory / "runs" / f"{n:06d}-000002.parquet").unlink()


@pytest.mark.parametrize(
    "begin",
    [extended("size = 7", "size = 20"), extended("replicates = 4", "replicates = 12"), damaged],
    ids=["more points", "more replicates", "repair"],
)
@pytest.mark.long
def test_an_extension_or_repair_killed_between_files_ends_in_the_same_bytes(
    file, whole, tmp_path, begin
):
    """What is read in between is right or missing, and never the zeros of a lost file."""
    out = tmp_path / "out"
    begin(out, tmp_path)
    assert killed_and_finished(file, out, 4, 0, 1, 60) == 4
    equal(out, whole)


@pytest.mark.long
def test_what_a_kill_between_files_leaves_is_right_or_missing(file, whole, tmp_path):
    """The second chunk is cut off behind its status or before it: it counts for nothing."""
    code = (
        "import os, sys; from tests import sweep_child; "
        "os.waitpid(sweep_child.child(sys.argv[1], sys.argv[2], int(sys.argv[3])), 0)"
    )
    good, told = open_sweep(whole, ["packages"]), []
    begun = tmp_path / "out"
    for files in (70, 80, 90):
        subprocess.run(
            [sys.executable, "-c", code, file, begun, str(files)], cwd=ROOT, check=True, timeout=300
        )
        data = open_sweep(begun, ["packages"], told.append)
        done = (data["status"] == 1).values
        assert not done.all()
        assert np.array_equal(data["packages"].values[done], good["packages"].values[done])
        assert np.isnan(data["packages"].values[~done]).all()
    assert done.any()
    assert len(told) == 3


@pytest.mark.long
def test_a_killed_sweep_that_follows_the_record_ends_in_the_same_bytes(tmp_path):
    text = SWEEP.replace("size = 20", "size = 5")
    asked = write(tmp_path / "asked", text)
    scenario = SCENARIO.replace("1995", "2003\nconditioned_until = 2001")
    scenario = scenario.replace('"prior"\ndraws = 7', '"point"')
    (tmp_path / "asked" / "short.toml").write_text(scenario)
    assert killed_and_finished(asked, tmp_path / "out", 4, 0, 3, 30) == 4
    sweep_child.fill(asked, tmp_path / "whole")
    equal(tmp_path / "out", tmp_path / "whole")


def damage_first_byte(path):
    path.write_bytes(bytes([path.read_bytes()[0] ^ 1]) + path.read_bytes()[1:])


DAMAGES = {
    "a flipped bit": damage_first_byte,
    "cut short": lambda path: path.write_bytes(path.read_bytes()[:-3]),
    "emptied": lambda path: path.write_bytes(b""),
    "gone": lambda path: path.unlink(),
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
@pytest.mark.parametrize(
    "place", [f"{DATA}/packages/c/2/1/0/0", f"{DATA}/status/c/2/1", "runs/000002-000001.parquet"]
)
def test_a_damaged_chunk_is_named_and_alone_computed_again(
    file, whole, copy, damage, place, capsys
):
    damage(copy / place)
    before = {path: path.stat().st_mtime_ns for path in copy.rglob("*") if path.is_file()}
    time.sleep(0.02)
    sweep_child.fill(file, copy)
    assert f"Chunk 2-1 is damaged ({place})" in capsys.readouterr().err
    equal(copy, whole)
    touched = {
        path.relative_to(copy).as_posix()
        for path in copy.rglob("*")
        if path.is_file() and path.stat().st_mtime_ns != before.get(path)
    }
    chunk = [path for path in touched if "/c/2/1" in path or path == "runs/000002-000001.parquet"]
    assert touched - set(chunk) <= {LEDGER}
    assert len(chunk) == 19


def no_line(copy):
    """A process that was killed after its files, before its line."""
    lines = (copy / LEDGER).read_bytes().splitlines(keepends=True)
    kept = [text for text in lines if b'"chunk":[2,1]' not in text]
    assert len(kept) == len(lines) - 1
    (copy / LEDGER).write_bytes(b"".join(kept))


PLACE = f"{DATA}/packages/c/2/1/0/0"
LOST = {name: lambda copy, damage=damage: damage(copy / PLACE) for name, damage in DAMAGES.items()}
LOST |= {
    "mangled": lambda copy: (copy / PLACE).write_bytes(b"\x28\xb5\x2f\xfd" + b"x" * 40),
    "of another chunk": lambda copy: shutil.copy(copy / f"{DATA}/packages/c/0/1/0/0", copy / PLACE),
    "without a line": no_line,
}


@pytest.mark.parametrize("lose", LOST.values(), ids=LOST)
def test_a_chunk_that_the_ledger_does_not_vouch_for_is_missing_and_named(whole, copy, lose):
    lose(copy)
    told = []
    good = open_sweep(whole, say=told.append)
    assert told == []
    data = open_sweep(copy, say=told.append)
    lost = np.zeros((20, 12), bool)
    lost[6:9, 5:10] = True
    assert np.array_equal(data["status"] == 0, lost)
    assert np.array_equal(data["packages"].isnull().all(("patron", "area")), lost)
    assert np.array_equal(data["packages"].values[~lost], good["packages"].values[~lost])
    assert np.array_equal(data["computed"], ~lost.any(axis=1))
    named = "1 of 21 chunks are not finished" if lose is no_line else f"2-1 ({PLACE})"
    assert named in told[0]
    assert "ask again: steppe sweep tried.toml" in told[0]
    assert (open_sweep(copy, ["first_year"], told.append)["status"] == 1).all() == (
        lose is not no_line
    )  # what is not asked for is not read


def test_status_is_written_after_all_that_it_speaks_of(file, whole, tmp_path, monkeypatch):
    from steppe.results.sweep import store as module

    order = []

    def noted(path, content, sync=True):
        order.append(path)
        return path.parent.mkdir(parents=True, exist_ok=True) or path.write_bytes(content)

    monkeypatch.setattr(module, "write_atomic", noted)
    sweep_child.fill(file, tmp_path / "out")
    chunks = [path for path in order if "c" in path.parts or path.suffix == ".parquet"]
    assert [n for n, path in enumerate(chunks) if "status" in path.parts] == [*range(18, 399, 19)]
    equal(tmp_path / "out", whole)


@pytest.mark.parametrize("place", ["budget.russia/c/0", "patron/c/0", "year/c/0"])
def test_coordinates_and_factors_that_are_gone_are_told(copy, place):
    (copy / DATA / place).unlink()
    with pytest.raises(InputError, match=r"cannot be read.*ask again"):
        open_sweep(copy)


def test_one_spread_can_be_read_alone(whole):
    one = open_sweep(whole, ["yearly_packages_sd"])["yearly_packages_sd"]
    assert np.array_equal(one, open_sweep(whole)["yearly_packages_sd"])


def test_a_damaged_ledger_costs_computing_only(file, whole, copy):
    lines = (copy / LEDGER).read_bytes().splitlines(keepends=True)
    (copy / LEDGER).write_bytes(b"".join(lines[:4]) + b'{"chunk":[1,' + b"\xff\xfe")
    sweep_child.fill(file, copy)
    equal(copy, whole)


def test_damaged_descriptions_are_written_again(file, whole, copy):
    (copy / DATA / "zarr.json").write_bytes(b"{}")
    (copy / "design.parquet").unlink()
    (copy / DATA / "packages" / "zarr.json").unlink()
    sweep_child.fill(file, copy)
    equal(copy, whole)


def test_data_that_cannot_be_read_is_told_without_a_traceback(copy):
    (copy / DATA / "zarr.json").write_bytes(b"{}")
    with pytest.raises(InputError, match=r"cannot be read.*ask again"):
        open_sweep(copy)
    with pytest.raises(InputError, match=r"does not keep this.*did you mean packages"):
        open_sweep(copy, ["package"])


def test_a_file_size_limit_stops_a_sweep_cleanly_and_it_goes_on(file, whole, tmp_path):
    """RLIMIT_FSIZE makes the system refuse to write, as a full disk does."""
    code = (
        "import resource, sys; from tests import sweep_child; "
        "resource.setrlimit(resource.RLIMIT_FSIZE, (9000, 9000)); "
        "sys.exit(sweep_child.os.waitstatus_to_exitcode("
        "sweep_child.os.waitpid(sweep_child.child(*sys.argv[1:]), 0)[1]))"
    )
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[1] == resource.RLIM_INFINITY
    found = subprocess.run(
        [sys.executable, "-c", code, file, tmp_path / "out"],
        cwd=ROOT, capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert found.returncode == 2, found.stderr
    assert "there is no room to write" in found.stderr
    assert "ask again" in found.stderr
    assert "Traceback" not in found.stderr
    assert not list((tmp_path / "out").rglob("*.part"))
    sweep_child.fill(file, tmp_path / "out")
    equal(tmp_path / "out", whole)


FULL = """
set -e
mount -t tmpfs -o size={size}k none {disk}
set +e
{python} -m tests.sweep_child {file} {disk}/out 0 1 1
echo first $?
mount -o remount,size=64m {disk}
{python} -m tests.sweep_child {file} {disk}/out 0 1 1
echo second $?
cp -r {disk}/out {kept}
"""


def unshared(script):
    """Run a script that may mount disks."""
    command = ["unshare", "--mount", *([] if os.geteuid() == 0 else ["--map-root-user"])]
    try:
        able = subprocess.run([*command, "true"], capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        able = False
    if not able:
        pytest.skip("this system lets nobody mount a small disk")
    return subprocess.run(
        [*command, "sh", "-c", script],
        cwd=ROOT, capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip


@pytest.mark.parametrize("size", [40, 700])
@pytest.mark.long
def test_a_full_disk_stops_a_sweep_cleanly_and_it_goes_on(file, whole, tmp_path, size):
    disk, kept = tmp_path / "disk", tmp_path / "kept"
    disk.mkdir()
    script = FULL.format(size=size, disk=disk, file=file, python=sys.executable, kept=kept)
    found = unshared(script)
    assert "first 2" in found.stdout, found.stderr
    assert "second 0" in found.stdout, found.stderr
    assert "No space left on device" in found.stderr
    assert "Traceback" not in found.stderr
    equal(kept, whole)


def test_a_directory_that_cannot_be_written_is_told(file, tmp_path):
    (tmp_path / "file").write_text("mine")
    with pytest.raises(InputError, match=r"a file stands where|cannot be used"):
        sweep_child.fill(file, tmp_path / "file")
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").write_text("dear")
    with pytest.raises(InputError, match="not empty and holds no sweep"):
        sweep_child.fill(file, tmp_path / "mine")
    with pytest.raises(InputError, match="cannot be used"):
        sweep_child.fill(file, "/proc/steppe")


def test_another_sweep_is_not_written_over(whole, copy, tmp_path):
    other = write(tmp_path / "asked", SWEEP.replace("[0.5, 1.5]", "[0.5, 1.6]"))
    with pytest.raises(InputError, match=r"belongs to another sweep"):
        sweep_child.fill(other, copy)
    equal(copy, whole)


# ---------------------------------------------------------------- two processes


def test_a_second_process_is_turned_away(file, copy, whole):
    with locked(copy), pytest.raises(InputError, match="another process is writing"):
        sweep_child.fill(file, copy)
    equal(copy, whole)


def test_many_processes_at_once_do_no_harm(file, whole, tmp_path):
    command = [sys.executable, "-m", "tests.sweep_child", file, tmp_path / "out", "0", "1", "1"]
    begun = [
        subprocess.Popen(
            command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        for _ in range(3)
    ]
    ended = [(process.communicate(timeout=300)[1], process.returncode) for process in begun]
    assert 0 in [code for _, code in ended]
    for told, code in ended:
        assert code == 0 or (code == 2 and "another process is writing" in told), told
    equal(tmp_path / "out", whole)


def test_a_killed_process_holds_no_lock(file, whole, tmp_path):
    process = subprocess.Popen(
        [sys.executable, "-c", "import sys, time; from pathlib import Path; "
         "from steppe.results.lock import locked\n"
         "with locked(Path(sys.argv[1])): print('held', flush=True); time.sleep(60)",
         tmp_path / "out"],
        stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    with process:
        assert process.stdout.readline() == "held\n"
        with pytest.raises(InputError, match="another process"):
            sweep_child.fill(file, tmp_path / "out")
        process.send_signal(signal.SIGKILL)
    sweep_child.fill(file, tmp_path / "out")
    equal(tmp_path / "out", whole)


# ---------------------------------------------------------------- larger


@pytest.mark.parametrize(
    ("small", "large"), [("size = 7", "size = 20"), ("replicates = 4", "replicates = 12")]
)
def test_a_larger_sweep_extends_a_smaller_one_to_the_same_bytes(whole, tmp_path, small, large):
    smaller = write(tmp_path / "small", SWEEP.replace(large, small))
    sweep_child.fill(smaller, tmp_path / "out")
    first = open_sweep(tmp_path / "out")["packages"].load()
    kept = (tmp_path / "out" / DATA / "packages" / "c" / "0" / "0" / "0" / "0").stat().st_mtime_ns
    larger = write(tmp_path / "large")
    store = sweep_child.fill(larger, tmp_path / "out")
    assert store.damaged == {}
    now = (tmp_path / "out" / DATA / "packages" / "c" / "0" / "0" / "0" / "0").stat().st_mtime_ns
    assert (now == kept) == (small != "replicates = 4")  # its chunk has grown
    after = open_sweep(tmp_path / "out")["packages"]
    assert np.array_equal(first, after[: len(first.point), : len(first.replicate)])
    equal(tmp_path / "out", whole)
