"""``steppe parameters``: what every number is, and where it comes from."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Annotated, Any

import typer

from ..model.errors import InputError

COLUMNS = (
    "address", "value", "unit", "prior", "estimated", "meaning", "basis", "sources", "reason",
)  # fmt: skip


def rows(address: str | None, everything: bool) -> list[dict[str, Any]]:
    """Rows for every entry below an address; with ``everything`` traits and drivers too."""
    from ..calibration.basis import grounds
    from ..model.names import LAST_HISTORY_YEAR, START_YEAR
    from ..model.quantities import quantities, resolve

    wanted = [entry for name in ([address] if address else quantities()) for entry in resolve(name)]
    values = None
    ground = {g.address: g for g in grounds(address)}
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
                "estimated": "yes" if quantity.estimates(address) else "",
                "meaning": quantity.meaning,
                "basis": ground[full].basis,
                "sources": ";".join(ground[full].sources),
                "reason": ground[full].reason,
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
    evidence: Annotated[
        bool,
        typer.Option("--evidence", help="What each number rests on; first what rests on nothing."),
    ] = False,
    csv_file: Annotated[
        Path | None, typer.Option("--csv", help="Write the table to this file.")
    ] = None,
) -> None:
    """List parameters: value (the prior's centre), unit, prior, meaning, and what it rests on."""
    if evidence and csv_file is None:
        _print_grounds(address)
        return
    found = rows(address, everything or evidence)
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
    for name in ("address", "value", "unit", "prior", "meaning", "rests on"):
        table.add_column(name, overflow="fold")
    for row in found:
        rests = " ".join(filter(None, (row["sources"], row["reason"])))
        table.add_row(
            row["address"], row["value"], row["unit"], row["prior"], row["meaning"],
            f"{row['basis']}: {rests}",
        )  # fmt: skip
    Console().print(table)


def _print_grounds(address: str | None) -> None:
    """Lines by basis: families, or single entries below an address."""
    from ..calibration.basis import BASES, MEANING, families, grounds

    found = grounds(address)
    for basis in BASES:
        chosen = [g for g in found if g.basis == basis]
        typer.echo(f"{MEANING[basis]} ({basis}): {len(chosen)} of {len(found)} entries\n")
        for family, _, entries in families(chosen):
            listed = [[g] for g in entries] if address else [entries]
            for group in listed:
                name = group[0].address if address else family
                size = "" if len(group) == 1 else f", {len(group)} entries"
                keys = sorted({key for g in group for key in g.sources})
                ids = list(dict.fromkeys(i for g in group for i in g.rows))
                typer.echo(f"  {name} ({group[0].kind}{size}): {', '.join(keys) or 'no source'}")
                if address:
                    typer.echo(f"      {group[0].reason}")
                    for entry in ids:
                        typer.echo(f"      see: steppe evidence show {entry}")
                elif ids:
                    more = f" and {len(ids) - 4} more" if len(ids) > 4 else ""
                    typer.echo(f"      rows: {', '.join(ids[:4])}{more}")
        typer.echo("")
