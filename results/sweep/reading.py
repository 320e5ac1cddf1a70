"""Open a sweep directory as an xarray dataset, finished or not."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from ...model.errors import InputError, near
from ..files import read_bytes
from .layout import DATA, STATUS, Chunk, chunk_paths, decoded
from .ledger import LEDGER, Ledger, digest_of
from .manifest import Array, SweepManifest, read_sweep_manifest
from .store import DESIGN, MANIFEST

if TYPE_CHECKING:
    import xarray as xr

NAMED: Final = 5
"""Damaged chunks that are named; more are counted."""


def _warn(text: str) -> None:
    warnings.warn(text, stacklevel=3)


def open_sweep(
    directory: Path | str,
    names: Sequence[str] | None = None,
    say: Callable[[str], None] = _warn,
) -> xr.Dataset:
    """Read a sweep, or what is finished of it.

    Only chunks that the ledger vouches for count: one that is not finished, or of which a file
    is gone or has other bytes, is missing.

    Parameters
    ----------
    directory : path
    names : sequence of str, optional
        Outcomes to read, ``yearly_rung_mean`` among them; all by default. A sweep of a million
        runs takes some hundred bytes a run in memory.
    say : function of str, optional
        Told which chunks are missing, if any are; a warning by default.

    Returns
    -------
    xarray.Dataset
        Outcomes ``[point, replicate, ...]`` and yearly numbers ``[point, year, ...]`` as
        float, NaN where a run failed or is missing. Coordinates along ``point``: a column
        for each factor; ``failed``, whether a run of the point failed; ``computed``,
        whether all of its runs are done or failed. ``status`` is that of each run: 0 missing,
        1 done, 2 failed. The attribute ``design`` is the JSON of the design.

    Raises
    ------
    InputError
        If there is no sweep, or an outcome was not kept.
    """
    directory = Path(directory)
    manifest = sweep_manifest(directory)
    arrays = {array.name: array for array in manifest.arrays}
    for name in names or ():
        if name not in arrays:
            raise InputError(
                "the sweep does not keep this", file=str(directory), found=name,
                allowed=", ".join(arrays), nearest=near(name, arrays),
            )  # fmt: skip
    wanted = [arrays[name] for name in (names or arrays)]
    described = _described(directory, manifest)
    beside = {a.name: a for a in wanted} | {
        name: arrays[name]
        for a in wanted
        if (name := a.name.removesuffix("_sd") + "_mean") in arrays and a.name.endswith("_sd")
    }
    found, lacking = _numbers(directory, manifest, (STATUS, *beside.values()))
    if lacking:
        say(f"{directory}: {lacking} Their runs are missing here; {_again(manifest)}")
    raw = described.assign(
        {
            array.name: (
                ("point", "replicate" if array.per == "run" else "block", *array.dims),
                found[array.name],
                {"units": array.unit, "long_name": array.long_name},
            )
            for array in (STATUS, *beside.values())
        }
    )
    return _masked(raw, manifest, wanted)


def _described(directory: Path, manifest: SweepManifest) -> xr.Dataset:
    """Coordinates, factors and attributes, each of them there twice and the same."""
    import pyarrow.parquet as pq
    import xarray as xr

    factors = manifest.points.names
    labels: dict[str, Sequence[Any]] = {
        "point": range(manifest.points.count),
        "replicate": range(manifest.replicates),
        "year": manifest.years,
        **manifest.labels,
    }
    try:
        raw = xr.open_zarr(directory / DATA, consolidated=True, chunks=None, mask_and_scale=False)
        kept: xr.Dataset = raw[[*(n for n in factors if n in raw)]].load()
        kept = kept.assign_coords({name: raw[name].load() for name in labels})
        table = pq.read_table(directory / DESIGN)
        same = all(np.array_equal(kept[name].values, np.array(n)) for name, n in labels.items())
        if not same or not all(
            np.array_equal(kept[name].values, table[name].to_numpy()) for name in factors
        ):
            raise ValueError("coordinates or factors are damaged")
    except (OSError, ValueError, KeyError, RuntimeError) as error:
        raise InputError(
            "the data of the sweep cannot be read", file=str(directory), todo=_again(manifest)
        ) from error
    return kept


def _numbers(
    directory: Path, manifest: SweepManifest, arrays: Sequence[Array]
) -> tuple[dict[str, np.ndarray], str]:
    """Arrays ``[point, run or block, ...]``, zeros where a chunk is missing; which are missing.

    Each file is read once, for its digest and for its numbers. A chunk that has grown since it
    was finished counts with the runs that it had.
    """
    ends, blocks = (manifest.points.count, manifest.replicates), manifest.blocks()
    found = {
        a.name: np.zeros(
            (ends[0], ends[1] if a.per == "run" else blocks[1], *manifest.lengths(a)), a.dtype
        )
        for a in arrays
    }
    place_of = {array.name: place for place, array in enumerate((STATUS, *manifest.arrays))}
    unfinished, damaged = 0, {}
    ledger = Ledger(directory / LEDGER, blocks)
    for chunk, record in ledger.records(manifest.chunks()):
        if record is None:
            unfinished += 1
            continue
        points, runs = manifest.spans(chunk)
        paths, parts = chunk_paths(manifest, chunk), {}
        for array in arrays:
            place = place_of[array.name]
            content = read_bytes(directory / paths[place])
            if content is None or digest_of(content) != record.digest(place):
                damaged[chunk] = paths[place]
                break
            try:
                parts[array.name] = decoded(manifest, array, content)
            except (RuntimeError, ValueError):
                damaged[chunk] = paths[place]
                break
        else:
            for array in arrays:
                second = runs if array.per == "run" else range(chunk[1], chunk[1] + 1)
                found[array.name][points.start : points.stop, second.start : second.stop] = parts[
                    array.name
                ][: len(points), : len(second)]
    return found, _lacking(unfinished, damaged, blocks[0] * blocks[1])


def _lacking(unfinished: int, damaged: dict[Chunk, str], chunks: int) -> str:
    """Which chunks are missing, in words; nothing if none is."""
    words = []
    if unfinished:
        words.append(f"{unfinished:,} of {chunks:,} chunks are not finished.")
    if damaged:
        named = [f"{i}-{j} ({path})" for (i, j), path in list(damaged.items())[:NAMED]]
        more = [f"and {len(damaged) - NAMED:,} more"] if len(damaged) > NAMED else []
        words.append(
            f"{len(damaged):,} of {chunks:,} chunks are damaged: {', '.join([*named, *more])}."
        )
    return " ".join(words)


def _again(manifest: SweepManifest) -> str:
    return f"ask again: {' '.join(manifest.command)}"


def _masked(raw: xr.Dataset, manifest: SweepManifest, arrays: Sequence[Any]) -> xr.Dataset:
    """Outcomes as floats, NaN where there is none; blocks of yearly numbers put together."""
    status = raw[STATUS.name]
    counts = _counts(status.values, manifest)
    found = raw.drop_vars([array.name for array in arrays])
    for array in arrays:
        values = raw[array.name]
        if array.per == "run":
            kind = np.float64 if values.dtype.itemsize > 4 else np.float32
            result = values.astype(kind).where(status == 1)
        elif array.name.endswith("_sd"):
            mean = raw[array.name.removesuffix("_sd") + "_mean"] if len(counts[0]) > 1 else None
            result = values.isel(block=0, drop=True).copy(data=_spread(values.values, counts, mean))
        else:
            result = values.isel(block=0, drop=True).copy(data=_mean(values.values, counts))
        found[array.name] = result.assign_attrs(values.attrs)
    coordinates: dict[str, Any] = {
        "failed": ("point", (status.values == 2).any(axis=1)),
        "computed": ("point", (status.values != 0).all(axis=1)),
    }
    return found.assign_coords(coordinates | {n: raw[n] for n in manifest.points.names})


def _counts(status: np.ndarray, manifest: SweepManifest) -> np.ndarray:
    """Runs that did not fail, ``[point, block]``."""
    starts = np.arange(0, status.shape[1], manifest.chunk[1])
    return np.add.reduceat(status == 1, starts, axis=1, dtype=np.int64)


def _weights(counts: np.ndarray, values: np.ndarray) -> np.ndarray:
    return counts.reshape(*counts.shape, *(1,) * (values.ndim - 2)).astype(np.float64)


def _mean(means: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """Mean over the blocks of replicates ``[point, year, ...]``; NaN without any run."""
    n = _weights(counts, means)
    known = np.where(n > 0, means, 0.0)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray((known * n).sum(axis=1) / n.sum(axis=1))


def _spread(sds: np.ndarray, counts: np.ndarray, means: Any) -> np.ndarray:
    """Standard deviation over all replicates, from those of the blocks and their means."""
    n = _weights(counts, sds)
    squares = np.where(n > 1, sds.astype(np.float64) ** 2 * (n - 1), 0.0).sum(axis=1)
    if means is not None:
        each = np.where(n > 0, means.values, 0.0).astype(np.float64)
        squares = squares + (n * (each - _mean(each, counts)[:, np.newaxis]) ** 2).sum(axis=1)
    total = n.sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(total > 1, np.sqrt(squares / (total - 1)), np.nan)


def sweep_manifest(directory: Path | str) -> SweepManifest:
    """Manifest of a sweep directory.

    Raises
    ------
    InputError
        If there is none.
    """
    path = Path(directory) / MANIFEST
    content = read_bytes(path)
    if content is None:
        raise InputError("no sweep directory", file=str(directory), todo="run 'steppe sweep' first")
    return read_sweep_manifest(content, str(path))
