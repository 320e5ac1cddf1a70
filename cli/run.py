"""``steppe run`` and ``steppe rerun``: a scenario, many times over, into a directory."""

from __future__ import annotations

import textwrap
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from ..results.store import Store

Runs = Annotated[int, typer.Option(min=1, max=10_000_000, help="Number of runs.")]
Seed = Annotated[int, typer.Option(min=0, max=2**63 - 1, help="Key of all luck.")]
Workers = Annotated[int, typer.Option(min=1, help="Processes; they change no bit.")]
Values = Annotated[
    str | None,
    typer.Option(
        "--parameters",
        help="Values of the parameters: point (the priors' centres), prior (draws from the "
        "priors) or posterior (the installed draws); the scenario says by default.",
    ),
]
Out = Annotated[
    Path | None,
    typer.Option(help="Directory of the results; steppe-runs/<scenario>-<key> by default."),
]
FINGERPRINTED = 100_000
"""Runs up to which their digest is printed; it reads all of them."""


def run(
    scenario: Annotated[str, typer.Argument(help="Name of a shipped scenario, or a file.")],
    runs: Runs = 1000,
    seed: Seed = 1,
    values: Values = None,
    out: Out = None,
    report: Annotated[
        bool, typer.Option(help="Write figures and report as well as data and tables.")
    ] = True,
) -> None:
    """Run a scenario and write data, tables, figures and a report.

    Asking again finds what is there; an interrupted run goes on; more runs extend it.
    """
    from ..scenarios.load import load_resolved

    resolved = load_resolved(scenario, values)
    from . import execution

    problem, manifest = execution.prepare(resolved, scenario, runs, seed, values)
    store = execution.compute(problem, manifest, out)
    page = execution.report(store, problem) if report else execution.tables(store)
    summary(store)
    typer.echo(f"\n{'Report' if report else 'Tables'} to open: {page}")


def rerun(
    source: Annotated[Path, typer.Argument(help="A run directory, or its manifest.json.")],
    out: Annotated[Path, typer.Option(help="New directory for the same run.")],
) -> None:
    """Run again from a manifest alone; the directory comes out the same, byte for byte."""
    import json

    from ..model.errors import InputError
    from ..results.manifest import read_manifest
    from ..results.store import differences
    from ..scenarios.resolve import Resolved
    from .execution import compute, prepare, report

    file = source / "manifest.json" if source.is_dir() else source
    try:
        stored = read_manifest(file.read_bytes(), str(file))
    except OSError as error:
        raise InputError(
            "there is no manifest", file=str(file), todo="name a run directory"
        ) from error
    if stored.kind != "run":
        raise InputError(
            "only single runs can be run again",
            file=str(file),
            found=stored.kind,
            todo=f"a comparison: {' '.join(stored.command)}",
        )
    resolved = Resolved.from_json(json.dumps(stored.scenario), str(file))
    called = stored.command[2]
    problem, ours = prepare(resolved, called, stored.runs, stored.seed)
    ours = ours.model_copy(update={"command": stored.command})
    if ours.key() != stored.key():
        raise InputError(
            "this installation would give other numbers: " + ", ".join(differences(stored, ours)),
            file=str(file),
            todo="install the version that wrote it",
        )
    page = report(compute(problem, ours, out), problem)
    typer.echo(f"Report to open: {page}")


def summary(store: Store) -> None:
    """Print the answer in sentences, as the report has them."""
    from ..results.tables import read_table
    from ..results.words import answers

    names = ("contrasts", "rungs", "first_years", "totals")
    tables = {name: read_table(store.directory, name) for name in names}
    manifest = store.manifest
    typer.echo(f"{manifest.title}: {store.runs:,} runs, seed {manifest.seed}. {manifest.badge}.\n")
    for sentence in answers(tables, manifest):
        typer.echo(textwrap.fill(sentence, 100, initial_indent="- ", subsequent_indent="  "))
    if store.runs <= FINGERPRINTED:
        typer.echo(f"\nDigest of the {store.runs:,} futures: {digest_of(store)}")


def digest_of(store: Store) -> str:
    """Digest of every run's rungs, packages and dependence; the lab's page shows the same."""
    from ..results.fingerprint import NAMES, fingerprint

    return fingerprint(store.stream(NAMES))
