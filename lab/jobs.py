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

WAITING: Final = 64
"""Different answers that may be asked for at once."""
AT_ONCE: Final = 4
"""Jobs at work at once; each hands its futures to as many threads as there are cores."""
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
        self._pool = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="jobs")
        self._running: dict[str, Job] = {}
        self._made: OrderedDict[str, bytes] = OrderedDict()
        self._size = 0

    def close(self) -> None:
        """Drop all jobs."""
        for job in self._running.values():
            job.dropped.set()
        self._pool.shutdown(wait=False, cancel_futures=True)

    async def get(self, key: str, make: Make, gone: Gone) -> bytes:
        """Answer to a key.

        Parameters
        ----------
        key : str
            What determines the answer.
        make : callable
            Makes it in a thread; raises :class:`DroppedError` when told that nobody waits.
        gone : callable
            Returns when who asks has gone.

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
            if len(self._running) >= WAITING:
                raise BusyError("more is asked than can be computed")
            job = self._start(key, make)
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

    def _start(self, key: str, make: Make) -> Job:
        dropped = Event()

        def run() -> bytes:
            if dropped.is_set():
                raise DroppedError
            return make(dropped)

        job = Job(asyncio.get_running_loop().run_in_executor(self._pool, run), dropped)
        self._running[key] = job
        job.task.add_done_callback(lambda task: self._settle(key, job, task))
        return job

    def _settle(self, key: str, job: Job, task: asyncio.Future[bytes]) -> None:
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
