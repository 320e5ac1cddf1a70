"""The documentation: pages are fresh, code runs, commands parse, scenarios load, links lead."""

import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from typer.main import get_command

from steppe.cli import sweep_execution
from steppe.cli.execution import prepare
from steppe.cli.main import app
from steppe.explore.problem import assemble
from steppe.explore.replicates import simulate_span
from steppe.explore.sweep.load import load_sweep, read_sweep
from steppe.explore.sweep.problem import prepare as prepare_sweep
from steppe.model import rules
from steppe.model.engine import simulate
from steppe.model.names import AREAS, LAST_HISTORY_YEAR, PATRONS, START_YEAR, STATES
from steppe.model.quantities import quantities
from steppe.model.tables import OFFSET, Tables
from steppe.results.lock import locked
from steppe.results.store import open_or_create
from steppe.results.summaries import summarise
from steppe.results.tables import write_table
from steppe.scenarios.load import catalogue, library, load, load_resolved

DOCS = Path(__file__).parent.parent / "docs"
PAGES = sorted(p.relative_to(DOCS).as_posix() for p in DOCS.rglob("*.md"))
WRITTEN = [p for p in PAGES if not p.startswith("reference/")]


def page(name):
    return (DOCS / name).read_text("utf-8")


def blocks(name, language):
    return re.findall(rf"^```{language}\n(.*?)^```$", page(name), re.MULTILINE | re.DOTALL)


def commands(name):
    """Lines that call steppe, without redirections, as lists of words after ``steppe``."""
    found = []
    for line in "\n".join(blocks(name, "sh") + blocks(name, "powershell")).splitlines():
        words = shlex.split(line.replace("\\", "/").split(" > ")[0])
        names = [Path(word).name for word in words]
        if "steppe" in names:
            found.append(words[names.index("steppe") + 1 :])
    return found


def scenarios_of(name, folder, sweeps=False):
    """Write the TOML blocks of a page that are scenarios, or sweeps; return the files."""
    files = []
    for text in blocks(name, "toml"):
        if ("[design]" in text) != sweeps:
            continue
        named = re.search(r'^name = "(.+)"$', text, re.MULTILINE)[1]
        files.append(folder / f"{named}.toml")
        files[-1].write_text(text, "utf-8")
    return files


def quick_run(directory, runs):
    """Data and tables of a run as ``steppe run`` writes them, without figures and report."""
    problem, manifest = prepare(load_resolved("baseline-2022"), "baseline-2022", runs, 1)
    store = open_or_create(directory, manifest)
    for batch in store.missing():
        store.write(batch, simulate_span(problem, store.span(batch))._asdict())
    for table, frame in summarise(store).items():
        write_table(directory, table, frame, store.manifest)


def quick_sweep(directory):
    """A sweep of three points as ``steppe sweep`` makes it."""
    factor = {"quantity": "budget.russia", "factor": [0.5, 1.5], "count": 3}
    content = {
        "name": "first", "title": "First", "on": "baseline", "replicates": 10,
        "design": {"method": "one"}, "factors": [factor],
    }  # fmt: skip
    problem = prepare_sweep(read_sweep(content, "first"))
    with locked(directory):
        sweep_execution.fill(directory, problem, sweep_execution.manifest_of(problem, ("steppe",)))


# ---------------------------------------------------------------- generated pages


def generate(*arguments, script=DOCS / "generate.py"):
    return subprocess.run(
        [sys.executable, str(script), *arguments], capture_output=True, text=True, check=False
    )


@pytest.mark.long
def test_reference_pages_are_fresh():
    checked = generate("--check")
    assert checked.returncode == 0, checked.stderr


@pytest.mark.long
def test_a_stale_page_is_named(tmp_path):
    """Negative control: in a copy, one page changed, one missing, one left over."""
    copy = tmp_path / "docs"
    shutil.copytree(DOCS, copy)
    reference = Path("results") / "reference"
    shutil.copytree(DOCS.parent / reference, tmp_path / reference)
    changed = copy / "reference" / "parameters.md"
    changed.write_text(page("reference/parameters.md") + "\n", "utf-8")
    (copy / "reference" / "commands.md").unlink()
    (copy / "reference" / "old.md").write_text("", "utf-8")
    (copy / "pictures" / "coverage.png").write_bytes(b"not a picture")
    checked = generate("--check", script=copy / "generate.py")
    assert checked.returncode == 1
    assert "pictures/coverage.png is stale" in checked.stderr
    named = re.findall(r"reference/(\w+)\.md is stale", checked.stderr)
    assert named == ["commands", "old", "parameters"]


def test_a_wrong_argument_is_refused():
    assert generate("--chek").returncode == 2


# ---------------------------------------------------------------- code in pages


@pytest.mark.parametrize("name", [p for p in WRITTEN if blocks(p, "python")])
@pytest.mark.long
def test_python_blocks_run(name, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    if "first-run/" in page(name):
        quick_run(tmp_path / "first-run", 100)
    if "first-sweep/" in page(name):
        quick_sweep(tmp_path / "first-sweep")
    for number, code in enumerate(blocks(name, "python"), start=1):
        exec(compile(code, f"{name}, block {number}", "exec"), {"__name__": "__main__"})


@pytest.mark.parametrize("name", [p for p in WRITTEN if blocks(p, "toml")])
def test_scenario_blocks_load_and_act(name, tmp_path):
    for file in scenarios_of(name, tmp_path, sweeps=True):
        assert load_sweep(file).factors
    files = scenarios_of(name, tmp_path)
    for file in files:
        resolved = load_resolved(file)
        tables = assemble(resolved, 1).tables(0)
        for lever in resolved.levers:
            quantity = lever.entries[0].split(".")[0]
            before = assemble(load_resolved(resolved.compare_with), 1).tables(0)[quantity]
            differs = (tables[quantity] != before).reshape(tables.years, -1).any(axis=1)
            assert differs.any(), f"{file.name}: lever {lever.number} changes nothing"
            assert not differs[: lever.first - START_YEAR].any()


def parsed(words):
    """Parse a command line as ``steppe`` does, running nothing; return its parameters."""
    command = get_command(app)
    while words and words[0] in getattr(command, "commands", {}):
        command, words = command.commands[words[0]], words[1:]
    if "--help" in words:
        return {}
    return command.make_context("steppe", list(words)).params


@pytest.mark.parametrize("name", [p for p in WRITTEN if commands(p)])
def test_commands_parse_and_name_scenarios(name, tmp_path):
    files = [f.name for f in scenarios_of(name, tmp_path)]
    started = [f"{words[2]}.toml" for words in commands(name) if words[:2] == ["scenarios", "new"]]
    for words in commands(name):
        given = parsed(words)
        for parameter in ("scenario", "a", "b"):
            if parameter in given:
                assert given[parameter] in {*library(), *files}, words
        assert set(given.get("files", ())) <= {*library(), *files, *started}, words


def test_an_unknown_option_does_not_parse():
    """Negative control of the check above."""
    with pytest.raises(Exception, match="No such option"):
        parsed(["run", "baseline", "--rnus", "5"])


def test_the_reference_lists_every_command_and_scenario():
    guide = page("reference/scenarios.md")
    for entry in catalogue():
        assert f"`{entry.name}`" in guide
        if entry.year is None:
            assert f"### `{entry.name}`: {load(entry.name).title}" in guide
    for name in get_command(app).commands:
        assert f"## `steppe {name}`" in page("reference/commands.md")


# ---------------------------------------------------------------- figures in the model page


@pytest.fixture(scope="module")
def measured():
    """The 200 runs at point values that the model page cites, and their problem."""
    problem = assemble(load_resolved("baseline-2022", "point"), 1)
    return problem, simulate_span(problem, range(200))


def test_the_model_page_has_the_offers_that_were_measured(measured):
    """Offers of China, its budget, opportunities, and what a doubled budget adds."""
    problem, _ = measured
    tables, china = problem.tables(0), PATRONS.index("china")

    def run(factor):
        """Without joint exercises, whose invitations are no offers at opportunities."""
        flat = tables.flat.copy()
        flat[:, OFFSET["exercise_programme"] : OFFSET["exercise_programme"] + 2] = 0.0
        flat[:, OFFSET["budget"] + china] *= factor
        flat.flags.writeable = False  # as all tables are: else the engine is compiled once more
        return simulate(Tables(flat), problem.seed, np.arange(1000))

    outcome, richer = run(1.0), run(2.0)
    told = []
    for row in (LAST_HISTORY_YEAR - START_YEAR, tables.years - 1):
        now = {name: tables[name][row] for name in quantities()}
        budget = rules.budget(
            now["budget"][china],
            now["budget_capacity_elasticity"],
            now["capacity"][china],
            now["trade_response"],
            now["trade"][china],
            now["budget_alarm_response"][china],
            0.0,
        )
        assert now["budget_alarm_response"][china] == 0.0
        pressure = outcome.signals[:, row] @ now["need_load"].T
        needs = np.minimum(1.0, now["exposure"] * pressure)
        opportunities = now["opportunity_rate"] * needs.sum(axis=(1, 2)).mean()
        offers, more = (o.offers[:, row, :, china].sum() / 1000 for o in (outcome, richer))
        assert offers < min(budget, opportunities)
        told.append((offers, budget, opportunities, more / offers - 1.0))
    (offers, budget, opportunities, more), (last, whole, few, little) = told
    assert (
        f"China tables {offers:.1f} offers in 2022 and {last:.1f} in 2035, on budgets of "
        f"{budget:.0f} and {whole:.0f} without chance deviations, for {opportunities:.1f} and "
        f"{few:.1f} expected opportunities; twice the budget tables {more:.0%} and {little:.0%} "
        "more."
    ) in page("model.md")


def test_the_model_page_has_the_forces_that_were_measured(measured):
    """The forces that the record states are held, and lapse only after the cut-off."""
    _, outcome = measured
    force = outcome.rung[:, :, :, PATRONS.index("russia"), AREAS.index("defence")] == 5
    cut = LAST_HISTORY_YEAR - START_YEAR
    shares = []
    for state, first in (("TJ", 1992), ("KG", 2012)):
        stands = force[:, :, STATES.index(state)].mean(axis=0)
        assert (stands[first - START_YEAR : cut + 1] == 1.0).all()
        assert stands[-1] < 1.0
        shares.append(stands[-1])
    assert (
        "the Russian forces there stand in all runs to the end of 2022, and at the end of 2035 in "
        f"{shares[0]:.2f} and {shares[1]:.2f} of them"
    ) in page("model.md")


# ---------------------------------------------------------------- links


def anchors(name):
    """Anchors of a page's headings, as readers of Markdown make them."""
    headings = re.findall(r"^#+ (.+)$", re.sub(r"```.*?```", "", page(name), flags=re.DOTALL), re.M)
    return {re.sub(r"[^\w\- ]", "", h.lower()).replace(" ", "-") for h in headings}


@pytest.mark.parametrize("name", PAGES)
def test_links_lead_somewhere(name):
    text = re.sub(r"```.*?```|`[^`\n]*`", "", page(name), flags=re.DOTALL)
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if target.startswith(("http:", "https:")):
            continue
        file, _, anchor = target.partition("#")
        path = (DOCS / name).parent / file if file else DOCS / name
        assert path.exists(), f"{name}: {target}"
        if anchor:
            inside = path.resolve().relative_to(DOCS.resolve()).as_posix()
            assert anchor in anchors(inside), f"{name}: {target}"


def test_the_model_page_names_what_exists_and_every_parameter():
    section = page("model.md").split("## 5. Submodels")[1].split("## Where it departs")[0]
    words = set(re.findall(r"`([a-z]+_[a-z_]+)`", section))
    known = set(quantities()) | set(vars(rules))
    assert words <= known, words - known
    told = set(re.findall(r"`([a-z_]+)`", page("model.md")))
    unsaid = {n for n, q in quantities().items() if q.kind == "parameter"} - told
    assert not unsaid, f"model.md does not name {unsaid}"
