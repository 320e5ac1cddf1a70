"""Functions with known indices, run as the model is: computed, stored, read, analysed."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from xarray import Dataset

    from ..explore.sensitivity.known import FunctionProblem
    from ..explore.sweep.design import Design
    from ..results.sweep.manifest import SweepManifest


class Check(NamedTuple):
    """An index beside its known value."""

    function: str
    factor: str
    measure: str
    known: float
    estimate: float
    low: float
    high: float


def checked(seed: int = 1) -> Iterator[Check]:
    """Estimate the indices of every known function, with the analysis that it is for."""
    from ..explore.sensitivity.known import KNOWN
    from ..explore.sensitivity.known import FunctionProblem as Problem
    from ..explore.sensitivity.of_sweep import SweepAnalysis

    with tempfile.TemporaryDirectory() as folder:
        for name, (design, method) in _designs(seed).items():
            sweep = run_function(Problem(KNOWN[name], design), 1, Path(folder) / name)
            analysis = SweepAnalysis(sweep, "y", method, seed=seed)
            yield from _compared(name, analysis.indices())


def _designs(seed: int) -> dict[str, tuple[Design, str]]:
    from ..explore.sensitivity.known import KNOWN
    from ..explore.sweep import samplers

    def of(name: str) -> tuple[tuple[str, ...], tuple[tuple[float, float], ...]]:
        return KNOWN[name].names, KNOWN[name].bounds

    return {
        "ishigami": (samplers.saltelli(*of("ishigami"), 1024, seed), "sobol"),
        "sobol-g": (samplers.saltelli(*of("sobol-g"), 1024, seed), "sobol"),
        "linear": (samplers.morris(*of("linear"), 20, seed), "morris"),
        "identity": (samplers.latin_hypercube(*of("identity"), 2000, seed), "pawn"),
        "sum": (samplers.latin_hypercube(*of("sum"), 2000, seed), "delta"),
    }


def _compared(name: str, indices: Dataset) -> Iterator[Check]:
    from ..explore.sensitivity.known import KNOWN

    for index, values in KNOWN[name].expected.items():
        found, low, high = (
            indices[index + end].values if index + end in indices else np.full_like(values, np.nan)
            for end in ("", "_low", "_high")
        )
        for place in np.ndindex(values.shape):
            if len(place) == 2 and place[0] >= place[1]:
                continue
            factor = " and ".join(KNOWN[name].names[n] for n in place)
            yield Check(
                name, factor, index, float(values[place]), float(found[place]),
                float(low[place]), float(high[place]),
            )  # fmt: skip


def run_function(problem: FunctionProblem, replicates: int, directory: Path) -> Dataset:
    """Compute a function's sweep into a directory, by the executor and store of the model's.

    Asking again goes on from what is there.
    """
    from ..explore.sweep.execute import Task, compute_here
    from ..results.sweep.reading import open_sweep
    from ..results.sweep.store import open_or_create

    manifest = _manifest(problem, replicates)
    design = problem.design
    store = open_or_create(directory, manifest, np.asarray(design.points), design.to_json())
    tasks = [Task(chunk, *store.spans(chunk)) for chunk in store.missing()]
    for task, computed in compute_here(problem, tasks):  # type: ignore[arg-type]
        store.write(task.chunk, computed.arrays, computed.failures)
    store.finish()
    return open_sweep(directory)


def _manifest(problem: FunctionProblem, replicates: int) -> SweepManifest:
    from ..explore.sensitivity.known import OUTCOME
    from ..explore.sweep.design import NESTED
    from ..results.manifest import versions
    from ..results.sweep.manifest import Array, Points, SweepManifest
    from .sweep_execution import chunk_size

    design = problem.design
    return SweepManifest(
        name=problem.function.name,
        title=problem.function.words,
        sweep=problem.to_dict(),
        points=Points(
            method=design.method,
            nested=design.method in NESTED,
            names=design.names,
            bounds=design.bounds,
            seed=design.seed,
            meta=dict(design.meta),
            count=len(design),
        ),
        replicates=replicates,
        chunk=chunk_size(len(design), replicates),
        arrays=(
            Array(
                name=OUTCOME, per="run", dims=(), dtype="float64", unit="1",
                long_name=problem.function.words,
            ),
        ),
        labels={},
        first_year=1992,
        last_year=1992,
        conditioned_until=None,
        versions=versions(),
        digests={},
        command=("steppe", "sensitivity", "--check"),
        references=(),
        badge="illustration: a function with known indices",
    )  # fmt: skip
