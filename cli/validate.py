"""``steppe validate``: statements that people bring, held against the model's runs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from ..model.errors import InputError
from .run import Runs, Seed
from .validate_text import summary, table, words

if TYPE_CHECKING:
    from ..calibration.measures.sampler import Posterior
    from ..explore.problem import Problem
    from ..explore.validate.facts import Fact
    from ..explore.validate.predict import ArmsBefore, Prediction
    from ..explore.validate.results import Known

DIRECTORY: Final = Path("steppe-validate")
EXAMPLE: Final = "example.csv"


def validate(
    facts: Annotated[
        Path | None, typer.Argument(metavar="FACTS", help="A CSV of facts; see --example.")
    ] = None,
    vocabulary: Annotated[
        bool, typer.Option("--vocabulary", help="Print quantities, statistics, filters; stop.")
    ] = False,
    example: Annotated[
        bool, typer.Option("--example", help="Write a commented file of facts to FACTS; stop.")
    ] = False,
    scenario: Annotated[
        str, typer.Option(help="Name of a shipped scenario, or a file.")
    ] = "baseline-2022",
    conditioned_until: Annotated[
        int | None,
        typer.Option(help="Last year that the runs follow the record, instead of the scenario's."),
    ] = None,
    runs: Runs = 1000,
    seed: Seed = 1,
    values: Annotated[
        str | None,
        typer.Option(
            "--parameters",
            help="Values of the parameters, as for 'steppe run'.",
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(help="Directory of the results; steppe-validate/<file> by default."),
    ] = None,
) -> None:
    """Hold facts against the model's runs: probability of the band, place, rank among naive rules.

    A fact passes if its band has a probability of at least one half; it is unsure if it has less
    but the median lies inside. A failure is a result: the exit code is 0 either way.
    """
    if vocabulary:
        for line in words():
            typer.echo(line)
        return
    if example:
        write_example(facts or Path("facts.csv"))
        return
    if facts is None:
        raise InputError(
            "no file of facts", field="FACTS",
            todo="'steppe validate facts.csv --example' writes one to start from",
        )  # fmt: skip
    from ..explore.validate.reading import read_facts

    read = read_facts(facts)
    from ..explore.validate.predict import ArmsBefore, predict
    from ..explore.validate.results import results

    problem = assembled(scenario, values, conditioned_until, runs, seed, read, facts)
    found = predict(problem, runs, seed, lambda words: typer.echo(words, err=True))
    known = known_of(problem, found)
    free = beside(problem, found, runs, seed)
    before = ArmsBefore(found if free is None else free, seed)
    rows = results(found, read, known, seed, free, before)
    directory = out or DIRECTORY / facts.stem
    fits = fits_of(found, before)
    write(directory, rows, manifest(problem, fits, known, facts, runs, seed, scenario, values))
    typer.echo("")
    for line in (*table(rows), *summary(rows, found.arms_until, fits), ""):
        typer.echo(line)
    typer.echo(f"{badge(problem)}.")
    typer.echo(f"All numbers: {directory / 'results.csv'}")


def assembled(
    scenario: str,
    values: str | None,
    until: int | None,
    runs: int,
    seed: int,
    facts: Iterable[Fact],
    file: Path,
) -> Problem:
    """Set the problem that the facts are asked of.

    Raises
    ------
    InputError
        If the years do not fit, or the runs do not divide the draws.
    """
    from ..explore.problem import assemble
    from ..model.names import LAST_HISTORY_YEAR, START_YEAR
    from ..scenarios.load import load_resolved
    from .execution import check_request

    resolved = load_resolved(scenario, values)
    if until is not None:
        last = min(LAST_HISTORY_YEAR, resolved.horizon - 1)
        if not START_YEAR <= until <= last:
            raise InputError(
                "no such year of history", field="--conditioned-until", found=until,
                allowed=f"{START_YEAR} to {last}",
            )  # fmt: skip
        resolved = resolved.model_copy(update={"conditioned_until": until})
    for fact in facts:
        if fact.last_year > resolved.horizon:
            raise InputError(
                f"{fact.id}: the runs end before the fact does", file=str(file), field="last_year",
                found=fact.last_year, allowed=f"{resolved.horizon} at most in {resolved.name}",
            )  # fmt: skip
    problem = assemble(resolved, seed, runs)
    check_request(problem, runs)
    return problem


def beside(problem: Problem, found: Prediction, runs: int, seed: int) -> Prediction | None:
    """The same runs without the record: free from 1992; None where they are free of it anyway."""
    from ..explore.problem import assemble
    from ..explore.validate.predict import predict

    if problem.until is None:
        return None
    free = assemble(problem.resolved.model_copy(update={"conditioned_until": None}), seed, runs)
    typer.echo("and without the record, free from 1992", err=True)
    return predict(free, runs, seed, measures=found.measures)


def fits_of(found: Prediction, before: ArmsBefore) -> dict[str, Posterior]:
    """Fits of the measures by name: those of the prediction, and those of arms to earlier years."""
    from ..explore.validate.predict import ARMS_FITS

    earlier = {
        f"{name}, to {year}": made.fits[name]
        for year, made in sorted(before.made.items()) if made is not None
        for name in ARMS_FITS
    }  # fmt: skip
    return found.fits | earlier


def known_of(problem: Problem, found: Prediction) -> Known:
    """Which years stand behind the prediction."""
    from ..explore.validate.results import Known

    fitted = problem.posterior.manifest.until if problem.posterior else 0
    return Known(problem.until or 0, fitted, found.arms_until)


def badge(problem: Problem) -> str:
    """What the results may claim."""
    from ..explore.badge import badge_of

    return badge_of(problem)


def manifest(
    problem: Problem,
    fits: Mapping[str, Posterior],
    known: Known,
    facts: Path,
    runs: int,
    seed: int,
    scenario: str,
    values: str | None,
) -> bytes:
    """Content of ``manifest.json``."""
    from dataclasses import asdict

    from ..explore.badge import source_of
    from ..explore.identity import evidence_digest
    from ..model.compiled import sources_digest
    from ..results.files import canonical, digest
    from ..results.manifest import versions

    posterior = {"posterior": problem.posterior.digest} if problem.posterior else {}
    cut = problem.until
    return canonical({
        "badge": badge(problem),
        "command": [
            "steppe", "validate", facts.name, "--scenario", Path(scenario).name,
            *(("--conditioned-until", str(cut)) if cut is not None else ()),
            "--runs", str(runs), "--seed", str(seed),
            *(("--parameters", values) if values else ()),
        ],
        "scenario": problem.resolved.model_dump(mode="json"),
        "parameters": {
            "source": source_of(problem.resolved.parameters), "draws": problem.draw_count,
        },
        "known": asdict(known),
        "measures": {
            name: {"r_hat": round(one.r_hat, 4), "effective_draws": round(one.effective, 1),
                   "sound": one.sound}
            for name, one in fits.items()
        },
        "digests": {
            "facts": digest(facts.read_bytes()), "evidence": evidence_digest(),
            "measures": measures_digest(),
            "model": sources_digest(), "tables": problem.digest(), **posterior,
        },
        "versions": versions(), "seed": seed, "runs": runs,
    })  # fmt: skip


def measures_digest() -> str:
    """Digest of the measures: their code, priors and data that are no evidence."""
    from importlib.resources import files

    from ..results.files import digest

    folder = files("steppe.calibration.measures")
    kept = [f for f in folder.iterdir() if f.name.endswith((".py", ".toml", ".csv"))]
    return digest(b"".join(f.read_bytes() for f in sorted(kept, key=lambda f: f.name)))


def write(directory: Path, rows: list[dict[str, Any]], told: bytes) -> None:
    """Write ``results.csv`` and ``manifest.json``."""
    import pandas as pd

    from ..results.files import write_atomic

    text = pd.DataFrame(rows).to_csv(index=False, lineterminator="\n", float_format="%.6g")
    write_atomic(directory / "results.csv", text.encode())
    write_atomic(directory / "manifest.json", told)


def write_example(path: Path) -> None:
    """Write the shipped file of facts, unless something stands there.

    Raises
    ------
    InputError
        If the place is taken.
    """
    from importlib.resources import files

    from ..results.files import write_atomic

    if path.exists():
        raise InputError(
            "something stands there already", field="FACTS", found=str(path), todo="name another"
        )
    write_atomic(path, (files("steppe.explore.validate") / EXAMPLE).read_bytes())
    typer.echo(f"{path}: remarks explain it; 'steppe validate {path}' evaluates it.")
