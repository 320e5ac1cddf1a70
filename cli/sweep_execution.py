"""Run a resolved sweep into its directory: announce it, fill what is missing, say what is there."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator, Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from ..explore.badge import badge_of
from .execution import RUNS_DIRECTORY, references, warm_up

if TYPE_CHECKING:
    from ..explore.sweep.execute import Computed, Task
    from ..explore.sweep.problem import SweepProblem
    from ..explore.sweep.resolve import ResolvedSweep
    from ..results.sweep.manifest import Array, SweepManifest
    from ..results.sweep.store import SweepStore

SMALLEST_CHUNK = 200
"""Runs that a small sweep's chunks have at least."""


def run_sweep(
    sweep: ResolvedSweep,
    command: tuple[str, ...],
    typed: Sequence[str],
    out: Path | None,
    workers: int | None,
    cluster: str | None,
    dry_run: bool,
) -> None:
    """Announce a sweep and, unless it is only a trial, bring its directory to what is asked.

    ``command`` is kept with the results, ``typed`` is what goes on with them here.
    """
    from ..explore.sweep.problem import prepare
    from ..results.lock import locked
    from ..results.sweep.store import SweepStore, existing

    problem = prepare(sweep)
    problem.check()
    manifest = manifest_of(problem, command)
    directory = out or RUNS_DIRECTORY / manifest.directory_name()
    existing(directory, manifest)
    with nullcontext() if dry_run else locked(directory):
        stored = existing(directory, manifest)
        if stored is not None:
            problem, manifest = _at_least(stored, problem, manifest)
        store = SweepStore(directory, manifest, problem.design.points)
        announce(problem, store, workers, cluster)
        if not dry_run:
            try:
                _told(complete(store, problem, workers, cluster))
            except KeyboardInterrupt:
                typer.echo(f"Interrupted. To go on from here: {shlex.join(typed)}", err=True)
                raise


def _at_least(
    stored: SweepManifest, problem: SweepProblem, manifest: SweepManifest
) -> tuple[SweepProblem, SweepManifest]:
    """Keep what a directory holds where it is more than asked, and the size of its chunks."""
    from ..explore.sweep.problem import prepare

    sweep = problem.sweep
    more: dict[str, Any] = {}
    if stored.replicates > sweep.replicates:
        more["replicates"] = stored.replicates
    if stored.points.count > len(problem.design):
        size = stored.points.count // problem.design.block
        more["design"] = sweep.design.model_copy(update={"size": size})
    if more:
        typer.echo(
            f"The directory already holds {stored.points.count:,} points x "
            f"{stored.replicates:,} replicates: all are kept.", err=True,
        )  # fmt: skip
        problem = prepare(sweep.model_copy(update=more))
    return problem, manifest_of(problem, manifest.command, stored.chunk)


def manifest_of(
    problem: SweepProblem, command: tuple[str, ...], chunk: tuple[int, int] | None = None
) -> SweepManifest:
    """Manifest of a sweep."""
    from ..calibration.installed import installed
    from ..explore import conditioning
    from ..explore.identity import evidence_digest, sweep_digest
    from ..explore.sweep.design import NESTED
    from ..explore.sweep.outcomes import LABELS
    from ..model.compiled import sources_digest
    from ..results.manifest import versions
    from ..results.sweep.manifest import Points, SweepManifest

    sweep, base, design = problem.sweep, problem.problem, problem.design
    fitted = any(factor.quantiles_of == "fitted" for factor in sweep.factors)
    posterior = base.posterior or (installed() if fitted else None)
    more = {"posterior": posterior.digest} if posterior else {}
    if base.followed is not None:
        more["filter"] = conditioning.sources_digest()
    arrays = kept_arrays(problem)
    return SweepManifest(
        name=sweep.name,
        title=sweep.title,
        question=sweep.question or "",
        sweep=sweep.model_dump(mode="json"),
        points=Points(
            method=design.method,
            nested=design.method in NESTED,
            names=design.names,
            bounds=design.bounds,
            seed=design.seed,
            meta=dict(design.meta),
            count=len(design),
        ),
        replicates=sweep.replicates,
        chunk=sweep.chunk or chunk or chunk_size(len(design), sweep.replicates),
        arrays=arrays,
        labels={dim: LABELS[dim] for dim in LABELS if any(dim in a.dims for a in arrays)},
        first_year=problem.years[0],
        last_year=problem.years[-1],
        conditioned_until=base.until,
        versions=versions(),
        digests={
            "evidence": evidence_digest(),
            "model": sources_digest(),
            "tables": base.digest(),
            "sweeps": sweep_digest(),
            **more,
        },
        command=command,
        references=references(sweep.scenario),
        badge=_badge(problem),
    )


def _badge(problem: SweepProblem) -> str:
    """A sweep explores, however well its scenario's parameters are known."""
    word, why = badge_of(problem.problem).split(":", 1)
    return f"{'illustration' if word == 'illustration' else 'exploration'}: a sweep;{why}"


def chunk_size(points: int, replicates: int) -> tuple[int, int]:
    """Points and replicates of a chunk: a sixteenth of the sweep, 200 to 4,000 runs."""
    from ..explore.sweep.resolve import CHUNK_RUNS

    runs = min(CHUNK_RUNS, max(SMALLEST_CHUNK, points * replicates // 16))
    along_runs = min(replicates, runs)
    return min(points, max(1, runs // along_runs)), along_runs


def kept_arrays(problem: SweepProblem) -> tuple[Array, ...]:
    """What is kept of a sweep: outcomes of runs, then means and deviations by year."""
    from ..explore.sweep.outcomes import OUTCOMES, YEARLY
    from ..results.sweep.manifest import Array

    found = []
    for name in problem.sweep.outcomes:
        spec = OUTCOMES[name]
        found.append(
            Array(
                name=name, per="run", dims=spec.dims, dtype=spec.dtype, unit=spec.unit,
                long_name=spec.long_name,
            )
        )  # fmt: skip
    for name in problem.sweep.yearly:
        year = YEARLY[name]
        for part, words in (("mean", "mean"), ("sd", "standard deviation")):
            found.append(
                Array(
                    name=f"yearly_{name}_{part}", per="block", dims=("year", *year.dims),
                    dtype="float32", unit=year.unit,
                    long_name=f"{year.long_name}: {words} of the runs of a point",
                )
            )  # fmt: skip
    return tuple(found)


# ---------------------------------------------------------------- what it will cost


def announce(
    problem: SweepProblem, store: SweepStore, workers: int | None, cluster: str | None
) -> None:
    """Say how many runs there are, and for what is left how long they take and how much room.

    Raises
    ------
    InputError
        If the disk has not that much room.
    """
    from ..explore.sweep import cost
    from .sweep_text import announcement

    left = store.missing()
    if not left:
        typer.echo(f"{store.manifest.title}: all is there in {store.directory}.", err=True)
        return
    warm_up(problem.problem)
    found = cost.measure(problem, store.manifest.chunk)
    text = announcement(problem, store.manifest, store.directory, left, found, workers, cluster)
    typer.echo(text, err=True)


# ---------------------------------------------------------------- filling


def fill(
    directory: Path,
    problem: SweepProblem,
    manifest: SweepManifest,
    workers: int | None = None,
    cluster: str | None = None,
) -> SweepStore:
    """Bring a directory, which the caller has locked, to what its manifest says.

    Raises
    ------
    InputError
        If the directory belongs to something else, or cannot be written.
    """
    from ..results.sweep.store import SweepStore, existing

    existing(directory, manifest)
    store = SweepStore(directory, manifest, problem.design.points)
    return complete(store, problem, workers, cluster)


def complete(
    store: SweepStore,
    problem: SweepProblem,
    workers: int | None = None,
    cluster: str | None = None,
) -> SweepStore:
    """Compute what a directory, which the caller has locked, lacks."""
    store.settle(problem.design.to_json())
    _compute_missing(store, problem, workers, cluster)
    store.finish()
    return store


def _compute_missing(
    store: SweepStore, problem: SweepProblem, workers: int | None, cluster: str | None
) -> None:
    """Compute the chunks that a store lacks, with a progress bar."""
    from ..explore.sweep.execute import Task
    from .sweep_progress import progress

    missing = store.missing()
    for chunk, path in store.damaged.items():
        typer.echo(
            f"Chunk {chunk[0]}-{chunk[1]} is damaged ({path}): it is computed again.", err=True
        )
    if not missing:
        return
    tasks = (Task(chunk, *store.spans(chunk)) for chunk in missing)
    total = sum(len(points) * len(runs) for points, runs in map(store.spans, missing))
    with progress(store.manifest.name, total) as advance:
        for task, computed in _computed(problem, tasks, workers, cluster):
            store.write(task.chunk, computed.arrays, computed.failures)
            advance(len(task.points) * len(task.runs))


def _computed(
    problem: SweepProblem, tasks: Iterable[Task], workers: int | None, cluster: str | None
) -> Iterator[tuple[Task, Computed]]:
    if cluster is None:
        from ..explore.sweep.execute import compute_here

        yield from compute_here(problem, tasks, workers)
        return
    from ..explore.sweep.cluster import Cluster, own_identity

    def say(text: str) -> None:
        typer.echo(text, err=True)

    there = Cluster(cluster, problem.sweep.to_json(), own_identity(problem), say)
    yield from there.compute(tasks)


def _told(store: SweepStore) -> None:
    manifest = store.manifest
    failed, reasons = store.failed
    runs = manifest.points.count * manifest.replicates
    typer.echo(
        f"{manifest.title}: {manifest.points.count:,} points x {manifest.replicates:,} "
        f"replicates, {runs:,} runs. {manifest.badge}."
    )
    if failed:
        typer.echo(f"{failed:,} runs failed: {'; '.join(reasons[:3])}")
    typer.echo(f"Data: {store.directory} (Zarr in data.zarr, Parquet in runs/, design.parquet)")
