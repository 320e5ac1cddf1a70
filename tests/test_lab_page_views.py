"""The lab's other views: reasons, overruling, step by step, a sweep, and a class that predicts."""

import csv
import io
import re
from urllib.parse import parse_qs, urlsplit

import pytest

from .lab_page_browser import CHROMIUM, alone, browser, settled

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine"),
]
MOVED = "?l=budget.russia:factor:0.3:2026"


@pytest.fixture(scope="module")
def chromium():
    with browser() as found:
        yield found


@pytest.fixture(autouse=True)
def nobody_else_is_asked(chromium):
    with alone(chromium):
        yield


def asked_why(chromium, state, year, future, query="?"):
    return chromium.lab.settled(f"/api/why{query}&sel={state}&year={year}&future={future}").json


def with_an_offer(chromium, choices, state="TJ", year=2027, query="?"):
    """Future in which the first decision ended in one of some choices."""
    for future in range(40):
        side = asked_why(chromium, state, year, future, query)["base"]
        if side["decisions"] and side["decisions"][0]["choice"] in choices:
            return future, side["decisions"]
    raise AssertionError("no such future among forty")


def number(text):
    return float(text.replace("−", "-").replace("+", "").replace(",", ""))


def test_why_shows_what_the_server_tells(chromium):
    future, decisions = with_an_offer(chromium, ("china", "russia", "both"))
    tab = chromium.open(f"?tab=why&sel=TJ&year=2027&future={future}")
    cards = tab.locator("details.decision")
    assert cards.count() == len(decisions)
    first = decisions[0]
    card = cards.first
    for offer in first["onTable"]:
        name = offer["patron"].capitalize()
        fall = card.locator("table", has_text=f"What {name}'s offer was worth")
        total = fall.locator(".total-row td").last.inner_text()
        assert number(total) == pytest.approx(offer["utility"], abs=0.0051)
        bars = [number(b) for b in fall.locator("tbody tr td:last-child").all_inner_texts()]
        assert sum(bars[:-2]) == pytest.approx(offer["utility"], abs=0.005 * (len(bars) + 3))
    assert f"The draw was {first['draw']:.3f}" in card.inner_text()
    flip = first["flip"]
    expected = "under the same draw" if flip is None else f"{abs(flip['shift']):.2f}"
    assert expected in card.locator(".flip").inner_text()


def test_odds_fill_the_strip_and_the_draw_lies_in_the_chosen_part(chromium):
    future, decisions = with_an_offer(chromium, ("china", "russia", "both", "neither"))
    tab = chromium.open(f"?tab=why&sel=TJ&year=2027&future={future}")
    strip = tab.locator(".odds").first
    parts = strip.evaluate(
        """(strip) => {
            const box = (e) => e.getBoundingClientRect();
            const pin = box(strip.querySelector(".draw")), on = box(strip.querySelector(".chosen"));
            const x = pin.left + pin.width / 2;
            const widths = [...strip.querySelectorAll(".odd")].map((part) => box(part).width);
            const filled = widths.reduce((sum, width) => sum + width, 0);
            return [x >= on.left - 2 && x <= on.right + 2, filled / box(strip).width];
        }"""
    )
    assert parts[0]
    assert parts[1] == pytest.approx(1.0, abs=0.02)
    assert len(decisions) >= 1


def test_why_shows_both_sides_where_they_differ(chromium):
    tab = chromium.open(f"{MOVED}&tab=why&sel=KZ&year=2030&future=1")
    assert tab.locator(".side-name").all_inner_texts() == ["What if", "Baseline"]
    early = chromium.open(f"{MOVED}&tab=why&sel=KZ&year=2024&future=1")
    assert early.locator(".side-name").count() == 0


def test_a_year_on_record_shows_its_sources(chromium):
    tab = chromium.open("?tab=why&sel=TJ&year=2016")
    assert "on record" in tab.locator("#headline").inner_text()
    assert tab.locator("article.decision .sources li").count() >= 1
    assert tab.get_by_role("button", name="Overrule").count() == 0


def test_a_future_without_an_offer_leads_to_others(chromium):
    for future in range(60):
        found = asked_why(chromium, "TM", 2028, future)
        if not found["base"]["decisions"] and found["elsewhere"]:
            break
    else:
        pytest.skip("each of sixty futures has an offer")
    tab = chromium.open(f"?tab=why&sel=TM&year=2028&future={future}")
    assert "nothing to choose" in tab.locator("#headline").inner_text()
    tab.locator(".side-column .bar-row button").first.click()
    tab.locator("details.decision").first.wait_for()
    settled(tab)
    shown = parse_qs(urlsplit(tab.url).query).get("future", ["0"])  # the first stands in no address
    assert shown == [str(found["elsewhere"][0])]


def test_reasons_are_taken_away_as_a_table(chromium):
    future, decisions = with_an_offer(chromium, ("china", "russia", "both", "neither"))
    tab = chromium.open(f"?tab=why&sel=TJ&year=2027&future={future}")
    with tab.expect_download() as download:
        tab.get_by_role("button", name="Table (CSV)").click()
    rows = list(csv.DictReader(io.StringIO(download.value.path().read_text("utf-8"))))
    draws = [float(row["value"]) for row in rows if row["item"] == "draw"]
    assert draws == [d["draw"] for d in decisions]


def test_a_choice_is_overruled_and_compared(chromium):
    future, decisions = with_an_offer(chromium, ("china", "russia"))
    tab = chromium.open(f"?tab=why&sel=TJ&year=2027&future={future}")
    tab.get_by_role("button", name="Overrule Tajikistan's choice").first.click()
    dialog = tab.get_by_role("dialog")
    own, decided = decisions[0]["choice"], decisions[0]["area"]
    taken = dialog.get_by_role("button", name=f"Take {own.capitalize()}'s offer")
    assert taken.is_disabled()
    with tab.expect_response("**/api/overrule?*") as response:
        dialog.get_by_role("button", name=f"Refuse {own.capitalize()}'s offer").click()
    answer = response.value.json()
    dialog.locator(".overrule-result h3").wait_for()
    area = "defence" if decided == "defence" else "counter_narcotics"
    cells = dialog.locator("tbody tr").first.locator("td").all_inner_texts()
    assert [number(c) for c in cells] == pytest.approx(
        [round(answer["areas"][area][side]["mean"][-1], 2) for side in ("what", "base", "diff")],
        abs=0.011,
    )
    assert dialog.locator("canvas").count() >= 4
    heights = "all => all.map(canvas => canvas.clientHeight)"
    assert min(dialog.locator("canvas").evaluate_all(heights)) > 50
    assert f"Dependence on {own.capitalize()}" in dialog.inner_text()
    with tab.expect_download() as download:
        dialog.get_by_role("button", name="Table (CSV)").click()
    rows = list(csv.DictReader(io.StringIO(download.value.path().read_text("utf-8"))))
    tie = answer["map"][f"dependence.{own}"]
    told = [float(r["with"]) for r in rows if r["quantity"] == f"dependence.{own}"]
    assert told == tie["what"][2]

    finding = dialog.locator("h3").inner_text()
    assert parse_qs(urlsplit(tab.url).query)["rule"] == [f"{decisions[0]['id']}:{own}:refuse"]
    tab.reload()
    tab.locator(".overrule-result h3").wait_for()
    assert tab.locator(".overrule-result h3").inner_text() == finding
    tab.keyboard.press("Escape")
    tab.get_by_role("dialog").wait_for(state="detached")
    tab.wait_for_function("!new URLSearchParams(location.search).has('rule')")
    tab.go_back()
    tab.locator(".overrule-result h3").wait_for()


def test_the_last_year_says_why_nothing_is_overruled(chromium):
    tab = chromium.open("?tab=why&sel=KZ&year=2035&future=1")
    assert tab.get_by_role("button", name="Overrule").count() == 0
    if tab.locator("details.decision").count():
        tab.get_by_role("button", name="Ask about 2030").click()
        tab.wait_for_url("**year=2030**")


def test_step_mode_walks_one_future_year_by_year(chromium):
    tab = chromium.open("?tab=walk&future=5")
    walk = chromium.lab.settled("/api/walk?future=5").json
    first = walk["cut"] + 1
    for year in (first, first + 1, first + 2):
        count = sum(c["year"] == year for c in walk["base"]["choices"])
        assert tab.locator("#headline").inner_text() == f"Future 5, {year}"
        assert tab.locator(".walk-list li").count() == count
        tab.get_by_role("button", name="Next year").click()
    tab.get_by_role("button", name="Year back").click()
    assert tab.locator("#headline").inner_text() == f"Future 5, {first + 2}"
    tab.locator(".walk-state button", has_text="Why?").first.click()
    tab.wait_for_url("**tab=why**")
    assert parse_qs(urlsplit(tab.url).query)["sel"] == ["KZ"]


def test_step_mode_marks_what_the_levers_changed(chromium):
    query = "l=budget.russia:factor:0:2026&future=5"
    walk = chromium.lab.settled(f"/api/walk?{query}").json
    what, base = (
        {
            tuple(c[k] for k in ("follows", "id", "state", "area", "choice"))
            for c in walk[side]["choices"]
            if c["year"] == 2030
        }
        for side in ("what", "base")
    )
    gone = len(base - what)
    assert gone >= 2
    tab = chromium.open(f"?{query}&tab=walk&year=2030")
    said = tab.locator("#subline").inner_text()
    assert "would not be there without the levers" in said
    assert said.endswith(f"{gone} are gone.")
    assert tab.locator(".walk-list del").count() == gone
    assert tab.locator(".walk-list li.russia:not(:has(del))").count() == 0
    tab.get_by_role("radio", name="Baseline").check(force=True)
    assert tab.locator(".walk-list del").count() == 0
    assert tab.locator(".walk-list li.russia .only").count() >= 1


def told(text, pattern):
    """Numbers of a text."""
    return [float(number) for number in re.fullmatch(pattern, text).groups()]


def near(*values):
    """To two digits after the point: a browser rounds halves of decimals, Python of doubles."""
    return pytest.approx(values, abs=0.0051)


def test_a_sweep_covers_the_range_of_a_lever(chromium):
    tab = chromium.open("?tab=sweep&sweep=budget.china")
    answer = chromium.lab.settled("/api/sweep?lever=budget.china&points=9&year=2035&n=200").json
    mean = answer["areas"]["energy_protection"]["year"]["mean"]
    heading = tab.locator(".panels h2", has_text="Energy protection").inner_text()
    assert told(heading, "Energy protection: from (.+) to (.+)") == near(mean[0], mean[-1])
    tab.get_by_role("radio", name="Sum of all years").check(force=True)
    total = answer["areas"]["energy_protection"]["sum"]["mean"]
    heading = tab.locator(".panels h2", has_text="Energy protection").inner_text()
    assert told(heading, "Energy protection: from (.+) to (.+)") == near(total[0], total[-1])
    tab.get_by_label("Lever", exact=True).select_option("militancy")
    tab.wait_for_url("**sweep=militancy**")
    settled(tab)
    assert tab.locator("#headline").inner_text().startswith("Militant violence")
    under = tab.locator("#note").text_content()
    assert "200 futures at each of" in under
    digest = chromium.lab.settled("/api/move?n=1000").json["digest"]
    assert digest[:16] not in under


def opened_class(chromium, question):
    teacher = chromium.open("?tab=class")
    teacher.locator(f'input[value="{question}"]').check()
    teacher.get_by_role("button", name="Open with this question").click()
    teacher.wait_for_url("**class=*")
    code = parse_qs(urlsplit(teacher.url).query)["class"][0]
    teacher.locator(".class-code", has_text=code).wait_for()
    return teacher, code


def answered(chromium, code, probability):
    student = chromium.open("?tab=class", "phone")
    student.get_by_label("Code").fill(code.lower())
    student.get_by_role("button", name="Join", exact=True).click()
    student.get_by_label("How likely is it?").fill(str(probability))
    student.get_by_role("button", name="Send").click()
    student.locator(".said", has_text=f"Sent: {probability}%").wait_for()
    return student


def test_a_class_predicts_and_then_sees_the_answer(chromium):
    teacher, code = opened_class(chromium, "china-aid-turkmenistan")
    students = [answered(chromium, code, p) for p in (20, 70, 90)]
    teacher.locator(".class-count", has_text="3 answers").wait_for()
    assert teacher.locator(".wall").is_hidden()
    teacher.get_by_role("button", name="Show the wall").click()
    teacher.locator("h2", has_text="3 answers, on average 60%").wait_for()
    assert students[0].get_by_role("button", name="Reveal").count() == 0
    assert students[0].locator(".wall").count() == 0

    students[0].get_by_label("How likely is it?").fill("30")
    students[0].get_by_role("button", name="Send").click()
    teacher.locator("h2", has_text="3 answers, on average 63%").wait_for()

    teacher.get_by_role("button", name="Reveal").click()
    teacher.locator(".class-finding").wait_for()
    for student, said in zip(students, ("30%", "70%", "90%"), strict=True):
        row = student.locator("tr", has_text="you")
        row.wait_for()
        assert row.locator("td").first.inner_text() == said
    cells = students[1].locator("tr", has_text="you").locator("td").all_inner_texts()
    happened = "It happened" in students[1].locator(".class-finding").inner_text()
    assert number(cells[1]) == pytest.approx((0.7 - happened) ** 2, abs=0.001)

    with teacher.expect_download() as download:
        teacher.get_by_role("button", name="Answers and scores (CSV)").click()
    assert download.value.path().read_text("utf-8").count("\nChina") == 0
    teacher.get_by_role("button", name="Close the class").click()
    teacher.get_by_role("button", name="Open with this question").wait_for()
    assert chromium.lab.ask(f"/api/class/{code}").status == 404


def test_a_teacher_can_reload_and_a_stranger_is_no_teacher(chromium):
    teacher, code = opened_class(chromium, "china-force-tajikistan")
    teacher.reload()
    teacher.get_by_role("button", name="Reveal").wait_for()
    stranger = chromium.open(f"?tab=class&class={code}")
    stranger.get_by_label("How likely is it?").wait_for()
    assert stranger.get_by_role("button", name="Reveal").count() == 0


def test_a_closed_tab_does_not_lose_a_class(chromium):
    context = chromium.context()
    teacher = chromium.open("?tab=class", context=context)
    teacher.locator('input[value="china-force-tajikistan"]').check()
    teacher.get_by_role("button", name="Open with this question").click()
    teacher.get_by_role("button", name="Reveal").wait_for()
    code = teacher.locator(".class-code b").inner_text()
    teacher.close()
    again = chromium.open("?tab=class", context=context)
    again.get_by_role("button", name=code).click()
    again.get_by_role("button", name="Close the class").click()
    again.get_by_role("button", name="Open with this question").wait_for()
    assert again.get_by_role("button", name=code).count() == 0


def test_a_class_that_is_gone_says_so(chromium):
    tab = chromium.open("?tab=class&class=ZZZZZ")
    tab.locator("h1", has_text="There is no class ZZZZZ").wait_for()
    chromium.complaints[:] = [c for c in chromium.complaints if "404" not in c]
