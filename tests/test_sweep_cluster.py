"""A sweep on a Dask cluster: real scheduler and workers on loopback, some killed on the way."""

import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from steppe.cli.main import app
from steppe.explore.sweep.cluster import Cluster as ClusterClient
from steppe.explore.sweep.cluster import own_identity, threads_of
from steppe.explore.sweep.execute import Task
from steppe.explore.sweep.load import load_sweep
from steppe.explore.sweep.problem import prepare
from steppe.model.errors import InputError
from steppe.results.sweep.ledger import LEDGER

from . import sweep_child
from .test_sweep_store import SWEEP, equal, write

pytest.importorskip("distributed")

pytestmark = pytest.mark.long

ROOT = Path(__file__).parent.parent
PACKAGES = ("model", "calibration", "scenarios", "explore", "results", "cli")
BIG = (
    SWEEP.replace("size = 20", "size = 64")
    .replace("replicates = 12", "replicates = 50")
    .replace("[3, 5]", "[4, 10]")
)


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    folder = tmp_path_factory.mktemp("asked")
    asked = write(folder, BIG)
    scenario = (folder / "short.toml").read_text().replace("1995", "2030")
    (folder / "short.toml").write_text(scenario)
    return asked


@pytest.fixture(scope="module")
def whole(file):
    directory = file.parent / "whole"
    sweep_child.fill(file, directory)
    return directory


@contextmanager
def process(*command, env=None, log):
    with log.open("a") as stream:
        begun = subprocess.Popen(
            [sys.executable, "-m", *command], cwd=ROOT, stdout=stream, stderr=stream,
            env={**os.environ, **(env or {})},
        )  # fmt: skip
        try:
            yield begun
        finally:
            begun.kill()
            begun.wait()


class Cluster:
    """A scheduler, and workers that are started and killed."""

    def __init__(self, folder):
        self.folder, self.address, self.scheduler = folder, None, None
        self._open, self._count = [], 0

    def start(self):
        told = self.folder / "scheduler.json"
        self.scheduler = self._begin(
            "distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port", "0",
            "--no-dashboard", "--scheduler-file", str(told),
        )  # fmt: skip
        until(told.exists, 60)
        import json

        until(lambda: json.loads(told.read_text())["address"], 60)
        self.address = json.loads(told.read_text())["address"]
        return self

    def worker(self, **env):
        self._count += 1
        return self._begin(
            "distributed.cli.dask_worker", self.address, "--nthreads", "1", "--no-dashboard",
            "--no-nanny", "--host", "127.0.0.1", "--death-timeout", "120",
            "--local-directory", str(self.folder / f"worker-{self._count}"),
            env=env,
        )  # fmt: skip

    def _begin(self, *command, env=None):
        context = process(*command, env=env, log=self.folder / "log.txt")
        self._open.append(context)
        return context.__enter__()

    def close(self):
        for context in reversed(self._open):
            context.__exit__(None, None, None)


@pytest.fixture
def cluster(tmp_path):
    folder = tmp_path / "cluster"
    folder.mkdir()
    found = Cluster(folder).start()
    yield found
    found.close()


def until(true, seconds=300.0):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            if true():
                return
        except (OSError, ValueError):
            pass
        time.sleep(0.01)
    raise AssertionError("waited in vain")


def chunks(directory):
    ledger = directory / LEDGER
    return len(ledger.read_bytes().splitlines()) if ledger.exists() else 0


class Command:
    """``steppe sweep`` in a process of its own."""

    def __init__(self, file, directory, address):
        self._told = directory.parent / f"{directory.name}.log"
        code = "from steppe.cli.main import entry; entry()"
        with self._told.open("w") as stream:
            self._process = subprocess.Popen(
                [sys.executable, "-c", code, "sweep", str(file), "--out", str(directory),
                 "--cluster", address],
                cwd=ROOT, stdout=stream, stderr=stream,
            )  # fmt: skip

    @property
    def told(self):
        return self._told.read_text()

    def end(self):
        return self._process.wait(timeout=300)


def other_version(folder):
    """Environment of a worker whose sweeps have another module of outcomes."""
    root = folder / "other" / "steppe"
    root.mkdir(parents=True)
    for package in PACKAGES:
        if package == "explore":
            shutil.copytree(ROOT / package, root / package)
        else:
            (root / package).symlink_to(ROOT / package)
    with (root / "explore" / "sweep" / "outcomes.py").open("a") as stream:
        stream.write("\n# a later thought\n")
    return {"PYTHONPATH": str(root.parent)}


def test_workers_that_die_and_join_late_give_the_same_bytes(file, whole, cluster, tmp_path):
    first = cluster.worker()
    asked = Command(file, tmp_path / "out", cluster.address)
    until(lambda: chunks(tmp_path / "out") >= 2)
    first.send_signal(signal.SIGKILL)
    first.wait()
    assert chunks(tmp_path / "out") < 80, "all was done before the worker died"
    until(lambda: "is gone (0 left)" in asked.told)
    until(lambda: "There are no workers that can compute: waiting" in asked.told)
    cluster.worker(**other_version(tmp_path))
    until(lambda: "is new (1 now)" in asked.told)
    until(lambda: "it gets nothing to do" in asked.told)
    there = chunks(tmp_path / "out")
    cluster.worker()
    until(lambda: "is new (2 now)" in asked.told)
    assert asked.end() == 0, asked.told
    assert asked.told.count(" is new (") == 2
    assert asked.told.count(" is gone (") == 1
    assert there < 80
    assert "3,200 runs" in asked.told
    equal(tmp_path / "out", whole)


def test_a_worker_that_dies_with_finished_results_is_told(file, whole, cluster):
    problem = prepare(load_sweep(file))
    points, runs = range(3), range(problem.sweep.replicates)
    tasks = [Task((n, 0), points[n : n + 1], runs) for n in range(3)]
    said, found = [], {}
    asked = ClusterClient(
        cluster.address, problem.sweep.to_json(), own_identity(problem), said.append
    )
    first = cluster.worker()
    computing = asked.compute(tasks)
    task, result = next(computing)
    found[task.chunk] = result
    time.sleep(2)  # by now the worker has finished the others, and keeps them
    first.send_signal(signal.SIGSTOP)
    threading.Timer(1, first.send_signal, [signal.SIGKILL]).start()
    rest = threading.Thread(target=lambda: found.update((t.chunk, r) for t, r in computing))
    rest.start()
    until(lambda: any("is gone (0 left)" in line for line in said), 30)
    cluster.worker()
    rest.join(60)
    assert sorted(found) == [task.chunk for task in tasks]
    expected = problem.compute(points[2:3], runs)[0]
    for name, values in found[2, 0].arrays.items():
        np.testing.assert_array_equal(values, expected[name])


def test_workers_are_those_of_the_scheduler_whatever_the_client_has_kept(cluster, monkeypatch):
    """A client's refresh asks for none: read just then, all workers seemed to have gone."""
    from distributed import Client

    cluster.worker()
    with Client(cluster.address) as client:
        client.wait_for_workers(1, timeout=120)
        monkeypatch.setattr(client, "scheduler_info", lambda n_workers: {"workers": {}})
        assert list(threads_of(client).values()) == [1]


def test_a_worker_of_another_version_is_refused(file, cluster, tmp_path):
    cluster.worker(**other_version(tmp_path))
    asked = Command(file, tmp_path / "out", cluster.address)
    assert asked.end() == 2, asked.told
    assert "has another version of: sweeps" in asked.told
    assert "Traceback" not in asked.told
    assert chunks(tmp_path / "out") == 0


def test_a_lost_scheduler_is_told_and_the_sweep_goes_on_elsewhere(file, whole, cluster, tmp_path):
    cluster.worker()
    asked = Command(file, tmp_path / "out", cluster.address)
    until(lambda: chunks(tmp_path / "out") >= 5)
    cluster.scheduler.send_signal(signal.SIGKILL)
    assert asked.end() == 2, asked.told
    assert "the scheduler is gone" in asked.told
    assert "Traceback" not in asked.told
    assert 0 < chunks(tmp_path / "out") < 80
    sweep_child.fill(file, tmp_path / "out")
    equal(tmp_path / "out", whole)


def test_no_scheduler_is_told(file, tmp_path, monkeypatch):
    monkeypatch.setattr("steppe.explore.sweep.cluster.ANSWER", 1.0)
    words = ["sweep", str(file), "--out", str(tmp_path / "out"), "--cluster", "tcp://127.0.0.1:9"]
    done = CliRunner().invoke(app, words)
    assert isinstance(done.exception, InputError)
    assert "no Dask scheduler answers" in str(done.exception)


@pytest.mark.slow
@pytest.mark.parametrize("turn", range(3))
def test_workers_killed_again_and_again_give_the_same_bytes(file, whole, cluster, tmp_path, turn):
    alive = [cluster.worker(), cluster.worker()]
    asked = Command(file, tmp_path / "out", cluster.address)
    for number in range(3):
        until(lambda: chunks(tmp_path / "out") >= 8 + 16 * number + turn)  # noqa: B023
        alive.append(cluster.worker())
        victim = alive.pop(0)
        victim.send_signal(signal.SIGKILL)
        victim.wait()
    assert asked.end() == 0, asked.told
    equal(tmp_path / "out", whole)
