"""``steppe calibrate vary``: the fit, had the record been judged otherwise, or told less."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from .run import Seed, Workers

if TYPE_CHECKING:
    import numpy as np

    from ..calibration.renew import Reference
    from ..calibration.target import Target

DIRECTORY: Final = Path("steppe-vary")
TABLE: Final = "varied.csv"


def vary(
    fit: Annotated[
        Path, typer.Option(help="Directory of the fit, as 'steppe calibrate' writes it.")
    ],
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
    draws: Annotated[int, typer.Option(min=20, help="Draws that are carried, at most.")] = 500,
    seed: Seed = 1,
    workers: Workers = 2,
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
    from ..calibration.vary import FACTORS, PARTS, as_rows, begun, slug, variants, varied
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
    target, positions, of, reference = _fitted(fit, draws)
    factors, parts = (factor or (), without or ()) if asked else (FACTORS, tuple(PARTS))
    others = variants(target, factors, parts)
    directory = out or DIRECTORY
    folder = directory / "carried"
    typer.echo(f"{len(positions)} draws of {of['from']} are carried to: {'; '.join(others)}")
    swarms = begun(target, positions, seed, workers, folder)
    typer.echo("the luck of the draws has settled")
    found = varied(target, swarms, others, seed, workers, folder, typer.echo, reference)
    head, *rows = as_rows(target, found, reference)
    for old in directory.glob("draws-*.csv"):
        old.unlink()
    write_atomic(directory / TABLE, csv_bytes([head, *rows]))
    for name, swarms in found.items():
        content = csv_bytes(draw_rows(target.entries, positions_of(swarms)))
        write_atomic(directory / f"draws-{slug(name)}.csv", content)
    manifest = {
        "badge": "exploration: the record other than it was judged",
        "command": _command(factor, without, draws, seed), "of": of, "seed": seed,
        "draws": len(positions), "moves": MOVES,
        "followed": {
            name: {
                "effective": round(in_effect(swarms, reference), 1),
                "left": round(sum(swarm.left for swarm in swarms), 1),
                "stages": max(swarm.stages for swarm in swarms),
            }
            for name, swarms in found.items()
        },
    }  # fmt: skip
    write_atomic(directory / "manifest.json", canonical(manifest))
    for line in in_words([dict(zip(head, row, strict=True)) for row in rows]):
        typer.echo(f"{line}.")
    typer.echo(f"Badge: {manifest['badge']}.")
    typer.echo(f"All numbers: {directory / TABLE}")


def _command(
    factors: Sequence[float] | None,
    parts: Sequence[str] | None,
    draws: int,
    seed: int,
) -> str:
    """What a person types to have the results again."""
    words = "".join(f" --factor {one:g}" for one in factors or ())
    words += "".join(f" --without {one}" for one in parts or ())
    return f"steppe calibrate vary{words} --fit FIT --draws {draws} --seed {seed}"


def _fitted(fit: Path, count: int) -> tuple[Target, np.ndarray, dict[str, Any], Reference]:
    """Posterior density, draws from it, what is to be said of them, and how they are moved.

    Raises
    ------
    InputError
        If the fit is of another record or model, or has not passed its pilot.
    """
    from dataclasses import replace

    from ..calibration import fit as fits
    from ..calibration.calibrate import gates_of
    from ..calibration.diagnose import spread_evenly
    from ..calibration.installed import all_passed
    from ..calibration.target import record_target, wide
    from ..model.errors import InputError

    plan, particles, until, shares = fits.read_plan(fit)
    target = replace(wide(record_target(until, particles)), shares=shares)
    fits.claim(fit, target, plan)
    kept = fits.draws(fit, plan, len(target.entries))
    if kept.shape[1] == 0:
        raise InputError("the fit has not passed its pilot", file=str(fit))
    passed = all_passed(gates_of(target, kept))
    told = {"from": "a fit", "passed": passed, **fits.identity(target, plan)}
    return target, spread_evenly(kept, count), told, fits.load_reference(fit)
