"""The page of the facts: the vocabulary, and what the shipped example gives."""

from __future__ import annotations

import csv
import json
from pathlib import Path

from steppe.cli.validate_text import COLUMNS, number, year_or
from steppe.explore.validate.vocabulary import OVER, QUANTITIES, RECORDS, STATISTICS, WORDS
from steppe.results.account.held import ORDER
from steppe.results.facts import without_the_record

from .cells import table

REFERENCE = Path(__file__).parents[2] / "results" / "reference"


def page() -> str:
    """Quantities, statistics and filters, then the results of the example."""
    quantities = [
        (f"`{name}`", one.meaning, one.unit, words(one.filters), words(one.statistics),
         words(OVER[name]) if "share_of" in one.statistics else "", one.rests_on)
        for name, one in QUANTITIES.items()
    ]  # fmt: skip
    return (
        "# Facts, word by word\n\n[How facts are checked](../validate.md). `steppe validate "
        "--vocabulary` prints the same tables.\n\n## Quantities\n\n"
        + table(
            ("quantity", "meaning", "unit", "filters", "statistics", "of", "rests on"), quantities
        )
        + "## Statistics\n\n"
        + table(("statistic", "meaning"), ((f"`{n}`", m) for n, m in STATISTICS.items()))
        + "## Who counted\n\n"
        + table(("record", "meaning"), ((f"`{n}`", m) for n, m in RECORDS.items()))
        + "## Words of the filters\n\n"
        + table(("column", "words"), ((f"`{n}`", words(w)) for n, w in WORDS.items()))
        + "## Other columns\n\n"
        + table(("column", "meaning"), ((f"`{n}`", m) for n, m in COLUMNS.items()))
        + "## The shipped example\n\n"
        + example(
            "validate-example",
            "All of it rests on the evidence that the model was fitted to: it shows how the file "
            "works, and where the model cannot tell its own record again. It forecasts nothing. "
            "Runs that follow the record have no rank among the naive rules, which do not have the "
            "years of the facts. *Free* is what the same model says if it is given no package: the "
            "probability of the band, and the rank among rules that read all years before.",
        )
        + "## The same from 2009\n\n"
        + example(
            "validate-from-2009",
            "The runs follow the record to the end of 2009 and are free from there; measures are "
            "fitted to data of those years. Parameters have read the record to 2022 all the same: "
            "what is *fitted to, not imposed* is half a forecast.",
        )
    )


def words(names: tuple[str, ...]) -> str:
    """Words as code, with commas."""
    return ", ".join(f"`{name}`" for name in names)


def ranked(row: dict[str, str], of: str) -> tuple[str, str]:
    """Rank among the naive rules, and which of them do better."""
    if not row[f"{of}rank"]:
        return "-", "-"
    place, count = float(row[f"{of}rank"]), float(row[f"{of}of"])
    return f"{place:.0f} of {count:.0f}", row[f"{of}beaten_by"] or "-"


def example(folder: str, words: str) -> str:
    """What the shipped example gives, as it is committed."""
    with (REFERENCE / folder / "results.csv").open(newline="", encoding="utf-8") as stream:
        rows = [row for row in csv.DictReader(stream) if not row["id"].startswith("shown-")]
    rows.sort(key=lambda row: ORDER.get(row["verdict"], len(ORDER)))
    ahead = [row for row in rows if row["standing"] == "out of the record"]
    found = {name: sum(row["verdict"] == name for row in rows) for name in ORDER}
    counted = (
        f"Of {len(rows)} facts {found['fail']} fail, {found['unsure']} are unsure, {found['pass']} "
        f"pass. {len(ahead)} are out of the record"
        + (f", of which {sum(row['verdict'] == 'fail' for row in ahead)} fail." if ahead else ".")
    )
    sure = sum(
        row["verdict"] == "pass" and row["standing"] in ("in the record", "given")
        and float(row["probability"]) == 1.0 and row["q05"] == row["q95"]
        for row in rows
    )  # fmt: skip
    if sure:
        counted += f" {sure} of those that pass could not fail: the runs were given what they say."
    counted += "".join(f" {line}" for line in without_the_record(rows))
    told = json.loads((REFERENCE / folder / "manifest.json").read_text("utf-8"))

    def cell(row: dict[str, str], name: str) -> str:
        return year_or(float(row[name] or "nan"), row["unit"])

    lines = [
        (f"`{row['id']}`", cell(row, "value"), f"{cell(row, 'low')} to {cell(row, 'high')}",
         number(float(row["probability"])), row["verdict"], cell(row, "median"),
         f"{cell(row, 'q05')} to {cell(row, 'q95')}", number(float(row["place"] or "nan")),
         *ranked(row, ""), number(float(row["free_probability"] or "nan")),
         *ranked(row, "free_"), row["standing"])
        for row in rows
    ]  # fmt: skip
    head = (
        "fact", "stated", "band", "P(band)", "verdict", "median", "5% to 95%", "place", "rank",
        "beaten by", "free: P(band)", "free: rank", "free: beaten by", "standing",
    )  # fmt: skip
    return (
        f"`{' '.join(told['command'])}`, badge *{told['badge']}*. {words}\n\n{counted}\n\n"
        + table(head, lines)
    )
