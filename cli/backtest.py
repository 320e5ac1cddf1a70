"""``steppe backtest``: forecast from a cut-off year, and score what was documented after it."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from .calibrate import gate_in_words
from .run import Seed, Workers

if TYPE_CHECKING:
    import numpy as np

    from ..calibration.renew import Reference
    from ..explore.backtest.forecast import Task
    from ..explore.backtest.power import Power
    from ..explore.backtest.rolling import Followed

DIRECTORY: Final = Path("steppe-backtest")
SEEDS: Final = 5
FOLLOWING: Final = 500
"""Draws that a rolling backtest carries from year to year, to forecast from 200 of them."""
FULL: Final = (50, 20)
"""Particles of the filter before a forecast, and how many of them are continued."""
QUICK: Final = (10, 10)
"""The same of an illustration."""


def backtest(
    train_until: Annotated[int, typer.Option(help="Last year that is known.")] = 2009,
    test_until: Annotated[int, typer.Option(help="Last year that is forecast.")] = 2017,
    rolling: Annotated[
        bool, typer.Option("--rolling", help="Forecast each year from the end of the one before.")
    ] = False,
    drivers_known: Annotated[
        bool, typer.Option("--drivers-known", help="Variation: drivers are known after the cut.")
    ] = False,
    coverage_frozen: Annotated[
        bool,
        typer.Option(
            "--coverage-frozen",
            help="Variation: how far the sources reach after the cut is not known either.",
        ),
    ] = False,
    fit: Annotated[
        Path | None,
        typer.Option(
            help="Directory of a fit at the cut, of another backtest; it is made or continued "
            "without it, and so are those of the ablations, which stand inside."
        ),
    ] = None,
    iterations: Annotated[
        int | None,
        typer.Option(
            min=20,
            help="Iterations of the fit that is made, as of calibrate. With few of them its pilot "
            "is shorter too, and it is no beginning of a longer one.",
        ),
    ] = None,
    workers: Workers = 2,
    quick: Annotated[
        bool, typer.Option("--quick", help="An illustration in a minute: hardly a fit at all.")
    ] = False,
    out: Annotated[
        Path | None, typer.Option(help="Directory of the results; in steppe-backtest by default.")
    ] = None,
    seed: Seed = 1,
) -> None:
    """Freeze the evidence at a cut, fit, forecast, and score what was documented after it.

    A loss of the model is a result like a win: the exit code is 0 either way.
    """
    from dataclasses import replace

    from ..explore.backtest.competition import total_rows
    from ..explore.backtest.conduct import KEYS, enter, score, state_power
    from ..explore.backtest.forecast import MODEL
    from ..explore.backtest.leaks import check_no_leak, training
    from ..explore.backtest.rolling import follow_all
    from ..results.files import canonical, write_atomic

    task = make_task(train_until, test_until, rolling, drivers_known, coverage_frozen, quick)
    directory = out or DIRECTORY / name_of(task, quick)
    read = [training(task.frozen(cut)) for cut, _ in task.origins()]
    for told in read:
        check_no_leak(told)
    made, positions, references = draws(task, fit, directory, iterations, workers, quick, seed)
    for line in gates_in_words(made):
        typer.echo(line)
    fixed = replace(task, rolling=False)
    before = enter(fixed, positions, seed)
    stated = state_power(fixed, before, positions[MODEL], seed)
    write_atomic(directory / "power.json", canonical(statement(stated)))
    typer.echo(f"Before the scores: {stated.in_words()}\n")
    seeds = [(seed + n) % KEYS for n in range(2 if quick else SEEDS)]
    followed = follow_all(
        task, positions, seed, workers, directory / "followed", typer.echo, references
    )
    known = {name: one.positions for name, one in followed.items()} or positions
    tries = {
        key: before if task == fixed and key == seed else enter(task, known, key, typer.echo)
        for key in seeds
    }
    rows, cells = score(task, tries, stated, followed)
    claim, kept = badge(made), len(positions[MODEL])
    samples, in_effect = len(tries[seed][MODEL].counts), least_effective(followed)
    manifest = {
        "badge": claim, "cut": task.cut, "test_until": task.last, "rolling": task.rolling,
        "known_beyond_the_cut": list(task.given), "training": read, "fit": made.pop(MODEL),
        "ablations": made, "draws": kept, "draws_used": samples // task.runs, "samples": samples,
        "seeds": seeds, "power": stated.digest,
        "effective_draws": in_effect, "followed": in_numbers(followed),
    }  # fmt: skip
    write(directory, rows, cells, canonical(manifest))
    for line in few_draws(task, in_effect, kept):
        typer.echo(line)
    for line in table(rows, task, claim):
        typer.echo(line)
    for line in findings(rows, total_rows(cells), stated, in_effect):
        typer.echo(textwrap.fill(line, 100, initial_indent="- ", subsequent_indent="  "))
    typer.echo(f"\nAll scores: {directory / 'scores.csv'}")


def make_task(
    cut: int, last: int, rolling: bool, drivers_known: bool, coverage_frozen: bool, quick: bool
) -> Task:
    """What is to be forecast, from the options.

    Raises
    ------
    InputError
        If the years do not fit.
    """
    from ..calibration.asof import COVERAGE
    from ..calibration.calibrate import CUT
    from ..calibration.setting import of_kind
    from ..explore.backtest.forecast import Task
    from ..model.errors import InputError
    from ..model.names import LAST_HISTORY_YEAR, START_YEAR

    if not START_YEAR < cut < LAST_HISTORY_YEAR or last > LAST_HISTORY_YEAR:
        raise InputError(
            "the years lie outside the record", field="train-until, test-until",
            found=f"{cut}, {last}", allowed=f"{START_YEAR + 1} to {LAST_HISTORY_YEAR}",
        )  # fmt: skip
    given = set(of_kind("driver")) - {COVERAGE} if drivers_known else set()
    given |= set() if coverage_frozen else {COVERAGE}
    shares = () if quick else CUT.shares
    return Task(
        cut, last, rolling, tuple(sorted(given)), *(QUICK if quick else FULL), shares=shares
    )


def name_of(task: Task, quick: bool) -> str:
    """Name of the directory of the results."""
    parts = [f"{task.cut}-{task.last}", "rolling" if task.rolling else "fixed"]
    parts += ["drivers-known"] if len(task.given) > 1 else []
    parts += [] if "coverage" in task.given else ["coverage-frozen"]
    return "-".join([*parts, *(["quick"] if quick else [])])


def badge(made: Mapping[str, dict[str, Any]]) -> str:
    """What the results may claim, by the gates of the fits; none is held to them if it is quick."""
    if not all(fit["gates"] for fit in made.values()):
        return "illustration: hardly a fit at all, and held to no gate"
    failed = [name for name, fit in made.items() if not all(g["passed"] for g in fit["gates"])]
    if failed:
        return f"exploration: at the cut fits have not passed their gates: {', '.join(failed)}"
    return (
        "exploration: one window, forecast after the fact; all fits at the cut passed their gates"
    )


def draws(
    task: Task,
    given: Path | None,
    directory: Path,
    iterations: int | None,
    workers: int,
    quick: bool,
    seed: int,
) -> tuple[dict[str, Any], dict[str, np.ndarray], dict[str, Reference]]:
    """Draws of the posteriors at the cut, of the model and of each ablation.

    Those of the model are of a given fit, or of one that is made or goes on. An ablation's fit
    stands in the directory of the model's, by its name; it has the same plan and as many
    iterations, and is made or goes on where it has not.

    Returns
    -------
    made : dict
        What is to be said of each fit, by variant.
    positions : dict of str to ndarray of float64 [draw, dimension]
    references : dict of str to tuple of ndarray
        Centre and factor of what the moves of each fit go by.

    Raises
    ------
    InputError
        If a fit is of other evidence, as one that has read what came after the cut.
    """
    from dataclasses import replace

    from ..calibration import fit as fits
    from ..calibration.calibrate import CUT, gates_of
    from ..calibration.diagnose import spread_evenly
    from ..explore.backtest.forecast import MODEL, VARIANTS, ablated
    from ..model.errors import InputError

    iterations = CUT.iterations if iterations is None else iterations
    if given is not None:
        folder, (plan, particles, _, shares) = given, fits.read_plan(given)
    elif quick:
        folder, particles, iterations, shares = directory / "fit", task.particles, 60, ()
        plan = fits.Plan(seed=seed, groups=1, chains=2, pilot=30, pilot_particles=particles)
    else:
        folder, particles, shares = directory / "fit", CUT.particles, CUT.shares
        plan = replace(CUT, pilot=min(CUT.pilot, iterations // 2)).plan(seed)
    whole = task.frozen(task.cut).target_to_cut(particles, shares)
    made: dict[str, Any] = {}
    positions, references = {}, {}
    for name, zero in VARIANTS.items():
        target, own = ablated(whole, zero), folder
        if name != MODEL:
            own = folder / name.replace(" ", "-")
        fits.claim(own, target, plan)
        if name == MODEL and given is not None:
            iterations = fits.iterations(own, plan)
        else:
            fits.sample(target, plan, own, iterations, workers, teller(name))
        kept = fits.draws(own, plan, len(target.entries))
        if kept.shape[1] == 0:
            raise InputError("the fit has not passed its pilot", file=str(own))
        made[name] = {
            **fits.identity(target, plan),
            "archived": kept.shape[0] * kept.shape[1],
            "gates": [] if quick else [gate.model_dump() for gate in gates_of(target, kept)],
        }
        wanted = FOLLOWING if task.rolling else task.draws
        positions[name] = spread_evenly(kept, 20 if quick else wanted)
        references[name] = fits.load_reference(own)
    return made, positions, references


def teller(name: str) -> Callable[[int, int], None]:
    """Tell how far a group of chains of a fit has come, every thousand iterations."""

    def tell(group: int, iteration: int) -> None:
        if iteration % 1000 == 0:
            typer.echo(f"fit of {name}, group {group}: iteration {iteration:,}")

    return tell


def gates_in_words(made: Mapping[str, Any]) -> Iterable[str]:
    """A line for each gate of each fit; none of a quick one, which is held to none."""
    for name, fit in made.items():
        for gate in fit["gates"]:
            yield f"{name}: {gate_in_words(gate)}"


def statement(stated: Power) -> dict[str, Any]:
    """Content of ``power.json``."""
    from dataclasses import asdict

    return {**asdict(stated), "digest": stated.digest, "words": stated.in_words()}


def least_effective(followed: Mapping[str, Followed]) -> list[float]:
    """Fewest draws in effect, of the model and its ablations, from which each year was forecast."""
    each = zip(*(one.effective for one in followed.values()), strict=True)
    return [round(float(min(year)), 1) for year in each]


def in_numbers(followed: Mapping[str, Followed]) -> dict[str, dict[str, list[float]]]:
    """How the draws of each variant kept up with the record, by origin."""
    return {
        name: {
            what: [round(float(n), 1) for n in getattr(one, what)]
            for what in ("effective", "left", "stages")
        }
        for name, one in followed.items()
    }


def few_draws(task: Task, found: Sequence[float], draws: int) -> Iterable[str]:
    """Say in which years a rolling forecast rests on few draws."""
    from ..results.account.foresight_words import FEW

    least = min(found, default=float(draws))
    if least < min(FEW, 0.5 * draws):
        yield (
            f"Note: some of the draws from which {task.years[found.index(least)]} is forecast are "
            f"worth {least:.0f} of {draws}: parameters are hardly varied there."
        )


def write(
    directory: Path, rows: list[dict[str, Any]], cells: list[dict[str, Any]], manifest: bytes
) -> None:
    """Write ``scores.csv``, ``totals.csv``, ``cells.parquet`` and ``manifest.json``."""
    import io

    import pandas as pd

    from ..explore.backtest.competition import total_rows
    from ..results.files import write_atomic

    columns = ["competitor", "score", "by", "key", "value", "seed_sd", "best", "gain", "gain_sd",
               "low", "high", "power"]  # fmt: skip
    text = pd.DataFrame(rows)[columns].to_csv(index=False, lineterminator="\n")
    write_atomic(directory / "scores.csv", text.encode())
    totals = pd.DataFrame(total_rows(cells)).round(4).to_csv(index=False, lineterminator="\n")
    write_atomic(directory / "totals.csv", totals.encode())
    stream = io.BytesIO()
    pd.DataFrame(cells).to_parquet(stream, index=False)
    write_atomic(directory / "cells.parquet", stream.getvalue())
    write_atomic(directory / "manifest.json", manifest)


def table(rows: Iterable[dict[str, Any]], task: Task, claim: str) -> Iterable[str]:
    """What the terminal shows: all competitors, then where the model gains and loses."""
    from ..results.account import foresight_words as words

    listed = list(rows)
    found = {(r["competitor"], r["score"], r["by"], r["key"]): r for r in listed}
    best = found["model", "log", "all", "all"]["best"]
    yield f"\nRecord to {task.cut}, documented packages of {task.cut + 1}-{task.last}. {claim}."
    gained = f"  gain over {best}"
    yield f"{'':<23}{'log score':>10}{gained:<32}{'seed sd':>8}{'CRPS':>7}{'Brier':>8}"
    for name in dict.fromkeys(row["competitor"] for row in listed):
        log, crps, brier = (found[name, s, "all", "all"] for s in ("log", "crps", "brier"))
        gain = f"  {log['gain']:+.1f} ({log['low']:+.1f} to {log['high']:+.1f})"
        yield (
            f"{name:<23}{log['value']:>10.1f}{gain:<32}{log['gain_sd']:>8.2f}"
            f"{crps['value']:>7.1f}{brier['value']:>8.2f}"
        )
    yield ""
    for row in listed:
        if row["competitor"] == "model" and row["score"] == "log" and row["by"] in words.SHOWN:
            yield textwrap.fill(sentence(row), 100, initial_indent="- ", subsequent_indent="  ")


def findings(
    rows: list[dict[str, Any]],
    totals: list[dict[str, Any]],
    stated: Power,
    worth: list[float],
) -> Iterable[str]:
    """Where the gain comes from, how totals compare, and what each mechanism is worth."""
    from ..results.account import foresight_words as words

    best = next(r["best"] for r in rows if (r["score"], r["by"]) == ("crps", "all"))
    yield words.by_state(rows, totals)
    yield words.by_patron(totals, best)
    yield words.by_form(totals, best)
    yield from words.sums(rows)
    yield from words.clear_losses(rows)
    yield words.by_chance(rows)
    clear = {one.rival: one.clear for one in stated.contests}
    yield from words.mechanisms(rows, clear, worth)


def sentence(row: dict[str, Any]) -> str:
    """One gain or loss of the model, in words."""
    verb = "gains" if row["gain"] > 0.0 else "loses"
    told = f"{where(row['by'], row['key'])}: the model {verb} {abs(row['gain']):.1f} nats"
    if row["low"] != row["low"]:
        return f"{told} against {row['best']}; one year tells nothing of its uncertainty."
    sure = "" if row["low"] > 0.0 or row["high"] < 0.0 else ", not clearly"
    return (
        f"{told} against {row['best']}{sure} "
        f"(90% interval of the gain {row['low']:+.1f} to {row['high']:+.1f})."
    )


def where(by: str, key: str) -> str:
    """Group of cells, in words that begin a sentence."""
    from ..results.account.foresight_words import where as words

    known = {"all": "In all", "pledges": "Pledges (agreements and aid)", "events": "Events"}
    name = known.get(key) or words({"by": by, "key": key})
    return {"patron": f"{name} as patron", "form": f"Form {name}"}.get(by, name)
