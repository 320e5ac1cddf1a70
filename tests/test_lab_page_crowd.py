"""The lab's page when many ask: fewer futures first, and all of them a little later."""

import pytest

from steppe.lab.jobs import Jobs

from .lab_page_browser import CHROMIUM, alone, browser, settled

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine"),
]
RUSSIA = "Russia's means for offers"
FEWER = "Many ask at once: 100 futures for now, all 1,000 when it is quieter."


@pytest.fixture(scope="module")
def chromium():
    with browser() as found:
        yield found


@pytest.fixture(autouse=True)
def crowd(chromium, monkeypatch):
    """Others ask all the time; and no request leaves the machine."""
    monkeypatch.setattr(Jobs, "crowded", lambda self, key: True)
    with alone(chromium):
        yield


def moved(tab, value):
    """Move a lever and let it rest; return once the answer of fewer futures is shown."""
    tab.get_by_label(RUSSIA, exact=True).fill(value)
    tab.wait_for_url(f"**budget.russia:factor:{value}:**")
    tab.wait_for_selector(f"#waiting:text-is('{FEWER}')")


def test_fewer_futures_are_said_and_all_of_them_follow(chromium):
    tab = chromium.open()
    moved(tab, "0.3")
    assert "the same 100 futures" in tab.locator("#subline").inner_text()
    assert tab.locator("#main").get_attribute("aria-busy") == "true"
    menu = tab.locator(".menu-body").first
    assert "--runs 1000" in menu.text_content()
    assert "once all 1,000 futures are in" in menu.text_content()
    assert "result" not in tab.locator("#note").text_content()
    settled(tab)
    assert tab.locator("#waiting").is_hidden()
    assert "the same 1,000 futures" in tab.locator("#subline").inner_text()
    query = "l=budget.russia:factor:0.3:2026-2035&n=1000"
    digest = chromium.lab.settled(f"/api/move?{query}").json["digest"]
    assert digest in menu.text_content()
    assert f"result {digest}" in tab.locator("#note").text_content()
    alone = chromium.open(tab.url.split("/", 3)[3])
    assert alone.locator("#main").inner_text() == tab.locator("#main").inner_text()


def test_a_lever_that_moves_on_takes_the_second_question_with_it(chromium):
    tab = chromium.open()
    asked = []
    tab.on("request", lambda request: asked.append(request.url))
    for value in ("0.2", "0.4", "0.6"):
        moved(tab, value)
    settled(tab)
    again = [url for url in asked if "n=1000" in url]
    assert len(again) == 1
    assert "budget.russia:factor:0.6:" in again[0]
    assert "budget.russia:factor:0.6:" in tab.url
