"""``steppe evidence``: list, show, check and cite what the model rests on."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ..model.errors import InputError
from ..model.names import STATES

if TYPE_CHECKING:
    from ..calibration.codebook import Event
    from ..calibration.record import Record

app = typer.Typer(help="The evidence: list, show, check and cite it.", no_args_is_help=False)

PLAIN_WIDTH = 160
"""Columns of a table that is written to a file or a pipe."""

Directory = Annotated[
    Path | None, typer.Option("--dir", help="Directory of the evidence; the shipped one if absent.")
]


@app.callback(invoke_without_command=True)
def evidence(
    context: typer.Context,
    state: Annotated[str | None, typer.Option(help="A recipient: KZ, KG, TJ, TM or UZ.")] = None,
    patron: Annotated[
        str | None, typer.Option(help="china, russia, sco, csto, us or none.")
    ] = None,
    channel: Annotated[str | None, typer.Option(help="Such as exercise_bilateral.")] = None,
    area: Annotated[str | None, typer.Option(help="Such as counter_narcotics.")] = None,
    first: Annotated[int | None, typer.Option("--from", help="First year.")] = None,
    last: Annotated[int | None, typer.Option("--to", help="Last year.")] = None,
    kind: Annotated[
        str | None, typer.Option(help="event, component, series, standing or context.")
    ] = None,
    certainty: Annotated[str | None, typer.Option(help="firm, approximate or conflicting.")] = None,
    source: Annotated[str | None, typer.Option(help="Key of a source.")] = None,
    csv: Annotated[Path | None, typer.Option(help="Write the rows to this file.")] = None,
    directory: Directory = None,
) -> None:
    """List the events, filtered; or run a subcommand."""
    if context.invoked_subcommand is not None:
        return
    from ..calibration.record import load_record

    record = load_record(directory)
    if state is not None and state.upper() in STATES:
        state = state.upper()
    events = record.select(
        state=state,
        patron=patron,
        channel=channel,
        area=area,
        first=first,
        last=last,
        kind=kind,
        certainty=certainty,
        source=source,
    )
    if csv is not None:
        _write_csv(events, csv)
        typer.echo(f"{len(events)} of {len(record.events)} rows written to {csv}")
    else:
        _print_table(events, len(record.events))


@app.command()
def show(
    entry_id: Annotated[str, typer.Argument(metavar="ID", help="Id of an entry, or a key.")],
    directory: Directory = None,
) -> None:
    """Show all that is known of one entry, with its references."""
    from ..calibration.record import load_record

    record = load_record(directory)
    for kind, row in record.find(entry_id):
        typer.echo(f"{entry_id} ({kind})")
        _print_fields(row)
        if kind == "event":
            for part in record.parts(entry_id):
                typer.echo(f"  part: {part.id} ({part.channel}): {part.note}")
        _print_references(row, record)


@app.command()
def check(
    documents: Annotated[
        Path | None, typer.Option(help="Directory of the documents: look up every locator.")
    ] = None,
    directory: Directory = None,
) -> None:
    """Check every row against the codebook; exit with 2 if there are problems."""
    from ..calibration.check import examine

    problems, counts = examine(directory, documents)
    for problem in problems:
        typer.echo(str(problem), err=True)
    rows = ", ".join(f"{name} {count}" for name, count in counts.items())
    typer.echo(f"checked {sum(counts.values())} sound rows ({rows}): {len(problems)} problems")
    if problems:
        raise typer.Exit(2)


@app.command()
def references(
    keys: Annotated[list[str] | None, typer.Argument(help="Keys; all sources if absent.")] = None,
    bibtex: Annotated[bool, typer.Option("--bibtex", help="BibTeX instead of text.")] = False,
    directory: Directory = None,
) -> None:
    """Print the references of the evidence."""
    from ..calibration.record import load_record
    from ..calibration.references import bibtex as as_bibtex
    from ..calibration.references import plain

    sources = load_record(directory).sources
    wanted = keys or list(sources)
    for entry in as_bibtex(wanted, sources) if bibtex else plain(wanted, sources):
        typer.echo(entry)


def _print_table(events: tuple[Event, ...], total: int) -> None:
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


def _print_fields(row: Any) -> None:
    for name, value in row.model_dump(exclude_none=True).items():
        if name != "id" and value not in ((), ""):
            text = "; ".join(map(str, value)) if isinstance(value, tuple) else value
            typer.echo(f"  {name:<18} {text}")


def _print_references(row: Any, record: Record) -> None:
    from ..calibration.references import plain

    keys = (*getattr(row, "sources", ()), *getattr(row, "verdict_sources", ()))
    for line in plain(keys, record.sources):
        typer.echo(f"  {line}")


def _write_csv(events: tuple[Event, ...], path: Path) -> None:
    import csv

    from ..calibration.codebook import EVENT_COLUMNS, as_fields

    try:
        with path.open("w", encoding="utf-8", newline="") as stream:
            writer = csv.writer(stream, lineterminator="\n")
            writer.writerow(EVENT_COLUMNS)
            writer.writerows(as_fields(event) for event in events)
    except OSError as error:
        raise InputError(f"cannot be written ({error.strerror})", file=str(path)) from error
