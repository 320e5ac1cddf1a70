"""``steppe compare``: two scenarios on the same luck, run by run."""

from __future__ import annotations

import textwrap
from pathlib import Path
from typing import Annotated

import typer

from ..model.errors import InputError
from .run import Runs, Seed, Values


def compare(
    a: Annotated[str, typer.Argument(help="Scenario A, usually a baseline.")],
    b: Annotated[str, typer.Argument(help="Scenario B, the what-if.")],
    runs: Runs = 1000,
    seed: Seed = 1,
    values: Values = None,
    out: Annotated[
        Path | None,
        typer.Option(help="Directory of the comparison; steppe-runs/<A>-vs-<B>-<key> by default."),
    ] = None,
) -> None:
    """Compare two scenarios: paired differences with intervals, and what the pairing removed."""
    from ..scenarios.load import load_resolved

    one, other = load_resolved(a, values), load_resolved(b, values)
    from ..results.compare import compare as paired
    from ..results.report import Extras, begin, comparison_manifest, finish_comparison
    from ..results.words import differences
    from .execution import RUNS_DIRECTORY, changes, compute, notes, prepare

    problem_a, manifest_a = prepare(one, a, runs, seed, values)
    problem_b, manifest_b = prepare(other, b, runs, seed, values)
    for name, mine, theirs in (
        ("horizon", one.horizon, other.horizon),
        ("parameters.draws", problem_a.draw_count, problem_b.draw_count),
    ):
        if mine != theirs:
            raise InputError(
                f"{a} and {b} cannot be paired", field=name, found=theirs, allowed=str(mine)
            )
    command = ["steppe", "compare", manifest_a.command[2], *manifest_b.command[2:]]
    manifest = comparison_manifest(manifest_a, manifest_b, command)
    directory = out or RUNS_DIRECTORY / manifest.directory_name()
    begin(directory, manifest)
    store_a = compute(problem_a, manifest_a, directory / "runs-a")
    store_b = compute(problem_b, manifest_b.with_runs(store_a.runs), directory / "runs-b")
    comparison = paired(store_a, store_b)
    page = finish_comparison(
        comparison,
        store_a,
        store_b,
        directory,
        command,
        changes(problem_b),
        Extras(other.story, other.assumptions, notes(problem_b)),
    )
    typer.echo(f"{manifest.title}: {store_a.runs:,} paired runs, seed {seed}. {manifest.badge}.\n")
    for sentence in differences(comparison, manifest):
        typer.echo(textwrap.fill(sentence, 100, initial_indent="- ", subsequent_indent="  "))
    typer.echo(f"\nReport to open: {page}")
