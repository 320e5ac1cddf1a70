"""Room that a sweep takes on disk: what files hold, in whole blocks, and their directories."""

from __future__ import annotations

import os
import shutil
from collections import Counter
from collections.abc import Collection, Mapping
from pathlib import Path, PurePosixPath
from typing import Final

import numpy as np

from .layout import STATUS, Chunk, Encoder, metadata
from .manifest import SweepManifest

BLOCK: Final = 4096
"""Bytes of a block where the system does not say."""
LINE: Final = 500
"""Bytes of a line of the ledger, about."""


class Room:
    """Expected room of chunks of a sweep, from the files of a small part of it.

    Parameters
    ----------
    manifest : SweepManifest
    points : ndarray of float64 [point, factor]
    sample : mapping of str to ndarray
        Arrays of some runs of the first points.
    runs : int
        Runs of each point in it.
    block : int
        Bytes of a block of the disk.
    """

    def __init__(
        self,
        manifest: SweepManifest,
        points: np.ndarray,
        sample: Mapping[str, np.ndarray],
        runs: int,
        block: int = BLOCK,
    ) -> None:
        self._manifest, self._points, self._block = manifest, points, block
        count = len(sample[STATUS.name])
        half = count // 2
        many = self._encoded(sample, count, runs)
        few = self._encoded(sample, half, runs) if half else [0] * len(many)
        each = [(a - b) / (count - half) for a, b in zip(many, few, strict=True)]
        self._sample_runs = runs
        self._each = [max(0.0, size) for size in each]
        """Bytes of each file of a chunk that come with a further point."""
        self._fixed = [max(0.0, a - size * count) for a, size in zip(many, each, strict=True)]

    def _encoded(self, sample: Mapping[str, np.ndarray], count: int, runs: int) -> list[int]:
        small = self._manifest.model_copy(update={"chunk": (count, runs)})
        arrays = {name: array[:count] for name, array in sample.items()}
        files = Encoder(small, self._points).files((0, 0), range(count), range(runs), arrays)
        return [len(content) for content in files.values()]

    def _chunk(self, points: int, runs: int) -> int:
        """Bytes of a chunk with its directories."""
        arrays = (STATUS, *self._manifest.arrays)
        times = [runs / self._sample_runs if a.per == "run" else 1.0 for a in arrays]
        times.append(runs / self._sample_runs)  # rows of the Parquet file
        total = sum(
            self._blocks(fixed + each * points * more)
            for fixed, each, more in zip(self._fixed, self._each, times, strict=True)
        )
        directories = sum(len(array.dims) for array in arrays)
        return total + directories * self._block + LINE

    def of(self, chunks: Collection[Chunk]) -> int:
        """Bytes of some chunks."""
        shapes = Counter(tuple(map(len, self._manifest.spans(chunk))) for chunk in chunks)
        total = sum(times * self._chunk(*shape) for shape, times in shapes.items())
        along_points = len({chunk[0] for chunk in chunks})
        return total + along_points * (1 + len(self._manifest.arrays)) * self._block

    def described(self, design: str) -> int:
        """Bytes of all that is no chunk."""
        described = metadata(self._manifest, self._points, design)
        sizes = [*map(len, described.values()), len(self._manifest.to_bytes()), self._points.nbytes]
        parents = {up for path in described for up in PurePosixPath(path).parents}
        arrays = 1 + len(self._manifest.arrays)
        return sum(map(self._blocks, sizes)) + (len(parents) + arrays + 4) * self._block

    def _blocks(self, size: float) -> int:
        return -int(-size // self._block) * self._block


def disk_of(directory: Path) -> tuple[int, int]:
    """Bytes that are free where a directory lies or will lie, and those of a block."""
    place = directory.absolute()
    while not place.exists():
        place = place.parent
    block = os.statvfs(place).f_frsize if hasattr(os, "statvfs") else BLOCK
    return shutil.disk_usage(place).free, block or BLOCK
