"""``steppe validate``: statements that people bring, held against the model's runs."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from ..model.errors import InputError
from .run import Runs, Seed, Values

if TYPE_CHECKING:
    from ..explore.problem import Problem
    from ..explore.validate.facts import Fact
    from ..explore.validate.predict import Prediction
    from ..explore.validate.results import Known

DIRECTORY: Final = Path("steppe-validate")
EXAMPLE: Final = "example.csv"
WIDTH: Final = 100


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
    values: Values = None,
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
    from ..explore.validate.facts import read_facts

    read = read_facts(facts)
    from ..explore.validate.predict import predict
    from ..explore.validate.results import results

    problem = assembled(scenario, values, conditioned_until, runs, seed, read, facts)
    found = predict(problem, runs, seed, lambda words: typer.echo(words, err=True))
    known = known_of(problem, found)
    rows = results(found, read, known, seed)
    directory = out or DIRECTORY / facts.stem
    write(directory, rows, manifest(problem, found, known, facts, runs, seed, scenario, values))
    typer.echo("")
    for line in (*table(rows), *summary(rows, found), ""):
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


def known_of(problem: Problem, found: Prediction) -> Known:
    """Which years stand behind the prediction."""
    from ..explore.validate.results import Known

    fitted = problem.posterior.manifest.until if problem.posterior else 0
    return Known(problem.until or 0, fitted, found.arms_until)


def badge(problem: Problem) -> str:
    """What the results may claim; a cut before the fit's last year is no clean forecast."""
    from .execution import badge_of

    told = badge_of(problem)
    until, posterior = problem.until, problem.posterior
    if posterior is not None and until is not None and until < posterior.manifest.until:
        claim = f"the parameters have read the record to {posterior.manifest.until}"
        return f"exploration: runs follow the record to {until}, but {claim}"
    return told


def manifest(
    problem: Problem,
    found: Prediction,
    known: Known,
    facts: Path,
    runs: int,
    seed: int,
    scenario: str,
    values: str | None,
) -> bytes:
    """Content of ``manifest.json``."""
    from dataclasses import asdict

    from ..model.compiled import sources_digest
    from ..results.files import canonical, digest
    from ..results.manifest import versions
    from .execution import evidence_digest, source_of

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
            for name, one in found.fits.items()
        },
        "digests": {
            "facts": digest(facts.read_bytes()), "evidence": evidence_digest(),
            "model": sources_digest(), "tables": problem.digest(), **posterior,
        },
        "versions": versions(), "seed": seed, "runs": runs,
    })  # fmt: skip


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


def number(value: float) -> str:
    """Write a number with three digits or as many as it has before the point."""
    if value != value:
        return "-"
    if abs(value) == float("inf"):
        return ""
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"


def year_or(value: float, unit: str) -> str:
    """Write a number of a unit: years stand without a comma."""
    return str(int(value)) if unit == "year" and value == value and abs(value) < 1e9 else (
        number(value)
    )


def table(rows: Iterable[dict[str, Any]]) -> Iterable[str]:
    """What the terminal shows: a line for each fact."""
    yield (
        f"{'fact':<31}{'stated':>8} {'band':>13}{'P(band)':>8} {'verdict':<8}"
        f"{'median':>8} {'5% to 95%':>17}{'place':>6} {'rank':>5}  standing"
    )
    for row in rows:
        unit = row["unit"]
        low, high = year_or(row["low"], unit), year_or(row["high"], unit)
        band = f"{low}..{high}" if low or high else "-"
        spread = f"{year_or(row['q05'], unit)} to {year_or(row['q95'], unit)}"
        rank = f"{row['rank']:.0f}/{row['of']:.0f}" if row["rank"] == row["rank"] else "-"
        yield (
            f"{row['id'][:30]:<31}{year_or(row['value'], unit):>8} {band:>13}"
            f"{number(row['probability']):>8} {row['verdict']:<8}"
            f"{year_or(row['median'], unit):>8} {spread:>17}{number(row['place']):>6} {rank:>5}"
            f"  {row['standing']}"
        )


def summary(rows: list[dict[str, Any]], found: Prediction) -> Iterable[str]:
    """What follows from the rows, losses first."""
    judged = [row for row in rows if row["verdict"] in ("pass", "unsure", "fail")]
    ranked = [row for row in rows if row["rank"] == row["rank"]]
    beaten = [row for row in ranked if row["rank"] > 1]
    ahead = [row for row in rows if row["standing"] == "out of the record"]
    yield ""
    for verdict, meaning in (
        ("fail", "fail (probability of the band below one half, median outside)"),
        ("unsure", "are unsure (probability below one half, median inside)"),
    ):
        names = [row["id"] for row in judged if row["verdict"] == verdict]
        yield from told(
            f"{len(names)} of {len(judged)} facts with a band {meaning}"
            f"{': ' + ', '.join(names) if names else ''}."
        )
    if ranked:
        names = [f"{row['id']} ({row['beaten_by']})" for row in beaten]
        yield from told(
            f"A naive rule scores better than the model in {len(beaten)} of {len(ranked)} facts in "
            f"which one has something to say{': ' + ', '.join(names) if names else ''}."
        )
    stated = [row for row in rows if row["inside_90"]]
    if stated:
        inside = sum(row["inside_90"] == "yes" for row in stated)
        yield from told(
            f"The stated value lies in the central 90% of the runs in {inside} of {len(stated)}."
        )
    yield from told(
        f"{len(ahead)} of {len(rows)} facts are out of the record; the others have been imposed "
        "on the runs or read by the fit, wholly or in part, and tell how well it fits, not how "
        "well it foresees."
    )
    for row in rows:
        if row["defined"] < 1.0:
            yield from told(
                f"{row['id']}: not defined in {1.0 - row['defined']:.0%} of the runs, which count "
                "as outside the band."
            )
    for name, one in found.fits.items():
        if not one.sound:
            yield from told(
                f"The measure of {name} has not converged (R-hat {one.r_hat:.2f}, "
                f"{one.effective:.0f} effective draws): no verdict on what rests on it."
            )


def told(sentence: str) -> list[str]:
    """Wrap a sentence as an item of a list."""
    return textwrap.wrap(sentence, WIDTH, initial_indent="- ", subsequent_indent="  ")


def words() -> Iterable[str]:
    """Write the vocabulary."""
    from ..explore.validate.vocabulary import (
        OVER,
        QUANTITIES,
        RECORDS,
        STATISTICS,
        WORDS,
    )

    def entry(name: str, meaning: str) -> list[str]:
        return textwrap.wrap(
            meaning, WIDTH, initial_indent=f"  {name:<16}", subsequent_indent=" " * 18
        )

    yield "QUANTITY"
    for name, quantity in QUANTITIES.items():
        yield from entry(name, f"{quantity.meaning} [{quantity.unit}]")
        details = [
            f"filters: {', '.join(quantity.filters)}",
            f"statistics: {', '.join(quantity.statistics)}",
            *([f"of: {', '.join(OVER[name])}"] if "share_of" in quantity.statistics else []),
            f"rests on: {quantity.rests_on}",
        ]
        yield from entry("", "; ".join(details))
    yield "\nSTATISTIC"
    for name, meaning in STATISTICS.items():
        yield from entry(name, meaning)
    yield "\nRECORD (of packages and exercises: who is taken to have counted)"
    for name, meaning in RECORDS.items():
        yield from entry(name, meaning)
    yield "\nWORDS OF THE FILTERS (blank: all; several states are joined by semicolons)"
    for name, allowed in WORDS.items():
        yield from entry(name, ", ".join(allowed))
    yield "\nOTHER COLUMNS"
    for name, meaning in COLUMNS.items():
        yield from entry(name, meaning)


COLUMNS: Final[dict[str, str]] = {
    "id": "Name of the fact, once in the file.",
    "first_year": "First year of the period, 1992 or later.",
    "last_year": "Last year of the period, to the horizon of the scenario.",
    "at": "Level of a quantile, threshold of share_above, years of share_after, rung of first_year.",
    "value": "What is stated. Scores and the place are taken at it.",
    "low": "Least value of the band; blank is open.",
    "high": "Largest value of the band; blank is open.",
    "unit": "If given, must be the quantity's own: a guard against thousands for millions.",
    "source": "Where it is stated.",
    "note": "Anything.",
}
"""Columns that are no words of a vocabulary."""
