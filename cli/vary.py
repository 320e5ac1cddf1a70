"""``steppe calibrate vary``: the fit, had the record been judged otherwise, or told less."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from .run import Seed

if TYPE_CHECKING:
    from ..calibration.renew import Swarm
    from ..calibration.target import Target

DIRECTORY: Final = Path("steppe-vary")
TABLE: Final = "varied.csv"


def vary(
    factor: Annotated[
        list[float] | None,
        typer.Option(help="By which all coverage is multiplied; may be given again."),
    ] = None,
    without: Annotated[
        list[str] | None,
        typer.Option(
            help="Rows to leave out, absences (from joint exercises) or acts (of membership); may "
            "be given again. With neither this nor --factor: coverage times 0.7 and 1.3, and "
            "without each."
        ),
    ] = None,
    fit: Annotated[
        Path | None,
        typer.Option(help="Directory of a fit that has more draws than are installed."),
    ] = None,
    draws: Annotated[int, typer.Option(min=20, help="Draws that are carried, at most.")] = 600,
    seed: Seed = 1,
    workers: Annotated[int, typer.Option(min=1, help="Processes; they change no bit.")] = 2,
    out: Annotated[
        Path | None, typer.Option(help="Directory of the results; steppe-vary by default.")
    ] = None,
) -> None:
    """Vary what was judged of the record, and see what the fitted numbers do.

    How far the sources reach (coverage) was judged with the counts in view and is in no band. The
    draws are carried to the posterior under another coverage, or without some of the rows; asking
    again goes on from what was carried.
    """
    from ..calibration.files import csv_bytes
    from ..calibration.renew import MOVES, in_effect, positions_of
    from ..calibration.target import draw_rows
    from ..calibration.vary import FACTORS, PARTS, as_rows, slug, variants, varied
    from ..model.errors import InputError, near
    from ..results.files import canonical, write_atomic
    from ..results.varied import in_words

    for one in factor or ():
        if not 0.2 <= one <= 5.0:
            raise InputError(
                "coverage is not varied so far from the fitted one", field="--factor", found=one,
                allowed="0.2 to 5",
            )  # fmt: skip
    for part in without or ():
        if part not in PARTS:
            raise InputError(
                "no rows of that kind can be left out", field="--without", found=part,
                allowed=", ".join(PARTS), nearest=near(part, PARTS),
            )  # fmt: skip
    asked = bool(factor or without)
    factors, parts = (factor or (), without or ()) if asked else (FACTORS, tuple(PARTS))
    directory = out or DIRECTORY
    folder = directory / "carried"
    target, swarms, of = _fitted(fit, draws, seed, workers, folder)
    count, others = len(positions_of(swarms)), variants(target, factors, parts)
    typer.echo(f"{count} draws of {of['from']} are carried to: {'; '.join(others)}")
    found = varied(target, swarms, others, seed, workers, folder, typer.echo)
    head, *rows = as_rows(target, found)
    for old in directory.glob("draws-*.csv"):
        old.unlink()
    write_atomic(directory / TABLE, csv_bytes([head, *rows]))
    for name, swarms in found.items():
        content = csv_bytes(draw_rows(target.entries, positions_of(swarms)))
        write_atomic(directory / f"draws-{slug(name)}.csv", content)
    manifest = {
        "badge": "exploration: the record other than it was judged",
        "command": _command(factor, without, fit, draws, seed), "of": of, "seed": seed,
        "draws": count, "moves": MOVES,
        "followed": {
            name: {
                "effective": round(in_effect(swarms), 1),
                "left": round(sum(swarm.left for swarm in swarms), 1),
                "stages": max(swarm.stages for swarm in swarms),
            }
            for name, swarms in found.items()
        },
    }  # fmt: skip
    write_atomic(directory / "manifest.json", canonical(manifest))
    for line in in_words([dict(zip(head, row, strict=True)) for row in rows]):
        typer.echo(f"{line}.")
    typer.echo(f"All numbers: {directory / TABLE}")


def _command(
    factors: Sequence[float] | None,
    parts: Sequence[str] | None,
    fit: Path | None,
    draws: int,
    seed: int,
) -> str:
    """What a person types to have the results again."""
    words = "".join(f" --factor {one:g}" for one in factors or ())
    words += "".join(f" --without {one}" for one in parts or ())
    words += "" if fit is None else " --fit FIT"
    return f"steppe calibrate vary{words} --draws {draws} --seed {seed}"


def _fitted(
    fit: Path | None, count: int, seed: int, workers: int, folder: Path
) -> tuple[Target, list[Swarm], dict[str, Any]]:
    """Posterior density of all numbers, draws from it, and what is to be said of them.

    Raises
    ------
    InputError
        If the draws are of another record or model, or of a fit that has not passed its pilot.
    """
    import numpy as np

    from ..calibration import fit as fits
    from ..calibration.calibrate import WIDENED, gates_of_all
    from ..calibration.diagnose import convergence, spread_evenly
    from ..calibration.installed import installed, standardised
    from ..calibration.probe import probe
    from ..calibration.target import record_target
    from ..calibration.vary import begun
    from ..calibration.widen import wide, widened
    from ..model.errors import InputError

    if fit is not None:
        plan, particles, until = fits.read_plan(fit)
        target = record_target(until, particles)
        fits.claim(fit, target, plan)
        kept = fits.draws(fit, plan, len(target.entries))
        if kept.shape[1] == 0:
            raise InputError("the fit has not passed its pilot", file=str(fit))
        whole, drawn = wide(target), spread_evenly(kept, count)
        swarms = widened(
            target, drawn, plan.seed, workers, fit / WIDENED,
            lambda done, of: typer.echo(f"draws of all numbers: {done} of {of} pieces of the way"),
        )  # fmt: skip
        gates = gates_of_all(target, convergence(kept), whole, swarms)
        passed = all(gate.passed for gate in gates)
        told = {"from": "a fit", "passed": passed, **fits.identity(target, plan)}
        return whole, swarms, told
    posterior = installed()
    if posterior is None:
        raise InputError("no posterior is installed", todo="run 'steppe calibrate'")
    made = posterior.manifest
    whole = wide(record_target(made.until, made.particles))
    missing = [one.address for one in whole.entries if one.address not in posterior.draws]
    if missing or tuple(probe(whole)) != made.probe_of_all:
        raise InputError(
            "the installed posterior is of another record or model", field="probe_of_all",
            found=f"no {missing[0]}" if missing else str(list(made.probe_of_all)),
            allowed=str(probe(whole)),
            todo="run 'steppe calibrate', or name a fit with --fit",
        )  # fmt: skip
    columns = [
        standardised(posterior.draws[one.address][:count], one.prior, one.centre)
        for one in whole.entries
    ]
    told = {"from": "the installed posterior", "passed": posterior.passed, "until": made.until,
            "digest": posterior.digest}  # fmt: skip
    return whole, begun(whole, np.column_stack(columns), seed, workers, folder), told
