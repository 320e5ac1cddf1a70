"""``steppe compare``: two or more scenarios on the same luck, run by run."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ..model.errors import InputError, near
from .run import Runs, Seed, Values

if TYPE_CHECKING:
    from ..explore.problem import Problem
    from ..results.compare import Comparison
    from ..results.manifest import Manifest
    from ..results.precision import Precision
    from ..results.store import Store
    from ..scenarios.resolve import Resolved

AGAIN = 10
"""Runs of A that are computed afresh, to see that they come out the same."""
GROWTH = 8
"""Runs grow by this factor at most before the precision is looked at again."""


def compare(
    scenarios: Annotated[
        list[str],
        typer.Argument(help="Scenario A, usually a baseline, then those to hold against it."),
    ],
    runs: Runs = 1000,
    seed: Seed = 1,
    values: Values = None,
    precision: Annotated[
        float | None,
        typer.Option(
            min=0.0, help="Half-width of the 95% intervals to reach; runs are added until then."
        ),
    ] = None,
    of: Annotated[
        str, typer.Option(help="Outcome that --precision speaks of: rung, packages, ...")
    ] = "rung",
    most: Annotated[
        int, typer.Option(min=1, max=10_000_000, help="Runs at which --precision gives up.")
    ] = 100_000,
    out: Annotated[
        Path | None,
        typer.Option(help="Directory of the comparison; steppe-runs/<A>-vs-<B>-<key> by default."),
    ] = None,
) -> None:
    """Compare scenarios with the first: paired differences with intervals, and their checks."""
    from ..results.verdicts import OUTCOME_WORDS

    _check_request(scenarios, of, precision, list(OUTCOME_WORDS))
    from ..scenarios.load import load_resolved

    resolved = [load_resolved(name, values) for name in scenarios]
    from ..explore.study.conduct import shared_pasts, with_pasts
    from ..results.report import begin, comparison_manifest
    from .execution import RUNS_DIRECTORY, prepare

    pasts = shared_pasts()
    problems, manifests = [], []
    for name, one in zip(scenarios, resolved, strict=True):
        problem, manifest = prepare(one, name, runs, seed, values)
        problems.append(with_pasts(problem, pasts))
        manifests.append(manifest)
    _refuse_unlike(scenarios, problems)
    command = _command(manifests, precision, of)
    whole = comparison_manifest(manifests, command)
    directory = out or RUNS_DIRECTORY / whole.directory_name()
    begin(directory, whole)
    stores, comparisons, found = _computed(
        problems, manifests, directory, precision, of, most, runs
    )
    again = same_again(resolved[0], stores[0], seed, runs)
    done = (problems, stores, comparisons)
    _report(scenarios, done, found, again, (directory, command), of, precision)


def _check_request(
    scenarios: Sequence[str], of: str, precision: float | None, outcomes: Sequence[str]
) -> None:
    from ..results.report import LETTERS

    if not 2 <= len(scenarios) <= len(LETTERS):
        raise InputError(
            "a comparison needs a scenario and what is held against it",
            field="SCENARIOS", found=len(scenarios), allowed=f"2 to {len(LETTERS)} scenarios",
        )  # fmt: skip
    if of not in outcomes:
        raise InputError(
            "no such outcome", field="--of", found=of, allowed=", ".join(outcomes),
            nearest=near(of, outcomes),
        )  # fmt: skip
    if precision == 0.0:
        raise InputError(
            "no number of runs makes an interval a point", field="--precision", found=precision,
            allowed="above 0",
        )  # fmt: skip


def _refuse_unlike(names: Sequence[str], problems: Sequence[Problem]) -> None:
    first = problems[0]
    for name, problem in zip(names[1:], problems[1:], strict=True):
        for field, mine, theirs in (
            ("horizon", first.resolved.horizon, problem.resolved.horizon),
            ("parameters.draws", first.draw_count, problem.draw_count),
        ):
            if mine != theirs:
                raise InputError(
                    f"{names[0]} and {name} cannot be paired",
                    field=field, found=theirs, allowed=str(mine),
                )  # fmt: skip


def _command(manifests: Sequence[Manifest], precision: float | None, of: str) -> list[str]:
    """What a person types to have the comparison again."""
    called = [manifest.command[2] for manifest in manifests]
    command = ["steppe", "compare", *called, *manifests[0].command[3:]]
    return command + (["--precision", f"{precision:g}", "--of", of] if precision else [])


def _computed(
    problems: Sequence[Problem],
    manifests: Sequence[Manifest],
    directory: Path,
    half: float | None,
    of: str,
    most: int,
    runs: int,
) -> tuple[list[Store], list[Comparison], Precision]:
    """Compute all sides; where a precision is asked for, with more runs until it is met."""
    from ..results.compare import compare as paired
    from ..results.precision import precision
    from ..results.report import LETTERS
    from .execution import compute

    while True:
        stores: list[Store] = []
        for letter, problem, manifest in zip(LETTERS, problems, manifests, strict=False):
            wanted = manifest.with_runs(stores[0].runs if stores else runs)
            stores.append(compute(problem, wanted, directory / f"runs-{letter.lower()}"))
        comparisons = [paired(stores[0], other) for other in stores[1:]]
        found = max(
            (
                precision(c.table[c.table["outcome"] == of], stores[0].runs, c.units, half)
                for c in comparisons
            ),
            key=lambda p: (not p.met, p.widest),
        )
        now, draws = stores[0].runs, problems[0].draw_count
        wanted_runs = _next(found, now, draws, most) if half is not None else now
        if wanted_runs <= now:
            return stores, comparisons, found
        typer.echo(
            f"Intervals of \N{PLUS-MINUS SIGN}{found.widest:.3g} with {now:,} runs; "
            f"{wanted_runs:,} runs next.",
            err=True,
        )
        runs = wanted_runs


def _next(found: Precision, now: int, draws: int, most: int) -> int:
    """Runs to ask for next; as many as now if that is enough, or if more would not do."""
    if found.met or found.runs == float("inf"):
        return now
    needed = found.runs * 1.05 if found.runs == found.runs else 2.0 * now  # not known yet: double
    wanted = int(min(needed, GROWTH * now, most))
    return min(-(-wanted // draws), most // draws) * draws


def same_again(resolved: Resolved, store: Store, seed: int, runs: int) -> int:
    """Compute the first runs of a store afresh, one by one, and compare every number.

    Returns
    -------
    int
        How many.

    Raises
    ------
    InputError
        If a number differs: the store was made by something else.
    """
    import numpy as np

    from ..explore.problem import assemble
    from ..explore.replicates import simulate_span
    from ..results.variables import VARIABLES

    problem = assemble(resolved, seed, runs)
    count = min(AGAIN, len(store.span(0)))
    kept = store.read(0, list(VARIABLES))
    for run in range(count):
        outcome = simulate_span(problem, range(run, run + 1))._asdict()
        for variable in VARIABLES.values():
            fresh = outcome[variable.name][0].astype(variable.dtype)
            if not np.array_equal(fresh, kept[variable.name][run]):
                raise InputError(
                    f"placebo failed: run {run} computed again differs in {variable.name}",
                    file=str(store.directory),
                    todo="remove the directory and run again",
                )
    return count


def _report(
    names: Sequence[str],
    done: tuple[Sequence[Problem], Sequence[Store], Sequence[Comparison]],
    found: Precision,
    again: int,
    place: tuple[Path, Sequence[str]],
    of: str,
    asked: float | None,
) -> None:
    """Write the report and print its answer."""
    (problems, stores, comparisons), (directory, command) = done, place
    from ..results.report import LETTERS, Extras, comparison_manifest, finish_comparison
    from ..results.verdicts import OUTCOME_WORDS, differences, placebo, precise, tables
    from .execution import changes, notes

    manifest = comparison_manifest([store.manifest for store in stores], command)
    made = tables(comparisons, list(LETTERS[: len(names)]), manifest)
    checks = [
        *placebo(made, again),
        precise(found, OUTCOME_WORDS[of], asked is not None, stores[0].runs),
    ]
    others = problems[1:]
    page = finish_comparison(
        comparisons,
        stores,
        directory,
        command,
        [changes(problem) for problem in others],
        [Extras(p.resolved.story, p.resolved.assumptions, notes(p)) for p in others],
        checks,
    )
    typer.echo(
        f"{manifest.title}: {stores[0].runs:,} paired runs, seed {manifest.seed}. "
        f"{manifest.badge}.\n"
    )
    for letter, problem, comparison in zip(LETTERS[1:], others, comparisons, strict=False):
        if len(others) > 1:
            typer.echo(f"\n{letter}: {problem.resolved.title}")
        for sentence in differences(comparison, manifest):
            _say(sentence)
    typer.echo("\nChecks:")
    for check in checks:
        _say(check)
    typer.echo(f"\nReport to open: {page}")


def _say(sentence: str) -> None:
    typer.echo(textwrap.fill(sentence, 100, initial_indent="- ", subsequent_indent="  "))
