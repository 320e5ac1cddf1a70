"""``steppe study``: a whole what-if study in one command, and the check of its report."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from .run import Seed, Values

if TYPE_CHECKING:
    from ..results.manifest import Manifest
    from ..results.study.page import Beside
    from .study_members import Ready

QUESTION = (
    "The report of 2010 names four areas in which cooperation should grow. How far does each go, "
    "with whom and by when, what stands in the way, which grows fastest, and what changes that?"
)
VIEWPOINTS = (2009, 2022)

app = typer.Typer(help="Run a whole study, and check its report.", no_args_is_help=True)


@app.command()
def areas(
    runs: Annotated[int, typer.Option(min=2, max=1_000_000, help="Runs of each scenario.")] = 4000,
    seed: Seed = 1,
    viewpoint: Annotated[
        list[int] | None,
        typer.Option(help="Last year on record, from which the scenarios go on; may be repeated."),
    ] = None,
    only: Annotated[
        list[str] | None, typer.Option(help="Only this what-if; may be repeated.")
    ] = None,
    traced: Annotated[
        int, typer.Option(min=1, help="Runs of each baseline whose decisions are traced.")
    ] = 200,
    values: Values = None,
    out: Annotated[
        Path | None,
        typer.Option(help="Directory of the study; steppe-runs/study-areas-<key> by default."),
    ] = None,
    keep: Annotated[
        Path | None,
        typer.Option(
            "--write", help="Directory for the tables of the answers alone, as the docs read them."
        ),
    ] = None,
) -> None:
    """Run the study of the four areas: all viewpoints and what-ifs, into one report.

    Asking again goes on where an interruption left it.
    """
    from ..explore.study.members import members

    viewpoints = tuple(sorted(set(viewpoint or VIEWPOINTS)))
    found = members(viewpoints, tuple(only or ()), values)
    from ..explore.study.decisions import TERMS
    from ..results.report import begin
    from ..results.study import short
    from ..results.study.cases import tables
    from ..results.study.claimed import claims
    from ..results.study.page import write
    from .execution import RUNS_DIRECTORY
    from .reproduce import reference_directory
    from .study_members import inputs, ready, run_members, views

    typer.echo(f"Reading {len(found)} scenarios ...", err=True)
    each = ready(found, runs, seed, values)
    manifest = _manifest(each, runs, seed, viewpoints, only or (), traced, values)
    directory = out or RUNS_DIRECTORY / manifest.directory_name()
    begin(directory, manifest)
    try:
        pieces = run_members(each, directory, runs, traced)
    except KeyboardInterrupt:
        typer.echo("Interrupted; the same command goes on from here.", err=True)
        raise
    facts = {
        "runs": runs,
        "draws": each[0].problem.draw_count,
        "traced": min(traced, runs),
        "seed": seed,
    }
    made = tables(views(each, pieces), TERMS, facts)
    made |= claims(reference_directory().parent, manifest.digests.get("posterior", ""))
    typer.echo("Tables, figures and report ...", err=True)
    page = write(directory, made, manifest, _beside(each))
    if keep is not None:
        short.write(keep, made, manifest, inputs(each))
    _print_short(page)
    typer.echo(f"\nReport to open: {page}\nThe same as PDF: {page.with_suffix('.pdf')}")


@app.command()
def check(
    directory: Annotated[Path, typer.Argument(help="Directory of a study or comparison.")],
) -> None:
    """Derive every sentence of a report again from the tables beneath it."""
    from ..model.errors import InputError
    from ..results.files import read_bytes
    from ..results.store import REPORT
    from ..results.tables import read_table
    from ..results.told import problems, sentences

    page = read_bytes(directory / REPORT)
    if page is None:
        raise InputError("there is no report", file=str(directory), todo="run the study first")
    names = [path.stem for path in sorted((directory / "tables").glob("*.parquet"))]
    wrong = problems(page, {name: read_table(directory, name) for name in names})
    count = len(sentences(page))
    if not count:
        raise InputError(
            "no sentence of the report carries references", file=str(directory / REPORT)
        )
    for fault in wrong:
        typer.echo(fault, err=True)
    if wrong:
        raise typer.Exit(1)
    typer.echo(f"{count} sentences follow from their tables.")


@app.command()
def fresh(
    runs: Annotated[int, typer.Option(min=2, help="Runs of each scenario that is run anew.")] = 40,
    seed: Seed = 2,
    against: Annotated[
        Path | None,
        typer.Option(help="Directory of the study's tables; those of the project by default."),
    ] = None,
) -> None:
    """Say whether the committed tables of the study are still those of the shipped model.

    What determines the members is compared by digests; the code, by a few scenarios that are run
    anew and held against the tables within the Monte Carlo error of both. Leaves with 1 if not.
    """
    import json

    from ..explore.study.members import members
    from ..model.errors import InputError
    from ..results.files import read_bytes
    from ..results.study import short
    from ..results.study.fresh import apart, changed
    from .reproduce import reference_directory, tell_apart
    from .study_members import fresh_levels, inputs, ready, sampled

    place = against or reference_directory().parent / "study"
    content = read_bytes(place / short.ABOUT)
    if content is None:
        raise InputError(
            "there are no tables of a study",
            file=str(place),
            todo="write them: study areas --write",
        )
    tables = short.read(place)
    facts = tables["facts"].iloc[0]
    found = members(VIEWPOINTS)
    then = json.loads(content)["inputs"]
    now = inputs(ready(found, int(facts["runs"]), int(facts["seed"]), None))
    stale = changed(then, now)
    for fault in stale:
        typer.echo(fault, err=True)
    levels, units = fresh_levels([m for m in sampled(found) if m.name in then], runs, seed)
    table = apart(levels, tables["levels"], units, int(facts["draws"]))
    wrong = table[~table["within"]]
    tell_apart(wrong, "in the study")
    if stale or len(wrong):
        typer.echo("The tables are stale: steppe study areas --write writes them again.", err=True)
        raise typer.Exit(1)
    typer.echo(
        f"{len(now)} scenarios are what they were; {len(table)} numbers of "
        f"{table['scenario'].nunique()} of them, {runs:,} runs each, seed {seed}, agree within "
        "their Monte Carlo error."
    )


def _manifest(
    each: Sequence[Ready],
    runs: int,
    seed: int,
    viewpoints: Sequence[int],
    only: Sequence[str],
    traced: int,
    values: str | None,
) -> Manifest:
    """Manifest of the study; what determines it are its members."""
    from ..explore.badge import together
    from .execution import references

    first = each[0].manifest
    command = ["steppe", "study", "areas", "--runs", str(runs), "--seed", str(seed)]
    for year in viewpoints if tuple(viewpoints) != VIEWPOINTS else ():
        command += ["--viewpoint", str(year)]
    for name in only:
        command += ["--only", name]
    command += ["--traced", str(traced)] if traced != 200 else []
    command += ["--parameters", values] if values else []
    cited = {r.key: r for one in each for r in references(one.member.resolved)}
    return first.model_copy(
        update={
            "kind": "study",
            "name": "study-areas",
            "title": "The four areas: how far, by when, against what",
            "question": QUESTION,
            "conditioned_until": max(viewpoints),
            "scenario": {one.member.name: one.key for one in each},
            "digests": {
                **first.digests,
                "tables": _joint([one.key for one in each]),
            },
            "command": tuple(command),
            "references": tuple(cited.values()),
            "badge": together(one.manifest.badge for one in each),
        }
    )


def _joint(digests: Sequence[str]) -> str:
    from ..results.files import digest

    return digest("".join(digests).encode())


def _beside(each: Sequence[Ready]) -> Beside:
    """Events, stories, assumptions and notes for the report."""
    from ..results.study.page import Beside
    from .execution import notes, timeline_events

    stories: dict[str, dict[str, Any]] = {}
    for resolved in (one.member.resolved for one in each if one.member.role != "rule"):
        told = stories.setdefault(
            resolved.story, {"title": resolved.title, "story": resolved.story, "assumptions": []}
        )
        new = [text for text in resolved.assumptions if text not in told["assumptions"]]
        told["assumptions"] += new  # views of one scenario have one story
    assumed = [
        f"From {one.member.viewpoint}: {text}"
        for one in each
        if one.member.role == "baseline"
        for text in one.member.resolved.assumptions
    ]
    fitted = each[0].problem.posterior.manifest.until if each[0].problem.posterior else 0
    assumed += [
        f"From {year}: Only packages are left open. The parameters were fitted to the record to "
        f"{fitted} and the drivers follow it after {year}, so the model knows more than anyone "
        "could then: no number from this year is a forecast of that time."
        for year in sorted({one.member.viewpoint for one in each})
        if year < fitted
    ]
    events, known = timeline_events(each[0].problem), notes(each[0].problem)
    return Beside(events, list(stories.values()), assumed, known)


def _print_short(page: Path) -> None:
    """Print the short answer as the report has it: all before the first area's own part."""
    from itertools import takewhile

    from ..results.study.growth import FOUR
    from ..results.told import sentences

    told = sentences(page.read_bytes())
    for sentence in takewhile(lambda one: one.reference["about"].get("area") not in FOUR, told):
        typer.echo(textwrap.fill(sentence.text, 100, initial_indent="- ", subsequent_indent="  "))
