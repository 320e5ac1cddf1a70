"""``steppe reproduce``: the reference results of the shipped scenarios, made again and compared."""

from __future__ import annotations

import json
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from .run import Seed

if TYPE_CHECKING:
    import pandas as pd

    from ..explore.problem import Problem
    from ..results.levels import Shipped

RUNS = 2000
TRACED = 200
"""Runs of a baseline whose decisions are traced for the terms that weigh against offers."""
LEFT_OUT = 100
"""Runs in which each lever is left out in turn, of as many draws if there are so many."""


def reference_directory() -> Path:
    """Where the reference results are, in a checkout."""
    return Path(str(files("steppe.results"))) / "reference" / "scenarios"


def units_of(directory: Path) -> int:
    """Independent units behind the reference results of a directory."""
    return int(json.loads((directory / "manifest.json").read_text("utf-8"))["units"])


def reproduce(
    runs: Annotated[int, typer.Option(min=2, help="Runs of each scenario.")] = RUNS,
    seed: Seed = 1,
    write: Annotated[
        Path | None, typer.Option(help="Write the reference into this directory instead.")
    ] = None,
    against: Annotated[
        Path | None,
        typer.Option(help="Directory of the reference; that of the project by default."),
    ] = None,
) -> None:
    """Make the reference results again and hold them against those that are committed.

    With the runs and seed of the reference the numbers are the same; with others they agree
    within the Monte Carlo error of both. Leaves with 1 if a number does not.
    """
    from ..results.levels import compared, read_reference

    reference = None if write else read_reference(against or reference_directory())
    found, facts = made(runs, seed, explained=write is not None)
    if reference is None:
        assert write is not None
        _write(write, found, facts)
        typer.echo(f"Reference written: {write}")
        return
    behind = units_of(against or reference_directory())
    table = compared(found, reference, int(facts["units"]), behind)
    wrong = table[~table["within"]]
    same = int((table["difference"].abs() <= 1e-9 * (1.0 + table["reference"].abs())).sum())
    typer.echo(
        f"{len(table)} numbers of {table['scenario'].nunique()} scenarios, {runs:,} runs each, "
        f"seed {seed}: {same} are the same, {len(table) - len(wrong)} agree within "
        "their Monte Carlo error."
    )
    tell_apart(wrong, "reference")
    if len(wrong):
        raise typer.Exit(1)


def tell_apart(wrong: pd.DataFrame, held_against: str) -> None:
    """Name each number that lies further from what it is held against than chance allows."""
    for _, row in wrong.iterrows():
        typer.echo(
            f"  {row['scenario']}, {row['outcome']}, {row['patron']}, {row['area']}: "
            f"{row['mean']:.4g}, {held_against} {row['reference']:.4g}, "
            f"{abs(row['difference']) / row['allowed']:.1f} times what chance allows",
            err=True,
        )


def made(runs: int, seed: int, explained: bool = False) -> tuple[pd.DataFrame, dict[str, Any]]:
    """Run every shipped scenario and give its levels, and what is to be said of the runs.

    ``explained`` runs each what-if without each of its levers too, and traces the baselines.
    """
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    from ..explore.badge import together
    from ..explore.study.conduct import conduct, shared_pasts, with_pasts
    from ..explore.study.members import shipped
    from ..results.levels import Shipped, levels
    from .execution import warm_up
    from .study_members import ready

    each = ready(shipped(), runs, seed, None)
    cases, baselines = [], {}
    pasts, viewpoint = shared_pasts(), None
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=Console(stderr=True)) as progress:
        task = progress.add_task("scenarios", total=len(each))
        for one in each:
            if one.member.viewpoint != viewpoint:
                pasts, viewpoint = shared_pasts(), one.member.viewpoint
            name, problem = one.member.name, with_pasts(one.problem, pasts)
            progress.update(task, description=name)
            if one.member.role == "baseline":
                warm_up(problem)
            kept = conduct(problem, runs)._asdict()
            if one.member.role == "baseline":
                baselines[name] = kept
            expects = [(e.outcome, e.direction, e.why) for e in one.member.scenario.expects]
            until = problem.until
            years = 0 if until is None else problem.resolved.horizon - until
            levers = [_on(lever.entries) for lever in one.member.resolved.levers]
            case = Shipped(name, one.member.area, one.member.baseline, years, kept, expects, levers)
            if explained:
                case = _explained(case, problem, runs)
            cases.append(case)
            progress.advance(task)
    first = each[-1]
    draws = first.problem.draw_count
    facts: dict[str, Any] = {
        "command": f"steppe reproduce --runs {runs} --seed {seed} --write DIRECTORY",
        "runs": runs,
        "seed": seed,
        "draws": draws,
        "units": draws if draws > 1 else runs,
        "badge": together(one.manifest.badge for one in each),
        "versions": first.manifest.versions,
        "digests": first.manifest.digests,
    }
    return levels(cases, baselines, draws), facts


def _explained(case: Shipped, problem: Problem, runs: int) -> Shipped:
    """A what-if without each of its levers; a baseline with what weighs against its offers."""
    from dataclasses import replace

    from ..explore.replicates import simulate_span
    from ..explore.study.decisions import TERMS, sample
    from ..explore.study.outcomes import kept_of
    from ..model.names import START_YEAR
    from ..results.study.obstacles import obstacles

    levers = problem.resolved.levers
    until = START_YEAR if problem.until is None else problem.until
    if not levers:
        traced = sample(problem, range(min(TRACED, runs)))._asdict()
        return case._replace(obstacles=obstacles(traced, TERMS, until)[1])
    if len(levers) == 1:
        return case
    few = range(min(runs, LEFT_OUT))
    without = []
    for n in range(len(levers)):
        left = problem.resolved.model_copy(update={"levers": (*levers[:n], *levers[n + 1 :])})
        outcome = simulate_span(replace(problem, resolved=left), few)
        without.append(kept_of(outcome, until)._asdict())
    return case._replace(without=without)


def _on(entries: Sequence[str]) -> str:
    """What a lever is on: its entries, written short where they are many."""
    first = entries[0]
    if len(entries) == 1:
        return first
    heads = {entry.split(".")[0] for entry in entries}
    return f"{'/'.join(sorted(heads))} ({len(entries)} entries, {first} the first)"


def _write(directory: Path, found: pd.DataFrame, facts: dict[str, Any]) -> None:
    from ..results.files import canonical, write_atomic
    from ..results.levels import FILE, account

    text = found.to_csv(index=False, float_format="%.10g", lineterminator="\n", na_rep="nan")
    write_atomic(directory / FILE, text.encode("utf-8"))
    write_atomic(directory / "manifest.json", canonical(facts))
    write_atomic(directory / "README.md", account(found, facts).encode("utf-8"))
