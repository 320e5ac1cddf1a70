"""How a sweep lies on disk: a Zarr v3 group, and a Parquet file for each chunk.

Zarr: ``data.zarr/NAME/c/P/R/0...`` holds array NAME at the points of block P and the
replicates of block R. Parquet: ``runs/P-R.parquet`` has the same runs as rows. Chunks are
encoded in memory, so that each file appears whole and its bytes depend on its numbers only.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from itertools import product
from typing import Any, Final

import numpy as np
import zarr
from numcodecs.zstd import Zstd
from zarr.codecs import ZstdCodec
from zarr.storage import MemoryStore

from ..layout import consolidated, coordinate
from .manifest import Array, SweepManifest

STATUS: Final = Array(
    name="status", per="run", dims=(), dtype="uint8", unit="0 not computed, 1 done, 2 failed",
    long_name="Status of the run",
)  # fmt: skip
DATA: Final = "data.zarr"
_ZSTD_LEVEL: Final = 3

Chunk = tuple[int, int]
"""Block of points and block of replicates."""


def zarr_path(array: Array, chunk: Chunk) -> str:
    """Place of a chunk of an array below ``data.zarr``."""
    return "/".join((array.name, "c", str(chunk[0]), str(chunk[1]), *("0" for _ in array.dims)))


def parquet_path(chunk: Chunk) -> str:
    """Place of a chunk's rows in the directory."""
    return f"runs/{chunk[0]:06d}-{chunk[1]:06d}.parquet"


def chunk_paths(manifest: SweepManifest, chunk: Chunk) -> list[str]:
    """Places of all files of a chunk in the directory, in the order of their digests."""
    arrays = (STATUS, *manifest.arrays)
    return [*(f"{DATA}/{zarr_path(a, chunk)}" for a in arrays), parquet_path(chunk)]


def chunk_shape(manifest: SweepManifest, array: Array) -> tuple[int, ...]:
    """Shape of a whole chunk of an array."""
    second = manifest.chunk[1] if array.per == "run" else 1
    return (manifest.chunk[0], second, *manifest.lengths(array))


def decoded(manifest: SweepManifest, array: Array, content: bytes) -> np.ndarray:
    """Numbers of a chunk of an array; what is short of a full one is zeros.

    Raises
    ------
    RuntimeError, ValueError
        If the file holds something else.
    """
    shape, kind = chunk_shape(manifest, array), np.dtype(array.dtype).newbyteorder("<")
    found: np.ndarray = np.frombuffer(Zstd().decode(content), kind).reshape(shape)
    return found


def metadata(manifest: SweepManifest, points: np.ndarray, design: str) -> dict[str, bytes]:
    """All files below ``data.zarr`` that are no chunks, by path.

    Parameters
    ----------
    manifest : SweepManifest
    points : ndarray of float64 [point, factor]
    design : str
        JSON of the design, an attribute of the data.
    """
    memory: dict[str, Any] = {}
    root = zarr.create_group(
        MemoryStore(memory),
        zarr_format=3,
        attributes={
            "title": manifest.title,
            "badge": manifest.badge,
            "key": manifest.key(),
            "design": design,
        },
    )
    blocks = manifest.blocks()
    for array in (STATUS, *manifest.arrays):
        second = manifest.replicates if array.per == "run" else blocks[1]
        _create(root, manifest, array, (len(points), second, *manifest.lengths(array)))
    coordinate(root, "point", range(len(points)))
    coordinate(root, "replicate", range(manifest.replicates))
    coordinate(root, "year", manifest.years)
    for name, labels in manifest.labels.items():
        coordinate(root, name, labels)
    for name, column in zip(manifest.points.names, points.T, strict=True):
        made = root.create_array(
            name, shape=column.shape, chunks=column.shape, dtype="float64",
            compressors=[ZstdCodec(level=_ZSTD_LEVEL)], dimension_names=("point",),
            attributes={"long_name": f"factor {name}"}, config={"write_empty_chunks": True},
        )  # fmt: skip
        made[:] = column
    return consolidated(memory)


def _create(group: Any, manifest: SweepManifest, array: Array, shape: tuple[int, ...]) -> Any:
    return group.create_array(
        array.name,
        shape=shape,
        chunks=chunk_shape(manifest, array),
        dtype=array.dtype,
        compressors=[ZstdCodec(level=_ZSTD_LEVEL)],
        fill_value=0,
        dimension_names=("point", "replicate" if array.per == "run" else "block", *array.dims),
        attributes={"units": array.unit, "long_name": array.long_name},
        config={"write_empty_chunks": True},
    )


class Encoder:
    """Bytes of the chunks of a sweep.

    Parameters
    ----------
    manifest : SweepManifest
    points : ndarray of float64 [point, factor]
        Of the whole sweep.
    """

    def __init__(self, manifest: SweepManifest, points: np.ndarray) -> None:
        self._manifest, self._points = manifest, points
        self._zstd = Zstd(level=_ZSTD_LEVEL)

    def files(
        self, chunk: Chunk, points: range, runs: range, arrays: Mapping[str, np.ndarray]
    ) -> dict[str, bytes]:
        """Files of a chunk by their place in the directory, in an order that does not change."""
        found = {}
        for array in (STATUS, *self._manifest.arrays):
            content = self._zarr(array, arrays[array.name])
            found[f"{DATA}/{zarr_path(array, chunk)}"] = content
        found[parquet_path(chunk)] = self._parquet(points, runs, arrays)
        return found

    def _zarr(self, array: Array, values: np.ndarray) -> bytes:
        """One chunk, as the array's codecs have it; what is short of a full one is zeros.

        Zarr would do it by way of a thread of its own, which costs more than the encoding.
        """
        kind = np.dtype(array.dtype).newbyteorder("<")
        whole = np.zeros(chunk_shape(self._manifest, array), kind)
        whole[: values.shape[0], : values.shape[1]] = values
        return bytes(self._zstd.encode(whole))

    def _parquet(self, points: range, runs: range, arrays: Mapping[str, np.ndarray]) -> bytes:
        """Rows of a chunk: point, replicate, failed, factors, outcomes (null where failed)."""
        import pyarrow as pa
        import pyarrow.parquet as pq

        cells = len(points) * len(runs)
        failed = arrays[STATUS.name].reshape(cells) != 1
        columns: dict[str, Any] = {
            "point": np.repeat(np.arange(points.start, points.stop, dtype=np.int32), len(runs)),
            "replicate": np.tile(np.arange(runs.start, runs.stop, dtype=np.int32), len(points)),
            "failed": failed,
        }
        for name, column in zip(self._manifest.points.names, self._points.T, strict=True):
            columns[name] = np.repeat(column[points.start : points.stop], len(runs))
        for array in self._manifest.arrays:
            if array.per == "run":
                columns |= self._flat(array, arrays[array.name].reshape(cells, -1), failed)
        sink = io.BytesIO()
        pq.write_table(pa.table(columns), sink, compression="zstd")
        return sink.getvalue()

    def _flat(self, array: Array, values: np.ndarray, failed: np.ndarray) -> dict[str, Any]:
        """One column for each label of an outcome: ``packages.china.defence``."""
        import pyarrow as pa

        mask = failed if failed.any() else None
        labels = product(*(self._manifest.labels[dim] for dim in array.dims))
        return {
            ".".join((array.name, *label)): pa.array(np.ascontiguousarray(column), mask=mask)
            for label, column in zip(labels, values.T, strict=True)
        }
