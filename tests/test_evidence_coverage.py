"""Coverage, what numbers rest on, the data package, and completeness."""

import csv
import itertools
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from steppe.calibration.basis import grounds
from steppe.calibration.codebook import TABLES, Event, LeftOut
from steppe.calibration.completeness import Documents, sentences
from steppe.calibration.coverage import FORMS, coverage, in_words
from steppe.calibration.datapackage import descriptor, field, package
from steppe.calibration.packages import documented_counts
from steppe.calibration.problems import Placed
from steppe.calibration.reading import evidence_directory
from steppe.calibration.record import load_record
from steppe.model.names import CHANNELS, PATRONS, STATES
from steppe.model.quantities import addresses
from steppe.results.coverage import picture


@pytest.fixture(scope="module")
def found():
    return coverage()


def test_counts_are_the_packages_and_the_refusals(found):
    """Known answer by another way: the packages that conditioned runs impose."""
    counts = found.counts.copy()
    for row in documented_counts():
        f = FORMS.index(CHANNELS[row["rung"] - 1])
        place = (PATRONS.index(row["patron"]), f, STATES.index(row["state"]))
        counts[(*place, row["year"] - found.years[0])] -= 1
    assert not counts[:, : len(CHANNELS)].any()
    assert counts[:, -1].sum() > 0


def test_every_event_row_is_counted_or_left_out_with_a_reason(found):
    record = load_record()
    drawn = 0
    for event in record.events:
        here = coverage_of(event)
        drawn += here
    assert drawn + sum(found.elsewhere.values()) == len(record.events)


def coverage_of(event):
    """Whether a row is drawn, by the words of the picture's caption."""
    return (
        event.kind == "event"
        and event.patron in ("china", "russia", "sco", "csto")
        and event.channel not in ("meeting", "statement")
        and 1992 <= event.year_start <= 2022
        and bool(set(event.recipients) & set(STATES))
    )


def test_assumed_chances_are_probabilities_and_vary_by_period(found):
    assert ((found.chance >= 0) & (found.chance <= 1)).all()
    for patron in PATRONS:
        spans = found.periods(patron)
        assert spans[0][0] == found.years[0]
        assert spans[-1][1] == found.years[-1]
        assert all(b[0] == a[1] + 1 for a, b in itertools.pairwise(spans))
        assert len(spans) > 4


def test_detection_of_chinese_exercises_is_the_counted_share(found):
    """Nine or ten of more than twenty exercises of 2002-2009 can be identified."""
    chance = found.chance[0, CHANNELS.index("exercise"), found.years == 2005]
    assert 9 / 22 <= chance.item() <= 10 / 20


def test_words_show_each_event_as_a_digit(found):
    lines = list(in_words(found, load_record().detection))
    body = [line for line in lines if line[:6].strip() in PATRONS and "." in line[26:]]
    digits = sum(int(c) for line in body[: len(PATRONS) * len(FORMS) * len(STATES)]
                 for c in line[26:] if c.isdigit())  # fmt: skip
    assert digits == found.counts.sum()


def test_the_picture_draws_a_disc_where_there_are_events(found):
    figure = picture(found.years.tolist(), FORMS, found.counts, found.chance, found.source)
    discs = sum(len(axes.lines) for axes in figure.axes)
    lines_between = len(PATRONS) * len(FORMS) * (len(STATES) - 1)
    assert discs - lines_between == np.count_nonzero(found.counts)


def test_every_number_has_a_ground():
    told = grounds()
    assert {g.address for g in told} == set(addresses())
    for ground in told:
        if ground.basis == "assumed":
            # a judgement may lean on a source, but a parameter without basis has none
            assert ground.kind != "parameter" or not ground.sources
        else:
            assert ground.sources, ground.address
            assert ground.reason, ground.address


def test_the_longest_address_holds():
    [family] = grounds("budget_alarm_response.russia")
    [entry] = grounds("budget_alarm_response.china")
    assert (family.basis, entry.basis) == ("inferred", "assumed")


def test_mechanisms_are_named_where_they_live():
    [ground] = grounds("sovereignty_weight")
    assert "sovereignty-blocks-guards" in ground.rows


def test_sentences_are_cut_by_paragraph():
    text = "Title without end\n\nOne two\nthree. “Four,” he said. In the U.S. five (6) stand."
    assert sentences(text) == [
        "Title without end", "One two three.", "“Four,” he said.", "In the U.S. five (6) stand.",
    ]  # fmt: skip


def test_locators_side_by_side_may_not_retell_a_document(tmp_path):
    words = "one two three four five six seven eight nine ten eleven twelve thirteen fourteen"
    (tmp_path / "000_a.txt").write_text(words, "utf-8")
    halves = [" ".join(words.split()[:7]), " ".join(words.split()[7:])]

    def problems(phrases):
        rows = [
            Placed("left_out.csv", n, LeftOut(id=f"r{n}", sources=("000_a",), locator=(phrase,),
                                              statement="s", reason="r"))
            for n, phrase in enumerate(phrases)
        ]  # fmt: skip
        return [p.problem for p in Documents(tmp_path).check(rows)]

    assert problems(halves) == ["locators side by side retell a passage"]
    assert problems(halves[:1]) == []


def test_every_column_of_the_package_is_described():
    described = descriptor(evidence_directory(), load_record())
    paths = [r["path"] for r in described["resources"]]
    assert set(TABLES) <= set(paths)
    for resource in described["resources"]:
        for column in resource["schema"]["fields"]:
            assert column["description"], column["name"]


def test_vocabularies_stand_in_the_schema():
    assert field("patron", Event)["constraints"]["enum"][0] == "china"
    assert field("year_start", Event)["type"] == "integer"
    assert "required" not in field("year_start", Event).get("constraints", {})
    assert field("outcome", Event)["constraints"]["required"]


def written(folder: Path) -> Path:
    for name, text in package().items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8", newline="\n")
    return folder / "datapackage.json"


def validate(path: Path) -> dict:
    result = subprocess.run(
        [sys.executable, "-m", "frictionless", "validate", str(path), "--json"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    return json.loads(result.stdout)


def test_frictionless_finds_the_package_valid_and_a_fault_in_a_spoilt_one(tmp_path):
    path = written(tmp_path)
    assert validate(path)["valid"]
    events = tmp_path / "events.csv"
    with events.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    rows[3]["patron"] = "prussia"
    with events.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    assert not validate(path)["valid"]
