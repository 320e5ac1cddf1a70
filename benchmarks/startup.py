"""How long the quick commands take, against a bare ``python -c pass``, in turn.

The aim: ``steppe --help`` and a mistyped scenario answer in under half a second.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time

COMMANDS = {
    "python -c pass": ["-c", "pass"],
    "steppe --help": ["-m", "steppe.cli.main", "--help"],
    "steppe run baselin": ["-m", "steppe.cli.main", "run", "baselin"],
    "steppe scenarios": ["-m", "steppe.cli.main", "scenarios"],
    "steppe evidence --state TJ": ["-m", "steppe.cli.main", "evidence", "--state", "TJ"],
}


def main(rounds: int = 9) -> None:
    seconds: dict[str, list[float]] = {name: [] for name in COMMANDS}
    for _ in range(rounds):
        for name, words in COMMANDS.items():
            start = time.perf_counter()
            subprocess.run([sys.executable, *words], capture_output=True, check=False)
            seconds[name].append(time.perf_counter() - start)
    bare = statistics.median(seconds["python -c pass"])
    for name, taken in seconds.items():
        middle = statistics.median(taken)
        print(
            f"{name:30} {middle:.3f} s ({min(taken):.3f} to {max(taken):.3f}), "
            f"{middle / bare:.1f} times a bare Python"
        )


if __name__ == "__main__":
    main()
