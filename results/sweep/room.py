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
        points_run = (len(sample[STATUS.name]), runs)
        half = (points_run[0] // 2, runs) if points_run[0] > 1 else (1, max(1, runs // 2))
        many, few = (self._encoded(sample, *part) for part in (points_run, half))
        self._sizes = [
            _line(a, b, x, y)
            for a, b, x, y in zip(
                many, few, self._units(*points_run), self._units(*half), strict=True
            )
        ]
        """Of each file of a chunk, bytes whatever it holds, and bytes a unit."""

    def _units(self, points: int, runs: int) -> list[int]:
        """What the size of each file of a chunk grows with: runs, or points."""
        arrays = (STATUS, *self._manifest.arrays)
        return [*(points * runs if a.per == "run" else points for a in arrays), points * runs]

    def _encoded(self, sample: Mapping[str, np.ndarray], points: int, runs: int) -> list[int]:
        small = self._manifest.model_copy(update={"chunk": (points, runs)})
        kept = {array.name for array in self._manifest.arrays if array.per == "block"}
        arrays = {
            name: array[:points] if name in kept else array[:points, :runs]
            for name, array in sample.items()
        }
        files = Encoder(small, self._points).files((0, 0), range(points), range(runs), arrays)
        return [len(content) for content in files.values()]

    def _chunk(self, points: int, runs: int) -> int:
        """Bytes of a chunk with its directories."""
        sizes = zip(self._sizes, self._units(points, runs), strict=True)
        total = sum(self._blocks(fixed + each * units) for (fixed, each), units in sizes)
        directories = sum(len(array.dims) for array in self._manifest.arrays)
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


def _line(many: int, few: int, units: int, fewer: int) -> tuple[float, float]:
    """Bytes whatever a file holds, and bytes a unit, from its sizes with many and few."""
    each = max(0.0, (many - few) / (units - fewer)) if units > fewer else many / units
    return max(0.0, many - each * units), each


def disk_of(directory: Path) -> tuple[int, int]:
    """Bytes that are free where a directory lies or will lie, and those of a block."""
    place = directory.absolute()
    while not place.exists():
        place = place.parent
    block = os.statvfs(place).f_frsize if hasattr(os, "statvfs") else BLOCK
    return shutil.disk_usage(place).free, block or BLOCK
