"""``steppe sweep``: a scenario at many points, each many times, into a directory."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from ..model.errors import InputError

if TYPE_CHECKING:
    from ..explore.sweep.resolve import ResolvedSweep

_MOVES: Final = {"factor": "--lever", "value": "--set", "prior": "--prior", "fitted": "--fitted"}
Range = Annotated[
    list[str] | None,
    typer.Option(
        "--lever",
        metavar="ADDRESS:LOW:HIGH[:COUNT]",
        help="Multiply a quantity by LOW to HIGH; COUNT numbers in a grid. Can be repeated.",
    ),
]


def sweep(
    file: Annotated[
        Path | None, typer.Argument(help="A sweep file; without one, give levers.")
    ] = None,
    lever: Range = None,
    set_: Annotated[
        list[str] | None,
        typer.Option(
            "--set", metavar="ADDRESS:LOW:HIGH[:COUNT]", help="Set a quantity to LOW to HIGH."
        ),
    ] = None,
    prior: Annotated[
        list[str] | None,
        typer.Option(
            "--prior",
            metavar="ADDRESS:LOW:HIGH[:COUNT]",
            help="Set a parameter to quantiles LOW to HIGH of its prior (0.05:0.95).",
        ),
    ] = None,
    fitted: Annotated[
        list[str] | None,
        typer.Option(
            "--fitted",
            metavar="ADDRESS:LOW:HIGH[:COUNT]",
            help="Set a parameter to quantiles LOW to HIGH of the installed posterior.",
        ),
    ] = None,
    on: Annotated[
        str | None, typer.Option("--on", help="Scenario to sweep; baseline-2022 by default.")
    ] = None,
    method: Annotated[
        str | None,
        typer.Option(
            help="one, grid, lhs, sequence, sobol, morris or posterior; one or grid if the levers "
            "have counts, else lhs."
        ),
    ] = None,
    size: Annotated[
        int | None,
        typer.Option(
            min=1,
            help="Size of the design; more extends a sobol, morris, sequence or posterior sweep. "
            "A larger lhs, one or grid has other points, and its own directory.",
        ),
    ] = None,
    replicates: Annotated[
        int | None, typer.Option(min=1, help="Runs of every point, 200 by default; more extend.")
    ] = None,
    seed: Annotated[
        int | None, typer.Option(min=0, max=2**63 - 1, help="Key of all luck, 1 by default.")
    ] = None,
    values: Annotated[
        str | None,
        typer.Option("--parameters", help="point, prior or posterior; the scenario says."),
    ] = None,
    posterior: Annotated[
        str | None,
        typer.Option(
            help="replicates: draws of the parameters go over the runs of a point, the default; "
            "points: each point of lhs or sequence has a draw of its own."
        ),
    ] = None,
    second_order: Annotated[
        bool | None,
        typer.Option(
            "--second-order/--no-second-order",
            help="Whether a sobol design can tell pairs, the default, or is half as large.",
        ),
    ] = None,
    name: Annotated[str | None, typer.Option(help="Name of a sweep without a file.")] = None,
    out: Annotated[
        Path | None, typer.Option(help="Directory; steppe-runs/<name>-<key> by default.")
    ] = None,
    workers: Annotated[
        int | None, typer.Option(min=1, max=1024, help="Threads; one for each core by default.")
    ] = None,
    cluster: Annotated[
        str | None,
        typer.Option(metavar="tcp://...", help="Compute on the Dask cluster of this scheduler."),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what it would cost, and stop.")
    ] = False,
    example: Annotated[
        bool, typer.Option("--example", help="Print a sweep file to start from, and stop.")
    ] = False,
    schema: Annotated[
        bool, typer.Option("--schema", help="Print the JSON schema of a sweep file, and stop.")
    ] = False,
) -> None:
    """Sweep levers, parameters, drivers or posterior draws of a scenario.

    Says first how many runs there will be, how long they take and how much room. Asking
    again goes on from what is there and repairs what is damaged. More replicates extend a
    sweep of any method, a larger size those of sobol, morris, sequence and posterior only.
    """
    if example or schema:
        from importlib.resources import files

        shipped = "example.toml" if example else "sweep.schema.json"
        text = (files("steppe.explore.sweep") / shipped).read_text("utf-8")
        typer.echo(text, nl=False)
        return
    asked_for = (lever, set_, prior, fitted)
    given = {move: texts or [] for move, texts in zip(_MOVES, asked_for, strict=True)}
    changes = {"replicates": replicates, "seed": seed, "parameters": values, "on": on}
    design = {"method": method, "posterior": posterior, "second_order": second_order}
    if file is None:
        resolved = _from_options(given, {**changes, "size": size}, design, name)
    else:
        _only_file(given, design, name)
        from ..explore.sweep.load import load_sweep

        resolved = load_sweep(file, {**changes, "size": size})
    from .sweep_execution import run_sweep

    asked = [] if file is not None else _options(given, on, design, name)
    more = {"--size": size, "--replicates": replicates, "--seed": seed, "--parameters": values}
    if file is not None:
        more["--on"] = on
    for option, number in more.items():
        asked += [option, str(number)] if number is not None else []
    command = ("steppe", "sweep", *([file.name] if file is not None else []), *asked)
    typed = [*command[:2], *([str(file)] if file is not None else []), *asked]
    here: dict[str, Any] = {"--out": out, "--workers": workers, "--cluster": cluster}
    for option, place in here.items():
        typed += [option, str(place)] if place is not None else []
    run_sweep(resolved, command, typed, out, workers, cluster, dry_run)


def _only_file(
    given: dict[str, list[str]], design: dict[str, str | bool | None], name: str | None
) -> None:
    for option, found in (
        *((_MOVES[move], texts or None) for move, texts in given.items()),
        *((_option_of(field, value), value) for field, value in design.items()),
        ("--name", name),
    ):
        if found is not None:
            raise InputError(
                "does not go with a sweep file", field=option, found=found,
                todo="write it into the file, or leave the file out",
            )  # fmt: skip


def _option_of(field: str, value: str | bool | None) -> str:
    """How a field of the design is typed."""
    name = field.replace("_", "-")
    return f"--no-{name}" if value is False else f"--{name}"


def _from_options(
    given: dict[str, list[str]],
    changes: dict[str, Any],
    asked: dict[str, str | bool | None],
    name: str | None,
) -> ResolvedSweep:
    """A sweep that the options tell, checked as a file is."""
    from ..explore.sweep.load import read_sweep

    factors = [_factor(text, move) for move, texts in given.items() for text in texts]
    counted = [factor for factor in factors if "count" in factor]
    method = asked["method"]
    if method is None:
        if not factors:
            raise InputError("nothing to sweep", todo="name a sweep file, or give --lever")
        method = ("one" if len(factors) == 1 else "grid") if counted else "lhs"
    design = {**asked, "method": method, "size": changes.pop("size")}
    design = {field: value for field, value in design.items() if value is not None}
    fields = {key: value for key, value in changes.items() if value is not None}
    on = fields.pop("on", "baseline-2022")
    swept = " and ".join(factor["quantity"] for factor in factors) or "the posterior"
    content = {
        "name": name or f"sweep-{Path(on).stem}",
        "title": f"{swept} on {Path(on).stem}",
        "on": on,
        "design": design,
        "factors": factors,
        **fields,
    }
    return read_sweep(content, "command line")


def _factor(text: str, move: str) -> dict[str, Any]:
    """A factor of an option ``ADDRESS:LOW:HIGH[:COUNT]``."""
    address, *numbers = text.split(":")
    try:
        low, high = (float(number) for number in numbers[:2])
        count = [int(number) for number in numbers[2:]]
        if len(count) > 1:
            raise ValueError
    except ValueError:
        raise InputError(
            "not written as it must be", field=_MOVES[move],
            found=text, allowed="ADDRESS:LOW:HIGH or ADDRESS:LOW:HIGH:COUNT, such as "
            "budget.russia:0.5:1.5:11",
        ) from None  # fmt: skip
    return {"quantity": address, move: [low, high], **({"count": count[0]} if count else {})}


def _options(
    given: dict[str, list[str]],
    on: str | None,
    design: dict[str, str | bool | None],
    name: str | None,
) -> list[str]:
    """The options again, as a person types them."""
    words: list[str] = []
    for move, texts in given.items():
        for text in texts:
            words += [_MOVES[move], text]
    words += ["--on", on] if on is not None else []
    for field, value in design.items():
        if value is not None:
            words += [_option_of(field, value), *([value] if isinstance(value, str) else [])]
    return [*words, *(["--name", name] if name is not None else [])]
