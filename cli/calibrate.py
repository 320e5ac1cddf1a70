"""``steppe calibrate``: fit the model to the record, judge the fit, and install it if it passes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from ..calibration.calibrate import Judged

app = typer.Typer(
    invoke_without_command=True, pretty_exceptions_enable=False, rich_markup_mode="rich"
)
FIT_DIRECTORY = Path("steppe-fit")
LAST_YEAR = 2022


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
    iterations: Annotated[
        int | None, typer.Option(min=20, help="Iterations of each group of chains, pilot included.")
    ] = None,
    particles: Annotated[int | None, typer.Option(min=2, help="Particles of the filter.")] = None,
    workers: Annotated[int, typer.Option(min=1, help="Processes; they change no bit.")] = 2,
    keep: Annotated[
        bool, typer.Option("--no-install", help="Leave the installed posterior as it is.")
    ] = False,
) -> None:
    """Fit the model to the documented record, judge the fit, and install it if it passes.

    Asking again goes on where an interrupted fit stood; more iterations extend it.
    """
    if context.invoked_subcommand is not None:
        return
    from ..calibration.calibrate import FULL, QUICK, install, with_changes, write
    from ..calibration.calibrate import calibrate as fit_record

    effort = with_changes(QUICK if quick else FULL, iterations, particles)
    directory = out or FIT_DIRECTORY.with_name(f"{FIT_DIRECTORY}{'-quick' if quick else ''}")
    with _progress() as tell:
        fit = fit_record(directory, until, effort, seed, workers, tell)
        folder = write(fit, not quick, lambda done, total: tell("told", done, total))
    _print(fit)
    typer.echo(f"\nDraws: {folder / 'draws.csv'}")
    if quick or keep:
        typer.echo("Not installed: a scenario can name the draws as a file of its own.")
        return
    typer.echo(f"Installed in {install(fit)}: scenarios use it from now on.")


@contextmanager
def _progress() -> Iterator[Callable[[str, int, int], None]]:
    """A bar for each part of the work; an interruption says that nothing is lost."""
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    words = {
        "chains": "iterations of the chains",
        "noise": "noise of the likelihood",
        "told": "what the record tells",
    }
    columns = (
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(),
    )  # fmt: skip
    try:
        with Progress(*columns, console=Console(stderr=True)) as progress:
            tasks = {name: progress.add_task(text, total=None) for name, text in words.items()}
            yield lambda what, done, total: progress.update(
                tasks[what], completed=done, total=total
            )
    except KeyboardInterrupt:
        typer.echo("Interrupted; the same command goes on from here.", err=True)
        raise


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
        f"{fit.target.until}; {fit.target.particles} particles."
    )
