"""The ledger of a sweep directory: which chunks are finished, and what their files hold.

``chunks.jsonl`` has a line for each finished chunk with the digests of its files. What it
does not vouch for does not count, for those who go on with a sweep and for those who read it.
Of a line only its place in the file is kept: a sweep may have millions of chunks.
"""

from __future__ import annotations

import json
import os
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np

from ...model.errors import InputError
from ..files import digest, refused, write_parts
from .layout import Chunk

LEDGER: Final = "chunks.jsonl"
DIGITS: Final = 16
"""Hexadecimal digits that are kept of a file's digest."""


class Record(NamedTuple):
    """A finished chunk.

    Attributes
    ----------
    points, runs : int
        Of the chunk, which may grow later.
    failed : int
        Runs that failed.
    failures : tuple of str
        Why, each reason once.
    digests : bytes
        Of its files in their order, one behind the other.
    """

    points: int
    runs: int
    failed: int
    failures: tuple[str, ...]
    digests: bytes

    def digest(self, place: int) -> bytes:
        """Digest of a file; nothing where the ledger has fewer."""
        size = DIGITS // 2
        return self.digests[place * size : (place + 1) * size]


def digest_of(content: bytes) -> bytes:
    """First part of the digest of a file."""
    return bytes.fromhex(digest(content)[:DIGITS])


def line(chunk: Chunk, record: Record) -> bytes:
    """Line of a chunk."""
    text = record.digests.hex()
    told = {
        "chunk": list(chunk),
        "points": record.points,
        "runs": record.runs,
        "failed": record.failed,
        "failures": record.failures,
        "digests": [text[n : n + DIGITS] for n in range(0, len(text), DIGITS)],
    }
    return (
        json.dumps(told, sort_keys=True, separators=(",", ":"), ensure_ascii=False) + "\n"
    ).encode()


def record_of(text: bytes) -> tuple[Chunk, Record] | None:
    """Chunk and record of a line; None if it cannot be read, as a torn last one."""
    try:
        told: Any = json.loads(text)
        i, j = (int(n) for n in told["chunk"])
        return (i, j), Record(
            int(told["points"]),
            int(told["runs"]),
            int(told["failed"]),
            tuple(str(reason) for reason in told["failures"]),
            bytes.fromhex("".join(told["digests"])),
        )
    except (ValueError, KeyError, TypeError):
        return None


class Ledger:
    """Lines of a ledger by chunk; eight bytes of memory for each chunk of the sweep.

    Parameters
    ----------
    path : Path
        Need not exist.
    blocks : (int, int)
        Number of chunks along points and along replicates; lines of others count for nothing.

    Raises
    ------
    InputError
        If the file may not be read.
    """

    def __init__(self, path: Path, blocks: tuple[int, int]) -> None:
        self.path = path
        self._place = np.full(blocks, -1, np.int64)
        """Byte at which the line of a chunk begins; -1 without one."""
        begin = 0
        for text in self._lines():
            found = record_of(text)
            if found is not None and self._within(found[0]):
                self._place[found[0]] = begin
            begin += len(text)

    def _within(self, chunk: Chunk) -> bool:
        return all(0 <= n < end for n, end in zip(chunk, self._place.shape, strict=True))

    def _lines(self) -> Iterator[bytes]:
        try:
            with self.path.open("rb") as stream:
                yield from stream
        except FileNotFoundError:
            return
        except OSError as error:
            raise refused(self.path, error) from error

    def records(self, chunks: Iterable[Chunk]) -> Iterator[tuple[Chunk, Record | None]]:
        """Yield chunks with their records, None for one that is not finished.

        Raises
        ------
        InputError
            If the file may not be read, or others have changed it.
        """
        if not (self._place >= 0).any():
            yield from ((chunk, None) for chunk in chunks)
            return
        try:
            with self.path.open("rb") as stream:
                for chunk in chunks:
                    place = int(self._place[chunk])
                    yield chunk, None if place < 0 else self._read(stream, chunk, place)
        except OSError as error:
            raise refused(self.path, error) from error

    def _read(self, stream: Any, chunk: Chunk, place: int) -> Record:
        stream.seek(place)
        found = record_of(stream.readline())
        if found is None or found[0] != chunk:
            raise InputError(
                "another process has changed the ledger", file=str(self.path), todo="ask again"
            )
        return found[1]

    def append(self, chunk: Chunk, record: Record) -> None:
        """Note a finished chunk; the disk has it when this returns.

        Raises
        ------
        InputError
            If the file cannot be written.
        """
        try:
            with self.path.open("ab") as stream:
                begin = stream.seek(0, os.SEEK_END)
                stream.write(line(chunk, record))
                stream.flush()
                os.fsync(stream.fileno())
        except OSError as error:
            raise refused(self.path, error) from error
        self._place[chunk] = begin

    def put_in_order(self, chunks: Collection[Chunk]) -> None:
        """Have one line for each finished chunk, in a given order, and nothing else.

        Raises
        ------
        InputError
            If the file cannot be written.
        """
        if self.path.exists() and self._in_order(chunks):
            return
        places = np.full_like(self._place, -1)
        write_parts(self.path, self._placed(chunks, places))
        self._place = places

    def _in_order(self, chunks: Collection[Chunk]) -> bool:
        found = iter(self._lines())
        for chunk, record in self.records(chunks):
            if record is not None and next(found, None) != line(chunk, record):
                return False
        return next(found, None) is None

    def _placed(self, chunks: Collection[Chunk], places: np.ndarray) -> Iterator[bytes]:
        """Lines in order; notes where each will begin."""
        begin = 0
        for chunk, record in self.records(chunks):
            if record is not None:
                text = line(chunk, record)
                places[chunk] = begin
                begin += len(text)
                yield text
