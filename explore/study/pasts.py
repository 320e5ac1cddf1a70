"""Pasts that scenarios share: what is equal up to the cut-off is drawn once."""

from __future__ import annotations

import hashlib
from threading import Lock

from ...model.names import START_YEAR
from ...model.tables import Tables
from ..conditioning import Followed, Past, Pasts, block_of


class SharedPasts(Pasts):
    """Pasts by what determines them: the tables up to the cut-off, the record, and the luck.

    The filter reads no later year, so that scenarios whose levers act after the cut-off have
    the same past, bit for bit, and most of the time of a conditioned run is spent once for all
    of them. All blocks are kept: about 0.4 MB each.
    """

    def __init__(self) -> None:
        super().__init__()
        self._found: dict[tuple[object, ...], Past] = {}
        self._guards = [Lock() for _ in range(64)]

    def __len__(self) -> int:
        return len(self._found)

    def get(self, tables: Tables, followed: Followed, seed: int, draw: int, block: int) -> Past:
        """Past of a block, drawn by whoever asks first."""
        total = hashlib.sha256(tables.flat[: followed.until - START_YEAR + 1].tobytes())
        for column in (*followed.history, *followed.sums):
            total.update(column.tobytes())
        key = (total.digest(), followed.until, seed, draw, block)
        with self._guards[hash(key) % len(self._guards)]:
            if key not in self._found:
                drawn = block_of(tables, followed, seed, draw, block)
                self._found[key] = Past(drawn.outcome, drawn.worlds)
            return self._found[key]
