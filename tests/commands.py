"""``steppe`` as a person uses it: in a folder and a process of its own.

The process is forked from one that has loaded what commands load, which a new one would take
seconds for each time.
"""

import os
import sys
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

SERVER = get_context("forkserver")
SERVER.set_forkserver_preload(["tests.loaded"])


class Done(NamedTuple):
    returncode: int
    stdout: str
    stderr: str


def steppe(*words, cwd, code=0):
    """Run a command; what it said, if it ended with this code."""
    with TemporaryDirectory() as place:
        said = [Path(place) / name for name in ("stdout", "stderr")]
        process = SERVER.Process(target=_run, args=([*map(str, words)], str(cwd), said))
        process.start()
        process.join()
        done = Done(process.exitcode, *(path.read_text("utf-8") for path in said))
    assert done.returncode == code, done.stderr + done.stdout
    return done


def _run(words, cwd, said):
    from steppe.cli.main import entry

    os.chdir(cwd)
    for stream, path in enumerate(said, 1):
        os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT), stream)
    sys.argv = ["steppe", *words]
    entry()
