"""The manifest of a sweep directory: what was asked, at which points, and what is kept."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any, Final, Literal

import numpy as np
from pydantic import Field

from ..manifest import Keyed, Reference, _Part, determining_versions, read_keyed

FORMAT: Final = 1
"""Version of the layout of a sweep directory."""


class Array(_Part):
    """An array that is kept.

    Attributes
    ----------
    per : {"run", "block"}
        Whether it has a number for every run, or one for the replicates of a chunk.
    dims : tuple of str
        Dimensions behind point and replicate, or point and block.
    """

    name: str
    per: Literal["run", "block"]
    dims: tuple[str, ...]
    dtype: str
    unit: str
    long_name: str


class Points(_Part):
    """The design: its points stand in the data."""

    method: str
    nested: bool = Field(description="whether a larger design begins with these points")
    names: tuple[str, ...]
    bounds: tuple[tuple[float, float], ...]
    seed: int
    meta: dict[str, Any]
    count: int = Field(ge=1)


class Chunks(Collection[tuple[int, int]]):
    """Some chunks of a sweep in the order in which they are computed, a byte for each.

    First replicates of all points come first.

    Parameters
    ----------
    among : ndarray of bool [block of points, block of replicates]
        Which chunks.
    """

    def __init__(self, among: np.ndarray) -> None:
        self.among = among

    def __len__(self) -> int:
        return int(self.among.sum())

    def __contains__(self, chunk: object) -> bool:
        return isinstance(chunk, tuple) and bool(self.among[chunk])

    def __iter__(self) -> Iterator[tuple[int, int]]:
        for j in range(self.among.shape[1]):
            for i in np.flatnonzero(self.among[:, j]):
                yield int(i), j


class SweepManifest(Keyed):
    """What determines a sweep directory, and what helps to read it."""

    format: int = FORMAT
    kind: Literal["sweep"] = "sweep"
    title: str
    question: str = ""
    sweep: dict[str, Any] = Field(description="the sweep, resolved, its scenario included")
    points: Points
    replicates: int = Field(ge=1)
    chunk: tuple[int, int] = Field(description="points and replicates of a chunk")
    arrays: tuple[Array, ...]
    labels: dict[str, tuple[str, ...]] = Field(description="of the dimensions")
    first_year: int
    last_year: int
    conditioned_until: int | None
    versions: dict[str, str]
    digests: dict[str, str]
    command: tuple[str, ...]
    references: tuple[Reference, ...]
    badge: str

    @property
    def years(self) -> range:
        """The calendar years of a run."""
        return range(self.first_year, self.last_year + 1)

    def determining(self) -> dict[str, Any]:
        """Give what determines the results: not how many points and replicates of a design."""
        sweep = {
            k: v for k, v in self.sweep.items() if k not in ("replicates", "title", "question")
        }
        points = self.points.model_dump()
        if self.points.nested:
            sweep["design"] = {k: v for k, v in sweep["design"].items() if k != "size"}
            points["meta"] = {k: v for k, v in points["meta"].items() if k != "size"}
            del points["count"]
        return {
            "format": self.format,
            "kind": self.kind,
            "sweep": sweep,
            "points": points,
            "versions": determining_versions(self.versions),
            "digests": self.digests,
        }

    def lengths(self, array: Array) -> tuple[int, ...]:
        """Lengths of an array's dimensions behind the first two."""
        return tuple(len(self.years if dim == "year" else self.labels[dim]) for dim in array.dims)

    def chunks(self) -> Chunks:
        """All chunks."""
        return Chunks(np.ones(self.blocks(), bool))

    def spans(self, chunk: tuple[int, int]) -> tuple[range, range]:
        """Points and runs of a chunk."""
        points, runs = (
            range(n * size, min((n + 1) * size, end))
            for n, size, end in zip(
                chunk, self.chunk, (self.points.count, self.replicates), strict=True
            )
        )
        return points, runs

    def blocks(self) -> tuple[int, int]:
        """Number of chunks along points and along replicates."""
        points, runs = self.chunk
        return -(-self.points.count // points), -(-self.replicates // runs)


def read_sweep_manifest(content: bytes, file: str) -> SweepManifest:
    """Read the ``manifest.json`` of a sweep.

    Raises
    ------
    InputError
        If it is no manifest of a sweep, of another format, or changed by hand.
    """
    return read_keyed(SweepManifest, FORMAT, content, file, "sweep")
