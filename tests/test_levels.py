"""The committed reference of the shipped scenarios, and what it would not let pass."""

import re

import numpy as np
import pandas as pd
import pytest

from steppe.cli.reproduce import made, reference_directory, units_of
from steppe.explore.study.decisions import TERMS
from steppe.model.errors import InputError
from steppe.model.names import AREAS
from steppe.results.levels import KEY, Shipped, account, compared, levels, read_reference
from steppe.results.reasons import Runs, because
from steppe.results.study.obstacles import obstacles
from steppe.results.study.whatifs import outcome
from steppe.scenarios.load import library

from . import study_synthetic as synthetic

DRAWS = synthetic.DRAWS


def cases(first=0):
    plain = Shipped("plain", "across", "plain", 13, synthetic.kept(first=first), ())
    hungry = Shipped(
        "hungry", "counter_narcotics", "plain", 13, synthetic.kept(0.3, first=first),
        [("packages.china", "up", "appetite adds to its chances")],
    )  # fmt: skip
    return levels([plain, hungry], {"plain": plain.kept}, DRAWS)


@pytest.fixture(scope="module")
def reference():
    return cases()


def test_the_same_runs_give_the_same(reference):
    table = compared(cases(), reference, DRAWS, DRAWS)
    assert table["within"].all()
    assert (table["difference"] == 0.0).all()


def test_other_luck_agrees_within_its_error(reference):
    table = compared(cases(first=1000), reference, DRAWS, DRAWS)
    assert (table["difference"] != 0.0).any()
    assert table["within"].all()


def test_runs_that_happen_not_to_differ_know_no_error_of_their_own(reference):
    """One unit in ten of the reference is a rung higher, and none of forty happens to be."""
    some = reference.assign(mean=4.1, se=0.3 / 200**0.5)
    none = reference.assign(mean=4.0, se=0.0)
    assert compared(none, some, 40, 200)["within"].all()
    assert not compared(none, some, 20_000, 200)["within"].any(), "so many would have had it"


def test_another_model_does_not_pass(reference):
    """Negative control: three tenths more packages everywhere."""
    moved = cases(first=1000)
    moved.loc[moved["outcome"] == "packages", "mean"] *= 1.3
    assert not compared(moved, reference, DRAWS, DRAWS)["within"].all()


def test_a_scenario_that_is_missing_is_named(reference):
    with pytest.raises(InputError, match="the library lacks hungry"):
        compared(reference[reference["scenario"] == "plain"], reference, DRAWS, DRAWS)
    with pytest.raises(InputError, match="the reference lacks hungry"):
        compared(reference, reference[reference["scenario"] == "plain"], DRAWS, DRAWS)


def test_every_number_is_explained(reference):
    facts = {"command": "c", "runs": 80, "draws": DRAWS, "seed": 7, "badge": "exploration: x"}
    lines = account(reference, facts).splitlines()
    told = [line for line in lines if line.startswith("- ")]
    assert len(told) == len(reference)
    assert any("expected up, appetite adds to its chances: as expected" in line for line in told)
    assert all(line.rstrip(".").rsplit(": ", 1)[1] for line in told)
    assert reference["because"].str.len().min() > 0


# ---------------------------------------------------------------- reasons


def by_hand(offers, packages):
    """Runs in which Kazakhstan has these offers and packages of China in defence, others none."""
    runs = len(offers)
    kept = {name: np.zeros((runs, 5, 2, 5), np.uint16) for name in ("offers", "packages", "before")}
    kept["offers"][:, 0, 0, 0], kept["packages"][:, 0, 0, 0] = offers, packages
    kept |= {name: np.zeros((runs, 5, 2, 5), np.int8) for name in ("start", "last")}
    kept["first"] = np.full((runs, 5, 2, 5, 5), 255, np.uint8)
    return kept


def test_packages_are_split_into_offers_and_acceptance_by_hand():
    """Half of 10 offers taken, then of 20: +5 by offers. Then 8 of 10: +3 by acceptance."""
    noise = np.arange(40) % 2 * 2 - 1
    base = by_hand(10 + noise, 5 + noise)
    more = by_hand(20 + noise, 10 + noise)
    said = because(Runs(more, base, 40, ["budget.china"]), "packages", "china", "defence")
    assert said.startswith("of it +5 ± ")
    assert "by the number of offers; no supported change by the share accepted" in said
    assert "one lever, on budget.china" in said
    assert said.endswith("a supported part in Kazakhstan (+5 ± 0) alone")
    keen = by_hand(10 + noise, 8 + noise)
    said = because(Runs(keen, base, 40, ["x"]), "packages", "china", "defence")
    assert said.startswith("of it +3 ± ")
    assert "by the share accepted; no supported change by the number of offers" in said


def test_both_parts_add_up_to_the_difference():
    base, other = synthetic.kept(), synthetic.kept(0.3)
    said = because(Runs(other, base, DRAWS, ["x"]), "packages", "china", "counter_narcotics")
    found = re.findall(r"([+-][\d.]+) ± [\d.e-]+ by the (?:number|share)", said)
    a, b = (outcome("packages", k)[:, 0, AREAS.index("counter_narcotics")] for k in (base, other))
    assert sum(map(float, found)) == pytest.approx((b - a).mean(), rel=0.01)


def test_nothing_is_named_that_chance_explains():
    """Other luck of the same world: no lever, no part and no place stands apart."""
    base, other = synthetic.kept(), synthetic.kept(first=500)
    runs = Runs(other, base, DRAWS, ["one", "two"], [other, synthetic.kept(first=500)])
    for name in ("rung", "packages"):
        for area in ("peacekeeping", "all"):
            said = because(runs, name, "russia", area)
            assert "none of its 2 levers alone is told from nothing" in said
            assert "most in" not in said
            assert " ± " not in said, said


def test_the_lever_that_does_the_work_is_named():
    base, other = synthetic.kept(), synthetic.kept(0.3)
    runs = Runs(other, base, DRAWS, ["appetite", "idle"], [base, other])
    said = because(runs, "packages", "china", "counter_narcotics")
    whole = outcome("packages", other)[:, 0, AREAS.index("counter_narcotics")].mean()
    part = whole - outcome("packages", base)[:, 0, AREAS.index("counter_narcotics")].mean()
    assert f"{part:+.3g} ± " in said.split("by the lever on appetite")[0].split(";")[-1]
    assert "1 of 2 levers not told from nothing" in said
    untouched = because(runs, "packages", "russia", "peacekeeping")
    assert untouched == "no run differs from its baseline"


def test_a_baseline_names_the_term_and_the_place_that_were_put_there():
    kept = synthetic.kept()
    cells = obstacles(synthetic.decisions(), TERMS, synthetic.CUT)[1]
    said = because(Runs(kept, kept, DRAWS, obstacles=cells), "rung", "china", "peacekeeping")
    assert "weighs most against declined offers (-" in said
    grown = {**kept, "last": kept["last"].copy(), "start": kept["start"] * 0}
    grown["last"][:] = 0
    grown["last"][:, 2, 0, 2] = 3
    grown["last"][:, 1, 0, 2] = 2
    said = because(Runs(grown, grown, DRAWS), "rung", "china", "peacekeeping")
    assert said == "most in Tajikistan (+0.6 ± 0), then Kyrgyzstan (+0.4 ± 0)"
    assert because(Runs(grown, grown, DRAWS), "rung", "russia", "all").startswith("in no area")


def test_the_committed_reference_is_of_the_shipped_scenarios():
    committed = read_reference(reference_directory())
    assert set(committed["scenario"]) == set(library())
    assert not committed.duplicated(KEY).any()
    assert (committed["se"] >= 0.0).all()
    assert (committed["because"].str.len() > 0).all()
    assert committed["because"].duplicated().mean() < 0.1, "a template explains nothing"


@pytest.mark.long
def test_the_shipped_scenarios_give_the_committed_numbers():
    """Forty runs of every scenario, other luck than the reference's: within the errors of both."""
    found, facts = made(40, 2)
    committed = read_reference(reference_directory())
    table = compared(found, committed, int(facts["units"]), units_of(reference_directory()))
    wrong = table[~table["within"]]
    assert wrong.empty, wrong.to_string()
    assert isinstance(found, pd.DataFrame)
    assert np.isfinite(table["allowed"]).all()
