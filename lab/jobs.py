"""Jobs: each answer is computed once, however many ask, and not at all if nobody waits.

Nothing is kept of who asks: a job lives as long as somebody's connection waits for it.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import Any, Final

from .errors import BusyError, DroppedError

AT_ONCE: Final = 2
"""Jobs at work at once in a lane; each hands its futures to as many threads as there are cores."""
WAITING: Final = {"quick": 64, "slow": 48}
"""Different answers that may be asked for at once, by lane. Moves of few futures have a lane of
their own, so that a slider that is being dragged does not wait for pages at rest."""
CROWDED: Final = 4
"""Answers of the slow lane in the making from which on a further one would have to wait long: four
moves of 1,000 futures are a quarter of a second of two cores."""
CACHED: Final = 32 * 2**20
"""Bytes of answers that are kept for who asks the same."""

Make = Callable[[Event], bytes]
Gone = Callable[[], Awaitable[bool]]


class Job:
    """An answer in the making, and how many wait for it."""

    def __init__(self, task: asyncio.Future[bytes], dropped: Event) -> None:
        self.task = task
        self.dropped = dropped
        self.waiters = 0


class Jobs:
    """Answers in the making and made."""

    def __init__(self) -> None:
        self._pools = {lane: ThreadPoolExecutor(AT_ONCE, f"jobs-{lane}") for lane in WAITING}
        self._busy = dict.fromkeys(WAITING, 0)
        self._running: dict[str, Job] = {}
        self._made: OrderedDict[str, bytes] = OrderedDict()
        self._size = 0

    def close(self) -> None:
        """Drop all jobs."""
        for job in self._running.values():
            job.dropped.set()
        for pool in self._pools.values():
            pool.shutdown(wait=False, cancel_futures=True)

    def crowded(self, key: str) -> bool:
        """Whether an answer of the slow lane that is not made yet would have to wait long."""
        return key not in self._made and self._busy["slow"] >= CROWDED

    async def get(self, key: str, make: Make, gone: Gone, lane: str = "slow") -> bytes:
        """Answer to a key.

        Parameters
        ----------
        key : str
            What determines the answer.
        make : callable
            Makes it in a thread; raises :class:`DroppedError` when told that nobody waits.
        gone : callable
            Returns when who asks has gone.
        lane : {"quick", "slow"}

        Raises
        ------
        BusyError
            If too many different answers are asked for.
        DroppedError
            If who asks has gone.
        """
        if key in self._made:
            self._made.move_to_end(key)
            return self._made[key]
        job = self._running.get(key)
        if job is None or job.dropped.is_set():
            if self._busy[lane] >= WAITING[lane]:
                raise BusyError("more is asked than can be computed")
            job = self._start(key, make, lane)
        job.waiters += 1
        watch = asyncio.ensure_future(gone())
        try:
            both: set[asyncio.Future[Any]] = {job.task, watch}
            await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
            if job.task.done():
                return job.task.result()
            raise DroppedError
        finally:
            watch.cancel()
            job.waiters -= 1
            if job.waiters == 0 and not job.task.done():
                job.dropped.set()

    def _start(self, key: str, make: Make, lane: str) -> Job:
        dropped = Event()

        def run() -> bytes:
            if dropped.is_set():
                raise DroppedError
            return make(dropped)

        loop = asyncio.get_running_loop()
        job = Job(loop.run_in_executor(self._pools[lane], run), dropped)
        self._running[key] = job
        self._busy[lane] += 1
        job.task.add_done_callback(lambda task: self._settle(key, job, lane, task))
        return job

    def _settle(self, key: str, job: Job, lane: str, task: asyncio.Future[bytes]) -> None:
        self._busy[lane] -= 1
        if self._running.get(key) is job:
            del self._running[key]
        if task.cancelled() or task.exception() is not None:
            return
        content = task.result()
        if key not in self._made:
            self._size += len(content)
        self._made[key] = content
        while self._size > CACHED:
            _, old = self._made.popitem(last=False)
            self._size -= len(old)
