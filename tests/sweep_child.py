"""Fill a sweep directory in a process of its own, which may be killed: see test_sweep_store.

    python -m tests.sweep_child SWEEP.toml DIRECTORY KILLS SHARE SEED [FILES]

Imports and loads what is compiled first, then forks a child that fills the directory, and kills
it after at most SHARE of the time that another directory took; so KILLS times, unless it ends
before. With FILES it kills
itself instead, as it is about to put a file in its place: one of the first FILES. Then a last child
is let end. Prints how many were killed.
"""

import os
import random
import signal
import sys
import time
from pathlib import Path

from steppe.cli import sweep_execution
from steppe.explore.sweep.load import load_sweep
from steppe.explore.sweep.problem import prepare
from steppe.model.errors import InputError
from steppe.results.lock import locked


def fill(file, directory, workers=2):
    """Fill without the announcement, which takes time and needs none of the directory."""
    problem = prepare(load_sweep(file))
    manifest = sweep_execution.manifest_of(problem, ("steppe", "sweep", Path(file).name))
    with locked(Path(directory)):
        return sweep_execution.fill(Path(directory), problem, manifest, workers)


def warm(file):
    """Load what is compiled, which children then need not do one by one."""
    prepare(load_sweep(file)).compute(range(1), range(1))


def die_at(number):
    """Kill this process when it is about to put its file of this number in its place."""
    left, replace = iter(range(number)), Path.replace

    def counted(self, target):
        if next(left, None) is None:
            os.kill(os.getpid(), signal.SIGKILL)
        return replace(self, target)

    Path.replace = counted


def child(file, directory, files=None):
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            if files is not None:
                die_at(files)
            fill(file, directory)
            code = 0
        except InputError as error:
            print(f"steppe: {error}", file=sys.stderr)
            code = 2
        finally:
            sys.stderr.flush()
            os._exit(code)
    return pid


def time_of(file, directory):
    """Seconds that a child takes which is left alone."""
    begun = time.monotonic()
    os.waitpid(child(file, directory), 0)
    return time.monotonic() - begun


def main(file, directory, kills, share, seed, files=None):
    luck, killed = random.Random(int(seed)), 0
    warm(file)
    if files is None:
        most = float(share) * time_of(file, Path(directory).with_name("left-alone"))
    for _ in range(int(kills)):
        if files is None:
            pid = child(file, directory)
            time.sleep(luck.uniform(0.0, most))
            os.kill(pid, signal.SIGKILL)
        else:
            pid = child(file, directory, luck.randrange(int(files)))
        _, status = os.waitpid(pid, 0)
        killed += os.WIFSIGNALED(status)
    _, status = os.waitpid(child(file, directory), 0)
    print(killed)
    return os.waitstatus_to_exitcode(status)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
