"""Tables and report of a study, on walks that are known."""

import dataclasses
import json
from html import escape
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from steppe.explore.study.outcomes import NEVER, kept_of
from steppe.model.names import AREAS, FORMS, PATRONS, STATES
from steppe.model.world import empty_outcome
from steppe.results.pdf import pdf_of
from steppe.results.study import short
from steppe.results.study.answers import on_expectation, on_firsts, on_forms, on_ranking, on_rules
from steppe.results.study.claimed import EXPECTED, claims
from steppe.results.study.form_answers import on_areas_by_form
from steppe.results.study.forms import WINDOW, by_form
from steppe.results.study.page import Beside, write
from steppe.results.study.pieces import read_piece, write_piece
from steppe.results.study.reach import times
from steppe.results.study.whatifs import SIZEABLE, firsts, paired
from steppe.results.tables import read_table
from steppe.results.told import Teller, chosen, problems, sentences

from . import study_synthetic as synthetic
from .results_synthetic import manifest

pytestmark = pytest.mark.long

COMMITTED = Path(__file__).parent.parent / "results" / "reference"
EVENTS = [
    {"id": "e1", "year": 2000, "state": "TJ", "patron": "china", "area": "counter_narcotics",
     "channel": "aid", "text": "Trucks & <radios>"},
]  # fmt: skip


@pytest.fixture(scope="module")
def made():
    return synthetic.made()


@pytest.fixture(scope="module")
def report(made, tmp_path_factory):
    place = tmp_path_factory.mktemp("study") / "out"
    told = manifest(runs=80, draws=synthetic.DRAWS, last_year=synthetic.LAST, kind="study")
    stories = [{"title": "Hungry <b>", "story": "Once", "assumptions": ("One",)}]
    return write(place, made, told, Beside(EVENTS, stories, ["Assumed"], ["Beware"]))


# ---------------------------------------------------------------- what is kept


def test_a_run_by_hand():
    """Stands at rung 2 at the cut, at 3 two years later, falls to 1 at the end."""
    outcome = empty_outcome(1, 8)  # 1992 to 1999
    outcome.rung[0, :, 0, 0, 0] = [0, 0, 2, 2, 2, 3, 3, 1]
    outcome.packages[0, :, 0, 0, 0] = [9, 1, 1, 1, 2, 3, 4, 5]
    kept = kept_of(outcome, 1995)
    assert kept.start[0, 0, 0, 0] == 2
    assert kept.last[0, 0, 0, 0] == 1
    assert kept.first[0, 0, 0, 0].tolist() == [0, 0, 2, NEVER, NEVER]
    assert kept.packages[0, 0, 0, 0] == 2 + 3 + 4 + 5
    assert kept.before[0, 0, 0, 0] == 9 + 1 + 1 + 1


# ---------------------------------------------------------------- tables


def test_reaching_is_monotone(made):
    """More years, more runs; higher rungs, fewer; any state, at least as many as one."""
    frame = made["reach"].set_index(["state", "patron", "area", "rung", "year"])["p"].unstack()
    assert (np.diff(frame.to_numpy(), axis=1) >= 0).all()
    by_rung = frame.reset_index().pivot_table(
        index=["state", "patron", "area"], columns="rung", values=synthetic.LAST
    )
    assert (np.diff(by_rung.to_numpy(), axis=1) <= 0).all()
    some = chosen(made["reach_any"], {"year": synthetic.LAST}).set_index(["patron", "area", "rung"])
    one = chosen(made["reach"], {"year": synthetic.LAST, "state": "KZ"})
    one = one.set_index(["patron", "area", "rung"])
    assert (some["p"] >= one["p"]).all()


def test_times_by_hand():
    """Forty runs: ten there at the cut, thirty new in years 1 to 3, ten each; none never."""
    first = np.full((40, 5, 2, 5, 5), NEVER, np.uint8)
    first[:10, 0, 0, 0, 2] = 0
    for n in range(3):
        first[10 + 10 * n : 20 + 10 * n, 0, 0, 0, 2] = n + 1
    frame = times({"first": first}, 1, 2000, 2010)
    row = chosen(frame, {"state": "KZ", "patron": "china", "area": "defence", "rung": 3}).iloc[0]
    assert (row["p_start"], row["p_new"], row["p_never"]) == (0.25, 0.75, 0.0)
    assert (row["q25"], row["q50"], row["q75"]) == (2001, 2002, 2003)
    none = chosen(frame, {"state": "UZ", "patron": "china", "area": "defence", "rung": 3}).iloc[0]
    assert np.isnan(none["q50"])
    assert none["p_never"] == 1.0


def test_a_twin_makes_no_difference(made):
    rows = chosen(made["what_ifs"], {"scenario": "twin"})
    assert (rows[["difference", "lower", "upper", "changed"]] == 0.0).all(axis=None)
    assert not rows["supported"].any()


def test_a_lever_changes_its_cell_and_no_other(made):
    rows = chosen(made["what_ifs"], {"scenario": "hungry"})
    own = (rows["patron"] == "china") & rows["area"].isin(["counter_narcotics", "all"])
    assert rows[own & (rows["outcome"] == "packages")]["supported"].all()
    assert (rows[own & (rows["outcome"] == "packages")]["difference"] > 0).all()
    assert (rows[~own]["changed"] == 0.0).all()


def test_differences_turn_with_the_sides():
    one, other = synthetic.kept(), synthetic.kept(0.3)
    forth, back = (paired(a, b, synthetic.DRAWS) for a, b in ((one, other), (other, one)))
    assert forth["difference"].to_numpy() == pytest.approx(-back["difference"].to_numpy())
    assert (forth["p_b_greater"] == back["p_a_greater"]).all()


def test_pairs_of_areas_mirror_each_other(made):
    pairs = made["pairs"].set_index(["measure", "patron", "area", "other"])
    for (measure, patron, area, other), row in pairs.iterrows():
        mirror = pairs.loc[(measure, patron, other, area)]
        assert row["difference"] == pytest.approx(-mirror["difference"])
        assert row["lower"] == pytest.approx(-mirror["upper"])
        assert row["ahead"] == mirror["behind"]


def test_the_term_that_was_put_in_the_way_is_found(made):
    cells = made["obstacles"]
    far = cells[(cells["state"] == "TM") & (cells["term"] != "")]
    near = cells[~cells["state"].isin(["TM", "all"]) & (cells["term"] != "")]
    assert len(far)
    assert (far["term"] == "language").all()
    assert far["told"].all()
    assert len(near)
    assert (near["term"] == "sovereignty").all()
    assert near["told"].all()


def test_growth_by_form_by_hand():
    """Two runs of 1999-2008: aid in energy once in the first five years, five times in the last.

    Growth is 4 packages in 5 years: 0.8 a year. In run 1 nothing is accepted: the mean is 0.4.
    """
    years = [2000, 2004, 2005, 2006, 2007, 2008, 2003]
    rows = {
        "run": [0] * 6 + [1], "year": years, "accepted": [True] * 6 + [False],
        "patron": [0] * 7, "form": [FORMS.index("aid")] * 7,
        "area": [AREAS.index("energy_protection")] * 7,
    }  # fmt: skip
    frame, pairs = by_form({n: np.array(v) for n, v in rows.items()}, 1998, 2008)
    at = {"measure": "growth", "patron": "china", "form": "aid", "area": "energy_protection"}
    row = chosen(frame, at).iloc[0]
    assert (row["early"], row["late"], row["mean"], row["window"]) == (0.1, 0.5, 0.4, 5)
    assert (row["p_first_run"], row["offers"]) == (0.5 + 0.5 / 4, 3.5)
    both = chosen(frame, {**at, "patron": "all"}).iloc[0]
    assert both["mean"] == 0.4
    taken = chosen(frame, {**at, "measure": "acceptance"}).iloc[0]
    assert taken["mean"] == pytest.approx(6 / 7)
    apart = chosen(pairs, {**at, "other": "peacekeeping"}).iloc[0]
    assert apart["difference"] == 0.4
    assert not apart["ahead"], "two runs support nothing"
    assert chosen(frame, {**at, "patron": "russia"})["mean"].tolist() == [0.0]


def test_the_form_that_was_made_to_grow_in_one_area_is_found():
    """Offers of a form in one area are accepted late only; no other cell stands apart."""
    decisions = dict(synthetic.decisions())
    cell = (
        (decisions["form"] == FORMS.index("unit"))
        & (decisions["area"] == AREAS.index("peacekeeping"))
        & (decisions["patron"] == PATRONS.index("russia"))
    )
    decisions["accepted"] = np.where(
        cell, decisions["year"] > synthetic.LAST - WINDOW, decisions["accepted"]
    )
    frame, pairs = by_form(decisions, synthetic.CUT, synthetic.LAST)
    told = chosen(frame, {"measure": "growth", "told": True})
    assert set(told["form"]) == {"unit"}
    assert set(told["patron"]) == {"russia", "all"}
    assert set(told["area"]) == {"peacekeeping"}
    assert told["grows"].all()
    said = on_areas_by_form(
        Teller({"forms": frame, "form_pairs": pairs}), "growth", synthetic.CUT, "russia"
    )
    assert "of mixed units peacekeeping grows fastest (+" in said
    assert said.endswith(
        "of agreements, aid, exercises of two, parts in joint exercises and standing forces no "
        "area is told apart from all others"
    )


def test_an_area_that_is_ahead_and_does_not_grow_is_not_called_growing():
    """All areas lose a form, one loses least: it is ahead, and grows nowhere."""
    decisions = dict(synthetic.decisions())
    late = decisions["year"] > synthetic.LAST - WINDOW
    unit = decisions["form"] == FORMS.index("unit")
    least = decisions["area"] == AREAS.index("peacekeeping")
    decisions["accepted"] = np.where(unit & ~least, ~late, decisions["accepted"])
    frame, pairs = by_form(decisions, synthetic.CUT, synthetic.LAST)
    tables = {"forms": frame, "form_pairs": pairs}
    said = on_areas_by_form(Teller(tables), "growth", synthetic.CUT, "all")
    assert "of mixed units peacekeeping is ahead (" in said
    assert "fastest" not in said


def test_forms_that_nobody_offers_are_said_to_be_none():
    decisions = synthetic.decisions()
    keep = decisions["form"] != FORMS.index("base")
    frame, pairs = by_form(
        {n: v[keep] for n, v in decisions.items()}, synthetic.CUT, synthetic.LAST
    )
    tables = {"forms": frame, "form_pairs": pairs}
    for measure in ("growth", "acceptance"):
        said = on_areas_by_form(Teller(tables), measure, synthetic.CUT, "china")
        assert said.endswith("of standing forces there are no offers")
    rows = chosen(frame, {"measure": "acceptance", "form": "base", "patron": "china"})
    assert rows["mean"].isna().all()
    assert sorted(rows["place"]) == [1, 2, 3, 4]


def test_pairs_by_form_mirror_each_other(made):
    keys = ["measure", "patron", "form", "area", "other"]
    pairs = made["form_pairs"].set_index(keys)
    mirror = made["form_pairs"].rename(columns={"area": "other", "other": "area"})
    mirror = mirror.set_index(keys).loc[pairs.index]
    assert np.allclose(pairs["difference"], -mirror["difference"], equal_nan=True)
    assert np.allclose(pairs["lower"], -mirror["upper"], equal_nan=True)
    assert (pairs["ahead"] == mirror["behind"]).all()


def test_acceptance_is_accepted_over_offered(made):
    kept = synthetic.kept()
    row = chosen(
        made["ranking"], {"measure": "acceptance", "patron": "russia", "area": "peacekeeping"}
    ).iloc[0]
    p, a = PATRONS.index("russia"), AREAS.index("peacekeeping")
    expected = kept["packages"][:, :, p, a].sum() / kept["offers"][:, :, p, a].sum()
    assert row["mean"] == pytest.approx(expected)


# ---------------------------------------------------------------- the report


def test_every_sentence_follows_from_its_table(report):
    page = report.read_bytes()
    stored = {
        path.stem: read_table(report.parent, path.stem)
        for path in (report.parent / "tables").glob("*.parquet")
    }
    assert len(sentences(page)) > 40
    assert problems(page, stored) == []


@pytest.mark.parametrize(
    "table",
    [
        "reach",
        "reach_any",
        "times_any",
        "terms",
        "pairs",
        "ranking",
        "resistance",
        "forms",
        "what_ifs",
        "firsts",
        "record",
    ],
)
def test_a_table_that_was_tampered_with_is_found(report, table):
    """Negative control: numbers of a table moved under the prose."""
    stored = {
        path.stem: read_table(report.parent, path.stem)
        for path in (report.parent / "tables").glob("*.parquet")
    }
    frame = stored[table].copy()
    for column in frame.select_dtypes("float").columns:
        frame[column] = frame[column] * 0.7 - 0.05
    for column in frame.select_dtypes("bool").columns:
        frame[column] = ~frame[column]
    if table == "record":
        frame["most"] += 1
    assert problems(report.read_bytes(), {**stored, table: frame})


def test_the_prose_says_no_difference_where_there_is_none(made):
    """A study of twins alone: no what-if raises or lowers anything."""
    from steppe.results.study import answers
    from steppe.results.told import Teller

    table = made["what_ifs"]
    alone = {**made, "what_ifs": table[table["scenario"] == "twin"].reset_index(drop=True)}
    said = answers.what_changes(Teller(alone), "all", synthetic.CUT, "china")
    assert "0 of 1 what-ifs" in said
    assert "raises" not in said
    assert "lowers" not in said


def test_what_is_on_record_stands_beside_the_ranking(made):
    from steppe.results.study import answers
    from steppe.results.told import Teller

    said = answers.on_record(Teller(made), synthetic.CUT, "china")
    assert said.startswith("On record from 1999 to 2011 with China")
    assert "2 to 3 in counter-narcotics, 0 in peacekeeping" in said
    alone = "but no package of it with China is on record from 1999 to 2011"
    assert [alone in one for one in answers.on_expectation(Teller(made), synthetic.CUT)] == [
        True, False,
    ]  # fmt: skip
    table = made["record"].assign(most=1)
    told = answers.on_expectation(Teller({**made, "record": table}), synthetic.CUT)
    assert not any(alone in one for one in told)


def test_the_same_claim_tested_elsewhere_stands_beside_the_expectation(made):
    """Only beside the viewpoint at which it was made, and with both numbers."""
    row = {"id": EXPECTED[0], "cut": synthetic.CUT, "horizon": 2005, "probability": 0.125}
    tables = {**made, "claims": pd.DataFrame([row])}
    (said,) = (s for s in on_expectation(Teller(tables), synthetic.CUT) if "documents" in s)
    assert f"({EXPECTED[0]}) has energy protection ahead with China in 12% of runs" in said
    assert f"stop at {synthetic.CUT} and the rungs of 2005" in said
    other = {**made, "claims": pd.DataFrame([{**row, "cut": 2016}])}
    assert not any("documents" in s for s in on_expectation(Teller(other), synthetic.CUT))


def test_claims_of_another_posterior_are_not_read(tmp_path):
    (tmp_path / "claims").mkdir()
    facts = {"documents": [{"parameters": {"digest": "p"}}]}
    (tmp_path / "claims" / "manifest.json").write_text(json.dumps(facts), "utf-8")
    (tmp_path / "claims" / "claims.csv").write_text(
        f"id,cut,horizon,probability,more\n{EXPECTED[0]},2009,2020,0.5,x\nother,2009,2020,0.1,x\n"
    )
    found = claims(tmp_path, "p")["claims"]
    assert found.to_dict("records") == [
        {"id": EXPECTED[0], "cut": 2009, "horizon": 2020, "probability": 0.5}
    ]
    assert claims(tmp_path, "q") == {}
    assert claims(tmp_path / "nowhere", "p") == {}


def test_a_what_if_that_puts_another_area_first_is_named(made):
    """Rises of 3 and 1; what-ifs add nothing, then 2.5 to the lower: 3.5 is ahead by 0.5."""
    rise = pd.DataFrame({
        "viewpoint": 2000, "measure": "rungs", "patron": "china",
        "area": ["energy_protection", "peacekeeping"], "mean": [3.0, 1.0],
    })  # fmt: skip
    changed = pd.DataFrame({
        "viewpoint": 2000, "scenario": ["a", "a", "b", "b"], "title": ["A", "A", "B", "B"],
        "outcome": "rung", "patron": "china",
        "area": ["energy_protection", "peacekeeping"] * 2, "difference": [0.0, 0.0, 0.0, 2.5],
    })  # fmt: skip
    found = firsts(rise, changed)
    assert found["same"].tolist() == [True, False]
    assert found["other"].tolist() == ["energy_protection", "peacekeeping"]
    assert found["lead"].tolist() == [2.0, 0.5]
    said = on_firsts(Teller({"firsts": found, "ranking": rise}), 2000, "china")
    assert (
        "energy protection grows fastest by its mean rung in the baseline and under 1 of 2" in said
    )
    assert said.endswith("under \N{LEFT DOUBLE QUOTATION MARK}B\N{RIGHT DOUBLE QUOTATION MARK} "
                         "it is peacekeeping, by 0.500 of a rung")  # fmt: skip


def test_sizeable_differences_are_supported_and_not_small(made):
    rows = made["what_ifs"]
    assert rows["sizeable"].any()
    assert rows[rows["sizeable"]]["supported"].all()
    assert (rows[rows["sizeable"]]["difference"].abs() >= SIZEABLE).all()
    assert (rows[rows["supported"] & ~rows["sizeable"]]["difference"].abs() < SIZEABLE).all()


def test_an_area_that_is_first_in_more_runs_is_named_where_the_mean_says_another(made):
    at = {"viewpoint": synthetic.CUT, "measure": "acceptance", "patron": "china"}
    table = made["ranking"].copy()
    here = (table["measure"] == "acceptance") & (table["patron"] == "china")
    first = chosen(table, at).sort_values("place")["area"].tolist()
    for area, share in zip(first, (0.3, 0.4, 0.2, 0.1), strict=True):
        table.loc[here & (table["area"] == area), "p_first_run"] = share
    said = on_ranking(Teller({**made, "ranking": table}), *_of(at))
    assert "run by run it is" in said
    assert said.endswith("ahead most often (40%)")
    for area, share in zip(first, (0.4, 0.3, 0.2, 0.1), strict=True):
        table.loc[here & (table["area"] == area), "p_first_run"] = share
    assert "run by run" not in on_ranking(Teller({**made, "ranking": table}), *_of(at))


def _of(at):
    return at["measure"], at["viewpoint"], at["patron"]


def test_resistance_of_mixed_units_is_told_by_area(made):
    """Four in ten offers are declined whatever their form."""
    said = on_forms(Teller(made), synthetic.CUT, "china")
    assert said.startswith(f"From {synthetic.CUT}, with China, of mixed units that are offered")
    shares = chosen(made["resistance"], {"form": "unit", "patron": "china"})["declined"]
    assert shares.to_numpy() == pytest.approx(0.4, abs=0.06)
    without = made["resistance"][made["resistance"]["form"] != "unit"]
    assert "none is" in on_forms(Teller({**made, "resistance": without}), synthetic.CUT, "china")


def test_the_tables_that_are_kept_give_the_same_sentences(made, tmp_path):
    """What the docs read is a small part of a study; no sentence changes by it."""
    short.write(tmp_path, made, manifest(kind="study"), {"plain": "1"})
    kept = short.read(tmp_path)
    assert short.told(kept) == short.told(made)
    assert sum(map(len, kept.values())) < sum(map(len, made.values())) / 2
    assert json.loads((tmp_path / short.ABOUT).read_text("utf-8"))["badge"] == manifest().badge


def test_nothing_is_loaded_from_elsewhere(report):
    text = report.read_text("utf-8")
    assert "Hungry &lt;b&gt;" in text
    for forbidden in ("url(", "@import", "<script", 'src="http', "<link"):
        assert forbidden not in text


def test_the_pdf_is_whole_and_the_same_each_time(report):
    first = report.with_suffix(".pdf").read_bytes()
    assert first.startswith(b"%PDF-")
    assert first.rstrip().endswith(b"%%EOF")
    title = manifest().title
    assert pdf_of(report.read_bytes(), title) == first


def test_the_report_is_the_same_each_time(report, made, tmp_path):
    told = manifest(runs=80, draws=synthetic.DRAWS, last_year=synthetic.LAST, kind="study")
    stories = [{"title": "Hungry <b>", "story": "Once", "assumptions": ("One",)}]
    again = write(tmp_path / "b", made, told, Beside(EVENTS, stories, ["Assumed"], ["Beware"]))
    for name in ("report.html", "report.pdf", "tables/reach.parquet", "figures/rankings.png"):
        assert (again.parent / name).read_bytes() == (report.parent / name).read_bytes()


def test_rules_become_the_structure(made):
    """Two more decision rules: the split asks for them, the page says how many."""
    from steppe.explore.study.decisions import TERMS
    from steppe.results.study.cases import tables

    rules = [
        dataclasses.replace(synthetic.case(name, hunger), rule=name)
        for name, hunger in (("balancing", 0.15), ("bandwagoning", 0.3))
    ]
    view = dataclasses.replace(synthetic.view(), rules=rules)
    found = tables([view], TERMS, synthetic.FACTS)
    split = found["split"]
    (balancing, bandwagoning) = on_rules(Teller(found), synthetic.CUT)
    assert balancing.startswith("From 1998, mean rung at the end: balancing raises it with China")
    assert "no supported difference with Russia" in bandwagoning
    own = chosen(split, {"outcome": "packages", "patron": "china", "area": "counter_narcotics"})
    other = chosen(split, {"outcome": "packages", "patron": "russia", "area": "counter_narcotics"})
    assert own["share_structure"].iloc[0] > 0.2
    assert other["share_structure"].iloc[0] == pytest.approx(0.0, abs=0.01)


# ---------------------------------------------------------------- pieces


def test_a_piece_comes_back_and_no_other(tmp_path):
    arrays = {"a": np.arange(6).reshape(2, 3), "b": np.array([True])}
    path = tmp_path / "one.npz"
    write_piece(path, "k", arrays)
    found = read_piece(path, "k")
    assert found is not None
    assert (found["a"] == arrays["a"]).all()
    assert read_piece(path, "other") is None
    assert read_piece(tmp_path / "none.npz", "k") is None
    content = path.read_bytes()
    write_piece(path, "k", arrays)
    assert path.read_bytes() == content
    path.write_bytes(content[: len(content) // 2])
    assert read_piece(path, "k") is None


def test_states_are_all_in_the_tables(made):
    assert set(made["reach"]["state"]) == set(STATES)
    assert isinstance(made["facts"], pd.DataFrame)


def test_the_sentences_of_the_docs_follow_from_the_committed_tables():
    about = json.loads((COMMITTED / "study" / short.ABOUT).read_text("utf-8"))
    tables = short.read(COMMITTED / "study") | claims(COMMITTED, about["digests"]["posterior"])
    told = short.told(tables)
    said = [
        one
        for part in (*told["areas"].values(), *(v for k, v in told.items() if k != "areas"))
        for one in part
    ]
    page = "".join(f'<li data-told="{escape(s.reference)}">{escape(s)}</li>' for s in said)
    assert len(said) > 100
    assert problems(page.encode(), tables) == []
