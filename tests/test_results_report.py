"""The report: self-contained, accessible, honest, and not made twice."""

from html.parser import HTMLParser
from pathlib import Path

import pytest

from steppe.model.errors import InputError
from steppe.results import layout, report
from steppe.results.compare import compare
from steppe.results.manifest import Reference
from steppe.results.report import Extras, finish, finish_comparison
from steppe.results.store import open_or_create
from steppe.results.words import answers, number, share

from .results_synthetic import BADGE, batch, fill, manifest

pytestmark = pytest.mark.long

REFERENCES = (
    Reference(key="a", cite="A source", reason="For its facts", url="https://example.org/a"),
    Reference(key="b", cite="<script>alert(1)</script>", reason="R", url="javascript:alert(1)"),
)
CHANGES = [{"who": "China", "entry": "budget.china", "before": "12", "after": "18 <b>"}]
EVENTS = [
    {"id": "e1", "year": 2000, "state": "TJ", "patron": "china", "area": None,
     "channel": "aid", "text": "Trucks & <radios>"},
    {"id": "e2", "year": 1996, "state": "KG", "patron": "russia", "area": "defence",
     "channel": "refusal", "text": "Refused"},
]  # fmt: skip


class Page(HTMLParser):
    """What a browser would load, and what it would read aloud."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.loads: list[str] = []
        self.links: list[str] = []
        self.ids: list[str] = []
        self.images: list[dict] = []
        self.tags: list[str] = []
        self.stack: list[str] = []
        self.words = ""
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        fields = dict(attrs)
        self.tags.append(tag)
        self.stack.append(tag)
        self.ids += [fields["id"]] if "id" in fields else []
        if tag == "a":
            self.links.append(fields["href"])
        else:
            self.loads += [fields[n] for n in ("src", "href", "srcset", "data") if n in fields]
        if tag == "img":
            self.images.append(fields)

    def handle_data(self, data):
        self.words += data


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A finished run and a finished comparison."""
    place = tmp_path_factory.mktemp("report")
    chosen = manifest(runs=60, references=REFERENCES)
    a = fill(place / "a", chosen)
    b = fill(place / "b", manifest(runs=60, scenario={"name": "walk", "appetite": 0.2}))
    extras = Extras(story="Once <i>upon</i> a time", assumptions=["One"], notes=["Beware"])
    run = finish(a, EVENTS, CHANGES, extras)
    compared = finish_comparison(
        [compare(a, b)], [a, b], place / "c", ("steppe", "compare", "a", "b"), [CHANGES]
    )
    return a, run, compared


@pytest.mark.parametrize("which", [1, 2])
def test_nothing_is_loaded_from_elsewhere(made, which):
    text = made[which].read_text("utf-8")
    page = Page(text)
    assert page.loads
    assert all(url.startswith("data:image/png;base64,") for url in page.loads)
    assert all(u.startswith("#") or u == "https://example.org/a" for u in page.links)
    assert "url(" not in text
    assert "@import" not in text
    assert "script" not in page.tags
    assert "<i>upon" not in text
    assert "18 <b>" not in text


@pytest.mark.parametrize("which", [1, 2])
def test_a_page_that_can_be_read_aloud(made, which):
    page = Page(made[which].read_text("utf-8"))
    assert all(len(image["alt"]) > 40 and BADGE in image["alt"] for image in page.images)
    assert page.tags.count("h1") == 1
    assert page.tags.count("caption") == page.tags.count("table")
    assert len(page.ids) == len(set(page.ids))
    assert {u[1:] for u in page.links if u.startswith("#")} <= set(page.ids)
    assert BADGE in page.words
    assert "steppe" in page.words
    for heading in ("What was asked", "The answer", "What is not known", "References"):
        assert heading in page.words


def test_the_run_directory_is_whole(made):
    store, run, _ = made
    names = {p.name for p in run.parent.iterdir()}
    assert names == {
        "manifest.json", "progress.json", "data.zarr", "tables", "figures", "report.html",
            "report.pdf",
    }  # fmt: skip
    text = Page(run.read_text("utf-8")).words
    assert " ".join(store.manifest.command) in text
    assert store.manifest.key() in text
    assert "Trucks & <radios>" in text


def test_the_same_bytes_twice(made, tmp_path):
    store, run, _ = made
    other = fill(tmp_path / "a", store.manifest)
    extras = Extras(story="Once <i>upon</i> a time", assumptions=["One"], notes=["Beware"])
    finish(other, EVENTS, CHANGES, extras)
    for path in sorted(p for p in run.parent.rglob("*") if p.is_file()):
        twin = tmp_path / "a" / path.relative_to(run.parent)
        assert twin.read_bytes() == path.read_bytes(), path.name


def test_it_is_made_again_only_when_something_changed(tmp_path, monkeypatch):
    monkeypatch.setattr(report, "draw_run", lambda *_: [])
    store = fill(tmp_path / "run", manifest())
    path = finish(store)
    calls = []
    monkeypatch.setattr(report, "summarise", lambda s: calls.append(s) or real(s))
    from steppe.results.summaries import summarise as real

    finish(open_or_create(tmp_path / "run", manifest()))
    assert calls == []
    (tmp_path / "run" / "tables" / "rungs.parquet").write_bytes(b"damaged")
    finish(store)
    assert len(calls) == 1
    before = path.read_bytes()
    finish(store, extras=Extras(notes=["new"]))
    assert len(calls) == 2
    assert path.read_bytes() != before


def test_an_old_report_does_not_outlive_its_runs(tmp_path, monkeypatch):
    monkeypatch.setattr(layout, "BATCH_RUNS", 20)
    monkeypatch.setattr(report, "draw_run", lambda *_: [])
    store = fill(tmp_path / "run", manifest())
    report_path = finish(store)
    larger = open_or_create(tmp_path / "run", manifest(runs=80))
    larger.write(2, batch(larger.span(2), larger.manifest))
    assert not report_path.exists()
    with pytest.raises(InputError, match=r"runs are missing.*--runs 80"):
        finish(larger)


def test_a_comparison_keeps_its_directory(made, tmp_path):
    store, _, compared = made
    twins = compare(store, store)
    with pytest.raises(InputError, match="belongs to another run"):
        finish_comparison([twins], [store, store], compared.parent, ("steppe", "compare"))
    alike = finish_comparison([twins], [store, store], tmp_path / "twins", ("steppe", "compare"))
    assert "no difference in any run" in alike.read_text("utf-8")


def test_sentences_say_nothing_that_chance_may_say(made):
    """Both patrons with the same numbers: no sentence prefers one."""
    store, _, _ = made
    tables = {name: _table(store, name) for name in ("contrasts", "rungs", "first_years", "totals")}
    contrasts = tables["contrasts"].assign(difference=0.4, se=0.3, lower=-0.2, upper=1.0)
    told = " ".join(answers({**tables, "contrasts": contrasts}, store.manifest))
    assert "do not settle which" in told
    assert "higher with" not in told
    sure = tables["contrasts"].assign(difference=2.0, se=0.1, lower=1.8, upper=2.2)
    told = " ".join(answers({**tables, "contrasts": sure}, store.manifest))
    assert "China's are more: by 2.00 on average (95% Monte Carlo interval 1.80 to 2.20)" in told
    assert "higher with China in Kazakhstan (by 2.00)" in told


def _table(store, name):
    from steppe.results.tables import read_table

    return read_table(Path(store.directory), name)


def test_numbers_in_words():
    assert [number(x) for x in (0.0, 0.01234, 9.876, 104.4, 12345.6, -3.2, float("nan"))] == [
        "0", "0.0123", "9.88", "104", "12,346", "\N{MINUS SIGN}3.20", "not known",
    ]  # fmt: skip
    one = manifest(runs=400)
    assert share(0.0, 0.0, one) == "none of 400 runs"
    assert share(1.0, 0.0, one) == "all of 400 runs"
    assert share(0.5, 0.025, one) == "50.0%, 45.1 to 54.9"
    assert share(0.0025, 0.0025, one) == "0.2%, 0.0 to 1.4"
