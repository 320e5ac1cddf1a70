"""The report in a real browser, without a network: it renders, and asks nobody for anything."""

import shutil

import pytest

from steppe.results.report import Extras, finish

from .results_synthetic import fill, manifest

CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    store = fill(tmp_path_factory.mktemp("page") / "run", manifest(runs=20))
    report = finish(store, extras=Extras(story="A story"))
    sync = pytest.importorskip("playwright.sync_api")
    with sync.sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        context = browser.new_context(offline=True, viewport={"width": 390, "height": 844})
        tab = context.new_page()
        asked, errors = [], []
        tab.on("request", lambda request: asked.append(request.url))
        tab.on("pageerror", lambda error: errors.append(str(error)))
        tab.goto(report.as_uri())
        yield tab, asked, errors
        browser.close()


def test_nothing_is_asked_of_the_network(page):
    _, asked, errors = page
    assert [url for url in asked if not url.startswith(("file:", "data:"))] == []
    assert errors == []


def test_every_figure_is_drawn_and_named(page):
    tab, _, _ = page
    images = tab.locator("img")
    assert images.count() >= 6
    for n in range(images.count()):
        assert images.nth(n).evaluate("i => i.complete && i.naturalWidth > 300")
        assert len(images.nth(n).get_attribute("alt")) > 20


def test_it_fits_a_phone(page):
    """Wide tables scroll inside themselves; the page does not."""
    tab, _, _ = page
    assert tab.evaluate("document.documentElement.scrollWidth - innerWidth") <= 1
