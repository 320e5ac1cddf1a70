"""A shared lab: the key lets a browser in once, and the address to hand on carries it."""

from urllib.parse import parse_qs, urlsplit

import pytest

from .lab_page_browser import CHROMIUM, browser, settled

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine"),
]
KEY = "a-key-for-tests"


@pytest.fixture(scope="module")
def chromium():
    with browser(KEY) as found:
        yield found


def test_the_address_that_is_handed_on_lets_another_browser_in(chromium):
    tab = chromium.open(f"?key={KEY}&l=budget.russia:factor:0.3:2026")
    assert "key" not in tab.url
    tab.get_by_text("Take away").click()
    tab.get_by_role("button", name="Share this page").click()
    dialog = tab.get_by_role("dialog")
    code = dialog.get_by_role("img", name="QR code")
    code.evaluate("(image) => image.decode()")
    assert code.evaluate("(image) => image.naturalWidth") > 20
    address = dialog.get_by_label("Address").input_value()
    asked = parse_qs(urlsplit(address).query)
    assert asked["key"] == [KEY]
    assert asked["l"] == ["budget.russia:factor:0.3:2026"]

    other = chromium.open(address.removeprefix(f"http://{chromium.lab.place}/"))
    settled(other)
    assert other.locator("#headline").inner_text() == tab.locator("#headline").inner_text()
    assert chromium.outside == []


def test_the_key_stands_once_in_an_address_that_is_opened_again(chromium):
    context = chromium.context()
    chromium.open(f"?key={KEY}", context=context)
    tab = chromium.open(f"?key={KEY}&tab=sweep", context=context)
    tab.get_by_text("Take away").click()
    menu = tab.locator("header .menu-body")
    assert "steppe run lab-what-if.toml --runs 1000 --seed 1" in menu.inner_text()
    tab.get_by_role("button", name="Share this page").click()
    dialog = tab.get_by_role("dialog")
    address = dialog.get_by_label("Address").input_value()
    assert parse_qs(urlsplit(address).query)["key"] == [KEY]
    assert dialog.locator("img").get_attribute("src").count("key=") == 0


def test_without_the_key_nobody_is_let_in(chromium):
    tab = chromium.context().new_page()
    assert tab.goto(f"http://{chromium.lab.place}/").status == 403


def test_a_class_of_a_shared_lab_shows_its_address(chromium):
    teacher = chromium.open(f"?key={KEY}&tab=class")
    teacher.get_by_role("button", name="Open with this question").click()
    printed = teacher.locator(".class-address").inner_text()
    assert printed == f"http://{chromium.lab.place}/?key={KEY}"


def test_a_class_of_a_shared_lab_shows_a_code(chromium):
    teacher = chromium.open(f"?key={KEY}&tab=class")
    teacher.get_by_role("button", name="Open with this question").click()
    code = teacher.locator("img.qr")
    code.evaluate("(image) => image.decode()")
    assert code.evaluate("(image) => image.naturalWidth") > 20
