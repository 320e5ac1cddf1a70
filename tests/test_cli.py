"""The command line as a person uses it: in a folder of its own, in a process of its own."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from steppe.calibration.installed import installed
from steppe.explore.badge import badge

from .commands import steppe

FIELDS = ("manifest.json", "report.html", "data.zarr/zarr.json", "tables/rungs.parquet")


def contents(directory):
    return {
        path.relative_to(directory).as_posix(): path.read_bytes()
        for path in sorted(Path(directory).rglob("*"))
        if path.is_file()
    }


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder with one run of a what-if and of its baseline, and their comparison."""
    place = tmp_path_factory.mktemp("analyst")
    done = steppe(
        "compare", "baseline-2022", "moscow-withdraws", "--runs", 60, "--seed", 3, cwd=place
    )
    (place / "said.txt").write_text(done.stdout, "utf-8")
    return place


def directory_of(folder, start):
    """The directory of a run or comparison: its name and the ten digits of its key."""
    return next((folder / "steppe-runs").glob(f"{start}[0-9a-f]" + "?" * 9))


@pytest.mark.long
def test_compare_says_what_the_pairing_removed(folder):
    said = (folder / "said.txt").read_text("utf-8")
    assert "Russia" in said
    assert badge("posterior", installed(), 2022) in " ".join(said.split())
    report = directory_of(folder, "baseline-2022-vs-moscow-withdraws-") / "report.html"
    assert str(report.relative_to(folder)) in said
    assert "pairing run by run removed" in report.read_text("utf-8")
    assert "pairing run by run removed" in " ".join(said.split())


@pytest.mark.long
def test_run_names_the_report_and_finds_itself_again(folder):
    first = steppe("run", "baseline-2022", "--runs", 60, "--seed", 3, cwd=folder)
    report = folder / first.stdout.strip().splitlines()[-1].removeprefix("Report to open: ")
    assert report.name == "report.html"
    before = contents(report.parent)
    assert set(FIELDS) <= set(before)
    second = steppe("run", "baseline-2022", "--runs", 60, "--seed", 3, cwd=folder)
    assert second.stdout == first.stdout
    assert contents(report.parent) == before


@pytest.mark.long
def test_a_manifest_re_creates_its_run_byte_for_byte(folder, tmp_path):
    steppe("run", "baseline-2022", "--runs", 60, "--seed", 3, cwd=folder)
    source = directory_of(folder, "baseline-2022-")
    steppe("rerun", source / "manifest.json", "--out", "again", cwd=tmp_path)
    assert contents(tmp_path / "again") == contents(source)


@pytest.mark.long
def test_more_runs_extend_and_another_seed_differs(folder, tmp_path):
    asked = ("run", "baseline", "--parameters", "point", "--no-report")
    steppe(*asked, "--runs", 20, "--out", "a", cwd=tmp_path)
    steppe(*asked, "--runs", 40, "--out", "a", cwd=tmp_path)
    steppe(*asked, "--runs", 40, "--out", "b", cwd=tmp_path)
    assert contents(tmp_path / "a") == contents(tmp_path / "b")
    refused = steppe(*asked, "--seed", 2, "--out", "a", cwd=tmp_path, code=2)
    assert "belongs to another run" in refused.stderr
    other = steppe("run", "baseline", "--runs", 40, "--out", "a", cwd=tmp_path, code=2)
    assert "belongs to another run" in other.stderr
    assert "parameters" in other.stderr
    assert contents(tmp_path / "a") == contents(tmp_path / "b")


def test_scenarios_take_the_installed_posterior(folder):
    """``folder`` compared by default; these runs ask for what its manifest says."""
    manifest = json.loads(
        (directory_of(folder, "baseline-2022-vs-moscow-withdraws-") / "manifest.json").read_text()
    )
    assert manifest["parameters"]["source"] == "posterior"
    assert manifest["parameters"]["draws"] == 60
    assert "posterior" in manifest["digests"]


def test_prior_draws_are_explored_and_say_so(tmp_path):
    steppe("scenarios", "new", "mine", "--out", "mine.toml", cwd=tmp_path)
    text = (tmp_path / "mine.toml").read_text("utf-8")
    (tmp_path / "mine.toml").write_text(
        text.replace('source = "posterior"', 'source = "prior"\ndraws = 10', 1), "utf-8"
    )
    refused = steppe("run", "mine.toml", "--runs", 25, cwd=tmp_path, code=2)
    assert "a multiple of 10" in refused.stderr
    assert not (tmp_path / "steppe-runs").exists()
    steppe("run", "mine.toml", "--runs", 20, "--out", "out", "--no-report", cwd=tmp_path)
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text("utf-8"))
    assert manifest["parameters"]["draws"] == 10
    assert manifest["badge"].startswith("exploration: parameters drawn")
    assert manifest["command"][2] == "mine.toml"


@pytest.mark.long
def test_parameters_asked_for_replace_the_scenarios_and_stay_in_the_command(tmp_path):
    words = ("run", "baseline", "--runs", 20, "--parameters", "prior")
    steppe(*words, "--out", "a", "--no-report", cwd=tmp_path)
    manifest = json.loads((tmp_path / "a" / "manifest.json").read_text("utf-8"))
    assert manifest["parameters"]["source"] == "prior"
    assert manifest["parameters"]["draws"] == 20
    assert manifest["command"][-2:] == ["--parameters", "prior"]
    steppe("rerun", "a", "--out", "b", cwd=tmp_path)
    first, again = contents(tmp_path / "a"), contents(tmp_path / "b")
    assert "report.html" not in first  # it comes when it is asked for
    assert "report.html" in again
    del first["progress.json"]  # tells what has been made
    assert {name: again[name] for name in first} == first
    said = steppe("explain", "baseline", "--state", "TJ", "--year", 2016, "--run", 17,
                  "--runs", 20, "--parameters", "prior", cwd=tmp_path).stdout  # fmt: skip
    assert "Draw 17 of 20" in " ".join(said.split())


def test_explain_tells_a_decision(tmp_path):
    said = steppe(
        "explain", "baseline", "--state", "TJ", "--year", 2016, "--run", 1, cwd=tmp_path
    ).stdout
    for word in ("utility", "probabilities", "draw", "sovereignty", "flips to"):
        assert word in said
    again = steppe(
        "explain", "baseline", "--state", "TJ", "--year", 2016, "--run", 1, cwd=tmp_path
    ).stdout
    assert again == said


def test_explain_tells_what_a_run_made_of_the_record(tmp_path):
    """A year that follows the record: sources, terms, chances, what no source saw; no draw."""
    words = ("explain", "baseline-2009", "--state", "UZ", "--year", 2009, "--run", 2)
    said = " ".join(steppe(*words, cwd=tmp_path).stdout.split())
    assert "2009-uz-scanners (000_e0d38c0e5c981c6b, 001_ed48a56282a53ea7)" in said
    assert "USD 3.70 million, as recorded" in said
    assert "stayed away from a joint exercise: 2009-uz-reaction-force-refusal (russia)" in said
    for word in (
        "sovereignty",
        "utility",
        "taken, if alone",
        "none can be flipped",
        "This run adds",
    ):
        assert word in said
    assert "draw 0." not in said
    assert "flips to" not in said
    one = " ".join(steppe(*words, "--area", "defence", cwd=tmp_path).stdout.split())
    assert "2009-uz-scanners" not in one


def test_explain_where_nothing_was_offered(tmp_path):
    said = steppe(
        "explain", "baseline", "--state", "KG", "--year", 1993,
        "--area", "energy_protection", cwd=tmp_path,
    ).stdout  # fmt: skip
    assert "no offer was on the table" in said
    assert "of 200 runs there was one" in said


@pytest.mark.parametrize(
    "words, told",
    [
        (("run", "baselin"), "did you mean baseline"),
        (("run", "no/such.toml"), "there is no such file"),
        (("compare", "baseline", "moscow-wthdraws"), "did you mean moscow-withdraws"),
        (("scenarios", "show", "kabul"), "no scenario has this name"),
        (("explain", "baseline", "--state", "TJK", "--year", "2016"), "did you mean TJ"),
        (("explain", "baseline", "--state", "TJ", "--year", "2050"), "1992 to 2035"),
        (("explain", "baseline", "--state", "TJ", "--year", "2016", "--area", "energy"),
         "energy_protection"),
        (("parameters", "budgt"), "did you mean budget"),
        (("evidence", "--state", "TX"), "no such state"),
        (("evidence", "show", "2002-kg-first"), "2002-kg-first-exercise"),
        (("rerun", "nowhere", "--out", "x"), "there is no manifest"),
        (("run", "baseline", "--parameters", "priors"), "did you mean prior"),
        (("run", "baseline", "--parameters", "prior", "--runs", "211"), "multiple of 200"),
        (("run", "baseline", "--seed", "-1"), "--seed"),
        (("run", "baseline", "--runs", "0"), "--runs"),
        (("run", "baseline", "--runs", "99999999999"), "--runs"),
        (("explain", "baseline", "--state", "TJ", "--year", "2016", "--seed", str(2**63)),
         "--seed"),
    ],
)  # fmt: skip
def test_bad_input_ends_with_a_message_and_two(words, told, tmp_path):
    done = steppe(*words, cwd=tmp_path, code=2)
    assert told in " ".join(done.stderr.split())
    assert "Traceback" not in done.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("verb", ["run", "compare", "explain"])
def test_a_broken_scenario_file_runs_nothing(verb, tmp_path):
    broken = sorted((Path(__file__).parent / "invalid_scenarios").glob("*.toml"))[0]
    more = {
        "run": (),
        "compare": ("baseline",),
        "explain": ("--state", "TJ", "--year", "2016"),
    }[verb]
    done = steppe(verb, broken, *more, cwd=tmp_path, code=2)
    assert done.stderr.startswith("steppe: ")
    assert broken.name in done.stderr
    assert "Traceback" not in done.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "words, heavy",
    [
        (("--help",), ("numpy", "pydantic", "numba", "mesa", "pandas", "xarray", "matplotlib")),
        (("run", "baselin"), ("numpy", "numba", "mesa", "pandas", "xarray", "matplotlib")),
        (("scenarios",), ("numba", "mesa", "pandas", "xarray", "matplotlib")),
        (("evidence",), ("numba", "mesa", "pandas", "xarray", "matplotlib")),
    ],
)
def test_quick_commands_load_nothing_heavy(words, heavy):
    """The structure behind quick answers; benchmarks/startup.py has the seconds."""
    code = (
        "import sys\nfrom steppe.cli.main import entry\n"
        f"sys.argv = ['steppe', *{words!r}]\n"
        "try:\n    entry()\nexcept SystemExit:\n    pass\n"
        f"print('loaded:', [m for m in {heavy!r} if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip().splitlines()[-1] == "loaded: []"


@pytest.mark.parametrize(
    ("before", "given", "found"),
    [("", {}, "1"), ("", {"OPENBLAS_NUM_THREADS": "2"}, "2"), ("import numpy", {}, "unset")],
)
def test_linear_algebra_runs_on_one_thread_before_it_is_loaded(before, given, found):
    """Threads round sums otherwise, so that a fit would end in other bytes. Where NumPy has read
    their number already, the processes of a fit must read the same one."""
    code = (
        f"import os, sys\n{before}\nread = 'numpy' in sys.modules\n"
        "from steppe.cli.main import entry\nassert ('numpy' in sys.modules) == read\n"
        "print(os.environ.get('OPENBLAS_NUM_THREADS', 'unset'))"
    )
    plain = {k: v for k, v in os.environ.items() if k != "OPENBLAS_NUM_THREADS"}
    done = subprocess.run(
        [sys.executable, "-c", code], env=plain | given, capture_output=True, text=True
    )
    assert done.stdout.strip() == found, done.stderr


def test_parameters_list_every_entry(tmp_path):
    steppe("parameters", "--all", "--csv", "p.csv", cwd=tmp_path)
    lines = (tmp_path / "p.csv").read_text("utf-8").splitlines()
    from steppe.model.quantities import addresses

    assert len(lines) == 1 + len(addresses())


@pytest.mark.long
def test_compare_leaves_other_runs_alone(tmp_path):
    """It keeps its own pairs, as many as were asked for; reports of runs stay as they are."""
    steppe("run", "baseline", "--runs", 30, "--no-report", cwd=tmp_path)
    before = contents(tmp_path / "steppe-runs")
    said = steppe("compare", "baseline", "baseline", "--runs", 10, cwd=tmp_path).stdout
    assert "10 paired runs" in said
    assert "no difference in any run" in said.lower()
    after = contents(tmp_path / "steppe-runs")
    assert {name: after[name] for name in before} == before


def test_scenarios_that_cannot_be_paired_are_refused_before_anything_runs(tmp_path):
    steppe("scenarios", "new", "mine", "--out", "mine.toml", cwd=tmp_path)
    text = (tmp_path / "mine.toml").read_text("utf-8")
    (tmp_path / "mine.toml").write_text(
        text.replace('source = "posterior"', 'source = "prior"\ndraws = 10', 1), "utf-8"
    )
    done = steppe("compare", "baseline-2022", "mine.toml", "--runs", 20, cwd=tmp_path, code=2)
    assert "cannot be paired" in done.stderr
    assert not (tmp_path / "steppe-runs").exists()
