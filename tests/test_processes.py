"""Processes that share long work end with the one that began them."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from steppe.calibration.processes import pool

WORK = """
import sys, time
sys.path.insert(0, sys.argv[1])
from test_processes import idle
from steppe.calibration.processes import pool
if __name__ == "__main__":
    with pool(2) as processes:
        print(*processes.map(idle, [0.5, 0.5]), flush=True)
        going = processes.submit(idle, 60.0)
        time.sleep(60)
"""
LINUX = pytest.mark.skipif(not Path("/proc/self/stat").is_file(), reason="looks into /proc")


def idle(seconds):
    """Sleep long enough for the other worker to begin; the number of the process."""
    time.sleep(seconds)
    return os.getpid()


def running(number):
    """Whether a process is there, and no zombie."""
    try:
        return Path(f"/proc/{number}/stat").read_text("ascii").rsplit(") ", 1)[1][0] != "Z"
    except FileNotFoundError:
        return False


def all_end(numbers, seconds=20.0):
    """Whether processes end in time; those that do not are ended."""
    until = time.monotonic() + seconds
    while time.monotonic() < until and any(running(number) for number in numbers):
        time.sleep(0.05)
    left = [number for number in numbers if running(number)]
    for number in left:
        os.kill(number, signal.SIGKILL)
    return not left


def test_work_is_shared_out():
    with pool(2) as processes:
        numbers = set(processes.map(idle, [0.5, 0.5]))
    assert len(numbers) == 2
    assert os.getpid() not in numbers


def failing(numbers):
    with pool(2) as processes:
        numbers.update(processes.map(idle, [0.5, 0.5]))
        for _ in range(3):
            processes.submit(idle, 60.0)
        raise ValueError("this one fails")


@LINUX
def test_an_error_ends_what_goes_on_beside_it():
    start, numbers = time.monotonic(), set()
    with pytest.raises(ValueError, match="this one fails"):
        failing(numbers)
    assert time.monotonic() - start < 40.0
    assert len(numbers) == 2
    assert all_end(numbers)


@LINUX
def test_workers_do_not_outlive_a_parent_that_is_killed(tmp_path):
    """One is in the middle of a job, the other waits: nothing else would ever wake it."""
    script = tmp_path / "work.py"
    script.write_text(WORK, "utf-8")
    command = [sys.executable, str(script), str(Path(__file__).parent)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as parent:
        workers = {int(word) for word in parent.stdout.readline().split()}
        assert len(workers) == 2
        assert all(running(number) for number in workers)
        parent.send_signal(signal.SIGKILL)
    assert all_end(workers)
