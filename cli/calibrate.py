"""``steppe calibrate``: fit the model to the record, judge the fit, and install it if it passes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from .run import Workers

if TYPE_CHECKING:
    from ..calibration.calibrate import Judged

app = typer.Typer(
    invoke_without_command=True, pretty_exceptions_enable=False, rich_markup_mode="rich"
)
Iterations = Annotated[
    int | None, typer.Option(min=20, help="Iterations of each group of chains, pilot included.")
]
Particles = Annotated[int | None, typer.Option(min=2, help="Particles of the filter.")]
FIT_DIRECTORY = Path("steppe-fit")
LAST_YEAR = 2022
PARTS = {
    "chains": "iterations of the chains",
    "noise": "noise of the likelihood",
    "told": "what the record tells",
}


@app.callback()
def calibrate(
    context: typer.Context,
    until: Annotated[
        int, typer.Option(min=1992, max=LAST_YEAR, help="Last year of the record that is read.")
    ] = LAST_YEAR,
    quick: Annotated[
        bool, typer.Option("--quick", help="A rough fit in two minutes; it is not installed.")
    ] = False,
    seed: Annotated[int, typer.Option(min=0, max=2**62, help="Key of all luck.")] = 1,
    out: Annotated[
        Path | None, typer.Option(help="Directory of the fit; steppe-fit[-quick] by default.")
    ] = None,
    iterations: Iterations = None,
    particles: Particles = None,
    workers: Workers = 2,
    keep: Annotated[
        bool, typer.Option("--no-install", help="Leave the installed posterior as it is.")
    ] = False,
) -> None:
    """Fit the model to the documented record, judge the fit, and install it if it passes.

    Asking again goes on where an interrupted fit stood; more iterations extend it.
    """
    if context.invoked_subcommand is not None:
        return
    from ..calibration.calibrate import FULL, QUICK, badge_of, install, with_changes, write
    from ..calibration.calibrate import calibrate as fit_record

    effort = with_changes(QUICK if quick else FULL, iterations, particles)
    directory = out or FIT_DIRECTORY.with_name(f"{FIT_DIRECTORY}{'-quick' if quick else ''}")
    with progress(PARTS) as tell:
        fit = fit_record(directory, until, effort, seed, workers, tell)
        folder = write(fit, not quick, lambda done, total: tell("told", done, total))
    _print(fit)
    typer.echo(f"Badge of its figures: {badge_of(fit)}.")
    typer.echo(f"\nDraws: {folder / 'draws.csv'}")
    if quick or keep:
        typer.echo("Not installed: a scenario can name the draws as a file of its own.")
        return
    typer.echo(f"Installed in {install(fit)}: scenarios use it from now on.")


@contextmanager
def progress(words: Mapping[str, str]) -> Iterator[Callable[[str, int, int], None]]:
    """A bar for each part of the work; an interruption says that nothing is lost."""
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    columns = (
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(),
    )  # fmt: skip
    try:
        with Progress(*columns, console=Console(stderr=True)) as bars:
            tasks = {name: bars.add_task(text, total=None) for name, text in words.items()}
            yield lambda what, done, total: bars.update(tasks[what], completed=done, total=total)
    except KeyboardInterrupt:
        typer.echo("Interrupted; the same command goes on from here.", err=True)
        raise


def gate_in_words(gate: Mapping[str, Any]) -> str:
    """A line for a gate as a manifest has it."""
    verdict = "passed" if gate["passed"] else "NOT PASSED"
    return f"{gate['name']} {gate['value']:g} ({gate['allowed']}): {verdict}"


def _print(fit: Judged) -> None:
    """Gates, and each number's posterior beside its prior, in prior standard deviations."""
    from rich.console import Console
    from rich.table import Table

    console = Console()
    table = Table(title="Gates", title_justify="left")
    for head in ("gate", "worst value", "allowed", "where", "passed"):
        table.add_column(head)
    for gate in fit.gates:
        table.add_row(
            gate.name, f"{gate.value:g}", gate.allowed, gate.where, "yes" if gate.passed else "NO"
        )
    console.print(table)
    console.print(
        f"{fit.draws.shape[0]} chains of {fit.draws.shape[1]} kept draws; record to "
        f"{fit.target.until}; {fit.target.particles} particles"
        f"{' on average, shared out by year' if fit.target.shares else ''}."
    )


@app.command()
def sbc(
    records: Annotated[int, typer.Option(min=1, help="Number of simulated records.")] = 100,
    first: Annotated[int, typer.Option(min=0, help="Number of the first one, to share out.")] = 0,
    until: Annotated[
        int, typer.Option(min=1992, max=LAST_YEAR, help="Last year of the records.")
    ] = LAST_YEAR,
    wrong: Annotated[
        bool, typer.Option("--wrong", help="Negative control: half the coverage is believed.")
    ] = False,
    main: Annotated[
        bool,
        typer.Option("--main", help="Only a dozen numbers, of which an early fit told most."),
    ] = False,
    particles: Annotated[int, typer.Option(min=2, help="Particles of the filter.")] = 20,
    pilot: Annotated[
        int, typer.Option(min=5, help="Iterations that learn how to move, and are thrown away.")
    ] = 1200,
    iterations: Annotated[
        int, typer.Option(min=20, help="Iterations of each fit, with the pilot; checked then.")
    ] = 3200,
    most: Annotated[
        int,
        typer.Option(help="A fit that has not passed its gates goes on to so many iterations."),
    ] = 20_000,
    seed: Annotated[int, typer.Option(min=0, max=2**62, help="Key of all luck.")] = 1,
    workers: Workers = 2,
    out: Annotated[
        Path | None, typer.Option(help="Directory of the fits; steppe-sbc[-wrong] by default.")
    ] = None,
    write: Annotated[
        Path | None,
        typer.Option(
            help="Directory for the table of all records in --out; records of one that stands "
            "there are taken over first."
        ),
    ] = None,
) -> None:
    """Check a fit on records that the model brought forth: ranks of the truth are uniform.

    Of the numbers that the record was expected to tell of, the others at their priors' centres.

    Each record has a file, so the command can be interrupted, resumed, and shared out. Exit code 1
    if the ranks of the right likelihood are not uniform, or those of the wrong one are.
    """
    from dataclasses import replace

    import numpy as np

    from ..calibration import sbc as checks
    from ..calibration.sbc_table import BADGE, unpack, write_table
    from ..calibration.target import record_target
    from ..model.errors import InputError

    if pilot >= iterations:
        raise InputError(
            "the pilot takes all iterations", field="--pilot", found=pilot,
            allowed=f"less than --iterations, {iterations}",
        )  # fmt: skip
    check = checks.Check(seed=seed, pilot=pilot, iterations=iterations, most=most, wrong=wrong)
    target = record_target(until, particles)
    target = replace(target, names=checks.MAIN) if main else target
    directory = out or Path("steppe-sbc-wrong" if wrong else "steppe-sbc")
    if write is not None and (taken := unpack(write, directory)):
        typer.echo(f"{taken} records taken over from {write}")
    with progress({"records": "simulated records"}) as tell:
        found = checks.run(
            target, check, range(first, first + records), directory, workers,
            lambda done, total: tell("records", done, total),
        )  # fmt: skip
    if write is not None:
        write_table(directory, write)
    fitted = [one for one in found if not one["set_aside"]]
    if not fitted:
        typer.echo(f"All {len(found)} records are too noisy to be fitted: give more --particles")
        raise typer.Exit(1)
    values = checks.uniformity(np.array([one["rank"] for one in fitted]), check.ranked)
    passed = sum(one["passed"] for one in fitted)
    typer.echo(
        f"{len(found)} records, on average {np.mean([one['rows'] for one in found]):.0f} "
        f"rows; {len(found) - len(fitted)} set aside as too noisy to be fitted; of the other "
        f"{len(fitted)} the chains of {passed} passed their gates"
    )
    for entry, value in sorted(zip(target.entries, values, strict=True), key=lambda pair: pair[1]):
        typer.echo(f"  {entry.address:34s} p = {value:.3f}")
    told, expected = checks.judged(values, wrong)
    typer.echo(told)
    typer.echo(f"Badge: {BADGE}.")
    if not expected:
        raise typer.Exit(1)
