"""Arrays of a sweep that are read where they are looked at, chunk by chunk.

All files are read once on opening, for their digests; numbers are read again when they are
wanted, and only of the chunks and labels that are. So memory goes with what is selected.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

import numpy as np
from xarray import Variable
from xarray.backends import BackendArray
from xarray.core import indexing

from ...model.errors import InputError
from ..files import read_bytes
from .layout import STATUS, Chunk, chunk_paths, decoded
from .ledger import LEDGER, Ledger, digest_of
from .manifest import Array, SweepManifest

Key = tuple[int | slice, ...]
_SIZE: Final = 8
"""Bytes of a digest in the ledger."""


class Parts:
    """Files of some arrays of a sweep, checked against the ledger.

    Attributes
    ----------
    sound : ndarray of bool [block of points, block of replicates]
        Chunks that the ledger vouches for and whose files are what it says.
    unfinished : int
        Chunks without a line.
    damaged : dict of chunk to str
        A file of each chunk that is gone or has other bytes.
    done : ndarray of int32 [point, block of replicates]
        Runs that did not fail.
    failed, computed : ndarray of bool [point]
        Whether a run of the point failed, and whether all are done or failed.
    """

    def __init__(self, directory: Path, manifest: SweepManifest, arrays: list[Array]) -> None:
        self.directory, self.manifest = directory, manifest
        places = {array.name: n for n, array in enumerate((STATUS, *manifest.arrays))}
        self._places = {array.name: places[array.name] for array in (STATUS, *arrays)}
        self._columns = {name: n for n, name in enumerate(self._places)}
        blocks, points = manifest.blocks(), manifest.points.count
        self._digests = np.zeros((*blocks, len(self._places)), f"V{_SIZE}")
        self.sound = np.zeros(blocks, bool)
        self.unfinished, self.damaged = 0, dict[Chunk, str]()
        self.done = np.zeros((points, blocks[1]), np.int32)
        self.failed = np.zeros(points, bool)
        known = np.zeros(points, np.int64)
        for chunk, record in Ledger(directory / LEDGER, blocks).records(manifest.chunks()):
            if record is None:
                self.unfinished += 1
                continue
            for name, place in self._places.items():
                self._digests[chunk][self._columns[name]] = np.void(
                    record.digest(place).ljust(_SIZE, b"\0")
                )
            self._check(chunk, known)
        self.computed = known == manifest.replicates

    def _check(self, chunk: Chunk, known: np.ndarray) -> None:
        """Look at all files of a chunk; count its runs if they are sound."""
        paths = chunk_paths(self.manifest, chunk)
        for name, place in self._places.items():
            if self._content(name, paths[place], chunk) is None:
                self.damaged[chunk] = paths[place]
                return
        points, runs = self.manifest.spans(chunk)
        status = self.read(STATUS, chunk)[: len(points), : len(runs)]
        rows = slice(points.start, points.stop)
        self.sound[chunk] = True
        self.done[rows, chunk[1]] = (status == 1).sum(axis=1)
        self.failed[rows] |= (status == 2).any(axis=1)
        known[rows] += (status != 0).sum(axis=1)

    def _content(self, name: str, path: str, chunk: Chunk) -> bytes | None:
        """Bytes of a file, or None if they are not those that the ledger knows."""
        content = read_bytes(self.directory / path)
        if content is None:
            return None
        expected = self._digests[chunk][self._columns[name]].tobytes()
        return content if digest_of(content) == expected else None

    def read(self, array: Array, chunk: Chunk) -> np.ndarray:
        """Numbers of a whole chunk ``[point, run or 1, *dims]``, zeros behind its end.

        Raises
        ------
        InputError
            If the file is no longer what it was when the sweep was opened.
        """
        path = chunk_paths(self.manifest, chunk)[self._places[array.name]]
        content = self._content(array.name, path, chunk)
        try:
            if content is None:
                raise ValueError
            return decoded(self.manifest, array, content)
        except (RuntimeError, ValueError) as error:
            raise InputError(
                "the sweep has changed since it was opened", file=str(self.directory / path),
                todo="open it again",
            ) from error  # fmt: skip


class _Lazy(BackendArray):  # type: ignore[misc]
    """An array over the points of a sweep; subclasses read selections of it."""

    shape: tuple[int, ...]
    dtype: np.dtype[Any]

    def __getitem__(self, key: Any) -> Any:
        """Give a selection in numbers."""
        return indexing.explicit_indexing_adapter(
            key, self.shape, indexing.IndexingSupport.BASIC, self._selected
        )

    def _selected(self, key: Key) -> np.ndarray:
        raise NotImplementedError


class RunArray(_Lazy):
    """Outcome or status of runs, ``[point, replicate, *dims]``.

    Outcomes are floats, not a number where a run failed or is missing; the status is as it is
    stored, 0 where it is missing.
    """

    def __init__(self, parts: Parts, array: Array) -> None:
        self._parts, self._array = parts, array
        manifest = parts.manifest
        self.shape = (manifest.points.count, manifest.replicates, *manifest.lengths(array))
        kind = np.dtype(array.dtype)
        floats = np.dtype(np.float64 if kind.itemsize > 4 else np.float32)
        self.dtype = kind if array.name == STATUS.name else floats

    def _selected(self, key: Key) -> np.ndarray:
        parts, (points_chunk, runs_chunk) = self._parts, self._parts.manifest.chunk
        points, runs = (_numbers(part, n) for part, n in zip(key, self.shape[:2], strict=False))
        rest = key[2:]
        shape = _shape(self.shape[2:], rest)
        masked = self.dtype.kind == "f"
        found = np.full((len(points), len(runs), *shape), np.nan if masked else 0, self.dtype)
        for i, rows in _blocks(points, points_chunk):
            for j, columns in _blocks(runs, runs_chunk):
                if not parts.sound[i, j]:
                    continue
                cells = np.ix_(points[rows] - i * points_chunk, runs[columns] - j * runs_chunk)
                numbers = parts.read(self._array, (i, j))[cells][:, :, *rest].astype(self.dtype)
                if masked:
                    numbers[parts.read(STATUS, (i, j))[cells] != 1] = np.nan
                found[rows, columns] = numbers
        return np.asarray(found[*(0 if isinstance(k, int) else slice(None) for k in key[:2])])


class YearArray(_Lazy):
    """Yearly means or standard deviations of the runs of a point, ``[point, year, *dims]``."""

    def __init__(self, parts: Parts, array: Array, mean: Array | None) -> None:
        """Read means, or with the ``mean`` that belongs to it a standard deviation."""
        self._parts, self._array, self._beside = parts, array, mean
        self._spread = array.name.endswith("_sd")
        self.shape = (parts.manifest.points.count, *parts.manifest.lengths(array))
        self.dtype = np.dtype(np.float64)

    def _selected(self, key: Key) -> np.ndarray:
        points, rest = _numbers(key[0], self.shape[0]), key[1:]
        found = np.full((len(points), *_shape(self.shape[1:], rest)), np.nan)
        size = self._parts.manifest.chunk[0]
        for i, rows in _blocks(points, size):
            counts = self._parts.done[points[rows]].astype(np.int64)
            local = points[rows] - i * size
            numbers = self._of_block(self._array, i, local, rest)
            if self._spread:
                means = self._of_block(self._beside, i, local, rest) if self._beside else None
                found[rows] = spread(numbers, counts, means)
            else:
                found[rows] = mean(numbers, counts)
        return np.asarray(found[0 if isinstance(key[0], int) else slice(None)])

    def _of_block(self, array: Array, i: int, points: np.ndarray, rest: Key) -> np.ndarray:
        """Numbers of some points of a block, ``[point, block of replicates, ...]``."""
        found = np.zeros((len(points), self._parts.done.shape[1], *_shape(self.shape[1:], rest)))
        for j in np.flatnonzero(self._parts.sound[i]):
            found[:, j] = self._parts.read(array, (i, int(j)))[points, 0][:, *rest]
        return found


def variable(array: _Lazy, dims: tuple[str, ...], attributes: dict[str, str]) -> Variable:
    """A variable that reads when it is looked at, and keeps what it has read as a whole."""
    wrap: Any = indexing  # whose types fit none of its own wrappers
    lazy = wrap.CopyOnWriteArray(wrap.LazilyIndexedArray(array))
    return Variable(dims, wrap.MemoryCachedArray(lazy), attributes)


def _numbers(key: int | slice, length: int) -> np.ndarray:
    return np.atleast_1d(np.arange(length)[key])


def _shape(lengths: tuple[int, ...], key: Key) -> tuple[int, ...]:
    return np.broadcast_to(np.empty(()), lengths)[key].shape


def _blocks(numbers: np.ndarray, size: int) -> Iterator[tuple[int, slice]]:
    """Blocks in which ascending or descending numbers lie, with their places."""
    if not len(numbers):
        return
    block = numbers // size
    edges = [0, *(np.flatnonzero(np.diff(block)) + 1).tolist(), len(numbers)]
    for begin, end in pairwise(edges):
        yield int(block[begin]), slice(begin, end)


def _weights(counts: np.ndarray, values: np.ndarray) -> np.ndarray:
    return counts.reshape(*counts.shape, *(1,) * (values.ndim - 2)).astype(np.float64)


def mean(means: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """Mean over the blocks of replicates ``[point, ...]``; NaN without any run."""
    n = _weights(counts, means)
    known = np.where(n > 0, means, 0.0)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray((known * n).sum(axis=1) / n.sum(axis=1))


def spread(sds: np.ndarray, counts: np.ndarray, means: np.ndarray | None) -> np.ndarray:
    """Standard deviation over all replicates, from those of the blocks and their means."""
    n = _weights(counts, sds)
    squares = np.where(n > 1, sds.astype(np.float64) ** 2 * (n - 1), 0.0).sum(axis=1)
    if means is not None and counts.shape[1] > 1:
        each = np.where(n > 0, means, 0.0).astype(np.float64)
        squares = squares + (n * (each - mean(each, counts)[:, np.newaxis]) ** 2).sum(axis=1)
    total = n.sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(total > 1, np.sqrt(squares / (total - 1)), np.nan)
