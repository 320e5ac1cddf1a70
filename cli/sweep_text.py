"""What ``steppe sweep`` says before it runs: how many runs, how long, how much room."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from ..model.errors import InputError

if TYPE_CHECKING:
    from ..explore.sweep.cost import Cost
    from ..explore.sweep.problem import SweepProblem
    from ..results.sweep.manifest import SweepManifest


def announcement(
    problem: SweepProblem,
    manifest: SweepManifest,
    directory: Path,
    cost: Cost,
    workers: int | None,
    cluster: str | None,
) -> str:
    """Cost of a sweep in sentences.

    Raises
    ------
    InputError
        If the disk has not enough room.
    """
    from ..explore.sweep.cost import blocks

    points, replicates = manifest.points.count, manifest.replicates
    runs = points * replicates
    drawn = blocks(problem, points, replicates)
    seconds = cost.seconds(runs, drawn)
    room = _room(manifest, problem, cost)
    free = _free(directory)
    if room > free:
        raise InputError(
            "there is not enough room for the sweep", file=str(directory),
            found=f"{_size(free)} free", allowed=f"about {_size(room)}",
            todo="make room, name another disk with --out, or keep fewer outcomes",
        )  # fmt: skip
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
    return "\n".join(
        (
            f"{manifest.title} ({manifest.points.method})",
            f"  factors     {factors}{f' and {more} more' if more > 0 else ''}",
            f"  runs        {points:,} points x {replicates:,} replicates = {runs:,} runs of "
            f"{length}, in {along_points * along_runs:,} chunks",
            f"  time        about {_time(time)} {where} (a run takes {1000 * cost.run:.2f} ms"
            f"{filters}), less what is there already",
            f"  room        about {_size(room)} in {directory}",
        )
    )


def _room(manifest: SweepManifest, problem: SweepProblem, cost: Cost) -> float:
    """Bytes of all chunks, from those of the part that was timed and of half of its points."""
    whole = _encoded(manifest, problem, cost, len(cost.points))
    half = _encoded(manifest, problem, cost, max(1, len(cost.points) // 2))
    points = len(cost.points) - max(1, len(cost.points) // 2)
    along_points, along_runs = manifest.blocks()
    each_point, each_run = (  # yearly numbers grow with points, all else with runs
        (a - b) / points if points else a for a, b in zip(whole, half, strict=True)
    )
    chunk = sum(whole) - (each_point + each_run) * len(cost.points)
    runs = manifest.points.count * manifest.replicates
    return (
        max(chunk, 0.0) * along_points * along_runs
        + each_point * manifest.points.count * along_runs
        + each_run / len(cost.runs) * runs
    )


def _encoded(
    manifest: SweepManifest, problem: SweepProblem, cost: Cost, count: int
) -> tuple[int, int]:
    """Bytes of yearly numbers, and of all else, of the first points that were timed."""
    from ..results.sweep.layout import Encoder

    sample = manifest.model_copy(update={"chunk": (count, len(cost.runs))})
    arrays = {name: array[:count] for name, array in cost.sample.items()}
    encoder = Encoder(sample, problem.design.points)
    files = encoder.files((0, 0), range(count), cost.runs, arrays)
    yearly = sum(len(content) for path, content in files.items() if "/yearly_" in path)
    return yearly, sum(map(len, files.values())) - yearly


def _free(directory: Path) -> int:
    """Bytes that are free where a directory lies or will lie."""
    place = directory.absolute()
    while not place.exists():
        place = place.parent
    return shutil.disk_usage(place).free


def _time(seconds: float) -> str:
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
