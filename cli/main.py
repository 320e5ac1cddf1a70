"""The ``steppe`` command. Heavy imports happen inside commands, so that help answers at once."""

from __future__ import annotations

import os
import sys

import typer

from . import calibrate, evidence, scenarios, study
from .backtest import backtest
from .calibration_report import report
from .claims import claims
from .compare import compare
from .discover import discover
from .explain import explain
from .export import export
from .lab import lab
from .parameters import parameters
from .predictive import check
from .recover import recover
from .reproduce import reproduce
from .run import rerun, run
from .sensitivity import sensitivity
from .sweep import sweep
from .tipping import tipping
from .validate import validate
from .vary import vary

if "numpy" not in sys.modules:
    # The number of threads decides how sums are rounded, and with that the bytes of a fit. NumPy
    # reads it when it is first imported, which is later than this; where it was imported before,
    # other processes of a fit must not have another number than this one.
    for library in ("OPENBLAS", "MKL", "VECLIB"):
        os.environ.setdefault(f"{library}_NUM_THREADS", "1")

app = typer.Typer(
    name="steppe",
    help="Five Central Asian states weigh security offers from China and Russia.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
)
app.add_typer(scenarios.app, name="scenarios", help="List, show, start and check scenarios.")
app.add_typer(evidence.app, name="evidence", help="List, show and check the evidence.")
calibrate.app.command()(check)
calibrate.app.command()(vary)
calibrate.app.command()(recover)
calibrate.app.command()(report)
app.add_typer(calibrate.app, name="calibrate", help="Fit the model to the record.")
app.add_typer(study.app, name="study", help="Run a whole what-if study into one report.")
app.command()(parameters)
app.command()(run)
app.command()(compare)
app.command()(explain)
app.command()(rerun)
app.command()(export)
app.command()(reproduce)
app.command()(backtest)
app.command()(validate)
app.command()(claims)
app.command()(lab)
app.command()(sweep)
app.command()(sensitivity)
app.command()(discover)
app.command()(tipping)


def _version(asked: bool) -> None:
    if asked:
        from importlib.metadata import version

        typer.echo(f"steppe {version('steppe-scenarios')}")
        raise typer.Exit


@app.callback()
def root(
    version: bool = typer.Option(
        False, "--version", callback=_version, is_eager=True, help="Print the version and stop."
    ),
) -> None:
    """Five Central Asian states weigh security offers from China and Russia."""


def entry() -> None:
    """Run the command line; bad input ends with a message and exit code 2."""
    from ..model.errors import InputError

    try:
        app()
    except InputError as error:
        print(f"steppe: {error}", file=sys.stderr)
        sys.exit(2)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(0)


if __name__ == "__main__":
    entry()
