"""``steppe scenarios``: list, show, check and start scenarios; none of it runs anything."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ..model.errors import InputError

if TYPE_CHECKING:
    import numpy as np

    from ..scenarios.resolve import Resolved
    from ..scenarios.schema import Scenario

WIDTH = 100
"""Columns of prose."""
TABLE_WIDTH = 120
"""Columns of a table where the output is no terminal."""

_WHOLE = ("scenario", "free", "also", "lever", "quantity", "years", "outcome", "expected")
"""Columns that are never broken."""

app = typer.Typer(
    help="List the scenarios; show, check or start one.",
    invoke_without_command=True,
    no_args_is_help=False,
)
Named = Annotated[str, typer.Argument(help="Name in the library, or path of a .toml file.")]


@app.callback()
def scenarios(context: typer.Context) -> None:
    """List the scenarios of the library, area by area."""
    if context.invoked_subcommand is not None:
        return
    from ..model.names import AREA_NAMES
    from ..scenarios.load import catalogue, load

    sections = ((None, "Baselines"), *AREA_NAMES.items(), ("across", "Across the areas"))
    for area, heading in sections:
        found = [e for e in catalogue() if e.area == area]
        lines: list[tuple[str, ...]] = []
        for entry in (e for e in found if e.year is None):
            views = [e.name for e in found if e.file == entry.file and e.year is not None]
            scenario = load(entry.name)
            until = scenario.conditioned_until
            seen = f"from {until + 1}" if until else "throughout"
            lines.append((entry.name, scenario.title, seen, "\n".join(views) or "-"))
        if lines:
            typer.echo(f"\n{heading[0].upper()}{heading[1:]}")
            _print_table(("scenario", "title", "free", "also"), lines)


@app.command()
def show(
    scenario: Named,
    plain: Annotated[
        bool, typer.Option("--levers-only", help="Leave out the values of the baseline.")
    ] = False,
) -> None:
    """Print who, when and how much, before anything runs."""
    from ..scenarios.load import load

    given = load(scenario)
    from ..scenarios.resolve import resolve
    from ..scenarios.table import rows

    resolved = resolve(given)
    lines = rows(resolved, None if plain else _baseline(resolved))
    for paragraph in _prose(given, resolved):
        typer.echo(paragraph)
    if not resolved.levers:
        typer.echo("\nNo levers: the world as it is in the evidence.")
        return
    typer.echo("\nLevers, in this order:")
    for number, lever in enumerate(given.levers, start=1):
        typer.echo(_wrapped(f"{number}. {lever.quantity}: {lever.why} [{lever.source}]", "  "))
    if not lines:
        typer.echo("\nNothing differs from the baseline's values.")
        return
    typer.echo(
        "\nWho, when, how much" + ("" if plain else " (parameters at their priors' centres)") + ":"
    )
    _print_table(
        ("lever", "who", "quantity", "years", "before", "after", "unit"),
        [
            (
                r.levers,
                r.who,
                r.entry.split(".")[0],
                _years(r.first, r.last),
                r.before or "-",
                r.after,
                r.unit,
            )
            for r in lines
        ],
    )


@app.command()
def new(
    name: Annotated[str, typer.Argument(help="Name: lower case, with dashes.")],
    out: Annotated[Path | None, typer.Option(help="File to write; NAME.toml here.")] = None,
    like: Annotated[str | None, typer.Option(help="Scenario of the library to begin from.")] = None,
) -> None:
    """Write a commented starter file; a file that exists is left as it is."""
    from ..scenarios.starter import starter, write_new

    path = out or Path(f"{name}.toml")
    write_new(path, starter(name, like))
    typer.echo(f"wrote {path}; read what it changes with: steppe scenarios show {path}")


@app.command()
def check(files: Annotated[list[str], typer.Argument(help="Files or names to check.")]) -> None:
    """Check files; say everything that is wrong, and leave with 2 if anything is."""
    from ..explore.problem import assemble
    from ..scenarios.load import load_views
    from ..scenarios.resolve import resolve

    broken = False
    for file in files:
        try:
            for scenario in load_views(file):
                assemble(resolve(scenario), 1).tables(0)
        except InputError as error:
            broken = True
            typer.echo(str(error), err=True)
        else:
            typer.echo(f"{file}: good")
    if broken:
        raise typer.Exit(2)


@app.command()
def verify(
    names: Annotated[
        list[str] | None, typer.Argument(help="Names or files; all of the library without.")
    ] = None,
    runs: Annotated[int, typer.Option(min=2, help="Runs of each.")] = 200,
    seed: Annotated[int, typer.Option(min=0, help="Key of the luck.")] = 1,
    parameters: Annotated[
        str, typer.Option(help="point (quick), prior or posterior (with all that is not known).")
    ] = "point",
) -> None:
    """Run what-ifs beside their baselines, and tell whether levers do what their files expect."""
    from ..explore.verify import verify as findings
    from ..scenarios.load import catalogue

    shipped = sorted(
        (e for e in catalogue() if e.compare_with), key=lambda e: (str(e.compare_with), e.name)
    )
    asked = names or [e.name for e in shipped]
    lines, broken = [], False
    for found, quiet in findings(asked, runs, seed, parameters):
        broken |= not quiet or any(f.verdict == "contradicted" for f in found)
        for f in found:
            typer.echo(
                f"{f.scenario:<36} {f.expected.outcome:<42} {f.expected.direction:<4} "
                f"{f.baseline:9.3f} {f.difference:+9.3f} +- {2 * f.error:<7.3f} {f.verdict}"
                + ("" if quiet else "; DIFFERS BEFORE ITS FIRST LEVER")
            )
            lines.append(f.verdict)
    told = ", ".join(f"{lines.count(v)} {v}" for v in dict.fromkeys(lines))
    typer.echo(f"\n{told or 'nothing is expected'}; mean without levers, difference +- 2 errors")
    if broken:
        raise typer.Exit(1)


@app.command()
def schema() -> None:
    """Print the JSON schema of scenario files, for editors."""
    from ..scenarios.schema import schema_text

    typer.echo(schema_text(), nl=False)


def _baseline(resolved: Resolved) -> Mapping[str, np.ndarray]:
    """Values of every quantity without levers, parameters at their priors' centres."""
    from ..calibration.setting import setting
    from ..scenarios.draws import point_draw, yearly

    return {**yearly(point_draw(), 0, resolved.horizon), **setting(resolved.horizon)}


def _prose(given: Scenario, resolved: Resolved) -> Iterator[str]:
    """Everything about a scenario but its levers; what the file leaves to a default says so."""
    yield f"{given.name}: {given.title}\n"
    yield _wrapped(" ".join(given.story.split()))
    if given.question:
        yield "\n" + _wrapped(given.question)
    until = given.conditioned_until
    facts = {
        "years": f"{resolved.start} to {given.horizon}{_default(given, 'horizon')}",
        "history": f"follows the record to {until}, free after it"
        if until
        else f"free from {resolved.start}{_default(given, 'conditioned_until')}",
        "decision": given.decision + _default(given, "decision"),
        "parameters": _parameters(resolved) + _default(given, "parameters"),
        "compare with": given.compare_with or "nothing",
        **({"area": given.area.replace("_", " ")} if given.area else {}),
    }
    yield ""
    for label, fact in facts.items():
        yield f"  {label:<14}{fact}"
    if given.assumptions:
        yield "\nAssumed:"
    for assumption in given.assumptions:
        yield _wrapped(f"- {assumption}", "  ")
    if given.sources:
        yield "\nSources:"
    for citation in given.sources:
        yield _wrapped(f"- {citation.source}: {citation.reason}", "  ")
    if given.evidence:
        yield "\nRows of the evidence (steppe evidence show ID):"
        yield _wrapped(", ".join(given.evidence), "  ")
    if given.expects:
        yield "\nExpected if the levers work as described (steppe scenarios verify):"
    for e in given.expects:
        yield _wrapped(f"- {e.outcome} {e.direction}: {e.why}", "  ")


def _default(given: Scenario, field: str) -> str:
    return "" if field in given.model_fields_set else " (default: the file does not say)"


def _parameters(resolved: Resolved) -> str:
    source = resolved.parameters
    if source.source == "point":
        return "point values, the priors' centres"
    kind = "the priors" if source.source == "prior" else "the installed posterior"
    many = "draws" if source.draws is None else f"{source.draws} draws"
    return f"{many} from {'a file' if source.entries else kind}"


def _wrapped(text: str, indent: str = "") -> str:
    return textwrap.fill(
        text,
        WIDTH,
        initial_indent=indent,
        subsequent_indent=indent + "  ",
        break_on_hyphens=False,
    )


def _years(first: int, last: int) -> str:
    return str(first) if first == last else f"{first}-{last}"


def _print_table(columns: tuple[str, ...], lines: list[tuple[str, ...]]) -> None:
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console()
    if not console.is_terminal:
        console = Console(width=TABLE_WIDTH)
    settings: dict[str, Any] = {"box": SIMPLE_HEAD, "pad_edge": False}
    table = Table(**settings)
    for column in columns:
        table.add_column(column, overflow="fold", no_wrap=column in _WHOLE)
    for line in lines:
        table.add_row(*(Text(cell) for cell in line))
    console.print(table)
