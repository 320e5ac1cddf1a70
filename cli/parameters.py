"""``steppe parameters``: what every number is, and where it comes from."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Annotated, Any

import typer

from ..model.errors import InputError

COLUMNS = ("address", "value", "unit", "prior", "estimated", "meaning", "source", "reason")


def rows(address: str | None, everything: bool) -> list[dict[str, Any]]:
    """Rows for every entry below an address; with ``everything`` traits and drivers too."""
    from ..model.names import LAST_HISTORY_YEAR, START_YEAR
    from ..model.quantities import quantities, resolve

    wanted = [entry for name in ([address] if address else quantities()) for entry in resolve(name)]
    values = None
    found = []
    for full, name, index in wanted:
        quantity = quantities()[name]
        if quantity.kind == "parameter":
            prior = "fixed" if quantity.prior is None else quantity.prior.describe()
            value = f"{float(quantity.values()[index]):g}"
        elif everything or address:
            if values is None:
                from ..calibration.setting import setting
                from ..scenarios.addresses import series as series_of

                values = setting(LAST_HISTORY_YEAR)
            series = series_of(values[name], full)
            prior = f"{quantity.kind}: see steppe evidence"
            value = f"{series[0]:.3g}"
            if series.min() != series.max():
                value = (
                    f"{series[0]:.3g} ({START_YEAR}) .. {series[-1]:.3g} ({LAST_HISTORY_YEAR}), "
                    f"{series.min():.3g} to {series.max():.3g}"
                )
        else:
            continue
        found.append(
            {
                "address": full,
                "value": value,
                "unit": quantity.unit,
                "prior": prior,
                "estimated": "yes" if quantity.estimated else "",
                "meaning": quantity.meaning,
                "source": quantity.source or "calibration/evidence",
                "reason": quantity.reason,
            }
        )
    return found


def parameters(
    address: Annotated[
        str | None, typer.Argument(help="Only this address and what lies below it.")
    ] = None,
    everything: Annotated[
        bool, typer.Option("--all", help="Traits and drivers too: all that a scenario can set.")
    ] = False,
    csv_file: Annotated[
        Path | None, typer.Option("--csv", help="Write the table to this file.")
    ] = None,
) -> None:
    """List parameters: value (the prior's centre), unit, prior, meaning and source."""
    found = rows(address, everything)
    if csv_file is not None:
        try:
            with csv_file.open("w", newline="", encoding="utf-8") as stream:
                writer = csv.DictWriter(stream, COLUMNS)
                writer.writeheader()
                writer.writerows(found)
        except OSError as error:
            raise InputError(
                "the file cannot be written", file=str(csv_file), found=error.strerror
            ) from error
        typer.echo(f"{len(found)} entries written to {csv_file}")
        return
    from rich.console import Console
    from rich.table import Table

    table = Table(title="Uncalibrated: values are the centres of the priors", title_justify="left")
    for name in ("address", "value", "unit", "prior", "meaning", "source"):
        table.add_column(name, overflow="fold")
    for row in found:
        source = f"{row['source']}: {row['reason']}" if row["reason"] else row["source"]
        table.add_row(
            row["address"], row["value"], row["unit"], row["prior"], row["meaning"], source
        )
    Console().print(table)
