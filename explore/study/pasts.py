"""Pasts that scenarios share: what is equal up to the cut-off is drawn once."""

from __future__ import annotations

import hashlib
from threading import Lock
from typing import Final

from ...model.names import START_YEAR
from ...model.tables import Tables
from ..conditioning import Followed, Past, Pasts, block_of

MOST: Final = 2000
"""Blocks that are kept: about 0.4 MB each."""


class SharedPasts(Pasts):
    """Pasts by what determines them: the tables up to the cut-off, the record, and the luck.

    The filter reads no later year, so that scenarios whose levers act after the cut-off have
    the same past, bit for bit, and most of the time of a conditioned run is spent once for all
    of them. The last :data:`MOST` blocks are kept.
    """

    def __init__(self) -> None:
        super().__init__()
        self._found: dict[tuple[object, ...], Past] = {}
        self._guards = [Lock() for _ in range(64)]
        self._change = Lock()

    def __len__(self) -> int:
        return len(self._found)

    def get(self, tables: Tables, followed: Followed, seed: int, draw: int, block: int) -> Past:
        """Past of a block, drawn by whoever asks first."""
        total = hashlib.sha256(tables.flat[: followed.until - START_YEAR + 1].tobytes())
        for column in (*followed.history, *followed.sums):
            total.update(column.tobytes())
        key = (total.digest(), followed.until, seed, draw, block)
        with self._guards[hash(key) % len(self._guards)]:
            known = self._found.get(key)
            if known is None:
                drawn = block_of(tables, followed, seed, draw, block)
                known = Past(drawn.outcome, drawn.worlds)
                self._keep(key, known)
            return known

    def _keep(self, key: tuple[object, ...], past: Past) -> None:
        with self._change:
            while len(self._found) >= MOST:
                del self._found[next(iter(self._found))]
            self._found[key] = past
