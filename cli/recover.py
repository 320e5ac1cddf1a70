"""``steppe calibrate recover``: a fit as the real one, of a record whose parameters are known."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from .calibrate import LAST_YEAR, PARTS, Iterations, Particles, gate_in_words, progress
from .run import Seed, Workers

DIRECTORY: Final = Path("steppe-recover")
TABLE: Final = "recovered.csv"


def recover(
    record: Annotated[int, typer.Option(min=0, help="Number of the simulated record.")] = 0,
    until: Annotated[
        int, typer.Option(min=1992, max=LAST_YEAR, help="Last year of the record.")
    ] = LAST_YEAR,
    quick: Annotated[
        bool, typer.Option("--quick", help="A rough fit in two minutes, which passes no gate.")
    ] = False,
    iterations: Iterations = None,
    particles: Particles = None,
    workers: Workers = 2,
    out: Annotated[
        Path | None, typer.Option(help="Directory of the fit; steppe-recover by default.")
    ] = None,
    seed: Seed = 1,
) -> None:
    """Fit one record that the fitted model brought forth, by the chains of the real one.

    The record is as long as the real one, and its parameters are a draw of the installed posterior:
    what the fit says of them is held against what they were. Takes as long as a fit; asking again
    goes on where an interrupted one stood.
    """
    from ..calibration.calibrate import FULL, QUICK, target_of, with_changes
    from ..calibration.files import csv_bytes
    from ..calibration.fit import identity
    from ..calibration.installed import installed
    from ..calibration.observed import observed
    from ..calibration.recover import HEAD, expected, held, rows
    from ..calibration.recover import recover as fit_simulated
    from ..model.errors import InputError
    from ..results.files import canonical, write_atomic

    posterior = installed()
    if posterior is None:
        raise InputError("no posterior is installed", todo="run 'steppe calibrate'")
    effort = with_changes(QUICK if quick else FULL, iterations, particles)
    directory = out or DIRECTORY
    with progress({name: PARTS[name] for name in ("chains", "noise")}) as tell:
        fit, truth = fit_simulated(posterior, directory, until, record, effort, seed, workers, tell)
    found = rows(fit, truth)
    table = [list(HEAD), *([str(row[name]) for name in HEAD] for row in found)]
    write_atomic(directory / TABLE, csv_bytes(table))
    manifest: dict[str, Any] = {
        **identity(target_of(until, effort), fit.plan),  # the likelihood's probe is on the record
        "badge": "exploration: the fit held against a record that the model brought forth",
        "command": _command(record, until, quick, iterations, particles, seed),
        "number": record, "packages": observed(fit.target.history, until)["packages"],
        "posterior": posterior.digest, "iterations": fit.draws.shape[1],
        "gates": [gate.model_dump() for gate in fit.gates],
        "variances": [round(float(one), 3) for one in fit.variance],
        "held": held(found), "due": expected(posterior, fit.target.entries),
    }  # fmt: skip
    write_atomic(directory / "manifest.json", canonical(manifest))
    for line in printed(found, manifest):
        typer.echo(line)
    typer.echo(f"All numbers: {directory / TABLE}")


def printed(found: Sequence[dict[str, Any]], manifest: dict[str, Any]) -> Iterator[str]:
    """What the terminal shows: gates, intervals, and the numbers that are furthest off."""
    yield from map(gate_in_words, manifest["gates"])
    yield f"{manifest['packages']} packages to {manifest['until']}; {len(found)} numbers"
    for level, share in manifest["held"].items():
        yield (
            f"{level} intervals hold {share:.0%} of the true values; as these are draws of the "
            f"posterior, {manifest['due'][level]:.0%} would be due"
        )
    furthest = sorted(found, key=lambda row: -abs(row["truth"] - row["mean"]) / row["sd"])
    for row in furthest[:5]:
        yield (
            f"  {row['address']:<40} truth {row['truth']:+.2f}, posterior {row['mean']:+.2f} "
            f"({row['q05']:+.2f} to {row['q95']:+.2f})"
        )


def _command(
    record: int, until: int, quick: bool, iterations: int | None, particles: int | None, seed: int
) -> str:
    """What a person types to have the results again."""
    words = f"steppe calibrate recover --record {record} --until {until} --seed {seed}"
    words += " --quick" if quick else ""
    words += f" --iterations {iterations}" if iterations is not None else ""
    return words + (f" --particles {particles}" if particles is not None else "")
