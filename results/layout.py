"""How runs lie on disk: a Zarr v3 group, one chunk of each variable for each batch.

Chunks are encoded by Zarr in memory and put on disk by :mod:`.files`, so that each
file appears whole, and its bytes depend on nothing but its numbers.
"""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any, Final

import numpy as np
import zarr
from zarr.codecs import ZstdCodec
from zarr.storage import MemoryStore

from .files import canonical
from .manifest import Manifest
from .variables import LABELS, RUN_DIMENSIONS, VARIABLES, Variable

BATCH_RUNS: Final = 250
"""Runs in a batch, about: a batch is a whole number of replicates of all draws.

A property of the format: another number would make other chunks of the same runs.
"""
_ZSTD_LEVEL: Final = 5


def replicates_per_batch(draws: int) -> int:
    """Replicates in a chunk: as many as make :data:`BATCH_RUNS` runs, at least one."""
    return max(1, BATCH_RUNS // draws)


def chunk_path(variable: Variable, batch: int) -> str:
    """Place of a chunk below ``data.zarr``."""
    return "/".join((variable.name, "c", "0", "0", str(batch), *("0" for _ in variable.dims)))


def encode(variable: Variable, values: np.ndarray, draws: int) -> bytes:
    """Bytes of one chunk.

    Parameters
    ----------
    values : array [n, year, ...]
        Runs in order, n a multiple of ``draws``; a last batch may be short of a full chunk,
        and is filled up with zeros.
    """
    replicates, inner = len(values) // draws, values.shape[1:]
    chunk = np.zeros((1, draws, replicates_per_batch(draws), *inner), variable.dtype)
    chunk[0, :, :replicates] = values.reshape(replicates, draws, *inner).swapaxes(0, 1)
    memory, array = _encoder(variable, chunk.shape, draws)
    array[:] = chunk
    return bytes(memory[chunk_path(variable, 0)].to_bytes())


@lru_cache(maxsize=32)
def _encoder(variable: Variable, shape: tuple[int, ...], draws: int) -> tuple[dict[str, Any], Any]:
    """Give an array of one chunk, and the memory in which Zarr encodes it."""
    memory: dict[str, Any] = {}
    group = zarr.create_group(MemoryStore(memory), zarr_format=3)
    return memory, _create(group, variable, shape, draws)


def metadata(manifest: Manifest) -> dict[str, bytes]:
    """All files below ``data.zarr`` that are no chunks of variables, by path.

    The description of every array stands in the root too (consolidated), so that
    xarray opens the store with one read.
    """
    draws, years = manifest.parameters.draws, manifest.years
    replicates = manifest.runs // draws
    memory: dict[str, Any] = {}
    root = zarr.create_group(
        MemoryStore(memory),
        zarr_format=3,
        attributes={
            "title": manifest.title or manifest.name,
            "badge": manifest.badge,
            "key": manifest.key(),
        },
    )
    for variable in VARIABLES.values():
        shape = (1, draws, replicates, *variable.shape(len(years)))
        _create(
            root,
            variable,
            shape,
            draws,
            {"units": variable.unit, "long_name": variable.long_name, "badge": manifest.badge},
        )
    coordinate(root, "scenario", [manifest.name])
    coordinate(root, "draw", range(draws))
    coordinate(root, "replicate", range(replicates))
    coordinate(root, "year", years)
    for name, labels in LABELS.items():
        coordinate(root, name, labels)
    return consolidated(memory)


def consolidated(memory: dict[str, Any]) -> dict[str, bytes]:
    """All files of a group in memory by path, with every description in the root too."""
    found = {path: bytes(buffer.to_bytes()) for path, buffer in memory.items()}
    described = {
        path.removesuffix("/zarr.json"): json.loads(content)
        for path, content in found.items()
        if path.endswith("/zarr.json")
    }
    group = json.loads(found["zarr.json"])
    group["consolidated_metadata"] = {
        "kind": "inline",
        "must_understand": False,
        "metadata": described,
    }
    found["zarr.json"] = canonical(group)
    return found


def _create(
    group: Any,
    variable: Variable,
    shape: tuple[int, ...],
    draws: int,
    attributes: dict[str, str] | None = None,
) -> Any:
    return group.create_array(
        variable.name,
        shape=shape,
        chunks=(1, draws, replicates_per_batch(draws), *shape[3:]),
        dtype=variable.dtype,
        compressors=[ZstdCodec(level=_ZSTD_LEVEL)],
        fill_value=0,
        dimension_names=(*RUN_DIMENSIONS, *variable.dims),
        attributes=attributes or {},
        config={"write_empty_chunks": True},
    )


def coordinate(group: Any, name: str, labels: Any) -> None:
    """Add labels or whole numbers along a dimension of their name."""
    values = np.asarray(list(labels))
    words = values.dtype.kind == "U"
    array = group.create_array(
        name,
        shape=values.shape,
        chunks=values.shape,
        dtype=str if words else "int32",
        compressors=[ZstdCodec(level=_ZSTD_LEVEL)],
        dimension_names=(name,),
        config={"write_empty_chunks": True},
    )
    array[:] = values.astype(object) if words else values
