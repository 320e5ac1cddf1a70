"""The ledger of a sweep directory: which chunks are finished, and what their files hold.

``chunks.jsonl`` has a line for each finished chunk with the digests of its files. What it
does not vouch for does not count, for those who go on with a sweep and for those who read it.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Final, NamedTuple

from ..files import digest, refused
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
        Of its files in their order, one behind the other: a sweep may have millions of chunks.
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


def read_ledger(path: Path) -> dict[Chunk, Record]:
    """Read finished chunks; a line that cannot be read, as a torn last one, counts for nothing.

    Raises
    ------
    InputError
        If the file may not be read.
    """
    found: dict[Chunk, Record] = {}
    try:
        with path.open("rb") as stream:
            for text in stream:
                try:
                    told = json.loads(text)
                    i, j = (int(n) for n in told["chunk"])
                    found[i, j] = Record(
                        int(told["points"]),
                        int(told["runs"]),
                        int(told["failed"]),
                        tuple(sys.intern(str(reason)) for reason in told["failures"]),
                        bytes.fromhex("".join(told["digests"])),
                    )
                except (ValueError, KeyError, TypeError):
                    continue
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise refused(path, error) from error
    return found
