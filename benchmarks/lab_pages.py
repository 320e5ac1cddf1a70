"""The lab in real browsers: thirty pages at once, and the time from a slider to the redrawn page.

    python -m benchmarks.lab_pages [--pages 30] [--moves 40]

Starts ``steppe lab`` and a headless Chromium on the same machine, so that the pages take most of
the processor: what is shown is that each page ends in its own right state, and not how fast a
server is.
Each page is its own window with its own address; all sliders are moved at once, and each page's
headline and address are held against a page that opens the same address alone. Then one page
moves a slider ``--moves`` times and tells what it measured itself (``steppe:redraw``).
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import time

from playwright.sync_api import Browser, Page, sync_playwright

from steppe.lab.serve import LOOPBACK, listen

from .lab_load import memory, quantile, started

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync"]
PATIENCE = 180_000
STEPS = 100
LEVER = "Russia's means for offers"


def opened(chromium: Browser, address: str) -> Page:
    """A window of its own on an address, its answer drawn."""
    context = chromium.new_context(viewport={"width": 1366, "height": 768})
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    page.goto(address)
    page.wait_for_selector("body[data-ready]")
    settle(page)
    return page


def settle(page: Page) -> None:
    """Wait for the full answer to what the address asks."""
    page.wait_for_selector('#main[aria-busy="false"]')
    page.wait_for_selector('[aria-busy="true"]', state="detached")


def shown(page: Page) -> tuple[str, str]:
    """What a page says in short, and its address without the server."""
    return page.locator("#headline").inner_text(), page.url.split("/", 3)[3]


def move(page: Page, share: float, let_go: bool = True) -> None:
    """Put a lever at a share of its range, and let it go or drag on."""
    page.get_by_label(LEVER, exact=True).evaluate(
        """(slider, [share, letGo]) => {
          slider.value = String(Number(slider.min) + share * (slider.max - slider.min));
          slider.dispatchEvent(new Event("input", { bubbles: true }));
          if (letGo) slider.dispatchEvent(new Event("change", { bubbles: true }));
        }""",
        [share, let_go],
    )


def together(chromium: Browser, place: str, count: int) -> tuple[int, float]:
    """Pages that end in their own right state, and seconds until the last has settled."""
    pages = [opened(chromium, f"{place}/?seed={1 + n % 3}") for n in range(count)]
    began = time.perf_counter()
    for n, page in enumerate(pages):
        move(page, (n + 1) / (count + 1))
    for page in pages:
        settle(page)
    took = time.perf_counter() - began
    time.sleep(1.0)
    found = [shown(page) for page in pages]
    for page in pages:
        page.context.close()
    right = 0
    for headline, address in found:
        alone = opened(chromium, f"{place}/{address}")
        right += shown(alone) == (headline, address)
        alone.context.close()
    return right if len({address for _, address in found}) == count else 0, took


def redraws(chromium: Browser, place: str, count: int) -> list[float]:
    """Milliseconds from a moved slider to the redrawn page, as the page measured them."""
    page = opened(chromium, f"{place}/")
    for n in range(count):
        move(page, 0.1 + 0.8 * ((7 * n) % STEPS) / STEPS, let_go=False)
        page.wait_for_timeout(500)
    found: list[float] = page.evaluate(
        "performance.getEntriesByName('steppe:redraw').map((entry) => entry.duration)"
    )
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])  # type: ignore[union-attr]
    parser.add_argument("--pages", type=int, default=30)
    parser.add_argument("--moves", type=int, default=40)
    given = parser.parse_args()
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        sys.exit("no Chromium on this machine")
    with listen(LOOPBACK, 0) as free:
        port = free.getsockname()[1]
    process, _, _ = started(port)
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
            place = f"http://{LOOPBACK}:{port}"
            times = redraws(browser, place, given.moves)
            right, took = together(browser, place, given.pages)
        highest = memory(process.pid)[1]
    finally:
        process.terminate()
        process.wait(20)
    print(f"{os.cpu_count()} cores; load average {os.getloadavg()[0]:.1f}")
    if not times:
        sys.exit("the page measured no redraw")
    print(
        f"slider to redraw, {len(times)} redraws: p50 {quantile(times, 0.5):.0f} ms, p95 "
        f"{quantile(times, 0.95):.0f} ms, worst {max(times):.0f} ms"
    )
    print(f"{right} of {given.pages} pages ended in their own right state, the last {took:.1f} s")
    print(f"the server's memory at most: {highest:.0f} MB")


if __name__ == "__main__":
    main()
