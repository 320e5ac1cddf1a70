"""``steppe evidence``: what a person sees."""

import csv
import subprocess
import sys

import pytest
from typer.testing import CliRunner

from steppe.calibration.codebook import EVENT_COLUMNS
from steppe.calibration.record import load_record
from steppe.cli.evidence import app
from steppe.model.errors import InputError

from .evidence_copies import copy_evidence, stand_in_documents


@pytest.fixture
def copy(tmp_path):
    return copy_evidence(tmp_path)


@pytest.fixture
def documents(copy):
    return stand_in_documents(copy)


def run(*words, code=0):
    result = CliRunner().invoke(app, list(map(str, words)))
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == code, result.output
    return result


def test_list_with_filters():
    text = run("--state", "kg", "--channel", "exercise_bilateral", "--to", 2005).output
    assert "2002-kg-first-exercise" in text
    assert "2006-kg-similar-exercise" not in text
    assert f"1 of {len(load_record().events)} rows" in text


def test_wrong_filter_is_an_input_error():
    with pytest.raises(InputError, match="did you mean counter_narcotics"):
        run("--area", "narcotics")


def test_show_tells_all():
    text = run("show", "2005-tj-cooperation-documents").output
    assert "part: 2005-tj-intelligence" in text
    assert "[004_8894d143028e4c46]" in text
    assert "agreement" in text


def test_show_knows_traits_drivers_and_sources():
    assert "(trait)" in run("show", "exposure-kz-counter-narcotics").output
    assert "divide_note" in run("show", "trade").output
    assert "(source)" in run("show", "gtd").output


def test_check_prints_the_count_of_rows():
    assert ": 0 problems" in run("check").output


def test_check_exits_with_2(copy):
    (copy / "claims.csv").unlink()
    result = run("check", "--dir", copy, code=2)
    assert "claims.csv: the file is missing" in result.output
    assert ": 1 problems" in result.output


def test_check_looks_up_locators(copy, documents):
    assert ": 0 problems" in run("check", "--dir", copy, "--documents", documents).output
    path = documents / "004_8894d143028e4c46.txt"
    path.write_text("nothing of this", "utf-8")
    result = run("check", "--dir", copy, "--documents", documents, code=2)
    assert "the phrase does not stand in 004_8894d143028e4c46" in result.output


def test_references():
    assert "@misc{ext-AID01," in run("references", "--bibtex").output
    assert run("references", "gtd").output.startswith("[gtd]")


def test_csv_export(tmp_path):
    path = tmp_path / "rows.csv"
    run("--patron", "csto", "--csv", path)
    with path.open(encoding="utf-8", newline="") as stream:
        head, *rows = csv.reader(stream)
    assert tuple(head) == EVENT_COLUMNS
    assert {row[EVENT_COLUMNS.index("patron")] for row in rows} == {"csto"}
    with pytest.raises(InputError, match="cannot be used"):
        run("--csv", path / "rows.csv")


def test_show_tells_conflicts_readings_and_conditioning():
    text = run("show", "2016-tj-october-exercise").output
    assert "in conditioned runs: a package of china for TJ: rung 3 (joint activity)" in text
    assert "conflict (exercise-october-2016)" in text
    assert "second reading: 2016-tj-" in text
    text = run("show", "2007-tm-loan").output
    assert "settled:" in text
    text = run("show", "2012-uz-csto-suspension").output
    assert "in conditioned runs: no package; that UZ refused is read as a choice" in text


def test_coverage_writes_a_picture_and_a_table(tmp_path):
    assert "Assumed chance that an accepted package is on record" in run("coverage").output
    run("coverage", "--picture", tmp_path / "c.png", "--csv", tmp_path / "c.csv")
    assert (tmp_path / "c.png").read_bytes().startswith(b"\x89PNG")
    with (tmp_path / "c.csv").open(encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    assert sum(int(row["documented"]) for row in rows) > 100
    with pytest.raises(InputError, match="no picture of this kind"):
        run("coverage", "--picture", tmp_path / "c.jpg")


def test_agreement_prints_every_field():
    text = run("agreement").output
    assert "kappa" in text
    assert all(name in text for name in ("amount_usd", "outcome", "came from the second"))


def test_export_writes_whole_or_not_at_all(tmp_path):
    run("export", tmp_path / "new")
    names = {path.name for path in (tmp_path / "new").rglob("*") if path.is_file()}
    assert {"datapackage.json", "events.csv", "sources.csv", "settled.csv"} <= names
    assert not (tmp_path / "new.partial").exists()
    with pytest.raises(InputError, match="not an empty folder"):
        run("export", tmp_path / "new")
    (tmp_path / "empty").mkdir()
    run("export", tmp_path / "empty")
    assert (tmp_path / "empty" / "events.csv").is_file()


def test_light_imports():
    """Listing the evidence loads no heavy library."""
    code = (
        "import sys, steppe.cli.evidence, steppe.calibration.record\n"
        "print([m for m in ('numpy', 'pandas', 'numba', 'mesa', 'xarray') if m in sys.modules])"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert result.stdout.strip() == "[]"
