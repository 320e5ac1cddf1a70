"""``steppe evidence``: list, show, check and cite what the model rests on."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated

import typer

from ..model.errors import InputError
from ..model.names import STATES
from . import evidence_text

if TYPE_CHECKING:
    from ..calibration.codebook import Event

app = typer.Typer(help="The evidence: list, show, check and cite it.", no_args_is_help=False)

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
        typer.echo(f"{len(events)} of {len(record.events)} rows")
    else:
        evidence_text.print_table(events, len(record.events))


@app.command()
def show(
    entry_id: Annotated[str, typer.Argument(metavar="ID", help="Id of an entry, or a key.")],
    directory: Directory = None,
) -> None:
    """Show all that is known of one entry: parts, conflicts, both readings, references."""
    from ..calibration.record import load_record

    record = load_record(directory)
    for kind, row in record.find(entry_id):
        typer.echo(f"{entry_id} ({kind})")
        evidence_text.print_fields(row)
        if kind == "event":
            evidence_text.print_event(entry_id, record)
        if kind == "source":
            evidence_text.print_citing(entry_id, record)
        for conflict in record.conflicts_of(entry_id):
            typer.echo(f"  conflict ({conflict.id}): {conflict.conflict}")
            typer.echo(f"    kept as: {conflict.kept_as}")
            typer.echo(f"    because: {conflict.reason}")
        evidence_text.print_references(row, record)


@app.command()
def coverage(
    picture: Annotated[
        Path | None, typer.Option(help="Draw it into this file (.png or .svg).")
    ] = None,
    csv: Annotated[Path | None, typer.Option(help="Write the counts and chances here.")] = None,
    directory: Directory = None,
) -> None:
    """Draw who is on record, when and in what form, and what is assumed to be seen of it."""
    from ..calibration.coverage import FORMS, coverage, in_words
    from ..calibration.record import load_record

    found = coverage(directory)
    if csv is not None:
        from ..calibration.datapackage import as_csv

        rows = found.rows()
        _write(csv, as_csv(tuple(rows[0]), rows))
    if picture is not None:
        from ..results.coverage import picture as draw
        from ..results.style import as_bytes

        kind = picture.suffix.lower()
        if kind not in (".png", ".svg"):
            raise InputError(
                "no picture of this kind", file=str(picture), found=picture.suffix,
                allowed=".png, .svg",
            )  # fmt: skip
        figure = draw(found.years.tolist(), FORMS, found.counts, found.chance, found.source,
                      found.forces)  # fmt: skip
        _write(picture, as_bytes(figure, kind[1:], "Coverage of the record"))
    if csv is None and picture is None:
        for line in in_words(found, load_record(directory).detection):
            typer.echo(line)


@app.command()
def agreement(directory: Directory = None) -> None:
    """Tell how far the two readings of the events agreed, field by field."""
    from ..calibration.record import load_record

    evidence_text.print_agreement(load_record(directory))


@app.command()
def export(
    folder: Annotated[Path, typer.Argument(help="New folder for the data package.")],
    directory: Directory = None,
) -> None:
    """Write all tables as CSV with a Frictionless datapackage.json that describes them."""
    from ..calibration.datapackage import package

    folder = folder.resolve()
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise InputError("is there already, and not an empty folder", file=str(folder))
    files = package(directory)
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(dir=folder.parent, prefix=f".{folder.name}-") as beside:
            whole = Path(beside) / "package"
            for name, text in files.items():
                path = whole / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text, "utf-8", newline="\n")
            if folder.exists():
                for path in sorted(whole.iterdir()):
                    path.rename(folder / path.name)
            else:
                whole.rename(folder)
    except OSError as error:
        raise InputError("cannot be written", file=str(folder), found=error.strerror) from error
    typer.echo(f"{len(files)} files written to {folder}; described in datapackage.json")


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


def _write_csv(events: tuple[Event, ...], path: Path) -> None:
    from ..calibration.codebook import EVENT_COLUMNS, as_fields
    from ..calibration.datapackage import as_csv

    rows = (dict(zip(EVENT_COLUMNS, as_fields(event), strict=True)) for event in events)
    _write(path, as_csv(EVENT_COLUMNS, rows))


def _write(path: Path, content: str | bytes) -> None:
    """Write a file whole or not at all."""
    from ..results.files import write_atomic

    write_atomic(path, content.encode() if isinstance(content, str) else content)
    typer.echo(f"written: {path}")
