"""The evidence that is shipped: it stands up to its own check, and can be found and cited."""

import csv
import shutil
from importlib.resources import files
from pathlib import Path

import pytest

from steppe.calibration.check import check, examine
from steppe.calibration.codebook import EVENT_COLUMNS, as_fields
from steppe.calibration.reading import evidence_directory
from steppe.calibration.record import FILTERS, load_record, parents
from steppe.calibration.references import bibtex, plain
from steppe.model.errors import InputError

FIVE_DOCUMENTS = {
    "000_e0d38c0e5c981c6b",
    "001_ed48a56282a53ea7",
    "002_f0a8ddd99eaae0a6",
    "003_f6f376b6d78da00b",
    "004_8894d143028e4c46",
}


@pytest.fixture(scope="module")
def record():
    return load_record()


def test_the_check_finds_nothing():
    assert list(map(str, check())) == []


def test_evidence_is_kept_and_read_again_when_a_file_has_changed(tmp_path):
    shutil.copytree(Path(str(evidence_directory())), tmp_path / "mine")
    first = load_record(tmp_path / "mine")
    assert load_record(tmp_path / "mine") is first
    table = tmp_path / "mine" / "conflicts.csv"
    table.write_text("".join(table.read_text("utf-8").splitlines(keepends=True)[:-1]), "utf-8")
    assert len(load_record(tmp_path / "mine").conflicts) == len(first.conflicts) - 1


def test_the_check_read_every_row(record):
    _, counts = examine()
    assert counts["events.csv"] == len(record.events) >= 150
    assert counts["sources"] == len(record.sources)
    assert all(count > 0 for count in counts.values())


def test_columns_are_the_codebooks():
    assert EVENT_COLUMNS == (
        "id", "kind", "year_start", "year_end", "date_text", "patron", "recipients",
        "channel", "area", "amount_usd", "amount_basis", "amount_low", "amount_high",
        "troops_total", "troops_recipient", "troops_patron", "persons_trained",
        "outcome", "certainty", "sources", "locator", "note",
    )  # fmt: skip


def test_rows_make_the_round_trip(record):
    path = files("steppe.calibration") / "evidence" / "events.csv"
    rows = list(csv.reader(path.read_text("utf-8").splitlines()))
    written = [as_fields(event) for event in record.events]
    assert written == [[field.strip() for field in row] for row in rows[1:]]


def test_exactly_the_five_documents_are_documents(record):
    assert {k for k, s in record.sources.items() if s.kind == "document"} == FIVE_DOCUMENTS


def test_each_document_is_used(record):
    for key in FIVE_DOCUMENTS:
        assert record.select(source=key)


def test_an_event_on_an_external_fact_alone_says_so(record):
    for event in record.events:
        if not FIVE_DOCUMENTS & set(event.sources):
            assert event.note, event.id
            assert "external" in event.note, event.id


def test_the_first_kyrgyz_exercise(record):
    """The report of 2010 dates the first bilateral exercise to 2002, with Kyrgyzstan."""
    [(kind, event)] = record.find("2002-kg-first-exercise")
    assert kind == "event"
    assert (event.year_start, event.patron, event.recipients) == (2002, "china", ("KG",))
    assert event.channel == "exercise_bilateral"


def test_components_point_to_their_deal(record):
    """The documents signed with Tajikistan in 2005 hold several components but are one deal."""
    parts = record.parts("2005-tj-cooperation-documents")
    assert "2005-tj-intelligence" in [part.id for part in parts]
    assert all(parents(part) == ("2005-tj-cooperation-documents",) for part in parts)
    assert record.parts("2002-kg-first-exercise") == ()


@pytest.mark.parametrize("name", FILTERS)
def test_filters_split_the_events(record, name):
    """Rows of all words of a filter together are the rows that have any."""
    parts = [record.select(**{name: word}) for word in FILTERS[name]]
    if name == "state":
        assert {e.id for part in parts for e in part} == {
            e.id for e in record.events if set(e.recipients) - {"others"}
        }
    else:
        assert sum(map(len, parts)) == len(record.events)


def test_years_filter_by_touching_spans(record):
    chosen = record.select(first=2002, last=2003)
    assert {"2002-kg-first-exercise", "2002-sco-exercise-count"} <= {e.id for e in chosen}
    assert all(e.year_start is not None or e.year_end is not None for e in chosen)
    assert not [e for e in chosen if (e.year_end or e.year_start or 0) < 2002]
    assert len(record.select()) == len(record.events)


@pytest.mark.parametrize(
    ("filters", "message"),
    [
        ({"state": "KGZ"}, "did you mean KZ or KG"),
        ({"patron": "prc"}, "allowed: china, russia, sco, csto, us, none"),
        ({"area": "narcotics"}, "did you mean counter_narcotics"),
        ({"source": "000"}, "did you mean 000_e0d38c0e5c981c6b"),
        ({"first": 2010, "last": 2002}, "the first year is after the last"),
    ],
)
def test_wrong_filters_are_refused(record, filters, message):
    with pytest.raises(InputError, match=message):
        record.select(**filters)


def test_an_unknown_id_names_the_nearest(record):
    with pytest.raises(InputError, match="did you mean 2002-kg-first-exercise"):
        record.find("2002-kg-first-excercise")


def test_a_missing_directory_is_refused(tmp_path):
    with pytest.raises(InputError, match="no such directory of evidence"):
        load_record(tmp_path / "nowhere")


def test_references_are_sorted_and_stand_once(record):
    lines = plain(["gtd", "004_8894d143028e4c46", "gtd", "assumed"], record.sources)
    assert len(lines) == 2
    assert lines[0].startswith("[004_8894d143028e4c46]")
    assert "Jamestown" in lines[0]
    assert lines[1].startswith("[gtd]")


def test_every_source_can_be_cited(record):
    keys = set(record.sources) - {"assumed"}
    entries = bibtex(keys, record.sources)
    assert len(entries) == len(keys) == len({entry.splitlines()[0] for entry in entries})
    for entry in entries:
        assert entry.startswith("@misc{")
        assert entry.count("{") - entry.count("\\{") == entry.count("}") - entry.count("\\}")


def test_an_external_fact_has_no_year_of_publication(record):
    """Its table holds the fact's own year; a document's holds the year of publication."""
    assert "year =" not in bibtex(["ext:AID01"], record.sources)[0]
    assert "year = {2005}" in bibtex(["004_8894d143028e4c46"], record.sources)[0]


def test_an_unknown_reference_is_refused(record):
    with pytest.raises(InputError, match="did you mean gtd"):
        plain(["gdt"], record.sources)
