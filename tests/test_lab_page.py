"""The lab's page: every control, the address, the keyboard, and no request to anybody else."""

import csv
import io
import itertools
import re
import tomllib
from urllib.parse import parse_qs, urlsplit

import pytest

from .lab_page_browser import CHROMIUM, SIZES, alone, browser, settled

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")
MOVED = "?l=budget.russia:factor:0.3:2026"
RUSSIA = "Russia's means for offers"


@pytest.fixture(scope="module")
def chromium():
    with browser() as found:
        yield found


@pytest.fixture(autouse=True)
def nobody_else_is_asked(chromium):
    """Of every test: no request leaves for another place, and the browser has no complaint."""
    with alone(chromium):
        yield


def state_of(tab):
    return parse_qs(urlsplit(tab.url).query)


def headline(tab):
    return tab.locator("#headline").inner_text()


def test_it_opens_on_a_baseline_that_says_that_nothing_is_changed(chromium):
    tab = chromium.open()
    assert headline(tab).startswith("Nothing is changed: in 2035 most packages are for")
    assert tab.locator(".area").count() == 4
    assert tab.locator(".lever").count() == 6
    assert tab.locator(".badge").inner_text() in ("Explanation", "Exploration", "Illustration")


def test_a_foreign_request_is_noticed(chromium):
    """Negative control of the check above: the page's policy stops it, and it is counted."""
    tab = chromium.open()
    tab.evaluate("fetch('http://192.0.2.1/x').catch(() => 0)")
    assert chromium.outside == ["http://192.0.2.1/x"] or chromium.complaints
    chromium.outside.clear()
    chromium.complaints.clear()


def test_a_lever_moves_the_answer_the_address_and_the_title(chromium):
    tab = chromium.open()
    tab.get_by_label(RUSSIA, exact=True).fill("0.3")
    tab.wait_for_selector(".lever.moved")
    tab.wait_for_url("**l=budget.russia**")
    settled(tab)
    assert state_of(tab)["l"] == ["budget.russia:factor:0.3:2026-2035"]
    assert "fewer packages a year for" in headline(tab)
    assert "supported" in tab.locator(".area h2").first.inner_text()
    assert headline(tab) in tab.locator("#said").inner_text()


def test_numbers_on_the_page_are_those_of_the_server(chromium):
    tab = chromium.open(MOVED)
    answer = chromium.lab.settled("/api/move" + MOVED).json
    mean = answer["areas"]["counter_terrorism"]["diff"]["mean"][-1]
    assert answer["areas"]["counter_terrorism"]["diff"]["supported"][-1]
    text = tab.locator(".area h2", has_text="Counter-terrorism").inner_text()
    assert f"{abs(mean):.2f} {'more' if mean > 0 else 'fewer'} a year" in text


def test_the_address_alone_makes_the_same_page(chromium):
    query = f"{MOVED}&q=packages&side=diff&year=2030&sel=TJ&patron=russia"
    one, other = chromium.open(query), chromium.open(query)
    for tab in (one, other):
        assert tab.get_by_label("What the map shows").input_value() == "packages"
        assert tab.get_by_role("radio", name="Change").is_checked()
        assert tab.get_by_role("radio", name="Russia").is_checked()
        assert tab.locator(".scrubber output").inner_text() == "2030"
    assert one.locator("#main").inner_text() == other.locator("#main").inner_text()


def test_two_browsers_do_not_mix(chromium):
    one, other = chromium.open(), chromium.open()
    one.get_by_label(RUSSIA, exact=True).fill("0")
    other.get_by_label("China's means for offers", exact=True).fill("3")
    for tab in (one, other):
        tab.wait_for_url("**l=budget**")
        settled(tab)
    assert state_of(one)["l"] == ["budget.russia:factor:0:2026-2035"]
    assert state_of(other)["l"] == ["budget.china:factor:3:2026-2035"]
    assert "fewer" in headline(one)
    assert "more" in headline(other)


def test_undo_redo_reset_and_the_back_button(chromium):
    tab = chromium.open()
    slider = tab.get_by_label(RUSSIA, exact=True)
    titles = [headline(tab)]
    for value in ("0.5", "0.2"):
        slider.fill(value)
        tab.wait_for_url(f"**budget.russia:factor:{value}:**")
        settled(tab)
        titles.append(headline(tab))
    assert len(set(titles)) == 3
    for act, expected in (
        (tab.go_back, 1),
        (tab.go_back, 0),
        (tab.go_forward, 1),
        (tab.go_forward, 2),
        (lambda: tab.get_by_role("button", name="Undo").click(), 1),
        (lambda: tab.get_by_role("button", name="Undo").click(), 0),
        (lambda: tab.get_by_role("button", name="Redo").click(), 1),
        (tab.go_back, 0),
        (tab.go_forward, 1),
        (lambda: tab.keyboard.press("Control+z"), 0),
        (lambda: tab.keyboard.press("Control+y"), 1),
        (lambda: tab.get_by_role("button", name="Reset").click(), 0),
    ):
        act()
        tab.wait_for_timeout(50)
        settled(tab)
        assert headline(tab) == titles[expected]
    assert "l" not in state_of(tab)


def test_a_story_is_chosen_and_told(chromium):
    tab = chromium.open()
    tab.get_by_role("button", name="Choose a story").click()
    tab.get_by_role("searchbox").fill("kabul")
    tab.get_by_role("dialog").get_by_role(
        "button", name=re.compile("^Kabul's fall deepens(?!, seen)")
    ).click()
    tab.wait_for_url("**story=kabul-fall-deepens**")
    settled(tab)
    assert tab.locator(".story-title").inner_text() == "Kabul's fall deepens"
    assert tab.locator("#subline").inner_text().startswith("Kabul's fall deepens")


def test_a_story_that_sliders_can_hold_moves_the_sliders(chromium):
    tab = chromium.open()
    tab.get_by_role("button", name="Choose a story").click()
    tab.get_by_role("dialog").get_by_role(
        "button", name=re.compile("^Moscow ends arms at domestic prices(?!, seen)")
    ).click()
    tab.wait_for_url("**domestic_price**")
    settled(tab)
    assert tab.locator(".story-title").inner_text() == "Moscow ends arms at domestic prices"
    assert tab.get_by_label("Russian arms at domestic prices", exact=True).input_value() == "0"


def test_a_story_tells_what_it_does_and_what_has_no_slider_can_be_put_back(chromium):
    tab = chromium.open("?story=beijing-own-technology&l=alarm_adjustment:value:0.5:2027")
    assert tab.locator(".story-title").inner_text().endswith(", and changed levers")
    tab.get_by_role("button", name="About this story").click()
    dialog = tab.get_by_role("dialog")
    said = dialog.inner_text()
    presets = chromium.lab.ask("/api/setup").json["presets"]
    story = next(p for p in presets if p["name"] == "beijing-own-technology")
    assert all(lever["why"] in said for lever in story["levers"])
    assert all(assumed in said for assumed in story["assumptions"])
    assert "package_size.china.aid, along 2026: 1.00, 2028: 3.00" in said
    dialog.get_by_role("button", name="Close").click()
    tab.get_by_role("button", name="Put back: alarm_adjustment").click()
    settled(tab)
    assert "l" not in state_of(tab)
    assert tab.locator(".bare").count() == 0


def test_a_page_that_cannot_start_says_so_in_its_language(chromium):
    context = chromium.context()
    context.route("**/api/setup", lambda route: route.abort())
    tab = context.new_page()
    tab.goto(f"http://{chromium.lab.place}/?lang=ru")
    tab.locator("#failure", has_text="Страница не запустилась").wait_for()


def test_stories_ask_in_the_language_of_the_page(chromium):
    tab = chromium.open("?lang=ru&start=baseline-2009&story=gas-line-attack-2009")
    asked = tab.locator(".story-question")
    assert asked.inner_text().startswith("Появляются ли смешанные части для газопровода")
    assert asked.locator("[lang=en]").count() == 0
    tab.locator(".stories-open").click()
    cards = tab.get_by_role("dialog").locator(".card")
    assert cards.count() > 90
    assert cards.locator("[lang=en]").count() == 0


def test_the_drawer_finds_any_other_lever_and_shows_it_once_moved(chromium):
    tab = chromium.open()
    tab.get_by_role("button", name="more levers").click()
    drawer = tab.get_by_role("dialog")
    drawer.get_by_role("searchbox").fill("xinjiang")
    assert drawer.locator(".lever:visible").count() == 1
    drawer.get_by_role("slider").locator("visible=true").fill("2")
    drawer.get_by_role("button", name="Close").click()
    tab.wait_for_url("**xinjiang_tension:value:2**")
    assert tab.locator(".also").get_by_label("Unrest in Xinjiang", exact=True).input_value() == "2"


def test_the_years_of_a_lever_can_be_set(chromium):
    tab = chromium.open(MOVED)
    tab.get_by_role("button", name=f"About: {RUSSIA}").click()
    tab.get_by_label("From year").fill("2030")
    tab.get_by_label("To year").fill("2032")
    tab.get_by_role("button", name="Set the years").click()
    tab.wait_for_url("**budget.russia:factor:0.3:2030-2032**")


def test_another_seed_is_other_luck(chromium):
    tab = chromium.open(MOVED)
    before = tab.locator("#main").inner_text()
    tab.get_by_label("Luck (seed)", exact=True).fill("2")
    tab.keyboard.press("Enter")
    tab.wait_for_url("**seed=2**")
    settled(tab)
    assert "seed 2" in tab.locator("#subline").inner_text()
    assert tab.locator("#main").inner_text() != before


def test_the_map_answers_mouse_and_keyboard(chromium):
    tab = chromium.open("?q=packages")
    state = tab.locator('[data-code="KZ"]')
    assert state.get_attribute("aria-label").startswith("Kazakhstan: ")
    state.focus()
    tab.keyboard.press("Enter")
    tab.wait_for_url("**sel=KZ**")
    assert state.get_attribute("aria-pressed") == "true"
    tab.locator('[data-code="TM"]').click()
    tab.wait_for_url("**sel=TM**")
    tab.get_by_role("button", name="Why? Turkmenistan").click()
    tab.wait_for_url("**tab=why**")


def test_every_quantity_of_the_map_is_drawn_and_named(chromium):
    tab = chromium.open(MOVED)
    choices = tab.get_by_label("What the map shows")
    titles = set()
    for value in choices.locator("option").evaluate_all("all => all.map(o => o.value)"):
        choices.select_option(value)
        heading = tab.locator(".map-figure h2").inner_text()
        assert "quantity" not in heading
        assert "NaN" not in tab.locator("svg.map").inner_html()
        titles.add(heading)
    assert len(titles) == choices.locator("option").count()


def test_the_scrubber_plays_and_rests(chromium):
    tab = chromium.open("?year=2031")
    tab.get_by_role("button", name="Play the years").click()
    tab.locator(".scrubber output", has_text="2033").first.wait_for()
    tab.get_by_role("button", name="Pause").click()
    year = tab.locator(".scrubber output").first.inner_text()
    assert state_of(tab)["year"] == [year]
    slider = tab.get_by_role("slider", name="Year")
    slider.focus()
    tab.keyboard.press("ArrowLeft")
    tab.wait_for_url(f"**year={int(year) - 1}**")
    assert str(int(year) - 1) in tab.locator(".map-figure h2").inner_text()


def test_an_event_opens_its_source(chromium):
    tab = chromium.open("?sel=TJ")
    marks = tab.locator(".time .mark")
    assert marks.count() > 10
    assert marks.evaluate_all("all => all.filter(m => m.tabIndex === 0).length") == 1
    marks.first.focus()
    tab.keyboard.press("End")
    tab.keyboard.press("Enter")
    dialog = tab.get_by_role("dialog")
    assert dialog.locator("li").count() >= 2
    assert dialog.locator(".sources li").first.inner_text().strip()
    tab.keyboard.press("Escape")
    assert tab.get_by_role("dialog").count() == 0


def test_no_mark_of_an_event_lies_over_another(chromium):
    tab = chromium.open()
    covered = tab.locator(".time .mark").evaluate_all(
        """(all) => all.filter((mark) => {
            const { left, top, width, height } = mark.getBoundingClientRect();
            return document.elementFromPoint(left + width / 2, top + height / 2) !== mark;
        }).length"""
    )
    assert covered == 0
    assert tab.locator(".time .mark").count() > 20


def test_charts_are_tables_too(chromium):
    tab = chromium.open(MOVED)
    figure = tab.locator(".area").first
    figure.get_by_label("Table, picture, file").click()
    figure.get_by_role("button", name="Show as a table").click()
    rows = figure.locator("tbody tr")
    assert rows.count() == len(chromium.lab.settled("/api/move" + MOVED).json["years"])
    assert figure.locator(".figure-chart").is_hidden()
    map_figure = tab.locator(".map-figure")
    map_figure.get_by_label("Table, picture, file").click()
    map_figure.get_by_role("button", name="Show as a table").click()
    assert map_figure.locator("tbody tr").count() == 5


def test_a_chart_says_its_numbers_beside_the_pointer(chromium):
    tab = chromium.open(MOVED)
    sides = chromium.lab.settled("/api/move" + MOVED).json["areas"]["counter_terrorism"]
    row = tab.locator(".area", has_text="Counter-terrorism")
    for part, expected in (
        (".fan", f"what if: {sides['what']['mean'][-1]:.2f} (90% of futures:"),
        (".diff", "supported"),
    ):
        box = row.locator(part).bounding_box()
        tab.mouse.move(box["x"] + box["width"] / 2, box["y"] + 30)
        x = 0.0
        while "2035" not in (tab.locator(".hint:visible").all_inner_texts() or [""])[0]:
            x += 4.0
            assert x < box["width"] / 2
            tab.mouse.move(box["x"] + box["width"] / 2 + x, box["y"] + 30)
        assert expected in tab.locator(".hint").inner_text()
    tab.mouse.move(5, 5)
    assert tab.locator(".hint").is_hidden()


def test_an_area_is_enlarged_and_a_patron_chosen(chromium):
    tab = chromium.open(MOVED)
    row = tab.locator(".area", has_text="Peacekeeping")
    height = row.locator(".fan").bounding_box()["height"]
    row.get_by_label("Table, picture, file").click()
    row.get_by_role("button", name="Enlarge").click()
    assert row.locator(".fan").bounding_box()["height"] > 1.8 * height
    assert state_of(tab)["area"] == ["peacekeeping"]
    tab.get_by_role("radio", name="China").check(force=True)
    assert state_of(tab)["patron"] == ["china"]
    chinese = chromium.lab.settled("/api/move" + MOVED).json["areas"]["peacekeeping"]["patrons"]
    mean = chinese["china"]["diff"]["mean"][-1]
    if chinese["china"]["diff"]["supported"][-1]:
        assert f"{abs(mean):.2f}" in row.locator("h2").inner_text()
    assert "Chinese packages" in headline(tab)


@pytest.mark.parametrize("place", [".map-figure", ".area >> nth=0"])
def test_pictures_and_tables_are_taken_away(chromium, place):
    tab = chromium.open(MOVED)
    figure = tab.locator(place)
    taken = {}
    for name in ("Table (CSV)", "Picture (PNG)", "Picture (SVG)"):
        figure.get_by_label("Table, picture, file").click()
        with tab.expect_download() as download:
            figure.get_by_role("button", name=name).click()
        taken[name] = download.value.path().read_bytes()
        if figure.locator("details").get_attribute("open") is not None:
            figure.get_by_label("Table, picture, file").click()
    assert taken["Picture (PNG)"].startswith(b"\x89PNG")
    width, height = (int.from_bytes(taken["Picture (PNG)"][n : n + 4]) for n in (16, 20))
    assert (width, height) == (2400, 1500)
    picture = taken["Picture (SVG)"].decode()
    assert picture.startswith("<svg")
    assert "Steppe" in picture
    assert "http" not in picture.replace("http://www.w3.org/", "")
    rows = list(csv.reader(io.StringIO(taken["Table (CSV)"].decode())))
    assert len(rows) > 5
    assert len({len(row) for row in rows}) == 1


def test_scenario_and_all_numbers_are_taken_away(chromium):
    tab = chromium.open(MOVED)
    taken = {}
    for name in ("All numbers (CSV)", "Scenario file"):
        tab.get_by_text("Take away").click()
        with tab.expect_download() as download:
            tab.get_by_role("button", name=name).click()
        taken[name] = download.value.path().read_text("utf-8")
        tab.locator("header details[open] summary").click()
    levers = tomllib.loads(taken["Scenario file"])["levers"]
    assert [(lever["quantity"], lever["factor"]) for lever in levers] == [("budget.russia", 0.3)]
    digest = chromium.lab.settled("/api/move" + MOVED).json["digest"]
    assert digest in taken["Scenario file"]
    tab.locator(".badge").click()
    assert digest in tab.get_by_role("dialog").inner_text()


def test_the_badge_says_what_it_means(chromium):
    tab = chromium.open()
    badge = tab.locator(".badge").inner_text()
    tab.locator(".badge").click()
    dialog = tab.get_by_role("dialog")
    assert dialog.get_by_role("heading", name=badge).count() == 1
    assert dialog.locator("dt").count() == 2


def test_the_page_speaks_russian(chromium):
    tab = chromium.open(MOVED)
    with tab.expect_navigation():
        tab.get_by_label("Language").select_option("ru")
    tab.wait_for_selector('html[lang="ru"] body[data-ready]')
    settled(tab)
    assert "меньше пакетов" in headline(tab)
    assert state_of(tab)["lang"] == ["ru"]
    assert state_of(tab)["l"] == ["budget.russia:factor:0.3:2026"]
    assert tab.get_by_label("Средства России на предложения", exact=True).input_value() == "0.3"


def test_a_wrong_address_is_told_and_left(chromium):
    tab = chromium.open("?l=budget.russia:factor:-1:2026")
    alert = tab.get_by_role("alert")
    assert "This cannot be computed." in alert.inner_text()
    alert.get_by_role("button", name="Go back").click()
    tab.wait_for_selector("#failure", state="hidden")
    settled(tab)
    assert headline(tab).startswith("Nothing is changed")
    chromium.complaints[:] = [c for c in chromium.complaints if "400" not in c]


def test_dragging_asks_for_few_futures_and_rest_for_all(chromium):
    tab = chromium.open()
    asked = []
    tab.on("request", lambda r: asked.append(r.url) if "api/move" in r.url else None)
    slider = tab.get_by_label(RUSSIA, exact=True)
    slider.evaluate(
        """async (s) => { for (const v of [0.9, 0.8, 0.7, 0.6, 0.5]) {
            s.value = v; s.dispatchEvent(new Event("input", {bubbles: true}));
            await new Promise((done) => setTimeout(done, 20)); } }"""
    )
    tab.wait_for_url("**budget.russia:factor:0.5:**")
    settled(tab)
    futures = [parse_qs(urlsplit(url).query).get("n", ["all"])[0] for url in asked]
    assert [key for key, _ in itertools.groupby(futures)] == ["100", "all"]
    assert "factor:0.5:" in asked[-1]


def test_a_stale_answer_is_never_drawn(chromium):
    """An answer to an older question comes last; the page keeps the newer one."""
    tab = chromium.open()
    held = []
    tab.route("**/api/move?*factor:0.5:*", lambda route: held.append(route))
    slider = tab.get_by_label(RUSSIA, exact=True)
    slider.fill("0.5")
    tab.wait_for_timeout(400)
    assert held
    slider.fill("1.5")
    tab.wait_for_url("**budget.russia:factor:1.5:**")
    settled(tab)
    newer = headline(tab)
    assert "more packages" in newer
    for route in held:
        route.continue_()
    tab.wait_for_timeout(500)
    assert headline(tab) == newer


def test_every_control_can_be_reached_by_the_keyboard(chromium):
    tab = chromium.open(MOVED)
    wanted = tab.evaluate(
        """() => {
            const kinds = "a[href], button, input, select, summary, [tabindex='0']";
            return [...document.querySelectorAll(kinds)].filter((e) => e.checkVisibility()
              && !e.disabled && e.tabIndex >= 0 && !(e.type === "radio" && !e.checked)).length;
        }"""
    )
    seen = set()
    hidden = []
    tab.evaluate("document.body.focus()")
    for _ in range(wanted + 5):
        tab.keyboard.press("Tab")
        found = tab.evaluate(
            """() => {
                const e = document.activeElement;
                if (!e || e === document.body) return null;
                window.seen ??= new Map();
                if (!seen.has(e)) seen.set(e, seen.size);
                const style = getComputedStyle(e);
                const framed = (s) => s.outlineStyle !== "none";
                const shown = framed(style) || parseFloat(style.strokeWidth) >= 6
                  || (e.type === "radio" && framed(getComputedStyle(e.nextElementSibling)));
                return [seen.get(e), shown, e.outerHTML.slice(0, 80)];
            }"""
        )
        if found is None:
            continue
        seen.add(found[0])
        if not found[1]:
            hidden.append(found[2])
    assert len(seen) >= wanted - 1
    assert hidden == []


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("view", ["compare", "why", "walk", "sweep", "class"])
def test_it_fits_its_screen(chromium, size, view):
    tab = chromium.open(f"{MOVED}&tab={view}&sel=TJ&year=2027", size)
    assert tab.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    assert tab.evaluate("parseFloat(getComputedStyle(document.body).fontSize)") >= 16


def test_motion_is_reduced_where_it_is_asked(chromium):
    tab = chromium.open(size="laptop", reduced_motion="reduce")
    moving = tab.evaluate(
        """[...document.querySelectorAll("*")].filter((e) => {
            const s = getComputedStyle(e);
            return parseFloat(s.transitionDuration) > 0 || s.animationName !== "none";
        }).length"""
    )
    assert moving == 0


def test_on_paper_only_what_can_be_read_is_left(chromium):
    tab = chromium.open(MOVED)
    tab.emulate_media(media="print")
    assert tab.locator("#headline").is_visible()
    assert tab.locator("svg.map").is_visible()
    for gone in ("#tabs", ".side", ".menu", ".map-choice"):
        assert tab.locator(gone).first.is_hidden()
