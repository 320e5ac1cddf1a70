"""``steppe study`` as a person uses it: small, resumed, checked, and refused where it must be."""

import json
import shutil
from dataclasses import replace

import numpy as np
import pytest

from steppe.cli.reproduce import reference_directory
from steppe.cli.study_members import fresh_levels, inputs, ready, sampled
from steppe.explore.problem import assemble
from steppe.explore.study.conduct import conduct, shared_pasts, with_pasts
from steppe.explore.study.members import FOUR, members
from steppe.model.errors import InputError
from steppe.results.store import open_finished
from steppe.results.study import short
from steppe.results.study.fresh import apart, changed
from steppe.scenarios.load import load_resolved

from .commands import steppe
from .test_cli import contents

pytestmark = pytest.mark.long

STUDY = reference_directory().parent / "study"
ASKED = ("study", "areas", "--runs", 12, "--traced", 2, "--viewpoint", 2009,
         "--only", "moscow-withdraws-2009", "--parameters", "point", "--out", "out")  # fmt: skip


@pytest.fixture(scope="module")
def studied(tmp_path_factory):
    place = tmp_path_factory.mktemp("study")
    done = steppe(*ASKED, cwd=place)
    (place / "said.txt").write_text(done.stdout, "utf-8")
    return place


def test_the_study_names_its_report_and_passes_its_check(studied):
    said = (studied / "said.txt").read_text("utf-8")
    assert "out/report.html" in said
    assert (studied / "out" / "report.pdf").is_file()
    assert "follow from their tables" in steppe("study", "check", "out", cwd=studied).stdout


def test_it_resumes_from_lost_and_broken_pieces_to_the_same_bytes(studied):
    before = contents(studied / "out")
    pieces = studied / "out" / "pieces"
    (pieces / "moscow-withdraws-2009.npz").unlink()
    broken = pieces / "baseline-2009-decisions.npz"
    broken.write_bytes(broken.read_bytes()[:100])
    (studied / "out" / "report.html").unlink()
    steppe(*ASKED, cwd=studied)
    assert contents(studied / "out") == before


def test_a_word_that_was_changed_is_found(studied):
    page = studied / "out" / "report.html"
    text = page.read_text("utf-8")
    assert "% of the offers are declined" in text
    try:
        page.write_text(text.replace("% of the offers are", "7% of the offers are", 1), "utf-8")
        done = steppe("study", "check", "out", cwd=studied, code=1)
        assert "does not say" in done.stderr
    finally:
        page.write_text(text, "utf-8")


def test_tables_and_figures_can_be_taken_away(studied):
    steppe("export", "out", "--to", "csv", "--out", "csv", cwd=studied)
    assert (studied / "csv" / "reach.csv").is_file()
    steppe("export", "out", "--to", "iamc", "--out", "iamc", cwd=studied)
    assert (studied / "iamc" / "study-areas-iamc.csv").is_file()


def test_packages_by_form_of_traced_runs_are_those_of_the_engine(studied):
    """Growth by form rests on traced decisions: a run's packages must be the same in both."""
    pieces = studied / "out" / "pieces"
    with np.load(pieces / "baseline-2009-decisions.npz") as decisions:
        taken = decisions["accepted"]
        traced = np.zeros((2, 2, 5), int)
        cell = tuple(decisions[n][taken] for n in ("run", "patron", "area"))
        np.add.at(traced, cell, 1)
        traced_forms = np.zeros((2, 2, 6), int)
        np.add.at(traced_forms, (*cell[:2], decisions["form"][taken]), 1)
    with np.load(pieces / "baseline-2009.npz") as kept:
        assert (kept["packages"][:2].sum(axis=1) == traced).all()
        assert (kept["forms"][:2].sum(axis=1) == traced_forms).all()


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("study", "areas", "--only", "moscow-withdrws"), "did you mean moscow-withdraws"),
        (("study", "areas", "--viewpoint", "2010"), "allowed: 2009, 2022"),
        (("study", "areas", "--viewpoint", "2009", "--only", "moscow-withdraws"), "has no part"),
        (("study", "check", "nowhere"), "there is no report"),
        (("export", "nowhere", "--to", "csv"), "no results are here"),
        (("export", "nowhere", "--to", "cvs"), "did you mean csv"),
        (("reproduce", "--against", "nowhere"), "there are no reference results"),
        (("compare", "baseline-2022"), "2 to 12 scenarios"),
        (("compare", "baseline-2022", "moscow-withdraws", "--of", "rungs"), "did you mean rung"),
        (("compare", "baseline-2022", "moscow-withdraws", "--precision", "0"), "above 0"),
    ],
)
def test_bad_input_ends_with_a_message_and_two(words, told, tmp_path):
    done = steppe(*words, cwd=tmp_path, code=2)
    assert told in " ".join(done.stderr.split())
    assert "Traceback" not in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_three_scenarios_until_a_precision_is_met(tmp_path):
    asked = ("compare", "baseline", "baseline", "baseline", "--parameters", "point",
             "--runs", 20, "--precision", 0.4, "--of", "rung", "--out", "c")  # fmt: skip
    said = steppe(*asked, cwd=tmp_path).stdout
    assert "differ in no number" in said
    assert "within the" in said
    assert {p.name for p in (tmp_path / "c").iterdir() if p.is_dir()} == {
        "runs-a", "runs-b", "runs-c", "figures", "tables",
    }  # fmt: skip
    assert "no difference in any run" in said
    before = contents(tmp_path / "c")
    assert steppe(*asked, cwd=tmp_path).stdout == said
    assert contents(tmp_path / "c") == before


def test_runs_are_added_until_the_precision_is_met(tmp_path):
    """Free runs of two scenarios that differ: the second is the first with a lever."""
    steppe("scenarios", "new", "mine", "--like", "moscow-withdraws", "--out", "mine.toml",
           cwd=tmp_path)  # fmt: skip
    text = (tmp_path / "mine.toml").read_text("utf-8")
    free = "\n".join(line for line in text.splitlines() if not line.startswith("conditioned_until"))
    if "[[views]]" in free:
        head, _, tail = free.partition("[[views]]")
        free = head + "[[" + tail.partition("[[")[2]
    (tmp_path / "mine.toml").write_text(
        free.replace('compare_with = "baseline-2022"', 'compare_with = "baseline"'), "utf-8"
    )
    asked = ("compare", "baseline", "mine.toml", "--parameters", "point", "--runs", 30,
             "--precision", 3.0, "--of", "packages", "--out", "c")  # fmt: skip
    done = steppe(*asked, cwd=tmp_path)
    assert "runs next" in done.stderr
    a, b = (open_finished(tmp_path / "c" / f"runs-{side}") for side in "ab")
    assert a.runs == b.runs > 30
    widest = (tmp_path / "c" / "report.html").read_text("utf-8")
    assert "within the" in widest


def test_shared_pasts_change_no_number():
    """The same runs with pasts of their own and with those that a what-if drew before."""
    other, own = (
        assemble(load_resolved(name, "point"), 1, 12)
        for name in ("moscow-withdraws-2009", "baseline-2009")
    )
    pasts = shared_pasts()
    conduct(with_pasts(other, pasts), 12)
    drawn = len(pasts)
    shared = conduct(with_pasts(own, pasts), 12)
    assert len(pasts) == drawn, "nothing was drawn again"
    for mine, theirs in zip(shared, conduct(own, 12), strict=True):
        assert np.array_equal(mine, theirs)


def test_every_area_has_what_ifs_at_both_viewpoints():
    found = members([2009, 2022])
    for viewpoint in (2009, 2022):
        mine = [m for m in found if m.viewpoint == viewpoint and m.role == "what-if"]
        for area in FOUR:
            assert sum(m.area == area for m in mine) >= 6
        assert sum(m.area == "across" for m in mine) >= 6
        assert {m.baseline for m in mine} == {f"baseline-{viewpoint}"}


def test_unknown_viewpoints_are_refused():
    with pytest.raises(InputError, match="no scenario of the library is a baseline"):
        members([2001])


# ---------------------------------------------------------------- freshness


@pytest.fixture(scope="module")
def fresh_again():
    """Levels of a few scenarios of the committed study, run anew with other luck."""
    return fresh_levels(sampled(members((2009, 2022))), 40, 2)


def test_the_committed_study_is_of_the_shipped_model(fresh_again):
    """What determines its members is as it was; what is run anew agrees within its error."""
    about = json.loads((STUDY / short.ABOUT).read_text("utf-8"))
    each = ready(members((2009, 2022)), 4000, 1, None)
    assert changed(about["inputs"], inputs(each)) == []
    levels, units = fresh_again
    assert set(levels["scenario"]) >= {"baseline-2009", "baseline-2022"}
    assert len(set(levels["scenario"])) >= 10
    table = apart(levels, short.read(STUDY)["levels"], units, 200)
    wrong = table[~table["within"]]
    assert wrong.empty, wrong.to_string()


def test_another_model_would_be_found(fresh_again):
    """Negative control: three tenths more packages in the committed table."""
    levels, units = fresh_again
    moved = short.read(STUDY)["levels"].copy()
    moved.loc[moved["outcome"] == "packages", "mean"] *= 1.3
    assert not apart(levels, moved, units, 200)["within"].all()


def test_inputs_that_are_new_gone_or_other_are_named():
    said = changed({"a": "1", "b": "2", "c": "3"}, {"a": "1", "b": "9", "d": "4"})
    assert [text.split(":")[0] for text in said] == ["d", "c", "b"]
    assert changed({"a": "1"}, {"a": "1"}) == []


def test_a_lever_changes_the_inputs_and_words_do_not():
    plain = members((2022,), ("moscow-withdraws",))
    (one,) = (m for m in plain if m.role == "what-if")
    words = replace(one, resolved=one.resolved.model_copy(update={"title": "Other words"}))
    moved = replace(one, resolved=one.resolved.model_copy(update={"levers": ()}))
    assert words.resolved.digest() == one.resolved.digest() != moved.resolved.digest()


def test_tables_that_are_stale_are_told(tmp_path):
    place = tmp_path / "study"
    shutil.copytree(STUDY, place)
    about = json.loads((place / short.ABOUT).read_text("utf-8"))
    about["inputs"]["poppy-returns"] = "0" * 64
    (place / short.ABOUT).write_text(json.dumps(about), "utf-8")
    done = steppe("study", "fresh", "--runs", 2, "--against", place, cwd=tmp_path, code=1)
    assert "poppy-returns: has other numbers than when the study was run" in done.stderr
    assert "steppe study areas --write" in done.stderr
    steppe("study", "fresh", "--against", tmp_path / "nowhere", cwd=tmp_path, code=2)
