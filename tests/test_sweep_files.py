"""Sweep files and options: what is wrong is said, with its place, before anything runs."""

import json
import signal
import subprocess
import sys
import time
import tomllib
from importlib.resources import files
from pathlib import Path

import jsonschema
import pytest
from typer.testing import CliRunner

from steppe.cli.main import app
from steppe.cli.sweep_execution import chunk_size
from steppe.cli.sweep_progress import Lines
from steppe.explore.sweep.cost import measure
from steppe.explore.sweep.load import load_sweep, read_sweep
from steppe.explore.sweep.problem import prepare
from steppe.explore.sweep.schema import schema_text
from steppe.model.errors import InputError
from steppe.results.sweep.ledger import LEDGER
from steppe.results.sweep.reading import sweep_manifest
from steppe.results.sweep.room import Room, disk_of

from . import sweep_child, sweeps
from .test_sweep_store import SWEEP, equal, unshared, write

PRIOR = {"quantity": "trust_weight", "prior": [0.05, 0.95]}
WRONG = {
    "unknown field": ({"replicate": 3}, r"unknown field; found 'replicate'.*mean replicates"),
    "unknown scenario": ({"on": "baseline-202"}, r"on: no scenario.*baseline-2022"),
    "unknown quantity": ({"factors": [{**sweeps.BUDGET, "quantity": "budgt.russia"}]},
                         r"factors\[1\].quantity: no quantity.*budget.russia"),
    "unknown method": ({"method": "sobl"}, r"design.method: unknown choice.*mean sobol"),
    "unknown outcome": ({"outcomes": ["package"]}, r"outcomes: there is no such.*packages"),
    "two moves": ({"factors": [{**sweeps.BUDGET, "value": [1.0, 2.0]}]},
                  r"factors\[1\]: a factor needs exactly one move; found 'factor and value'"),
    "no move": ({"factors": [{"quantity": "imitation"}]}, r"exactly one move; found 'none'"),
    "range upside down": ({"factors": [{**sweeps.BUDGET, "factor": [2.0, 1.0]}]}, r"not above"),
    "one number": ({"factors": [{**sweeps.BUDGET, "factor": [2.0]}]}, r"factors\[1\].factor"),
    "out of bounds": ({"factors": [{"quantity": "imitation", "value": [0.0, 9.0]}]},
                      r"factors\[1\].value: out of bounds.*-2 to 3"),
    "before the record ends": ({"on": "baseline-2022", "factors": [
        {**sweeps.BUDGET, "from": 2010}]}, r"factors\[1\].from: the runs follow the record"),
    "after the horizon": ({"factors": [{**sweeps.BUDGET, "from": 2050}]}, r"no effect within"),
    "no prior": ({"factors": [{"quantity": "militancy", "prior": [0.1, 0.9]}]}, r"has a prior"),
    "no probability": ({"factors": [{**PRIOR, "prior": [0.0, 0.9]}]}, r"not two probabilities"),
    "not fitted": ({"factors": [{"quantity": "area_interest.china.defence",
                                 "fitted": [0.05, 0.95]}]},
                   r"factors\[1\].fitted: the posterior does not hold this entry; found "
                   r"'area_interest.china.defence'.*mean "),
    "no probability of a fit": ({"factors": [{"quantity": "need_weight", "fitted": [0.5, 1.0]}]},
                                r"factors\[1\].fitted: not two probabilities"),
    "fitted and prior": ({"factors": [{**PRIOR, "fitted": [0.1, 0.9]}]},
                         r"found 'prior and fitted'"),
    "several entries of a prior": ({"factors": [{"quantity": "budget", "prior": [0.1, 0.9]}]},
                                   r"found '2 entries'"),
    "no size": ({"size": None}, r"design.size: required with lhs"),
    "size of a grid": ({"method": "grid", "factors": [{**sweeps.BUDGET, "count": 3}]},
                       r"design.size: does not go with grid"),
    "no count": ({"method": "one", "size": None}, r"needs a count, or the numbers at"),
    "count of a hypercube": ({"factors": [{**sweeps.BUDGET, "count": 3}]}, r"count: does not go"),
    "no power of two": ({"method": "sobol", "size": 100}, r"power of two.*64 or 128"),
    "odd levels": ({"method": "morris", "design": {"levels": 5}}, r"levels: not even"),
    "draws of sobol's points": ({"method": "sobol", "size": 4, "design": {"posterior": "points"}},
                                r"design.posterior: points of sobol differ"),
    "factors of the posterior": ({"method": "posterior"}, r"too many for the method posterior"),
    "no factors": ({"factors": []}, r"factors: too few for the method lhs"),
    "two of one": ({"method": "one", "size": None, "factors": [
        {**sweeps.BUDGET, "count": 3}, {**PRIOR, "count": 3}]}, r"too many for the method one"),
    "the same twice": ({"factors": [sweeps.BUDGET, sweeps.BUDGET]}, r"two factors have this name"),
    "name of an outcome": ({"factors": [{**sweeps.BUDGET, "name": "packages"}]},
                           r"name: cannot be the name of a column"),
    "number outside": ({"method": "one", "size": None, "factors": [
        {**sweeps.BUDGET, "at": [0.5, 2.0]}]}, r"at: outside the range; found 2.0"),
    "not whole": ({"factors": [{**sweeps.PRICE, "value": [0.0, 0.5]}]}, r"must be whole"),
    "no replicates": ({"replicates": 0}, r"replicates: out of range"),
    "empty chunk": ({"chunk": [0, 5]}, r"chunk: not at least one point"),
}  # fmt: skip


@pytest.mark.parametrize(("fields", "told"), WRONG.values(), ids=WRONG)
def test_what_is_wrong_is_said(fields, told):
    with pytest.raises(InputError, match=told):
        read_sweep(sweeps.content(**fields), "mine.toml")


def test_a_good_file_is_not_refused():
    assert read_sweep(sweeps.content(), "mine.toml").replicates == 9


def test_lines_of_a_file_are_named(tmp_path):
    file = write(tmp_path, SWEEP.replace("budget.russia", "budgt.russia"))
    with pytest.raises(InputError, match=r"factors\[1\].quantity \(line 11\)"):
        load_sweep(file)
    with pytest.raises(InputError, match=r"no such file.*tried.toml"):
        load_sweep(tmp_path / "trid.toml")
    file.write_text("name = ")
    with pytest.raises(InputError, match="not valid TOML"):
        load_sweep(file)


def test_the_schema_is_fresh_and_the_example_fits_it():
    folder = files("steppe.explore.sweep")
    assert (folder / "sweep.schema.json").read_text("utf-8") == schema_text()
    example = tomllib.loads((folder / "example.toml").read_text("utf-8"))
    jsonschema.validate(example, json.loads(schema_text()))
    example["factors"][0]["value"] = [0.0, 1.0]
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(example, json.loads(schema_text()))


def test_the_example_is_a_sweep(tmp_path):
    found = CliRunner().invoke(app, ["sweep", "--example"])
    (tmp_path / "mine.toml").write_text(found.output)
    sweep = load_sweep(tmp_path / "mine.toml")
    assert sweep.factors[1].whole
    assert CliRunner().invoke(app, ["sweep", "--schema"]).output == schema_text()


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ([], "nothing to sweep"),
        (["--lever", "budget.russia"], "not written as it must be"),
        (["--lever", "budget.russia:0.5:much"], "budget.russia:0.5:1.5:11"),
        (["--lever", "budget.russia:0.5:1.5"], "design.size: required with lhs"),
        (["mine.toml", "--lever", "budget.russia:0.5:1.5"], "does not go with a sweep file"),
    ],
)
def test_options_that_are_wrong_are_said(options, told):
    found = CliRunner().invoke(app, ["sweep", *options])
    assert isinstance(found.exception, InputError)
    assert told in str(found.exception)


def test_options_say_what_a_file_says(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write(tmp_path)
    options = ["--lever", "budget.russia:0.5:1.5:3", "--on", "short.toml", "--replicates", "4"]
    dry = CliRunner().invoke(app, ["sweep", *options, "--dry-run"])
    assert dry.exit_code == 0, dry.output
    assert "3 points x 4 replicates = 12 runs of 4 years" in dry.output
    assert not (tmp_path / "steppe-runs").exists()
    done = CliRunner().invoke(app, ["sweep", *options])
    assert done.exit_code == 0, done.output
    (made,) = (tmp_path / "steppe-runs").iterdir()
    text = SWEEP.split("[design]")[0].replace("replicates = 12\nchunk = [3, 5]", "replicates = 4")
    text = text.replace('"tried"', '"sweep-short"') + (
        '[design]\nmethod = "one"\n[[factors]]\nquantity = "budget.russia"\n'
        "factor = [0.5, 1.5]\ncount = 3\n"
    )
    sweep_child.fill(write(tmp_path / "file", text), tmp_path / "same")
    from steppe.results.sweep.reading import open_sweep

    assert open_sweep(made).drop_attrs().equals(open_sweep(tmp_path / "same").drop_attrs())
    again = CliRunner().invoke(app, ["sweep", *options, "--replicates", "2"])
    assert "already holds 3 points x 4 replicates" in again.output


def test_draws_of_points_and_order_can_be_asked_for_without_a_file(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write(tmp_path)
    lever = ["--lever", "militancy:0.5:2", "--on", "short.toml", "--replicates", "2"]
    points = ["--method", "sequence", "--posterior", "points", "--size", "9", "--out", "points"]
    done = CliRunner().invoke(app, ["sweep", *lever, *points])
    assert done.exit_code == 0, done.output
    manifest = sweep_manifest(tmp_path / "points")
    assert manifest.sweep["design"]["posterior"] == "points"
    assert "budget.russia" in manifest.points.names  # a column of the draws
    assert manifest.command[-8:] == (
        "--method", "sequence", "--posterior", "points", "--size", "9", "--replicates", "2",
    )  # fmt: skip
    for order, count in (("--second-order", 24), ("--no-second-order", 16)):
        sobol = ["--set", "opportunity_rate:1:4", "--method", "sobol", "--size", "4", order]
        dry = CliRunner().invoke(app, ["sweep", *lever, *sobol, "--dry-run"])
        assert f"{count} points x 2 replicates" in dry.output
    wrong = CliRunner().invoke(app, ["sweep", "tried.toml", "--no-second-order"])
    assert "--no-second-order: does not go with a sweep file" in str(wrong.exception)


@pytest.mark.long
def test_control_c_says_how_to_go_on(tmp_path):
    text = SWEEP.replace("size = 20", "size = 200").replace("replicates = 12", "replicates = 200")
    text = text.replace("[3, 5]", "[10, 20]")
    file = write(tmp_path / "asked", text)
    # What was begun in the background of a shell ignores the signal, and so do its children.
    code = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); "
    code += "from steppe.cli.main import entry; entry()"
    with subprocess.Popen(
        [sys.executable, "-c", code, "sweep", str(file), "--out", str(tmp_path / "out")],
        cwd=Path(__file__).parent.parent, stderr=subprocess.PIPE, text=True,
    ) as asked:  # fmt: skip
        ledger = tmp_path / "out" / LEDGER
        while asked.poll() is None and not (ledger.exists() and ledger.stat().st_size):
            time.sleep(0.02)
        asked.send_signal(signal.SIGINT)
        _, told = asked.communicate(timeout=100)
    assert asked.returncode != 0
    assert f"To go on from here: steppe sweep {file} --out {tmp_path / 'out'}" in told
    assert "Traceback" not in told
    assert 0 < len(ledger.read_bytes().splitlines()) < 40
    sweep_child.fill(file, tmp_path / "out")
    sweep_child.fill(file, tmp_path / "whole")
    equal(tmp_path / "out", tmp_path / "whole")


def test_where_there_is_no_terminal_a_line_is_said_every_half_minute(capsys):
    now = iter([0.0, 10.0, 31.0, 40.0, 70.0])
    lines = Lines("tried", 1000, lambda: next(now))
    for runs in (100, 100, 100, 100):
        lines.advance(runs)
    assert capsys.readouterr().err.splitlines() == [
        "tried: 200/1,000 runs, 6 runs/s, about 2 min left",
        "tried: 400/1,000 runs, 6 runs/s, about 2 min left",
    ]


def test_without_a_terminal_there_is_no_bar(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr("steppe.cli.sweep_progress.EVERY", 0.0)
    sweep_child.fill(write(tmp_path / "asked"), tmp_path / "out")
    told = capsys.readouterr().err.splitlines()
    assert len(told) == 21
    assert told[-1].startswith("tried: 240/240 runs, ")


REPAIRED = """
set -e
mount -t tmpfs -o size=8m none {disk}
{steppe} sweep {file} --out {disk}/out
rm {disk}/out/runs/000002-000001.parquet
head -c $(( $(df --output=avail -k {disk} | tail -1) * 1024 - 614400 )) /dev/zero > {disk}/ballast
set +e
{steppe} sweep {file} --out {disk}/out
echo repaired $?
{steppe} sweep {file} --out {disk}/other
echo another $?
rm {disk}/ballast
cp -r {disk}/out {kept}
"""


@pytest.mark.long
def test_a_repair_on_a_nearly_full_disk_needs_only_its_own_room(tmp_path):
    """600 kB are free: enough for the chunk that is lost, not for the sweep (2 MB) again."""
    file = write(tmp_path / "asked")
    disk, kept = tmp_path / "disk", tmp_path / "kept"
    disk.mkdir()
    steppe = f'{sys.executable} -c "from steppe.cli.main import entry; entry()"'
    script = REPAIRED.format(disk=disk, steppe=steppe, file=file, kept=kept)
    found = unshared(script)
    assert "repaired 0" in found.stdout, found.stderr
    assert "left        15 runs in 1 chunk\n" in found.stderr
    assert "another 2" in found.stdout
    assert "there is not enough room for the sweep" in found.stderr
    assert (kept / "runs" / "000002-000001.parquet").exists()


@pytest.mark.parametrize(
    ("replicates", "size", "chunk"),
    [(12, 20, "[3, 5]"), (40, 64, "[16, 40]"), (1, 400, "[50, 1]"), (800, 4, "[1, 400]")],
)
def test_the_room_that_is_said_is_about_what_du_shows(tmp_path, replicates, size, chunk):
    text = SWEEP.replace("replicates = 12", f"replicates = {replicates}")
    text = text.replace("[3, 5]", chunk).replace("size = 20", f"size = {size}")
    file = write(tmp_path / "asked", text)
    problem = prepare(load_sweep(file))
    store = sweep_child.fill(file, tmp_path / "out")
    _, block = disk_of(tmp_path)
    cost = measure(problem, store.manifest.chunk)
    room = Room(store.manifest, problem.design.points, cost.sample, len(cost.runs), block)
    said = room.of(store.chunks) + room.described(problem.design.to_json())
    files = [tmp_path / "out", *(tmp_path / "out").rglob("*")]
    on_disk = sum(path.lstat().st_blocks * 512 for path in files)
    assert on_disk <= said <= 1.3 * on_disk, (said, on_disk)


@pytest.mark.parametrize(
    ("points", "replicates", "chunk"),
    [(11, 50, (4, 50)), (1000, 1000, (4, 1000)), (1_000_000, 1, (4000, 1)), (1, 10_000, (1, 625))],
)
def test_chunks_are_a_sixteenth_of_a_sweep_from_200_to_4000_runs(points, replicates, chunk):
    assert chunk_size(points, replicates) == chunk
