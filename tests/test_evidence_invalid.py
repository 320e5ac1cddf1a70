"""Every fault that the check knows, put into a copy of the real evidence, is found and named.

A case is a file ``invalid_evidence/<case>.json``: ``edits`` to the evidence and the
``problems`` that they cause, no more and no fewer, each from its beginning. ``{line}``
stands for the line of the first edit. The unedited copy is the control: it has no problem.
"""

import csv
import io
import json
from pathlib import Path

import pytest

from steppe.calibration.check import check
from steppe.calibration.codebook import SOURCE_FILES

from .evidence_copies import copy_evidence, stand_in_documents

CASES = sorted((Path(__file__).parent / "invalid_evidence").glob("*.json"))


@pytest.fixture
def copy(tmp_path):
    return copy_evidence(tmp_path)


@pytest.fixture
def documents(copy):
    return stand_in_documents(copy)


def edit(folder, change):
    """Apply one edit and return the line that it touches."""
    path = folder / change["file"]
    if change.get("remove"):
        path.unlink()
        return 0
    text = path.read_text("utf-8")
    if "old" in change:
        assert change["old"] in text, f"{change['old']!r} does not stand in {path.name}"
        before, after = text.split(change["old"], 1)
        path.write_text(before + change["new"] + after, "utf-8")
        shown = (before + change["new"]).splitlines()
        if path.suffix == ".toml":
            heads = [n for n, line in enumerate(shown, 1) if line.startswith("[")]
            inserted = [n for n in heads if n > before.count("\n")]
            return inserted[0] if inserted else heads[-1]
        return before.count("\n") + 1
    return edit_rows(path, text, change)


def edit_rows(path, text, change):
    rows = list(csv.reader(io.StringIO(text)))
    head, wanted = rows[0], change["row"]
    wanted = wanted if isinstance(wanted, dict) else {"id": wanted}
    found = [
        n
        for n, row in enumerate(rows)
        if wanted.items() <= dict(zip(head, row, strict=True)).items()
    ]
    assert len(found) == 1, f"{wanted} stands {len(found)} times in {path.name}"
    fields = dict(zip(head, rows[found[0]], strict=True))
    if change.get("drop"):
        del rows[found[0]]
    elif "copy" in change:
        rows.append(list((fields | change["copy"]).values()))
        found = [len(rows) - 1]
    else:
        assert change["set"].keys() <= fields.keys()
        rows[found[0]] = list((fields | change["set"]).values())
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(rows)
    path.write_text(out.getvalue(), "utf-8")
    return found[0] + 1


def test_there_are_many_cases():
    assert len(CASES) >= 60


def test_the_unedited_copy_has_no_problem(copy, documents):
    assert list(map(str, check(copy, documents))) == []


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_fault_is_found_and_named(path, copy, documents):
    case = json.loads(path.read_text("utf-8"))
    lines = [
        edit(documents.parent if change["file"].startswith("documents/") else copy, change)
        for change in case["edits"]
    ]
    found = [str(p) for p in check(copy, documents if case.get("documents") else None)]
    expected = [text.replace("{line}", str(lines[0])) for text in case["problems"]]
    assert len(found) == len(expected) > 0, found
    for message, beginning in zip(found, expected, strict=True):
        assert message.startswith(beginning)


def test_all_problems_are_reported_and_sorted(copy):
    edit(copy, {"file": "events.csv", "row": "2002-kg-first-exercise", "set": {"patron": "chin"}})
    edit(copy, {"file": "claims.csv", "row": "2010-trade-overtakes", "set": {"verdict": "yes"}})
    edit(copy, {"file": "events.csv", "row": "2000-uz-sniper-rifles", "set": {"channel": "arm"}})
    problems = check(copy)
    assert [(p.file, p.field) for p in problems] == [
        ("claims.csv", "verdict"),
        ("events.csv", "channel"),
        ("events.csv", "patron"),
    ]
    assert problems[1].line < problems[2].line


def test_every_file_of_the_evidence_is_needed(copy):
    names = ["events.csv", "traits.csv", "claims.csv", "mechanisms.csv", "drivers.toml"]
    for name in [*names, *SOURCE_FILES]:
        moved = (copy / name).rename(copy / "away")
        assert f"{name}: the file is missing" in map(str, check(copy))
        moved.rename(copy / name)
