"""``steppe compare``: two scenarios on the same luck, run by run."""

from __future__ import annotations

import textwrap
from pathlib import Path
from typing import Annotated

import typer

from .run import Runs, Seed


def compare(
    a: Annotated[str, typer.Argument(help="Scenario A, usually a baseline.")],
    b: Annotated[str, typer.Argument(help="Scenario B, the what-if.")],
    runs: Runs = 1000,
    seed: Seed = 1,
    out: Annotated[
        Path | None,
        typer.Option(help="Directory of the comparison; steppe-runs/<A>-vs-<B>-<key> by default."),
    ] = None,
) -> None:
    """Compare two scenarios: paired differences with intervals, and what the pairing removed."""
    from ..scenarios.load import load_resolved

    one, other = load_resolved(a), load_resolved(b)
    from ..results.compare import compare as paired
    from ..results.report import Extras, comparison_manifest, finish_comparison
    from ..results.words import differences
    from .execution import RUNS_DIRECTORY, changes, compute

    store_a, _ = compute(one, a, runs, seed, None)
    store_b, problem_b = compute(other, b, store_a.runs, seed, None)
    if store_b.runs > store_a.runs:
        store_a, _ = compute(one, a, store_b.runs, seed, None)
    command = [
        "steppe", "compare", store_a.manifest.command[2], store_b.manifest.command[2],
        "--runs", str(store_a.runs), "--seed", str(seed),
    ]  # fmt: skip
    manifest = comparison_manifest(store_a.manifest, store_b.manifest, command)
    directory = out or RUNS_DIRECTORY / manifest.directory_name()
    comparison = paired(store_a, store_b)
    page = finish_comparison(
        comparison,
        store_a,
        store_b,
        directory,
        command,
        changes(problem_b),
        Extras(other.story, other.assumptions),
    )
    typer.echo(f"{manifest.title}: {store_a.runs:,} paired runs, seed {seed}. {manifest.badge}.\n")
    for sentence in differences(comparison, manifest):
        typer.echo(textwrap.fill(sentence, 100, initial_indent="- ", subsequent_indent="  "))
    typer.echo(f"\nReport to open: {page}")
