"""What ``steppe evidence`` prints of the events, and of one entry."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    from ..calibration.codebook import Event
    from ..calibration.record import Record

PLAIN_WIDTH = 160
"""Columns of a table that is written to a file or a pipe."""


def print_table(events: tuple[Event, ...], total: int) -> None:
    """Rows as a table, with their number."""
    from rich.console import Console
    from rich.table import Table

    console = Console()
    if not console.is_terminal:
        console.width = PLAIN_WIDTH
    table = Table(box=None, header_style="bold", pad_edge=False)
    for name in ("id", "kind", "patron", "recipients", "channel", "area", "USD"):
        table.add_column(name, justify="right" if name == "USD" else "left", no_wrap=name == "id")
    for event in events:
        amount = "" if event.amount_usd is None else f"{event.amount_usd:,.0f}"
        table.add_row(
            event.id,
            event.kind,
            event.patron,
            " ".join(event.recipients),
            event.channel,
            event.area,
            amount,
        )
    console.print(table)
    console.print(f"{len(events)} of {total} rows", highlight=False)


def print_fields(row: Any) -> None:
    """Fields of a row that are not blank."""
    for name, value in row.model_dump(exclude_none=True).items():
        if name != "id" and value not in ((), ""):
            text = "; ".join(map(str, value)) if isinstance(value, tuple) else value
            text = f"{value:,.15g}" if isinstance(value, float) else text
            typer.echo(f"  {name:<18} {text}")


def print_event(event_id: str, record: Record) -> None:
    """Parts, what a conditioned run makes of it, and what the second reading says."""
    from ..calibration.packages import conditioning
    from ..calibration.record import parents
    from ..calibration.second import ROW

    [event] = [e for e in record.events if e.id == event_id]
    for part in record.parts(event_id):
        typer.echo(f"  part: {part.id} ({part.channel}): {part.note}")
    wholes = parents(event)
    told = f"counted in {', '.join(wholes)}" if wholes else conditioning(event)
    typer.echo(f"  in conditioned runs: {told}")
    readings = record.second.of(event_id)
    if readings or record.second.notes(event_id):
        typer.echo(f"  second reading: {', '.join(r.id for r in readings) or 'no such row'}")
    for note in record.second.notes(event_id):
        if note.field == ROW:
            typer.echo(f"    {note.first_value} in the first, {note.second_value} in the second")
        else:
            typer.echo(
                f"    {note.field}: first {note.first_value or 'blank'}, "
                f"second {note.second_value or 'blank'}; settled: {note.settled}"
            )
        typer.echo(f"      because: {note.reason}")


def print_citing(key: str, record: Record) -> None:
    """Rows that cite a source."""
    citing = [
        f"{name} {entry}"
        for name, entry, row in record.entries()
        if key in getattr(row, "sources", ()) and name != "driver"
    ]
    typer.echo(f"  cited by {len(citing)} rows: {'; '.join(citing[:40])}")
    if len(citing) > 40:
        typer.echo(f"    and {len(citing) - 40} more")


def print_references(row: Any, record: Record) -> None:
    """References of a row's sources."""
    from ..calibration.references import plain

    keys = (*getattr(row, "sources", ()), *getattr(row, "verdict_sources", ()))
    for line in plain(keys, record.sources):
        typer.echo(f"  {line}")


def print_agreement(record: Record) -> None:
    """Agreement of the two readings by field, and which of them the record follows."""
    from ..calibration.second import agreements, summary

    told = summary(record.second)
    typer.echo(
        f"{told.by_both} rows were coded by both readers, {told.from_second} came from the second, "
        f"{told.first_alone} stand in the first alone; {told.second_alone} of the second were not "
        "taken.\nAgreement on the rows that both coded, before anything was settled:\n"
    )
    typer.echo(f"{'field':<18}{'filled':>8}{'same':>8}{'share':>8}{'kappa':>8}")
    for row in agreements(record.events, record.second):
        share = f"{row.same / row.rows:.2f}" if row.rows else "-"
        kappa = "" if row.kappa is None else f"{row.kappa:.2f}"
        typer.echo(f"{row.field:<18}{row.rows:>8}{row.same:>8}{share:>8}{kappa:>8}")
    ends = told.fields
    typer.echo(
        f"\n{sum(ends.values())} fields differed: the record follows the first reading in "
        f"{ends['first']}, the second in {ends['second']}, neither in {ends['neither']}. "
        f"{told.later} more were changed by a later look although both agreed."
    )
