"""What ``steppe sweep`` says before it runs: how many runs, how long, how much room."""

from __future__ import annotations

import os
from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING

from ..model.errors import InputError

if TYPE_CHECKING:
    from ..explore.sweep.cost import Cost
    from ..explore.sweep.problem import SweepProblem
    from ..results.sweep.layout import Chunk
    from ..results.sweep.manifest import SweepManifest


def announcement(
    problem: SweepProblem,
    manifest: SweepManifest,
    directory: Path,
    left: Collection[Chunk],
    cost: Cost,
    workers: int | None,
    cluster: str | None,
) -> str:
    """Size of a sweep and cost of what is left of it, in sentences.

    Raises
    ------
    InputError
        If the disk has not enough room for what is left.
    """
    from ..explore.sweep.cost import blocks

    points, replicates = manifest.points.count, manifest.replicates
    runs = points * replicates
    todo = sum(len(points) * len(runs) for points, runs in map(manifest.spans, left))
    drawn = blocks(problem, map(manifest.spans, left))
    seconds = cost.seconds(todo, drawn)
    room = _room(manifest, problem, directory, left, cost)
    along_points, along_runs = manifest.blocks()
    factors = ", ".join(
        f"{name} {low:g} to {high:g}"
        for name, (low, high) in zip(
            manifest.points.names[:8], manifest.points.bounds[:8], strict=True
        )
    )
    more = len(manifest.points.names) - 8
    length = f"{len(problem.years)} years"
    if manifest.conditioned_until is not None:
        length += f", {manifest.last_year - manifest.conditioned_until} of them projected"
    threads = workers or os.cpu_count() or 1
    where = f"on {threads} threads" if cluster is None else f"of one core, spread over {cluster}"
    time = seconds / threads if cluster is None else seconds
    filters = f" and {drawn:,} filters of {1000 * cost.block:.0f} ms" if drawn else ""
    chunks = along_points * along_runs
    more_than_one = "s" if len(left) > 1 else ""
    rest = [f"  left        {todo:,} runs in {len(left):,} chunk{more_than_one}"]
    rest = rest if len(left) < chunks else []
    return "\n".join(
        (
            f"{manifest.title} ({manifest.points.method})",
            f"  factors     {factors}{f' and {more} more' if more > 0 else ''}",
            f"  runs        {points:,} points x {replicates:,} replicates = {runs:,} runs of "
            f"{length}, in {chunks:,} chunks",
            *rest,
            f"  time        about {duration(time)} {where} (a run takes {1000 * cost.run:.2f} ms"
            f"{filters})",
            f"  room        about {_size(room)} in {directory}",
        )
    )


def _room(
    manifest: SweepManifest,
    problem: SweepProblem,
    directory: Path,
    left: Collection[Chunk],
    cost: Cost,
) -> int:
    """Bytes that are still needed, which must be free."""
    from ..results.sweep.room import Room, disk_of

    free, block = disk_of(directory)
    expected = Room(manifest, problem.design.points, cost.sample, len(cost.runs), block)
    room = expected.of(left)
    if not directory.exists():
        room += expected.described(problem.design.to_json())
    if room > free:
        raise InputError(
            "there is not enough room for the sweep", file=str(directory),
            found=f"{_size(free)} free", allowed=f"about {_size(room)}",
            todo="make room, name another disk with --out, or keep fewer outcomes",
        )  # fmt: skip
    return room


def duration(seconds: float) -> str:
    """Seconds in words."""
    if seconds < 90:
        return f"{max(1, round(seconds))} s"
    if seconds < 5400:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.1f} h" if seconds < 172_800 else f"{seconds / 86_400:.0f} days"


def _size(number: float) -> str:
    for unit in ("B", "kB", "MB", "GB"):
        if number < 1000:
            return f"{number:.0f} {unit}"
        number /= 1000
    return f"{number:.1f} TB"
