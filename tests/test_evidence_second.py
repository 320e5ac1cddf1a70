"""The second reading: what is compared, how agreement is counted, and that it holds."""

import csv
from collections import Counter

import pytest

from steppe.calibration.check import check
from steppe.calibration.codebook import Event, Reread
from steppe.calibration.record import load_record
from steppe.calibration.second import (
    COMPARED,
    ROW,
    agreements,
    cohens_kappa,
    differences,
    needs_partner,
)

from .evidence_copies import copy_evidence


@pytest.fixture(scope="module")
def record():
    return load_record()


def event(model=Event, **fields):
    told = {
        "id": "2002-kg-word", "kind": "event", "year_start": 2002, "patron": "china",
        "recipients": "KG", "channel": "arms", "area": "defence", "outcome": "held",
        "certainty": "firm", "sources": "a", "locator": "b",
    }  # fmt: skip
    return model.model_validate(told | fields)


def test_the_order_of_lists_is_no_difference():
    one, other = event(recipients="KG;TJ"), event(Reread, recipients="TJ;KG", note="another")
    assert list(differences(one, other)) == []


def test_every_field_that_differs_is_named():
    changed = {"year_start": 2003, "outcome": "", "amount_usd": "5"}
    found = {field: (a, b) for field, a, b in differences(event(), event(Reread, **changed))}
    assert found == {
        "year_start": ("2002", "2003"), "outcome": ("held", ""), "amount_usd": ("", "5"),
    }  # fmt: skip


def test_free_text_and_locators_are_not_compared():
    assert {"id", "date_text", "locator", "note"} == set(Event.model_fields) - set(COMPARED)


def test_what_is_countable_needs_a_partner():
    assert needs_partner(event())
    assert not needs_partner(event(kind="context"))
    assert needs_partner(event(kind="context", troops_total=5))


def test_kappa_of_known_tables():
    """Cohen (1960): agreement of chance gives 0, full agreement 1."""
    full = [("a", "a")] * 3 + [("b", "b")] * 2
    chance = [("a", "a"), ("a", "b"), ("b", "a"), ("b", "b")]
    assert cohens_kappa(full) == 1.0
    assert cohens_kappa(chance) == 0.0
    assert cohens_kappa([("a", "a")]) is None
    assert cohens_kappa([]) is None
    # 45 of 70 agreed, margins 30/40 and 25/45: worked by hand
    worked = [("a", "a")] * 15 + [("a", "b")] * 15 + [("b", "a")] * 10 + [("b", "b")] * 30
    chance_alone = (30 * 25 + 40 * 45) / 70**2
    assert cohens_kappa(worked) == pytest.approx((45 / 70 - chance_alone) / (1 - chance_alone))


def test_agreement_is_that_before_settling(record):
    """A field settled for the second reading agrees now, and still counts as a difference."""
    told = {row.field: row for row in agreements(record.events, record.second)}
    added = {n.first for n in record.second.settled if n.field == ROW and n.first_value == "absent"}
    differing = Counter(
        n.field for n in record.second.settled
        if n.field != ROW and n.first not in added and n.first_value != n.second_value
    )  # fmt: skip
    assert any(n.settled == "second" and n.field == "year_end" for n in record.second.settled)
    for field, row in told.items():
        assert row.rows - row.same == differing[field], field


def test_every_event_and_sum_of_both_readings_is_met_or_explained(record):
    reading = record.second
    explained = {n.first for n in reading.settled if n.field == ROW}
    explained |= {n.second for n in reading.settled if n.field == ROW}
    for name, rows in (("first", record.events), ("second", reading.events)):
        met = {getattr(pair, name) for pair in reading.pairs}
        alone = [r.id for r in rows if needs_partner(r) and r.id not in met | explained]
        assert alone == []


def test_differences_are_settled_in_a_note_each(record):
    ours = {e.id: e for e in record.events}
    theirs = {e.id: e for e in record.second.events}
    notes = {(n.first, n.second, n.field): n for n in record.second.settled}
    open_now = 0
    for pair in record.second.pairs:
        for field, one, _ in differences(ours[pair.first], theirs[pair.second]):
            open_now += 1
            note = notes[pair.first, pair.second, field]
            assert note.reason
            assert note.settled == "neither" or (note.settled, note.first_value or "") == (
                "first", one,
            )  # fmt: skip
    assert open_now > 100  # two readers do differ


@pytest.mark.parametrize(
    "change, message",
    [
        ({"settled": "second"}, "the record does not follow the note"),
        ({"second_value": "1971"}, "not what the second reading has"),
        ({"field": "colour"}, "unknown word"),
        ({"first": "2002-kg-nothing"}, "no such pair of rows"),
    ],
)
def test_a_note_that_does_not_hold_is_found(tmp_path, change, message):
    copy = copy_evidence(tmp_path)
    path = copy / "second_reading" / "settled.csv"
    with path.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    chosen = next(r for r in rows if r["field"] == "year_end" and r["settled"] == "first")
    chosen.update(change)
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, rows[0], lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    assert message in " ".join(map(str, check(copy)))
