"""``steppe export``: results in the forms that other programs read."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

FORMS = ("csv", "parquet", "netcdf", "iamc", "png", "svg")


def export(
    source: Annotated[Path, typer.Argument(help="Directory of a run, a comparison or a study.")],
    to: Annotated[
        str,
        typer.Option(
            help="csv or parquet: the tables; netcdf: every run and year of a run, else the "
            "tables; iamc: means and quantiles in the long form of the IAMC; png or svg: the "
            "figures."
        ),
    ],
    out: Annotated[
        Path | None, typer.Option(help="Directory of the files; export-<form> by default.")
    ] = None,
) -> None:
    """Write tables, runs or figures of a directory of results in another form."""
    from ..model.errors import InputError, near

    if to not in FORMS:
        raise InputError(
            "no such form",
            field="--to",
            found=to,
            allowed=", ".join(FORMS),
            nearest=near(to, FORMS),
        )
    from ..results.exports import export as write

    made = write(source, to, out or Path(f"export-{to}"))
    for path in made:
        typer.echo(str(path))
