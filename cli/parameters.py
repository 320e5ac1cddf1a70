"""``steppe parameters``: what every number is, and where it comes from."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ..model.errors import InputError

if TYPE_CHECKING:
    from ..calibration.installed import Learned

COLUMNS = (
    "address", "value", "unit", "prior", "asked", "told_by", "posterior_q05",
    "posterior_median", "posterior_q95", "overlap", "meaning", "basis", "sources", "reason",
)  # fmt: skip


def rows(address: str | None, everything: bool) -> list[dict[str, Any]]:
    """Rows for every entry below an address; with ``everything`` traits and drivers too."""
    from ..calibration.basis import grounds
    from ..calibration.installed import installed, learned, told_by
    from ..model.names import LAST_HISTORY_YEAR, START_YEAR
    from ..model.quantities import quantities, resolve

    wanted = [entry for name in ([address] if address else quantities()) for entry in resolve(name)]
    values = None
    ground = {g.address: g for g in grounds(address)}
    known = learned(installed())
    found = []
    for full, name, index in wanted:
        quantity = quantities()[name]
        if quantity.kind == "parameter":
            prior = quantity.describe_prior()
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
                "asked": "yes" if quantity.asks(full) else "",
                "told_by": told_by(full, known) if quantity.kind == "parameter" else "",
                **_fitted(known.get(full)),
                "meaning": quantity.meaning,
                "basis": ground[full].basis,
                "sources": ";".join(ground[full].sources),
                "reason": ground[full].reason,
            }
        )
    return found


def _fitted(learned: Learned | None) -> dict[str, str]:
    """Posterior of one number; empty cells for a fixed number."""
    names = ("posterior_q05", "posterior_median", "posterior_q95", "overlap")
    return (
        dict.fromkeys(names, "")
        if learned is None
        else {name: f"{number:.3g}" for name, number in zip(names, learned, strict=True)}
    )


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
    """List parameters: value (the prior's centre), prior, posterior, and what each rests on.

    Told by data: the posterior shares less than 0.7 with the prior; by prior: more.
    """
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

    table = Table(title=_title(), title_justify="left")
    columns = ("address", "value", "unit", "prior", "posterior", "told by", "meaning", "rests on")
    for name in columns:
        table.add_column(name, overflow="fold")
    for row in found:
        rests = " ".join(filter(None, (row["sources"], row["reason"])))
        table.add_row(
            row["address"], row["value"], row["unit"], row["prior"], _interval(row),
            row["told_by"], row["meaning"], f"{row['basis']}: {rests}",
        )  # fmt: skip
    Console().print(table)


def _title() -> str:
    """Say what the columns of values are, and how the fit did."""
    from ..calibration.installed import installed

    posterior = installed()
    title = "value: centre (median) of the prior"
    if posterior is None:
        return f"{title}; no posterior is installed"
    checks = "passed all its checks" if posterior.passed else "did not pass all its checks"
    note = f" ({posterior.manifest.note})" if posterior.manifest.note else ""
    badge = "explanation" if posterior.passed else "exploration"
    return (
        f"{title}; posterior: median and 90% interval of a fit that {checks}{note}; runs on it are "
        f"an {badge} at most"
    )


def _interval(row: dict[str, Any]) -> str:
    """Median and 90% interval in a cell."""
    if not row["posterior_median"]:
        return ""
    return f"{row['posterior_median']} ({row['posterior_q05']} to {row['posterior_q95']})"


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
