"""Open a sweep directory as an xarray dataset, finished or not."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from ...model.errors import InputError, near
from ..files import read_bytes
from .layout import DATA, STATUS
from .lazy import Parts, RunArray, YearArray, variable
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

    Numbers are read when they are looked at, and only those that are: ``data["packages"].isel(
    point=slice(0, 1000))`` reads and holds the chunks of these points. What was looked at as a
    whole is kept. A sweep that is extended or repaired meanwhile has to be opened again.

    Parameters
    ----------
    directory : path
    names : sequence of str, optional
        Outcomes to read, ``yearly_rung_mean`` among them; all by default. Files of others are
        not checked.
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
    beside = {a.name: a for a in wanted} | {
        name: arrays[name] for a in wanted if (name := _mean_of(a)) in arrays
    }
    found = _described(directory, manifest)
    parts = Parts(directory, manifest, list(beside.values()))
    lacking = _lacking(parts)
    if lacking:
        say(f"{directory}: {lacking} Their runs are missing here; {_again(manifest)}")
    for array in (STATUS, *wanted):
        about = {"units": array.unit, "long_name": array.long_name}
        if array.per == "run":
            found[array.name] = variable(
                RunArray(parts, array), ("point", "replicate", *array.dims), about
            )
        else:
            year = YearArray(parts, array, arrays.get(_mean_of(array)))
            found[array.name] = variable(year, ("point", *array.dims), about)
    coordinates: dict[str, Any] = {
        "failed": ("point", parts.failed),
        "computed": ("point", parts.computed),
    }
    return found.assign_coords(coordinates | {n: found[n] for n in manifest.points.names})


def _mean_of(array: Array) -> str:
    """Name of the means that a standard deviation is about; of nothing for others."""
    return f"{array.name[:-3]}_mean" if array.name.endswith("_sd") else ""


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


def _lacking(parts: Parts) -> str:
    """Which chunks are missing, in words; nothing if none is."""
    words, chunks = [], parts.sound.size
    if parts.unfinished:
        words.append(f"{parts.unfinished:,} of {chunks:,} chunks are not finished.")
    if parts.damaged:
        named = [f"{i}-{j} ({path})" for (i, j), path in list(parts.damaged.items())[:NAMED]]
        more = [f"and {len(parts.damaged) - NAMED:,} more"] if len(parts.damaged) > NAMED else []
        words.append(
            f"{len(parts.damaged):,} of {chunks:,} chunks are damaged: "
            f"{', '.join([*named, *more])}."
        )
    return " ".join(words)


def _again(manifest: SweepManifest) -> str:
    return f"ask again: {' '.join(manifest.command)}"


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
