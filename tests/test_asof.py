"""The evidence as of a year: nothing dated later changes a bit of it."""

import csv
from dataclasses import replace

import numpy as np
import pytest

from steppe.calibration.asof import (
    COVERAGE,
    frozen,
    setting_as_of,
    what_is_given,
    what_was_read,
)
from steppe.calibration.packages import imposed
from steppe.calibration.setting import of_kind, setting
from steppe.explore.backtest.leaks import check_no_leak, training
from steppe.model.errors import InputError
from steppe.model.names import START_YEAR

from .evidence_copies import copy_evidence

CUT, HORIZON = 2009, 2017
PAST, AHEAD = slice(CUT + 1 - START_YEAR), slice(CUT + 1 - START_YEAR, None)


@pytest.fixture
def copy(tmp_path):
    return copy_evidence(tmp_path)


@pytest.fixture(scope="module")
def found():
    return frozen(CUT, HORIZON)


def edit(path, change):
    """Rewrite a table, each row by ``change``; None drops it."""
    with path.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    names = list(rows[0])
    kept = [row for row in map(change, rows) if row is not None]
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, names, lineterminator="\n")
        writer.writeheader()
        writer.writerows(kept)


def edit_series(copy, year_from, year_to):
    """Change every raw value of a span of years, but for the coverage."""
    for path in sorted((copy / "series").glob("*.csv")):
        if path.stem != COVERAGE:
            edit(
                path,
                lambda row: (
                    {**row, "value": str(0.9 * float(row["value"]) + 0.01)}
                    if year_from <= int(row["year"]) <= year_to
                    else row
                ),
            )


def test_no_value_after_the_cut_changes_a_bit(copy):
    edit_series(copy, CUT + 1, 3000)

    def later(row):
        """Drop what begins later, and change what ends later."""
        if row["year_start"] and int(row["year_start"]) > CUT:
            return None
        ends = row["year_end"] and int(row["year_end"]) > CUT
        return {**row, "year_end": "2011"} if ends else row

    edit(copy / "traits.csv", later)
    edit(copy / "events.csv", later)
    edit(copy / "occasions.csv", lambda row: None if row["event"][:4] > str(CUT) else row)
    assert frozen(CUT, HORIZON, (), copy).digest == frozen(CUT, HORIZON, ()).digest


@pytest.mark.parametrize("year", [1999, CUT])
def test_a_value_up_to_the_cut_does(copy, year):
    """Negative control of the test above."""
    edit_series(copy, year, year)
    assert frozen(CUT, HORIZON, (), copy).digest != frozen(CUT, HORIZON, ()).digest


def test_a_full_setting_reads_later_values():
    """Negative control: what a fit to the cut would read without freezing."""
    later, asof = setting(CUT), setting_as_of(CUT, CUT)
    assert any(not np.array_equal(later[name], asof[name]) for name in asof)


def test_what_stood_at_the_cut_is_carried_forward():
    """Raw values are; an index that is the mean of three years settles after two."""
    values = setting_as_of(CUT, HORIZON, given=())
    settled = slice(CUT + 2 - START_YEAR, None)
    for name, array in values.items():
        assert np.ptp(array[settled], axis=0).max() == 0.0, name
    uz = values["membership"][:, 4, 1]  # Uzbekistan left the treaty in 2012
    assert uz[CUT - START_YEAR] == uz[-1] == 1.0
    assert setting(HORIZON)["membership"][-1, 4, 1] == 0.0


def test_drivers_can_be_known_after_the_cut_and_only_there():
    known, whole = setting_as_of(CUT, HORIZON, given=of_kind("driver")), setting(HORIZON)
    plain = setting_as_of(CUT, HORIZON)
    for name in of_kind("driver"):
        assert np.array_equal(known[name][AHEAD], whole[name][AHEAD])
        assert np.array_equal(known[name][PAST], plain[name][PAST])


def test_a_force_stands_to_the_cut_and_no_further(found):
    forces = found.packages.last > 0
    assert forces.any()
    assert found.packages.last.max() == CUT
    assert imposed(CUT).last.max() > CUT


def test_everything_that_was_read_is_dated_to_the_cut(found):
    rows = what_was_read(found)
    assert max(row["year"] for row in rows) == CUT
    assert {"events.csv", "traits.csv", "series/dispute.csv"} <= {row["table"] for row in rows}
    check_no_leak(training(found))


def test_a_leaked_event_is_found(found):
    """Negative control: one later event among the training history."""
    later = imposed(CUT + 1)
    leaked = replace(found, packages=later)
    with pytest.raises(InputError, match=r"events\.csv.*later than the cut was read"):
        check_no_leak(training(leaked))


def test_a_leaked_event_with_another_date_is_found(found):
    """Negative control: the leak is dated back, so that only the digest tells."""
    later = imposed(CUT + 1)
    dated_back = replace(later, year=np.minimum(later.year, CUT), last=np.minimum(later.last, CUT))
    leaked = replace(found, packages=dated_back)
    with pytest.raises(InputError, match="not the evidence as of the cut"):
        check_no_leak(training(leaked))


def test_leaked_spreads_of_the_drivers_deviations_are_found(found):
    """Negative control: medians in the tables as of the cut, spreads from the whole series."""
    later = frozen(2022, given=()).drivers
    assert later != found.drivers
    with pytest.raises(InputError, match="not the evidence as of the cut"):
        check_no_leak(training(replace(found, drivers=later)))


def test_standing_statements_are_listed_with_the_last_year_that_is_read(found):
    """That of early 2010 on all years before it tells of those to the cut, and stands there."""
    rows = [row for row in what_was_read(found) if row["table"] == "statements.csv"]
    assert {row["id"].split("|")[0] for row in rows} >= {"no-chinese-bases"}
    assert {row["year"] for row in rows} == {CUT}
    assert imposed(2010).last[imposed(2010).rung < 0].max() > CUT


def test_a_leaked_statement_is_found(found):
    """Negative control: the statement of 2010 is taken to the year of its text."""
    stated = found.packages.rung < 0
    leaked = replace(found.packages, last=np.where(stated, CUT + 1, found.packages.last))
    with pytest.raises(InputError, match=r"statements\.csv.*later than the cut was read"):
        check_no_leak(training(replace(found, packages=leaked)))


def test_a_leaked_driver_is_found(found):
    leaked = replace(found, tables=frozen(CUT, HORIZON, given=of_kind("driver")).tables)
    with pytest.raises(InputError, match="not the evidence as of the cut"):
        check_no_leak(training(leaked))


def test_what_is_known_beyond_the_cut_is_listed(found):
    """To the horizon, and what the years before it are drawn towards: technology of 2022."""
    assert what_is_given(frozen(CUT, HORIZON, given=())) == []
    rows = what_is_given(frozen(CUT, HORIZON, given=("technology",)))
    assert rows, "its values are years apart"
    for row in rows:
        assert row["driver"] == "technology"
        assert [year > HORIZON for year in row["years"]].count(True) <= 1
        assert min(row["years"]) > CUT
    changed = setting_as_of(CUT, HORIZON, ("technology",))["technology"]
    assert not np.array_equal(changed, setting_as_of(CUT, HORIZON, ())["technology"])
    assert {row["driver"] for row in what_is_given(found)} == set(found.given)


def test_memory_and_volatility_are_drawn_around_what_was_fitted(found):
    """Medians stay, spreads are those of the fit, and in dated years nothing deviates."""
    rng = np.random.default_rng(3)
    drawn = [found.deviating(found.tables, rng) for _ in range(400)]
    memory = np.stack([one["driver_persistence"][-1] for one in drawn])
    at_last = found.tables["driver_persistence"][-1]
    spread = np.array([row.persistence_spread for row in found.drivers])
    assert np.median(memory, axis=0) == pytest.approx(at_last, abs=0.06)
    assert np.std(np.log(memory / (1.0 - memory)), axis=0) == pytest.approx(spread, rel=0.15)
    still = found.tables["driver_volatility"] == 0.0
    assert still.any()
    for one in drawn[:5]:
        assert np.array_equal(one["driver_volatility"] == 0.0, still)
    assert found.deviating(found.tables, np.random.default_rng(3))["driver_persistence"][
        -1
    ] == pytest.approx(memory[0])


@pytest.mark.parametrize(
    ("cut", "horizon", "given", "match"),
    [
        (1980, 1990, (), "outside the history"),
        (2009, 2005, (), "before the cut"),
        (2009, 2017, ("weather",), "no such driver"),
    ],
)
def test_what_does_not_fit_is_refused(cut, horizon, given, match):
    with pytest.raises(InputError, match=match):
        frozen(cut, horizon, given)


def test_a_fit_reads_the_same_whatever_the_horizon(found):
    near, far = frozen(CUT).target(5), found.target_to_cut(5)
    assert np.array_equal(near.tables.flat, far.tables.flat)
