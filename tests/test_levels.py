"""The committed reference of the shipped scenarios, and what it would not let pass."""

import numpy as np
import pandas as pd
import pytest

from steppe.cli.reproduce import made, reference_directory
from steppe.model.errors import InputError
from steppe.results.levels import KEY, Shipped, account, compared, levels, read_reference
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
    table = compared(cases(), reference, DRAWS)
    assert table["within"].all()
    assert (table["difference"] == 0.0).all()


def test_other_luck_agrees_within_its_error(reference):
    table = compared(cases(first=1000), reference, DRAWS)
    assert (table["difference"] != 0.0).any()
    assert table["within"].all()


def test_another_model_does_not_pass(reference):
    """Negative control: three tenths more packages everywhere."""
    moved = cases(first=1000)
    moved.loc[moved["outcome"] == "packages", "mean"] *= 1.3
    assert not compared(moved, reference, DRAWS)["within"].all()


def test_a_scenario_that_is_missing_is_named(reference):
    with pytest.raises(InputError, match="the library lacks hungry"):
        compared(reference[reference["scenario"] == "plain"], reference, DRAWS)
    with pytest.raises(InputError, match="the reference lacks hungry"):
        compared(reference, reference[reference["scenario"] == "plain"], DRAWS)


def test_every_number_is_explained(reference):
    facts = {"command": "c", "runs": 80, "draws": DRAWS, "seed": 7, "badge": "exploration: x"}
    lines = account(reference, facts).splitlines()
    told = [line for line in lines if line.startswith("- ")]
    assert len(told) == len(reference)
    assert any("expected up: as expected" in line and "appetite" in line for line in told)
    assert all(": " in line for line in told)


def test_the_committed_reference_is_of_the_shipped_scenarios():
    committed = read_reference(reference_directory())
    assert set(committed["scenario"]) == set(library())
    assert not committed.duplicated(KEY).any()
    assert (committed["se"] >= 0.0).all()
    assert (committed["why"].str.len() > 0).all()


def test_the_shipped_scenarios_give_the_committed_numbers():
    """Forty runs of every scenario, other luck than the reference's: within the errors of both."""
    found, facts = made(40, 2)
    table = compared(found, read_reference(reference_directory()), int(facts["units"]))
    wrong = table[~table["within"]]
    assert wrong.empty, wrong.to_string()
    assert isinstance(found, pd.DataFrame)
    assert np.isfinite(table["allowed"]).all()
