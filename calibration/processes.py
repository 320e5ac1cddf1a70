"""Processes that share long work, and end with what began them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from threading import Thread


@contextmanager
def pool(workers: int) -> Iterator[ProcessPoolExecutor]:
    """Processes that are begun fresh, and end at once if this one does or if the block fails.

    A worker whose parent was killed would else wait for work for ever, and what it was at, another
    may have gone on with; and an error would be told only when all other work is done.
    """
    context = get_context("spawn")
    watched, held = context.Pipe(duplex=False)
    with watched, held:
        processes = ProcessPoolExecutor(workers, context, _end_with, (watched,))
        try:
            yield processes
        except BaseException:
            held.close()
            processes.shutdown(cancel_futures=True)
            raise
        processes.shutdown()


def _end_with(watched: Connection) -> None:
    """End this process as soon as the other end of a pipe is closed, or its process gone."""
    Thread(target=_watch, args=(watched,), daemon=True).start()


def _watch(watched: Connection) -> None:
    wait([watched])
    os._exit(1)
