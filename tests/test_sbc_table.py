"""Fitted simulated records as one table: nothing lost, nothing mixed."""

import csv
import json

import numpy as np
import pytest

from steppe.calibration import sbc, sbc_table
from steppe.calibration.target import Target, record_target
from steppe.model.errors import InputError
from steppe.results.account import ranks

NAMES = ("opportunity_rate", "budget.china")
CHECK = sbc.Check(seed=5, pilot=10, iterations=40, chains=2, ranked=9)


@pytest.fixture(scope="module")
def records(tmp_path_factory):
    whole = record_target(1996, 2)
    target = Target(whole.tables, whole.history, 1996, 2, NAMES)
    folder = tmp_path_factory.mktemp("records")
    return folder, sbc.run(target, CHECK, [0, 1, 2], folder)


def test_the_table_of_a_real_run_is_what_was_fitted(records, tmp_path):
    folder, found = records
    path = sbc_table.write_table(folder, tmp_path / "table")
    told = json.loads((tmp_path / "table" / "manifest.json").read_text("utf-8"))
    assert told["records"] == 3
    assert told["estimated"] == list(NAMES)
    assert (told["ranked"], told["until"], told["particles"], told["iterations"]) == (
        9,
        1996,
        2,
        40,
    )
    assert told["wrong"] is False
    with path.open(newline="", encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    assert list(rows[0])[:13] == [
        "number", "rows", "noise", "set_aside", "particles", "rhat", "ess", "iterations",
        "passed", "opportunity_rate:truth", "opportunity_rate:rank", "opportunity_rate:mean",
        "opportunity_rate:sd",
    ]  # fmt: skip
    for row, one in zip(rows, found, strict=True):
        assert int(row["number"]) == one["number"]
        for n, name in enumerate(NAMES):
            assert int(row[f"{name}:rank"]) == one["rank"][n]
            assert float(row[f"{name}:mean"]) == one["mean"][n]


def test_the_account_reads_the_table(records, tmp_path):
    """Two programs that share nothing but the form."""
    folder, found = records
    sbc_table.write_table(folder, tmp_path)
    read = ranks.read(tmp_path)
    assert read.estimated == NAMES
    assert np.array_equal(read.rank, [one["rank"] for one in found])
    assert np.array_equal(read.truth, [one["truth"] for one in found])
    assert read.whole["rows"].tolist() == [one["rows"] for one in found]


def test_records_of_two_checks_and_damaged_ones_are_refused(records, tmp_path):
    folder, _ = records
    for path in folder.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    other = json.loads((tmp_path / "record-0001.json").read_text("utf-8"))
    other["check"]["wrong"] = True
    (tmp_path / "record-0001.json").write_text(json.dumps(other), "utf-8")
    with pytest.raises(InputError, match=r"record-0001\.json: wrong: the file is of another check"):
        sbc_table.write_table(tmp_path, tmp_path)
    (tmp_path / "record-0001.json").write_text("{", "utf-8")
    with pytest.raises(InputError, match="damaged"):
        sbc_table.write_table(tmp_path, tmp_path)
    with pytest.raises(InputError, match="no fitted records"):
        sbc_table.write_table(tmp_path / "none", tmp_path)


def test_a_record_set_aside_is_told_and_not_ranked(records, tmp_path, monkeypatch):
    """With no noise borne every record is set aside; beside fitted ones it stands blank."""
    folder, found = records
    for path in folder.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    whole = record_target(1996, 2)
    target = Target(whole.tables, whole.history, 1996, 2, NAMES)
    monkeypatch.setattr(sbc, "MOST_MORE", -1)
    (aside,) = sbc.run(target, CHECK, [3], tmp_path)
    assert aside["set_aside"]
    assert aside["rank"] is aside["rhat"] is None
    sbc_table.write_table(tmp_path, tmp_path / "table")
    told = json.loads((tmp_path / "table" / "manifest.json").read_text("utf-8"))
    assert (told["records"], told["set_aside"]) == (4, 1)
    read = ranks.read(tmp_path / "table")
    assert (read.records, read.set_aside) == (3, 1)
    assert np.array_equal(read.rank, [one["rank"] for one in found])
    again = tmp_path / "again"
    assert sbc_table.unpack(tmp_path / "table", again) == 4
    for path in tmp_path.glob("record-*.json"):
        assert json.loads((again / path.name).read_bytes()) == json.loads(path.read_bytes())


def test_a_check_goes_on_from_its_committed_table(records, tmp_path):
    """Files written back from the table are those that it was made of."""
    folder, _ = records
    sbc_table.write_table(folder, tmp_path / "table")
    again = tmp_path / "again"
    again.mkdir()
    kept = (folder / "record-0001.json").read_bytes()
    (again / "record-0001.json").write_bytes(kept)
    assert sbc_table.unpack(tmp_path / "table", again) == 2
    for path in folder.iterdir():
        assert json.loads((again / path.name).read_bytes()) == json.loads(path.read_bytes())
    assert sbc_table.unpack(tmp_path / "nowhere", again) == 0
    (tmp_path / "table" / "manifest.json").write_text("{}", "utf-8")
    with pytest.raises(InputError, match="damaged"):
        sbc_table.unpack(tmp_path / "table", again)
