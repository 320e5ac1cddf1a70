"""The years that follow the record, of every future of a start and a seed.

They are drawn by the particle filter, draw after draw, which takes some seconds; so they are
drawn once, in the background, the first hundred first, and kept on disk for the next lesson.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import os
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Condition, Event, Lock
from typing import Any, Final

import numpy as np

from ..explore.conditioning import block_of, place_of, sources_digest
from ..model.compiled import cache_directory
from ..model.compiled import sources_digest as model_digest
from ..model.engine import first_worlds
from ..model.errors import InputError
from ..model.world import World
from ..results.files import write_atomic
from .errors import BusyError
from .ground import MOST, Ground, tables_of

VARIABLES: Final = ("rung", "packages", "documented", "forms", "documented_forms", "dependence")
"""What the lab keeps of each future; the digest is of three of them."""
KEPT: Final = 6
"""Pairs of start and seed that are in memory: about 15 MB each."""
ON_DISK: Final = 24
"""Files that are kept on disk, about 2 MB each; the oldest go."""
FORMAT: Final = 1


class Past:
    """Record and last worlds of futures 0 to :data:`MOST`, filled draw by draw.

    Attributes
    ----------
    arrays : dict of str to ndarray [run, year, ...]
        Of :data:`VARIABLES`, 1992 to the cut; no years for a free start.
    worlds : World
        ``[run, ...]``: as the first free year begins.
    """

    def __init__(self, ground: Ground, seed: int) -> None:
        self.ground = ground
        self.seed = seed
        self.arrays: dict[str, np.ndarray] = {}
        self.worlds: World = first_worlds(tables_of(ground.flats[0]), MOST)
        self.failure: InputError | None = None
        self._stopped = False
        self._done = np.zeros(ground.draws, bool)
        self._changed = Condition()

    def share(self, n: int = MOST) -> float:
        """Share of the draws of ``n`` futures that are done."""
        return float(self._done[: self.ground.draws_of(n)].mean())

    @property
    def settled(self) -> bool:
        """Whether nothing is left to be done."""
        return self.failure is not None or bool(self._done.all())

    def ready(self, n: int = MOST) -> bool:
        """Whether ``n`` futures can start.

        Raises
        ------
        InputError
            If the record cannot be brought forth.
        """
        if self.failure is not None:
            raise self.failure
        return bool(self._done[: self.ground.draws_of(n)].all())

    def wait(self, n: int, seconds: float) -> bool:
        """Wait until ``n`` futures can start or never will, at most so long; whether they can."""
        with self._changed:
            self._changed.wait_for(lambda: self._stopped or self.ready(n), seconds)
            return self.ready(n)

    def fill(self, stop: Event, workers: int | None = None) -> None:
        """Draw what is not on disk, and put it there."""
        followed = self.ground.problem.followed
        if followed is None:
            self._finish(slice(None))
            return
        file = self._file()
        if self._read(file):
            return
        with ThreadPoolExecutor(workers or os.cpu_count() or 1) as pool:
            try:
                for done in pool.map(lambda d: self._draw(d, stop), range(self.ground.draws)):
                    self._finish(slice(done, done + 1))
            except InputError as error:
                with self._changed:
                    self.failure = error
                    self._changed.notify_all()
                pool.shutdown(cancel_futures=True)
                return
            except _StoppedError:
                with self._changed:
                    self._stopped = True
                    self._changed.notify_all()
                return
        self._write(file)

    def _draw(self, draw: int, stop: Event) -> int:
        """Draw the block of one draw and put its rows in place."""
        if stop.is_set():
            raise _StoppedError
        ground, draws = self.ground, self.ground.draws
        followed = ground.problem.followed
        assert followed is not None
        found = block_of(tables_of(ground.flats[draw]), followed, self.seed, draw, 0)
        with self._changed:
            if not self.arrays:
                self.arrays = {
                    name: np.zeros((MOST, *array.shape[1:]), _kind(name, array))
                    for name in VARIABLES
                    for array in (getattr(found.outcome, name),)
                }
        for run in range(draw, MOST, draws):
            row = place_of(run, draws).row
            for name, array in self.arrays.items():
                array[run] = getattr(found.outcome, name)[row]
            for target, source in zip(self.worlds, found.worlds, strict=True):
                target[run] = source[row]
        return draw

    def _finish(self, draws: slice) -> None:
        with self._changed:
            self._done[draws] = True
            self._changed.notify_all()

    # ------------------------------------------------------------ on disk

    def _file(self) -> Path:
        """Place on disk, named by all that determines the content."""
        parts = (
            str(FORMAT), str(MOST), str(self.seed), self.ground.past_digest(), sources_digest(),
            model_digest(), np.__version__,
        )  # fmt: skip
        name = hashlib.sha256("\0".join(parts).encode()).hexdigest()[:24]
        return cache_directory().parent.parent / "lab" / f"{name}.npz"

    def _read(self, file: Path) -> bool:
        """Read what an earlier start has drawn; whether it was there and whole."""
        try:
            with np.load(file, allow_pickle=False) as stored:
                arrays = {name: stored[name] for name in VARIABLES}
                worlds = World._make(stored[f"world_{name}"] for name in World._fields)
        except (OSError, ValueError, KeyError, EOFError, *_BROKEN):
            return False
        self.arrays, self.worlds = arrays, worlds
        self._finish(slice(None))
        with contextlib.suppress(OSError):
            os.utime(file)
        return True

    def _write(self, file: Path) -> None:
        """Keep for the next start; a full or unwritable disk is no matter."""
        content = io.BytesIO()
        worlds = {f"world_{name}": part for name, part in self.worlds._asdict().items()}
        np.savez_compressed(content, **self.arrays, **worlds)  # type: ignore[arg-type]
        with contextlib.suppress(OSError, InputError):
            file.parent.mkdir(parents=True, exist_ok=True)
            write_atomic(file, content.getvalue())
            known = sorted(file.parent.glob("*.npz"), key=lambda p: p.stat().st_mtime)
            for old in known[:-ON_DISK]:
                old.unlink(missing_ok=True)


def _broken() -> tuple[type[Exception], ...]:
    import zipfile
    import zlib

    return (zipfile.BadZipFile, zlib.error)


_BROKEN: Final[Any] = _broken()


class _StoppedError(Exception):
    """The server ends, or nobody wants this past any more."""


def _kind(name: str, array: np.ndarray) -> np.dtype:
    """Type that is kept: what the store of ``steppe run`` holds."""
    return np.dtype(np.float32) if name == "dependence" else array.dtype


class Pasts:
    """Pasts by start and seed: the last few, filled one after the other."""

    def __init__(self, begin: Callable[[Callable[[], None]], object]) -> None:
        self._begin = begin
        self._kept: OrderedDict[tuple[str, int], Past] = OrderedDict()
        self._lock = Lock()
        self._stop = Event()

    def get(self, ground: Ground, seed: int) -> Past:
        """Past of a start and a seed; it is filled in the background.

        Raises
        ------
        BusyError
            If as many as are kept are still being filled.
        """
        with self._lock:
            key = (ground.name, seed)
            if key not in self._kept:
                self._make_room()
                past = Past(ground, seed)
                self._kept[key] = past
                self._begin(lambda: past.fill(self._stop))
            self._kept.move_to_end(key)
            return self._kept[key]

    def _make_room(self) -> None:
        if len(self._kept) < KEPT:
            return
        finished = [key for key, past in self._kept.items() if past.settled]
        if not finished:
            raise BusyError("other seeds are being prepared", seconds=5)
        del self._kept[finished[0]]

    def stop(self) -> None:
        """End the filling of all."""
        self._stop.set()
