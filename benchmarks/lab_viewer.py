"""The lab beside Mesa's own viewer of the same model: time to start, time to redraw.

    python -m benchmarks.lab_viewer [--rounds 3] [--steps 10]

Needs the extra ``mesa-viz``. Starts ``steppe lab`` and ``steppe lab --mesa`` in turn, opens each in
a headless Chromium on the same machine, and takes the time from the start of the command until the
page has its first figures; the years that follow the record are on disk for the first and are
drawn for one future by the second. Then a slider of the lab is moved (until a hundred futures are
redrawn), and a step of the viewer is made (until one future's next year is redrawn). The two do
not show the same: it is the time a class waits after it has acted.
"""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import subprocess
import sys
import time

from playwright.sync_api import Browser, Error, Page, sync_playwright

from steppe.lab.serve import LOOPBACK, listen

from .lab_load import quantile
from .lab_pages import FLAGS, PATIENCE, redraws, settle

DRAWN = """() => document.querySelectorAll("img, svg").length > 1
  && [...document.querySelectorAll("button")].some((b) => /^step$/i.test(b.innerText.trim()))"""
STEP = """async () => {
  const shown = () => [...document.querySelectorAll("img, svg")].map((x) => x.outerHTML).join();
  const before = shown(), began = performance.now();
  const buttons = [...document.querySelectorAll("button")];
  buttons.find((button) => /^step$/i.test(button.innerText.trim())).click();
  while (shown() === before) await new Promise(requestAnimationFrame);
  return performance.now() - began;
}"""


def opened(chromium: Browser, port: int) -> Page:
    """The page as soon as somebody answers on the port."""
    page = chromium.new_page(viewport={"width": 1366, "height": 768})
    page.set_default_timeout(PATIENCE)
    while True:
        try:
            page.goto(f"http://{LOOPBACK}:{port}/")
        except Error:
            time.sleep(0.05)
        else:
            return page


def measured(chromium: Browser, mesa: bool, steps: int) -> tuple[float, list[float]]:
    """Seconds until the first figures, and milliseconds of each redraw."""
    with listen(LOOPBACK, 0) as free:
        port = free.getsockname()[1]
    code = "from steppe.cli.main import entry; entry()"
    words = [sys.executable, "-c", code, "lab", "--no-browser", "--port", str(port)]
    began = time.perf_counter()
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    process = subprocess.Popen(
        words + ["--mesa"] * mesa,
        start_new_session=True,
        **quiet,  # type: ignore[call-overload]
    )
    try:
        page = opened(chromium, port)
        if not mesa:
            settle(page)
            took = time.perf_counter() - began
            return took, redraws(chromium, f"http://{LOOPBACK}:{port}", steps)
        page.wait_for_function(DRAWN)
        took = time.perf_counter() - began
        times = []
        for _ in range(steps):
            page.wait_for_timeout(1500)
            times.append(page.evaluate(STEP))
        return took, times
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(20)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])  # type: ignore[union-attr]
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--steps", type=int, default=10, help="at most 13: the years to 2035")
    given = parser.parse_args()
    found = shutil.which("chromium") or shutil.which("google-chrome")
    if found is None:
        sys.exit("no Chromium on this machine")
    print(f"{os.cpu_count()} cores")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=found, args=FLAGS)
        for _ in range(given.rounds):
            for mesa in (False, True):
                took, times = measured(chromium, mesa, given.steps)
                print(
                    f"{'Mesa viewer' if mesa else 'lab':11}: figures after {took:.1f} s, redraw "
                    f"p50 {quantile(times, 0.5):.0f} ms, worst {max(times):.0f} ms; "
                    f"load average {os.getloadavg()[0]:.1f}"
                )


if __name__ == "__main__":
    main()
