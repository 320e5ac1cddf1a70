"""A sweep directory: written chunk by chunk, resumed, repaired, extended.

``chunks.jsonl`` has a line for each finished chunk with the digests of its files. A chunk
that has none, or whose files no longer have these digests, is computed again and comes out
the same, since luck is addressed. At the end the lines are put in order, so that a
directory has the same bytes whatever happened on the way.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import numpy as np

from ...model.errors import InputError
from ..files import PART, read_bytes, refused, remove_parts, write_atomic, write_if_changed
from ..lock import LOCK
from .layout import DATA, STATUS, Chunk, Encoder, chunk_paths, metadata
from .ledger import LEDGER, Ledger, Record, digest_of
from .manifest import Chunks, SweepManifest, read_sweep_manifest

MANIFEST: Final = "manifest.json"
DESIGN: Final = "design.parquet"


class SweepStore:
    """The directory of a sweep that is being computed. Get one by :func:`open_or_create`."""

    def __init__(self, directory: Path, manifest: SweepManifest, points: np.ndarray) -> None:
        self.directory = directory
        self.manifest = manifest
        self.points = points
        self.damaged: dict[Chunk, str] = {}
        """Finished chunks found damaged or gone, with the file that shows it."""
        self._ledger = Ledger(directory / LEDGER, manifest.blocks())
        self._missing: np.ndarray | None = None
        self._encoder = Encoder(manifest, points)

    @property
    def chunks(self) -> Chunks:
        """All chunks in the order in which they are computed: first replicates of all points."""
        return self.manifest.chunks()

    def spans(self, chunk: Chunk) -> tuple[range, range]:
        """Points and runs of a chunk."""
        return self.manifest.spans(chunk)

    def missing(self) -> Chunks:
        """Chunks to compute: never finished, grown, or damaged since (see :attr:`damaged`).

        Reads all files of the finished chunks, once.
        """
        if self._missing is None:
            self._missing = np.ones(self.manifest.blocks(), bool)
            for chunk, record in self._ledger.records(self.chunks):
                self._missing[chunk] = record is None or not self._intact(chunk, record)
        return Chunks(self._missing.copy())

    def write(self, chunk: Chunk, arrays: Mapping[str, np.ndarray], failures: Sequence[str]) -> int:
        """Store a chunk; return the bytes that it takes.

        Raises
        ------
        ValueError
            If an array has another shape.
        InputError
            If the directory cannot be written.
        """
        points, runs = self.spans(chunk)
        for array in (STATUS, *self.manifest.arrays):
            second = len(runs) if array.per == "run" else 1
            expected = (len(points), second, *self.manifest.lengths(array))
            if arrays[array.name].shape != expected:
                found = arrays[array.name].shape
                raise ValueError(f"{array.name}: shape {found}, not {expected}")
        files = self._encoder.files(chunk, points, runs, arrays)
        first = f"{DATA}/{STATUS.name}/"  # written last: what else reads a status finds the rest
        for path in sorted(files, key=lambda path: path.startswith(first)):
            write_atomic(self.directory / path, files[path], sync=False)
        record = Record(
            len(points),
            len(runs),
            int((arrays[STATUS.name] != 1).sum()),
            tuple(failures),
            b"".join(digest_of(content) for content in files.values()),
        )
        self._ledger.append(chunk, record)
        if self._missing is not None:
            self._missing[chunk] = False
        return sum(len(content) for content in files.values())

    def finish(self) -> None:
        """Put the lines of the ledger in order."""
        self._ledger.put_in_order(self.chunks)

    @property
    def failed(self) -> tuple[int, list[str]]:
        """Number of failed runs, and why, each reason once."""
        count, reasons = 0, set[str]()
        for _, record in self._ledger.records(self.chunks):
            if record is not None:
                count += record.failed
                reasons.update(record.failures)
        return count, sorted(reasons)

    def settle(self, design: str) -> None:
        """Write the manifest, the design and the description of the data.

        Files of chunks beyond the request, and of chunks that will be computed anew, stay until
        they are written over.

        Raises
        ------
        InputError
            If the directory cannot be written.
        """
        try:
            remove_parts(self.directory)
        except OSError as error:
            raise refused(self.directory, error) from error
        write_if_changed(self.directory / MANIFEST, self.manifest.to_bytes())
        for path, content in metadata(self.manifest, self.points, design).items():
            write_if_changed(self.directory / DATA / path, content)
        write_if_changed(self.directory / DESIGN, _design_table(self.manifest, self.points))
        self.finish()

    def _intact(self, chunk: Chunk, known: Record) -> bool:
        points, runs = self.spans(chunk)
        if (known.points, known.runs) != (len(points), len(runs)):
            return False
        for place, path in enumerate(chunk_paths(self.manifest, chunk)):
            content = read_bytes(self.directory / path)
            if content is None or digest_of(content) != known.digest(place):
                self.damaged[chunk] = path
                return False
        return True


def open_or_create(
    directory: Path, manifest: SweepManifest, points: np.ndarray, design: str
) -> SweepStore:
    """Open the directory of a sweep, or begin it; the caller holds its lock.

    Raises
    ------
    InputError
        If the place cannot be used, or belongs to something else.
    """
    existing(directory, manifest)
    store = SweepStore(directory, manifest, points)
    store.settle(design)
    return store


def existing(directory: Path, manifest: SweepManifest) -> SweepManifest | None:
    """Manifest of a directory that holds this sweep already, of whatever size; None if it is new.

    Raises
    ------
    InputError
        If the directory belongs to something else.
    """
    if directory.exists() and not directory.is_dir():
        raise InputError(
            "a file stands where the results should go", file=str(directory),
            todo="name another directory, or move the file away",
        )  # fmt: skip
    content = read_bytes(directory / MANIFEST)
    if content is None:
        try:
            others = list(directory.iterdir()) if directory.is_dir() else []
        except OSError as error:
            raise refused(directory, error) from error
        if any(p.suffix != PART and p.name != LOCK for p in others):
            raise InputError(
                "the directory is not empty and holds no sweep", file=str(directory),
                allowed="a new directory, or that of the same sweep",
            )  # fmt: skip
        return None
    stored = read_sweep_manifest(content, str(directory / MANIFEST))
    if stored.key() != manifest.key():
        a, b = stored.determining(), manifest.determining()
        raise InputError(
            "the directory belongs to another sweep", file=str(directory),
            field=", ".join(name for name in a if a[name] != b.get(name)),
            found=stored.key()[:10], allowed=manifest.key()[:10], todo="name another directory",
        )  # fmt: skip
    return stored


def _design_table(manifest: SweepManifest, points: np.ndarray) -> bytes:
    import io

    import pyarrow as pa
    import pyarrow.parquet as pq

    columns = {"point": np.arange(len(points), dtype=np.int32)}
    columns |= dict(zip(manifest.points.names, np.ascontiguousarray(points.T), strict=True))
    sink = io.BytesIO()
    pq.write_table(pa.table(columns), sink, compression="zstd")
    return sink.getvalue()
