"""The lab's page for everyone: axe's checks of every view, in both languages, small and large."""

import json

import pytest

from .lab_page_browser import CHROMIUM, DATA, browser

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine"),
]
MOVED = "?l=budget.russia:factor:0.3:2026&sel=TJ&year=2027&future=3"
AXE = (DATA / "axe-core" / "axe.min.js").read_text("utf-8")
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}


@pytest.fixture(scope="module")
def chromium():
    with browser() as found:
        yield found


@pytest.fixture(autouse=True)
def closed(chromium):
    yield
    chromium.clear()


def violations(tab):
    """What axe finds wrong: rule, and where.

    Marks of events stand as close as their years; the list beside them is their equivalent
    (WCAG 2.2, 2.5.8), which axe cannot know.
    """
    tab.evaluate(AXE)
    found = tab.evaluate(f"axe.run(document, {json.dumps(RULES)})")["violations"]
    return [
        (v["id"], node["html"][:120])
        for v in found
        for node in v["nodes"]
        if not (v["id"] == "target-size" and 'class="mark ' in node["html"])
    ]


@pytest.mark.parametrize("size", ["laptop", "phone"])
@pytest.mark.parametrize("view", ["compare", "why", "walk", "sweep", "class"])
def test_views(chromium, view, size):
    assert violations(chromium.open(f"{MOVED}&tab={view}", size)) == []


def test_russian(chromium):
    assert violations(chromium.open(f"{MOVED}&lang=ru")) == []


def test_tables_and_dialogs(chromium):
    tab = chromium.open(MOVED)
    tab.locator(".area").first.get_by_label("Table, picture, file").click()
    tab.locator(".area").first.get_by_role("button", name="Show as a table").click()
    assert violations(tab) == []
    for opener in (
        tab.get_by_role("button", name="Choose a story"),
        tab.get_by_role("button", name="more levers"),
        tab.locator(".badge"),
        tab.locator(".info").first,
        tab.locator(".time .mark").first,
    ):
        opener.click()
        tab.get_by_role("dialog").wait_for()
        assert violations(tab) == []
        tab.keyboard.press("Escape")


def test_axe_sees_a_fault(chromium):
    """Negative control: a button without a name is found."""
    tab = chromium.open()
    tab.evaluate("document.querySelector('.info').removeAttribute('aria-label')")
    tab.evaluate("document.querySelector('.info').textContent = ''")
    assert "button-name" in [rule for rule, _ in violations(tab)]
