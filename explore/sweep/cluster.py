"""Compute chunks of a sweep on a Dask cluster, with the same numbers as on this machine.

A worker computes for a sweep only if it has the same code, evidence and versions, and gets the
same numbers in a trial. One that differs at the start is refused; one that joins later and
differs gets nothing to do. Chunks of workers that die are computed by others.
"""

from __future__ import annotations

import hashlib
import logging
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from threading import Lock
from time import sleep
from typing import Any, Final, NamedTuple

import numpy as np

from ...model.errors import InputError
from ..identity import identity
from .execute import Computed, Task
from .problem import SweepProblem, prepare
from .resolve import ResolvedSweep

PATIENCE: Final = 60.0
"""Seconds to wait for a first worker."""
ANSWER: Final = 15.0
"""Seconds in which a scheduler answers."""
ATTEMPTS: Final = 3
"""Times that a chunk is asked for again after it has outlived the workers that Dask allows."""
_PULSE: Final = 2.0
"""Seconds after which it is looked whether workers have come or gone."""
_NAMED: Final = 4
"""Workers that are named together."""
_AHEAD: Final = 3
"""Chunks under way for each thread of the cluster."""


def trial_digest(problem: SweepProblem) -> str:
    """Digest of the first runs of the first point: equal numbers, equal mathematics."""
    arrays, failures = problem.compute(range(1), range(min(2, problem.sweep.replicates)))
    total = hashlib.sha256(repr(failures).encode())
    for name, array in arrays.items():
        total.update(name.encode() + np.ascontiguousarray(array).tobytes())
    return total.hexdigest()


def own_identity(problem: SweepProblem) -> dict[str, str]:
    """What a worker must have in common with this machine to compute for a sweep."""
    return {**identity(), "trial": trial_digest(problem)}


# ---------------------------------------------------------------- on a worker

_lock = Lock()


@lru_cache(maxsize=2)
def _prepared(text: str) -> tuple[SweepProblem, dict[str, str]]:
    problem = prepare(ResolvedSweep.from_json(text))
    return problem, own_identity(problem)


def differing(text: str, expected: Mapping[str, str]) -> list[str]:
    """Names of what this worker has otherwise than expected; none if it fits.

    A trial is made only where all else is the same.
    """
    mine = identity()
    found = [name for name in mine if mine[name] != expected[name]]
    if not found:
        with _lock:
            _, known = _prepared(text)
        found = ["trial"] if known["trial"] != expected["trial"] else []
    return found


class Differs(NamedTuple):
    """A worker that does not compute for a sweep, and in what it differs."""

    worker: str
    names: list[str]


def compute_remote(
    text: str, expected: Mapping[str, str], points: range, runs: range
) -> Computed | Differs:
    """Compute a chunk on a worker, or say in what the worker differs."""
    from distributed import get_worker

    different = _checked(text, tuple(sorted(expected.items())))
    if different:
        return Differs(get_worker().address, different)
    with _lock:
        problem, _ = _prepared(text)
    return Computed(*problem.compute(points, runs))


@lru_cache(maxsize=2)
def _checked(text: str, expected: tuple[tuple[str, str], ...]) -> list[str]:
    return differing(text, dict(expected))


# ---------------------------------------------------------------- on this machine


def threads_of(client: Any) -> dict[str, int]:
    """Threads of each worker by address, asked of the scheduler itself.

    What ``Client.scheduler_info`` gives is written over, now and then, by the client's own
    refresh, which asks for no workers at all.

    Raises
    ------
    OSError
        If the scheduler does not answer.
    """
    found: dict[str, int] = client.nthreads()
    return found


@dataclass
class _Wanted:
    """A chunk that was asked for."""

    task: Task
    workers: frozenset[str] = frozenset()
    attempts: int = 1


class _Queue:
    """Chunks to ask for: those that came back first, then tasks, of which few are in memory."""

    def __init__(self, tasks: Iterable[Task]) -> None:
        self._tasks = iter(tasks)
        self._back: deque[_Wanted] = deque()

    def take(self) -> _Wanted | None:
        """Next chunk, or None if there is none."""
        if self._back:
            return self._back.popleft()
        task = next(self._tasks, None)
        return None if task is None else _Wanted(task)

    def put_back(self, wanted: _Wanted) -> None:
        """Ask for a chunk again before all others."""
        self._back.appendleft(wanted)

    def peek(self) -> bool:
        """Whether there is another chunk."""
        following = self.take()
        if following is not None:
            self.put_back(following)
        return following is not None


@dataclass
class Cluster:
    """A connection to a Dask scheduler for one sweep.

    Attributes
    ----------
    address : str
        Such as ``tcp://10.0.0.1:8786``.
    text : str
        The resolved sweep.
    expected : mapping
        Of :func:`own_identity`.
    say : function of str
        Told what the user should know on the way.
    """

    address: str
    text: str
    expected: Mapping[str, str]
    say: Callable[[str], None]
    _refused: set[str] = field(default_factory=set)
    _seen: set[str] = field(default_factory=set)

    def compute(self, tasks: Iterable[Task]) -> Iterator[tuple[Task, Computed]]:
        """Yield (task, computed) as they are finished.

        Raises
        ------
        InputError
            If there is no scheduler or no worker, a worker differs, the scheduler is lost, or
            a chunk kills its workers again and again.
        """
        todo = _Queue(tasks)
        waiting: dict[Any, _Wanted] = {}
        client = self._client()
        try:
            self._check(client)
            while waiting or todo.peek():
                self._ask(client, todo, waiting)
                for future in self._finished(client, waiting):
                    wanted = waiting.pop(future)
                    result = self._taken(client, future, wanted)
                    if result is None:
                        todo.put_back(wanted)
                    else:
                        yield wanted.task, result
        except OSError as error:  # of Dask's connections: the store raises InputError
            raise self._lost() from error
        finally:
            if client.status == "running":
                client.cancel(list(waiting), force=True)
            client.close(timeout=2)

    def _client(self) -> Any:
        try:
            from distributed import Client
        except ImportError as error:
            raise InputError(
                "Dask is not installed", field="--cluster",
                todo="install the extra 'cluster': pip install 'steppe-scenarios[cluster]'",
            ) from error  # fmt: skip
        for name in list(logging.root.manager.loggerDict):
            if name.startswith("distributed"):  # it logs lost connections with tracebacks
                logging.getLogger(name).setLevel(logging.CRITICAL)
        try:
            return Client(self.address, timeout=ANSWER)
        except (OSError, TimeoutError, ValueError) as error:
            raise InputError(
                "no Dask scheduler answers", field="--cluster", found=self.address,
                allowed="the address that 'dask scheduler' prints, such as tcp://10.0.0.1:8786",
            ) from error  # fmt: skip

    def _check(self, client: Any) -> None:
        """Wait for a worker; require of all that are there what is expected."""
        if not threads_of(client):
            self.say(f"Waiting for workers of {self.address} ...")
            try:
                client.wait_for_workers(1, timeout=PATIENCE)
            except TimeoutError as error:
                raise InputError(
                    "the cluster has no workers", field="--cluster", found=self.address,
                    todo=f"start some: dask worker {self.address}",
                ) from error  # fmt: skip
        found = client.run(differing, self.text, dict(self.expected), on_error="return")
        self._seen = set(found)
        for worker, answer in found.items():
            if isinstance(answer, Exception):
                raise InputError(
                    f"the worker {worker} cannot compute sweeps", field="--cluster",
                    found=f"{type(answer).__name__}: {answer}",
                    todo="install this version of steppe-scenarios in the worker's environment",
                ) from answer  # fmt: skip
            if answer:
                raise InputError(
                    f"the worker {worker} {_otherwise(answer)}", field="--cluster",
                    todo="install there what is installed here, or stop it",
                )  # fmt: skip

    def _ask(self, client: Any, todo: _Queue, waiting: dict[Any, _Wanted]) -> None:
        """Ask for chunks: some for each thread, at least two, of the workers that fit."""
        if client.status != "running":
            raise self._lost()
        workers = threads_of(client)
        self._notice(set(workers))
        fitting = frozenset(workers) - self._refused
        if self._refused and not fitting:
            return
        threads = sum(workers[name] for name in fitting)
        while len(waiting) < max(2, _AHEAD * threads):
            wanted = todo.take()
            if wanted is None:
                return
            wanted.workers = fitting if self._refused else frozenset()
            future = client.submit(
                compute_remote, self.text, dict(self.expected), wanted.task.points,
                wanted.task.runs, pure=False, workers=sorted(wanted.workers) or None,
            )  # fmt: skip
            waiting[future] = wanted

    def _notice(self, now: set[str]) -> None:
        """Say which workers have gone and come since the last look, and that none is left."""
        gone, new, before = self._seen - now, now - self._seen, self._seen
        self._seen = now
        if gone:
            self.say(f"{_named(gone)} gone ({len(now)} left).")
        if new:
            self.say(f"{_named(new)} new ({len(now)} now).")
        if before - self._refused and not now - self._refused:
            self.say("There are no workers that can compute: waiting for some to join.")

    def _finished(self, client: Any, waiting: dict[Any, _Wanted]) -> list[Any]:
        """Chunks that have ended in some way, and those whose workers are all gone."""
        from concurrent.futures import CancelledError

        from distributed import wait

        if not waiting:  # no worker fits
            sleep(_PULSE)
        try:
            return list(wait(list(waiting), timeout=_PULSE, return_when="FIRST_COMPLETED").done)
        except TimeoutError:
            pass
        except (CancelledError, OSError) as error:
            if client.status == "running":
                ended = [future for future in waiting if future.status != "pending"]
                if ended:
                    return ended
            raise self._lost() from error
        if not self._refused:
            return []
        fitting = frozenset(threads_of(client)) - self._refused
        return [
            f for f, wanted in waiting.items() if wanted.workers and not wanted.workers & fitting
        ]

    def _taken(self, client: Any, future: Any, wanted: _Wanted) -> Computed | None:
        """Result of a chunk, or None if it is to be asked for again."""
        result = _gathered(future)
        if future.status == "pending":  # its workers are gone, with the result if there was one
            client.cancel([future], force=True)
            return None
        if future.status in ("cancelled", "lost"):
            if client.status != "running":
                raise self._lost()
            self._again(wanted, "was lost by the scheduler")
            return None
        if future.status == "error":
            from distributed import KilledWorker

            error = future.exception()
            if isinstance(error, KilledWorker):
                self._again(wanted, "lost every worker that took it")
                return None
            if isinstance(error, InputError):
                raise error
            raise InputError(
                "a worker failed", field="--cluster", found=f"{type(error).__name__}: {error}",
                todo="what is finished is kept; the same command goes on",
            ) from error  # fmt: skip
        if isinstance(result, Differs) and result.worker not in self._refused:
            self._refused.add(result.worker)
            told = _otherwise(result.names)
            self.say(f"The worker {result.worker} {told}: it gets nothing to do.")
        return result if isinstance(result, Computed) else None

    def _again(self, wanted: _Wanted, why: str) -> None:
        wanted.attempts += 1
        chunk = "-".join(map(str, wanted.task.chunk))
        if wanted.attempts > ATTEMPTS:
            raise InputError(
                f"chunk {chunk} {why}, {ATTEMPTS} times", field="--cluster",
                todo="look at the workers' memory; what is finished is kept",
            )  # fmt: skip
        self.say(f"Chunk {chunk} {why}: asked for again.")

    def _lost(self) -> InputError:
        return InputError(
            "the scheduler is gone", field="--cluster", found=self.address,
            todo="what is finished is kept; the same command goes on",
        )  # fmt: skip


def _gathered(future: Any) -> Computed | Differs | None:
    """Fetch the result of a finished chunk; None if it is finished no more before it is here.

    When its worker dies Dask alone would wait, without a word, until another had computed it
    again; that may also fail, or the scheduler cancel it.
    """
    seconds = _PULSE
    while future.status == "finished":
        try:
            found: Computed | Differs = future.result(timeout=seconds)
            return found
        except TimeoutError:
            seconds *= 2
        except Exception:  # what its status tells by now is dealt with there
            if future.status == "finished":
                raise
    return None


def _named(workers: set[str]) -> str:
    """Workers by name, or their number where they are many."""
    if len(workers) == 1:
        return f"The worker {min(workers)} is"
    if len(workers) <= _NAMED:
        return f"The workers {', '.join(sorted(workers))} are"
    return f"{len(workers)} workers are"


def _otherwise(names: list[str]) -> str:
    if names == ["trial"]:
        return "computes other numbers (another processor or mathematics library)"
    return f"has another version of: {', '.join(names)}"
