"""``steppe sensitivity``: which factors of a sweep its outcomes depend on."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ..model.errors import InputError

if TYPE_CHECKING:
    from ..explore.sensitivity.of_sweep import SweepAnalysis
    from ..results.style import Note

Sweep = Annotated[Path, typer.Argument(help="Directory of a sweep.")]
Luck = Annotated[int, typer.Option(min=0, max=2**63 - 1, help="Of the resampling.")]


def sensitivity(
    directory: Annotated[
        Path | None, typer.Argument(help="Directory of a sweep; none with --check.")
    ] = None,
    outcome: Annotated[
        list[str] | None,
        typer.Option(
            "--outcome",
            metavar="ADDRESS",
            help="Outcome and labels: packages.china.defence. A dimension that is left out, or "
            "*, is taken label by label, all adds up over it; yearly_packages_mean.*.china.all "
            "goes year by year. Can be repeated; packages of each patron by default.",
        ),
    ] = None,
    event: Annotated[
        list[str] | None,
        typer.Option(
            "--event",
            metavar="TEXT",
            help="How often something happens: 'first_year.china.defence.mixed_unit < 2030'. "
            "Can be repeated.",
        ),
    ] = None,
    method: Annotated[
        str | None,
        typer.Option(
            help="sobol, morris, delta or pawn; the one that the design is made for by default."
        ),
    ] = None,
    top: Annotated[int, typer.Option(min=1, help="Factors that are shown.")] = 10,
    seed: Luck = 1,
    resamples: Annotated[
        int | None, typer.Option(min=10, help="Of the bootstrap; each method has its own number.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="Directory; sensitivity/ in that of the sweep by default.")
    ] = None,
    check: Annotated[
        bool,
        typer.Option(
            "--check",
            help="Run functions with known indices in the place of the model, and compare.",
        ),
    ] = False,
) -> None:
    """Rank the factors of a sweep by what the outcomes owe to them.

    Prints the weightiest with intervals, whether the sample was large enough, and how much is
    chance; writes tables and pictures. A run that is missing or failed never passes as a number.
    """
    if check:
        from .sensitivity_text import print_checks

        print_checks(seed, out)
        return
    if directory is None:
        raise InputError("no sweep is named", todo="name the directory of a sweep, or --check")
    from ..explore.sensitivity.of_sweep import SweepAnalysis
    from ..results.sweep.reading import open_sweep, sweep_manifest

    manifest = sweep_manifest(directory)
    wanted = [*(outcome or []), *(event or [])] or ["packages.china", "packages.russia"]
    settings: dict[str, Any] = {"seed": seed}
    if resamples is not None:
        settings["resamples"] = resamples
    sweep = open_sweep(directory, sorted({_kept(text) for text in wanted}), tell)
    note = note_of(manifest)
    for text in wanted:
        analysis = SweepAnalysis(sweep, text, method, **settings)
        place = (out or directory / "sensitivity") / f"{analysis.method}-{slug(text)}"
        command = command_of(directory, text, seed, resamples, method)
        _one(analysis, place, note, top, {"command": command, "sweep": told_of(manifest)})


def tell(text: str) -> None:
    """Tell beside the results."""
    typer.echo(text, err=True)


def command_of(
    directory: Path, text: str, seed: int, resamples: int | None, method: str | None
) -> list[str]:
    """The command that gives one outcome again."""
    kind = "--event" if any(sign in text for sign in "<>") else "--outcome"
    words = ["steppe", "sensitivity", directory.name, kind, text, "--seed", str(seed)]
    for option, value in (("--resamples", resamples), ("--method", method)):
        words += [option, str(value)] if value is not None else []
    return words


def told_of(manifest: Any) -> dict[str, Any]:
    """What an analysis says of its sweep."""
    points = manifest.points
    return {
        "key": manifest.key(),
        "command": list(manifest.command),
        "badge": manifest.badge,
        "method": points.method,
        "factors": list(points.names),
        "points": points.count,
        "replicates": manifest.replicates,
        "runs": points.count * manifest.replicates,
        "runs_differ_in": _chance(manifest.sweep),
        "posterior": manifest.digests.get("posterior", ""),
    }


def _chance(sweep: Mapping[str, Any]) -> str:
    """What the replicates of a point differ in, in words."""
    point = sweep["scenario"]["parameters"]["source"] == "point"
    if point or sweep["design"]["posterior"] == "points":
        return "luck"
    return "luck and what is not known of the parameters"


def _kept(text: str) -> str:
    """Name of the outcome in an address or an event."""
    return text.strip().split(".")[0].split(" ")[0].rstrip("<>=")


def slug(text: str) -> str:
    """A text as part of a file name."""
    import re

    words = {"<=": " at most ", ">=": " at least ", "<": " below ", ">": " above ", "*": "each"}
    for sign, word in words.items():
        text = text.replace(sign, word)
    return re.sub(r"[^A-Za-z0-9._]+", "-", text).strip("-.")


def note_of(manifest: Any) -> Note:
    """What stands on every picture of a sweep."""
    from ..results.style import Note

    source = (
        f"{manifest.title}; {manifest.points.count:,} points ({manifest.points.method}) x "
        f"{manifest.replicates:,} replicates, seed {manifest.sweep['seed']}"
    )
    return Note(manifest.badge, source, manifest.conditioned_until)


def _one(analysis: SweepAnalysis, place: Path, note: Note, top: int, told: dict[str, Any]) -> None:
    from .sensitivity_files import draw, write
    from .sensitivity_text import MOST_PANELS, cells, print_cell, print_growth, print_years

    indices = analysis.indices()
    years = "year" in analysis.cells
    if years and len(analysis.cells) > 1:
        raise InputError(
            "years go with one number a year",
            found=analysis.wanted,
            todo=f"give a label for {', '.join(c for c in analysis.cells if c != 'year')}",
        )
    typer.echo(f"{analysis.wanted} ({analysis.method}, {len(analysis.design.names)} factors)\n")
    found = cells(indices)
    good = {name: cell for name, cell in found.items() if str(cell["status"].item()) == "ok"}
    growing = None
    if years:
        print_years(found, analysis.method)
        if good:
            last = list(good)[-1]
            growing = analysis.growing(year=int(last))
            typer.echo(f"\n  Whether the sample was large enough, of the last year only ({last}):")
            print_growth(growing)
    else:
        for name, cell in list(found.items())[:MOST_PANELS]:
            print_cell(name, cell, analysis.method, top, told["sweep"]["runs_differ_in"])
        growing = analysis.growing()
        print_growth(growing)
    write(place, analysis, indices, growing, told)
    if good:
        draw(place, analysis, indices, growing, note, top)
    typer.echo(f"\nTables and pictures: {place}\n")
