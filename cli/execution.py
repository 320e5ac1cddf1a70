"""Run a resolved scenario into its directory: what ``run``, ``compare`` and ``rerun`` share."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from ..explore.badge import badge_of, source_of
from ..model.errors import InputError

if TYPE_CHECKING:
    from ..explore.problem import Problem
    from ..results.manifest import Manifest, Reference
    from ..results.store import Store
    from ..scenarios.resolve import Resolved

RUNS_DIRECTORY = Path("steppe-runs")
"""Where results go unless told otherwise, below the current folder."""


def check_request(problem: Problem, runs: int) -> None:
    """Refuse a number of runs that the parameter draws do not divide.

    Raises
    ------
    InputError
        With the nearest number that fits.
    """
    draws = problem.draw_count
    if runs % draws:
        raise InputError(
            f"the scenario has {draws} parameter draws, each needs as many runs",
            field="--runs",
            found=runs,
            allowed=f"a multiple of {draws}",
            nearest=[str(max(draws, runs - runs % draws))],
        )


def notes(problem: Problem) -> tuple[str, ...]:
    """What a report tells of the fit behind the parameters."""
    if problem.posterior is None:
        return ()
    fit = problem.posterior.manifest
    failed = [f"{g.name} {g.value} (allowed {g.allowed})" for g in fit.gates if not g.passed]
    checks = f"failed: {', '.join(failed)}" if failed else "all passed"
    return (
        f"Parameters: {problem.draw_count} of {fit.draws} draws of the installed posterior; "
        f"{fit.note or f'record read to {fit.until}'}; {len(fit.gates)} checks of the "
        f"fit, {checks}.",
    )


def manifest_of(
    problem: Problem, runs: int, seed: int, name: str, values: str | None = None
) -> Manifest:
    """Manifest of a run; ``name`` and ``values`` are what was asked on the command line."""
    from ..explore import conditioning
    from ..explore.identity import evidence_digest
    from ..model.compiled import sources_digest
    from ..results.manifest import Manifest, Parameters, versions

    resolved = problem.resolved
    more = {"posterior": problem.posterior.digest} if problem.posterior else {}
    if problem.until is not None:
        more["filter"] = conditioning.sources_digest()
    called = name if "/" not in name and "\\" not in name else Path(name).name
    return Manifest(
        name=resolved.name,
        title=resolved.title,
        question=resolved.question or "",
        first_year=resolved.start,
        last_year=resolved.horizon,
        conditioned_until=resolved.conditioned_until,
        scenario=resolved.model_dump(mode="json"),
        parameters=Parameters(
            source=source_of(resolved.parameters),
            draws=problem.draw_count,
            digest=_digest_arrays(problem.draws),
        ),
        seed=seed,
        runs=runs,
        versions=versions(),
        digests={
            "evidence": evidence_digest(),
            "model": sources_digest(),
            "tables": problem.digest(),
            **more,
        },
        command=(
            *("steppe", "run", called, "--runs", str(runs), "--seed", str(seed)),
            *(("--parameters", values) if values else ()),
        ),
        references=references(resolved),
        badge=badge_of(problem),
    )


def _digest_arrays(arrays: Mapping[str, Any]) -> str:
    total = hashlib.sha256()
    for name, array in arrays.items():
        total.update(name.encode() + b"\0" + array.tobytes())
    return total.hexdigest()


def references(resolved: Resolved) -> tuple[Reference, ...]:
    """What a run rests on: every source that a number or an event on record cites, and why."""
    from ..calibration.packages import standing_forces
    from ..calibration.record import load_record
    from ..results.manifest import Reference

    record = load_record()
    forces = {row["id"] for row in standing_forces()}
    uses: dict[str, Counter[str]] = {}

    def count(keys: Iterable[str], what: str) -> None:
        for key in keys:
            uses.setdefault(key, Counter())[what] += 1

    for event in record.events:
        if event.kind == "event":
            count(event.sources, "dated event")
        elif event.id in forces:
            count(event.sources, "standing force")
    for trait in record.traits:
        if trait.quantity:
            count(trait.sources, "trait")
    for driver in record.drivers.values():
        count(driver.sources, "driver")
    reasons = {
        key: ", ".join(f"{n} {what}{'s' * (n > 1)}" for what, n in sorted(counted.items()))
        for key, counted in uses.items()
    }
    for citation in resolved.sources:
        told = reasons.get(citation.source)
        reasons[citation.source] = f"{citation.reason} ({told})" if told else citation.reason
    order = {"document": 0, "series": 1, "external": 2}
    found = [(key, record.sources[key]) for key in reasons if key in record.sources]
    found = [(key, source) for key, source in found if source.kind in order]
    return tuple(
        Reference(
            key=key,
            cite=_without(source.cite, source.url),
            reason=reasons[key],
            url=source.url or "",
        )
        for key, source in sorted(found, key=lambda item: (order[item[1].kind], item[0]))
    )


def _without(cite: str, url: str | None) -> str:
    """The reference without its address, which stands beside it as a link."""
    return re.sub(r"https?://\S+", "", cite).rstrip(" .") if url else cite.rstrip(" .")


def timeline_events(problem: Problem) -> list[dict[str, Any]]:
    """Documented packages as the report shows them."""
    from ..calibration.packages import documented_counts
    from ..model.names import CHANNELS

    keep = ("id", "year", "state", "patron", "area")
    return [
        {name: row[name] for name in keep}
        | {
            "channel": CHANNELS[row["rung"] - 1],
            "text": f"{row['text']} [{', '.join(row['sources'])}]",
        }
        for row in documented_counts()
        if row["year"] <= problem.resolved.horizon
    ]


def changes(problem: Problem) -> list[dict[str, Any]]:
    """The scenario's table of changes: who, when, how much, and why."""
    from ..scenarios.table import rows

    why = {str(lever.number): f"{lever.why} ({lever.source})" for lever in problem.resolved.levers}
    return [
        {
            "entry": row.entry,
            "years": f"{row.first}-{row.last}",
            "before": row.before,
            "after": row.after,
            "unit": row.unit,
            "why": "; ".join(why[n] for n in row.levers.split(", ")),
        }
        for row in rows(problem.resolved, problem.baseline_values)
    ]


def warm_up(problem: Problem) -> None:
    """Compile the engine, saying so where it takes a while."""
    from ..explore.replicates import simulate_span
    from ..model.compiled import cache_directory

    needed = [("engine", "steppe.model", "*run_all*")]
    if problem.until is not None:
        needed.append(("particle filter", "steppe.calibration.filter", "*filter_years*"))
    lacking = [
        part
        for part, package, loop in needed
        if not any(cache_directory(Path(str(files(package)))).rglob(loop))
    ]
    if lacking:
        typer.echo(
            f"Compiling the {' and the '.join(lacking)} (first time only, some minutes) ...",
            err=True,
        )
    simulate_span(problem, range(1))


def fill(store: Store, problem: Problem) -> int:
    """Compute the batches that a store lacks, with a progress bar; return how many runs."""
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    from ..explore.replicates import simulate_spans

    missing = store.missing()
    spans = [store.span(batch) for batch in missing]
    wanted = sum(len(span) for span in spans)
    if not wanted:
        return 0
    warm_up(problem)
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    try:
        with Progress(*columns, console=Console(stderr=True)) as progress:
            task = progress.add_task(f"{problem.resolved.name}: runs", total=wanted)
            results = simulate_spans(problem, spans)
            for batch, (span, outcome) in zip(missing, results, strict=True):
                store.write(batch, outcome._asdict())
                progress.advance(task, len(span))
    except KeyboardInterrupt:
        typer.echo("Interrupted; the same command goes on from here.", err=True)
        raise
    return wanted


def prepare(
    resolved: Resolved, name: str, runs: int, seed: int, values: str | None = None
) -> tuple[Problem, Manifest]:
    """Assemble a problem and its manifest; nothing is written yet."""
    from ..explore.problem import assemble

    problem = assemble(resolved, seed, runs)
    check_request(problem, runs)
    most = problem.posterior.manifest.draws if problem.posterior else problem.draw_count
    if resolved.parameters.draws is None and problem.draw_count < most:
        typer.echo(
            f"{resolved.name}: {runs:,} runs use {problem.draw_count} of the {most} draws of the "
            "posterior, the first ones, which stand for all.",
            err=True,
        )
    return problem, manifest_of(problem, runs, seed, name, values)


def compute(problem: Problem, manifest: Manifest, out: Path | None) -> Store:
    """Run a problem into its directory, or find that it stands there already."""
    from ..results.store import open_or_create

    store = open_or_create(out or RUNS_DIRECTORY / manifest.directory_name(), manifest)
    if store.runs > manifest.runs:
        typer.echo(f"{store.directory} already holds {store.runs} runs: all are used.", err=True)
    fill(store, problem)
    return store


def tables(store: Store) -> Path:
    """Write the tables of a computed run, without figures and report; return their folder."""
    from ..results.report import tabulate

    return tabulate(store)


def report(store: Store, problem: Problem) -> Path:
    """Write tables, figures and report of a computed run; return the report."""
    from ..results.report import Extras, finish

    resolved = problem.resolved
    typer.echo(f"{resolved.name}: tables, figures and report ...", err=True)
    return finish(
        store,
        timeline_events(problem),
        changes(problem),
        Extras(resolved.story, resolved.assumptions, notes(problem)),
    )
