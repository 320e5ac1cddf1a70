"""The account of the calibration: known numbers stand on it, and what is absent is said."""

import inspect
import json
import re
import sys
from html import unescape
from html.parser import HTMLParser

import numpy as np
import pytest
from typer.testing import CliRunner

from steppe.calibration.basis import BASES, grounds
from steppe.calibration.packages import ACT, documented_counts
from steppe.cli import stale
from steppe.cli.calibrate import sbc
from steppe.cli.calibration_report import committed, inputs_of
from steppe.cli.main import app, entry
from steppe.model.errors import InputError
from steppe.results.account import foresight, numbers, ranks
from steppe.results.account.page import SECTIONS, page
from steppe.results.account.sections import command_of

from . import account_synthetic as synthetic


class Seen(HTMLParser):
    """Ids, images, links and anything that would ask the network."""

    def __init__(self, html):
        super().__init__()
        self.ids, self.images, self.links, self.asking = [], [], [], []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        told = dict(attrs)
        self.ids += [told["id"]] if "id" in told else []
        if tag == "img":
            self.images.append(told)
        elif tag == "a":
            self.links.append(told)
        elif tag in ("link", "script", "iframe", "object", "embed", "video", "audio", "source"):
            self.asking.append(tag)


def text(html):
    """What a reader reads, on one line."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", html.partition("<main>")[2]))


def between(html, one, other):
    return text("<main>" + html.partition(f'id="{one}"')[2].partition(f'id="{other}"')[0])


@pytest.fixture(scope="module")
def html(tmp_path_factory):
    """The page of synthetic files."""
    folder = tmp_path_factory.mktemp("account")
    synthetic.fit(folder / "fit")
    synthetic.reference(folder / "reference")
    return page(inputs_of(folder / "fit", folder / "reference", "steppe calibrate report")).decode()


def test_what_cannot_be_told_comes_first(html):
    cannot = between(html, "cannot", "tells")
    assert "Numbers told by their priors: 3 of 4" in cannot
    assert "Of 1 numbers the record was not expected to tell" in cannot
    assert "The other 2:" in cannot
    assert "1 of them by 0.4 prior standard deviations or more (means): trust weight +0.7" in cannot
    assert "trust weight" in cannot.split("The 1 other numbers")[1]  # the list, where it belongs
    assert "openness, Kazakhstan" in cannot
    assert "budget, Russia-0.44" in cannot  # the anchors
    assert "Coverage times 0.7 (200 draws in effect): 1 of 1 numbers move" in cannot
    assert "budget, Russia (+1.2)" in cannot or "budget, Russia (+1.3)" in cannot
    assert "1 other numbers move by less than 0.15" in cannot
    assert html.index('id="cannot"') < html.index('id="tells"')


def test_numbers_stand_on_the_page(html):
    tells = between(html, "tells", "believe")
    for told in ("13.5", "8.25 to 22.8", "0.61", "0.47", "The record tells 4711."):
        assert told in tells
    assert "Offers that a patron makes in a year" in tells  # meaning of the parameter
    assert "something of 1 of 4 numbers" in tells
    told = between(html, "tells", "read")
    assert "The 1 other numbers" not in told
    assert "trust weight" not in told
    assert html.count('<svg class="spark"') == 3
    believe = between(html, "believe", "predictive")
    assert "failed 2 of 2 gates" in believe
    assert "1.0789" in believe
    assert "33 particles" in text(html)
    assert "6 chains of 456 kept draws" in text(html)


def test_simulated_records_pass_and_the_control_fails(html):
    believe = between(html, "believe", "predictive")
    assert "100 sets of numbers were drawn" in believe
    assert "88 rows on average" in believe
    assert "No number leaves the band meant for all together" in believe
    assert "fails as it must: 3 of 3" in believe
    assert "within its gate in 100 of 100" in believe


def test_losses_stand_as_plainly_as_gains(html):
    found = between(html, "backtest", "claims")
    assert found.index("61% of futures") < found.index("-151.2")  # power first
    assert "Clear losses. Log score: Kyrgyzstan (1 of 3)." in found
    assert "CRPS of yearly totals: all packages (1 of 1)" in found
    assert "Clear gains. Log score: China (1 of 3)." in found
    assert "-3.75 (-5.50 to -2.25) over climatologyclear loss" in found
    assert "+9.12 (-1.50 to +19.50)" in found
    assert "+19.50) over climatologyclear" not in found  # its interval holds zero
    assert "75%" in found


def test_claims_facts_and_misses_stand_on_the_page(html):
    assert "sum, aid, Russia, Kyrgyzstan" in between(html, "predictive", "backtest")
    assert "Misses: 1 of 2" in between(html, "predictive", "backtest")
    by_area = between(html, "predictive", "backtest").split("China, counter-terrorism")[1]
    assert [text in by_area for text in ("24 to 31", "11 (5 to 20)", "outside")] == [True] * 3
    claims = between(html, "claims", "external")
    assert "the sky will fall (0.25; later sources bear it out)" in claims
    assert "differ on 1" in claims
    assert "nobody can say: no quantity of the model bears on it" in claims
    external = between(html, "external", "again")
    assert external.index("a-failure") < external.index("a-pass")
    assert "1 fail, 0 are unsure, 2 pass" in external
    assert "the same model passes 0 of the 1 facts with a band that lie in the record" in external
    assert "does better in 1: one-inside (climatology)" in external
    assert "better: last years" in external


@pytest.mark.parametrize("what", ["synthetic", "committed", "empty"])
def test_every_page_is_whole_and_asks_nobody(html, what, tmp_path):
    if what != "synthetic":
        reference = committed() if what == "committed" else tmp_path
        html = page(inputs_of(None, reference, "steppe calibrate report")).decode()
    seen = Seen(html)
    assert {name for name, _ in SECTIONS} <= set(seen.ids)
    assert len(seen.ids) == len(set(seen.ids))
    assert seen.asking == []
    assert "url(" not in html
    assert "@import" not in html
    assert all(image["src"].startswith("data:image/png;base64,") for image in seen.images)
    assert all(len(image["alt"]) > 40 for image in seen.images)
    outside = [link["href"] for link in seen.links if not link["href"].startswith("#")]
    assert outside == re.findall(r'<li><cite>.*?<a href="([^"]+)"', html)
    assert len(outside) >= 8
    assert ("nan" in re.findall(r"[\w]+", text(html))) is False
    assert len(seen.images) >= {"synthetic": 9, "committed": 5, "empty": 1}[what]


def test_an_empty_directory_is_said_and_no_error(tmp_path):
    """The installed posterior is all there is: numbers without profiles, and six absences."""
    words = text(page(inputs_of(None, tmp_path, "steppe calibrate report")).decode())
    for told in (
        "numbers are read off its draws", "anchors.csv", "diagnostics.csv", "trace.png, pairs.png",
        "Simulated records were not found", "Posterior predictive checks were not found",
        "Backtests were not found", "Results on the documents' claims were not found",
        "External checks were not found", "No reference results were found",
    ):  # fmt: skip
        assert told.replace("'", "&#39;") in words or told in words


def test_text_of_files_is_escaped(tmp_path):
    synthetic.fit(tmp_path / "fit", sentence="<script>alert(1)</script>")
    html = page(inputs_of(tmp_path / "fit", None, "x")).decode()
    assert "<script" not in html
    assert "&lt;script&gt;" in html


def test_a_fit_that_passed_may_be_called_an_explanation(tmp_path, html):
    synthetic.fit(tmp_path / "fit", passed=True)
    good = page(inputs_of(tmp_path / "fit", None, "x")).decode()
    assert "<strong>explanation:" in good
    assert "may be called an explanation:" in good
    assert "<strong>exploration:" in html
    assert "No study that uses these draws may be called an explanation" in html


def test_results_of_other_draws_are_named(html):
    """The synthetic results name no posterior, so they are not of this fit."""
    assert "Made with other draws" in html
    assert "predictive, claims, validate-example" in html
    found = page(inputs_of(None, committed(), "x")).decode()
    assert "Made with other draws" not in found


@pytest.mark.parametrize("name", ["calibration", "sbc", "varied", "backtest-2009", "claims-2009"])
def test_results_of_another_likelihood_are_named(tmp_path, name):
    place = tmp_path / name / "manifest.json"
    place.parent.mkdir()
    told = json.loads((committed() / name / "manifest.json").read_text("utf-8"))
    place.write_text(json.dumps(told))
    assert list(stale.notes(tmp_path, "")) == []
    of = told["documents"][0]["parameters"] if "documents" in told else told
    of.get("fit", of.get("of", of))["probe"][0] += 1e-6
    place.write_text(json.dumps(told))
    assert [note.endswith(f"as it is now: {name}.") for note in stale.notes(tmp_path, "")] == [True]


@pytest.mark.parametrize("name", ["sbc", "sbc-wrong"])
def test_the_command_of_a_check_has_all_that_it_was_made_with(name):
    """Every option that the manifest has a value of: without one, others would be made again."""
    told = json.loads((committed() / name / "manifest.json").read_text("utf-8"))
    options = told.keys() & inspect.signature(sbc).parameters.keys()
    assert {"records", "until", "pilot", "iterations", "most", "wrong", "main"} <= options
    words = command_of(told)
    for option in options:
        value = told[option]
        asked = f"--{option}" if isinstance(value, bool) else f"--{option} {value} "
        assert (asked in f"{words} ") == (value is not False), option


def test_the_command_writes_the_page_and_refuses_what_is_no_fit(tmp_path, monkeypatch, capsys):
    done = CliRunner().invoke(app, ["calibrate", "report", "--out", str(tmp_path / "page.html")])
    assert done.exit_code == 0
    assert (tmp_path / "page.html").read_bytes().startswith(b"<!doctype html>")
    for wrong, words in ((tmp_path / "none", "no such directory"), (tmp_path, "no fit stands")):
        command = [
            "steppe",
            "calibrate",
            "report",
            "--fit",
            str(wrong),
            "--out",
            str(tmp_path / "no"),
        ]
        monkeypatch.setattr(sys, "argv", command)
        with pytest.raises(SystemExit) as stopped:
            entry()
        assert stopped.value.code == 2
        assert f"--fit: {words}" in capsys.readouterr().err


def test_a_damaged_table_is_named(tmp_path):
    synthetic.fit(tmp_path / "fit")
    path = tmp_path / "fit" / "told.csv"
    whole = path.read_text("utf-8")
    path.write_text(whole.replace("contraction", "contraktion"), "utf-8")
    with pytest.raises(InputError, match=r"told\.csv: contraction: a column is missing"):
        inputs_of(tmp_path / "fit", None, "x")
    path.write_text(whole.replace("budget.china", "budget.chine"), "utf-8")
    with pytest.raises(InputError, match=r"did you mean budget\.china"):
        inputs_of(tmp_path / "fit", None, "x")
    path.write_text(whole.replace("0.613", "much"), "utf-8")
    with pytest.raises(InputError, match="not a number"):
        inputs_of(tmp_path / "fit", None, "x")


def some_ranks(rank, ranked=99):
    rank = np.asarray(rank)
    names = tuple(f"n{k}" for k in range(rank.shape[1]))
    zero = np.zeros(rank.shape)
    return ranks.Ranks(names, zero, zero, zero, rank, ranked, {}, 0, {})


def test_bands_hold_uniform_ranks_as_often_as_they_say():
    """Of 400 numbers with uniform ranks about 5 in 100 leave the band of one number."""
    rng = np.random.default_rng(8)
    found = ranks.bands(some_ranks(rng.integers(0, 100, (100, 400))))
    assert 0.02 < found.leaves_one.mean() < 0.08
    assert found.leaves_all.sum() <= 2
    inside = (found.found >= found.one[0][:, np.newaxis] - 1e-9) & (
        found.found <= found.one[1][:, np.newaxis] + 1e-9
    )
    assert np.array_equal(inside.all(axis=0), ~found.leaves_one)  # the picture is the verdict


def test_ranks_that_are_bent_leave_the_bands():
    """Negative controls: posteriors too high, and too narrow by a half."""
    rng = np.random.default_rng(9)
    high = rng.integers(0, 70, (100, 1))
    edges = np.where(rng.random((100, 1)) < 0.5, rng.integers(0, 25, (100, 1)), 99)
    assert ranks.bands(some_ranks(np.hstack([high, edges]))).leaves_all.all()


def test_coverage_of_known_ranks():
    """Each rank once: intervals hold just what they say. All in the middle: everything."""
    rows = ranks.coverage(some_ranks(np.stack([np.arange(100), np.full(100, 50)], axis=1)))
    assert [row["nominal"] for row in rows] == [0.5, 0.8, 0.9]
    assert [row["least"] for row in rows] == [0.5, 0.8, 0.9]
    assert [row["most"] for row in rows] == [1.0, 1.0, 1.0]
    assert rows[0]["least_name"] == "n0"


def test_a_gain_is_clear_only_if_its_interval_leaves_out_zero():
    nan = float("nan")
    for low, high, kind in ((0.1, 2.0, "gain"), (-2.0, -0.1, "loss"), (-1.0, 3.0, "open"),
                            (0.0, 3.0, "open"), (nan, nan, "open")):  # fmt: skip
        assert foresight.verdict({"low": low, "high": high}) == kind


def test_what_was_read_is_counted_and_every_prior_has_its_reason(html):
    """Counts of the record itself, and for each of the four numbers what the evidence says."""
    told = between(html, "read", "believe")
    record = [
        row for row in documented_counts()
        if row["year"] <= 2022 and not (row["channel"] == ACT and row["multilateral"])
    ]  # fmt: skip
    assert f"{len(record)} documented packages" in told
    sized = sum(row["amount_usd"] is not None for row in record)
    assert f"{sized} of them have a sum of money" in told
    for name in (*synthetic.NAMES, synthetic.BESIDE):
        (ground,) = grounds(name)
        assert " ".join(ground.reason.split()) in unescape(told)


def test_the_account_knows_the_words_of_the_evidence():
    assert numbers.BASES == BASES


def test_how_the_cut_was_guarded_is_said(html):
    told = between(html, "backtest", "claims")
    assert "every dated row that was read (3 in the first, none later than 2008)" in told
    assert "known beyond the cut in the first: coverage." in told


def test_records_as_long_as_the_real_one_are_told(html):
    told = between(html, "believe", "predictive")
    assert "2 records were brought forth to 2021" in told
    assert "(133 and 117 packages), all 3 numbers. 1 of 2 fits passed all their gates" in told
    assert "50% intervals hold 47% of the true values (48% would be due)" in told
