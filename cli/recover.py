"""``steppe calibrate recover``: fits as the real one, of records whose parameters are known."""

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
    records: Annotated[int, typer.Option(min=1, help="Simulated records to fit.")] = 1,
    until: Annotated[
        int, typer.Option(min=1992, max=LAST_YEAR, help="Last year of the records.")
    ] = LAST_YEAR,
    quick: Annotated[
        bool, typer.Option("--quick", help="A rough fit in two minutes, which passes no gate.")
    ] = False,
    iterations: Iterations = None,
    particles: Particles = None,
    workers: Workers = 2,
    out: Annotated[
        Path | None, typer.Option(help="Directory of the fits; steppe-recover by default.")
    ] = None,
    seed: Seed = 1,
) -> None:
    """Fit records that the fitted model brought forth, by the chains of the real one.

    A record is as long as the real one, and its parameters are a draw of the installed posterior:
    what the fit says of them is held against what they were. Each takes as long as a fit; asking
    again goes on where an interrupted one stood, or adds records.
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
    found: list[dict[str, Any]] = []
    fits: list[dict[str, Any]] = []
    for number in range(records):
        words = {name: f"record {number}: {PARTS[name]}" for name in ("chains", "noise")}
        folder = directory / f"record-{number}"
        with progress(words) as tell:
            fit, truth = fit_simulated(
                posterior, folder, until, number, effort, seed, workers, tell
            )
        told = rows(fit, truth, number)
        found += told
        fits.append({
            "number": number, "packages": observed(fit.target.history, until)["packages"],
            "iterations": fit.draws.shape[1], "gates": [gate.model_dump() for gate in fit.gates],
            "variances": [round(float(one), 3) for one in fit.variance], "held": held(told),
        })  # fmt: skip
    manifest: dict[str, Any] = {
        **identity(target_of(until, effort), fit.plan),  # the likelihood's probe is on the record
        "badge": "exploration: the fit held against records that the model brought forth",
        "command": _command(records, until, quick, iterations, particles, seed),
        "posterior": posterior.digest, "fits": fits,
        "held": held(found), "due": expected(posterior, fit.target.entries),
    }  # fmt: skip
    table = [list(HEAD), *([str(row[name]) for name in HEAD] for row in found)]
    write_atomic(directory / TABLE, csv_bytes(table))
    write_atomic(directory / "manifest.json", canonical(manifest))
    for line in printed(found, manifest):
        typer.echo(line)
    typer.echo(f"Badge: {manifest['badge']}.")
    typer.echo(f"All numbers: {directory / TABLE}")


def printed(found: Sequence[dict[str, Any]], manifest: dict[str, Any]) -> Iterator[str]:
    """What the terminal shows: gates, intervals, and the numbers that are furthest off."""
    for fit in manifest["fits"]:
        yield f"Record {fit['number']}: {fit['packages']} packages to {manifest['until']}"
        yield from (f"  {gate_in_words(gate)}" for gate in fit["gates"])
    for level, share in manifest["held"].items():
        yield (
            f"{level} intervals hold {share:.0%} of the true values; as these are draws of the "
            f"posterior, {manifest['due'][level]:.0%} would be due"
        )
    furthest = sorted(found, key=lambda row: -abs(row["truth"] - row["mean"]) / row["sd"])
    for row in furthest[:5]:
        yield (
            f"  record {row['record']} {row['address']:<40} truth {row['truth']:+.2f}, "
            f"posterior {row['mean']:+.2f} ({row['q05']:+.2f} to {row['q95']:+.2f})"
        )


def _command(
    records: int, until: int, quick: bool, iterations: int | None, particles: int | None, seed: int
) -> str:
    """What a person types to have the results again."""
    words = f"steppe calibrate recover --records {records} --until {until} --seed {seed}"
    words += " --quick" if quick else ""
    words += f" --iterations {iterations}" if iterations is not None else ""
    return words + (f" --particles {particles}" if particles is not None else "")
