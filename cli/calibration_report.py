"""``steppe calibrate report``: the account of the calibration as one page."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

if TYPE_CHECKING:
    from ..results.account.page import Inputs

PAGE: Final = Path("steppe-calibration.html")
MISSING: Final = ("docs", "calibration.md")
"""Page of a checkout that lists what is known to be missing."""


def report(
    out: Annotated[Path, typer.Option(help="File of the page.")] = PAGE,
    fit: Annotated[
        Path | None,
        typer.Option(help="Directory of a fit; the committed one by default."),
    ] = None,
    reference: Annotated[
        Path | None,
        typer.Option(help="Directory of the reference results; those of a checkout by default."),
    ] = None,
) -> None:
    """Write the account of the calibration: what the record cannot tell first, then all checks.

    One HTML file with its figures inside. What was not found, the page says.
    """
    from ..results.account.page import write

    command = "steppe calibrate report" + "".join(
        f" --{name} {value}" for name, value in (("fit", fit), ("reference", reference)) if value
    )
    for name, folder in (("--fit", fit), ("--reference", reference)):
        _must_be_directory(name, folder)
    inputs = inputs_of(fit, reference or committed(), command)
    typer.echo(f"Report: {write(inputs, out)}")
    for note in inputs.notes:
        typer.echo(note)


def committed() -> Path | None:
    """Reference results of a checkout; None in an installed package, which has none."""
    folder = Path(str(files("steppe.results"))) / "reference"
    return folder if folder.is_dir() else None


def inputs_of(fit: Path | None, reference: Path | None, command: str) -> Inputs:
    """What the page is made from.

    Without a fit: the committed tables if there are reference results, else the draws of the
    installed posterior.

    Raises
    ------
    InputError
        If the fit's directory holds none, or a file is damaged.
    """
    from ..calibration.installed import installed
    from ..calibration.observed import observed
    from ..calibration.target import record_target, sums_told
    from ..model.errors import InputError
    from ..model.names import LAST_HISTORY_YEAR
    from ..results.account.files import facts
    from ..results.account.numbers import missing
    from ..results.account.page import Inputs
    from . import stale
    from .calibration_numbers import numbers_of_draws, numbers_of_table

    own = (fit or Path(str(files("steppe.calibration")))) / "posterior"
    found = installed(own)
    if fit is not None and found is None:
        raise InputError(
            "no fit stands here", field="--fit", found=str(fit),
            allowed="a directory with posterior/draws.csv and posterior/manifest.json",
            todo="name the --out of 'steppe calibrate'",
        )  # fmt: skip
    tables = fit or (None if reference is None else reference / "calibration")
    manifest = facts(own, "manifest.json")
    told = manifest if fit is not None else facts(tables, "manifest.json", ("until", "seed"))
    numbers = numbers_of_table(tables)
    notes = []
    if not numbers and found is not None:
        numbers, told = numbers_of_draws(found), manifest
        notes.append("The fit's own tables were not found: numbers are read off its draws.")
    elif told and manifest and told != manifest:
        notes.append(
            "The installed posterior is of another fit than the committed tables that this page "
            "shows."
        )
        found = None
    if found is not None:
        notes += stale.notes(reference, found.digest)
    until = int((told or manifest).get("until", LAST_HISTORY_YEAR))
    record = observed(record_target(until, particles=1).history, until)
    page = Path(str(files("steppe.results"))).parent.joinpath(*MISSING)
    return Inputs(
        numbers, told or manifest, "" if found is None else found.digest, tables, reference,
        {**record, "sums": len(sums_told(until).first)}, missing(page), notes,
        command,
    )  # fmt: skip


def _must_be_directory(name: str, folder: Path | None) -> None:
    from ..model.errors import InputError

    if folder is not None and not folder.is_dir():
        raise InputError("no such directory", field=name, found=str(folder))
