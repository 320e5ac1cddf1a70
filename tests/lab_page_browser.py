"""The lab's page in a real Chromium, which may ask nobody but the lab's own server."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from .lab_running import Running, running

CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
SIZES = {"phone": (390, 844), "laptop": (1366, 768), "projector": (1920, 1080)}
DATA = Path(__file__).parent / "data"
PATIENCE = 120_000
"""Milliseconds that a test waits for what is bound to come: other work may hold the cores."""


class Browser:
    """Pages of a lab, and everything that they asked for or complained of."""

    def __init__(self, chromium: Any, lab: Running) -> None:
        self.chromium = chromium
        self.lab = lab
        self.outside: list[str] = []
        self.complaints: list[str] = []

    def context(self, size: str = "laptop", **more: Any) -> Any:
        """One browser's window: its own cookies, storage and history."""
        width, height = SIZES[size]
        made = self.chromium.new_context(
            viewport={"width": width, "height": height}, accept_downloads=True, **more
        )
        made.set_default_timeout(PATIENCE)
        made.on("request", self._asked)
        return made

    def _asked(self, request: Any) -> None:
        parts = urlsplit(request.url)
        if parts.scheme not in ("data", "blob") and parts.netloc != self.lab.place:
            self.outside.append(request.url)

    def open(self, query: str = "", size: str = "laptop", context: Any = None, **more: Any) -> Any:
        """Open an address; return once its answer is drawn."""
        tab = (context or self.context(size, **more)).new_page()
        tab.on("pageerror", lambda error: self.complaints.append(str(error)))
        tab.on("console", self._said)
        tab.goto(f"http://{self.lab.place}/{query}")
        tab.wait_for_selector("body[data-ready]")
        settled(tab)
        return tab

    def _said(self, message: Any) -> None:
        if message.type == "error":
            self.complaints.append(message.text)

    def clear(self) -> None:
        """Close every window."""
        for context in list(self.chromium.contexts):
            context.close()


@contextlib.contextmanager
def alone(found: Browser) -> Iterator[None]:
    """Close what was opened; no request left for elsewhere, and the browser did not complain."""
    found.outside.clear()
    found.complaints.clear()
    yield
    outside, complaints = list(found.outside), list(found.complaints)
    found.clear()
    assert outside == []
    assert complaints == []


def settled(tab: Any) -> None:
    """Wait until the page shows the full answer to what its address asks."""
    tab.wait_for_selector('#main[aria-busy="false"]')
    tab.wait_for_selector('[aria-busy="true"]', state="detached")


@contextlib.contextmanager
def browser(key: str | None = None) -> Iterator[Browser]:
    """A Chromium and a lab, shared behind a key if one is given."""
    sync = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
    with running(key) as lab, sync.sync_playwright() as play:
        lab.settled("/api/move?n=1000")
        chromium = play.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        try:
            yield Browser(chromium, lab)
        finally:
            chromium.close()
