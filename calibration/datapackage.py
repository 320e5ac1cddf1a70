"""The evidence as a Frictionless data package: every table with the schema of its columns."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from importlib.metadata import version
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, Final

from .codebook import SECOND_READING, SOURCE_FILES, TABLES, SeriesPoint, Source, columns
from .reading import evidence_directory
from .record import Record, load_record

PROFILE: Final = "tabular-data-package"
SEPARATORS: Final = {"locator": " | "}
"""How a list is written in one field, where it is not by semicolons."""
TITLES: Final = {
    "events.csv": "Events, parts of events, sums, standing practices and context",
    "traits.csv": "Structural facts, and numbers that the model reads",
    "claims.csv": "Claims about what was to come, and rankings, with a testable form",
    "mechanisms.csv": "Causal statements of the authors, and where they live in the model",
    "left_out.csv": "Statements of the documents that no other row holds, and why",
    "conflicts.csv": "What stands against what, and how the rows keep it",
    "occasions.csv": "Events that belong to the same occasion, such as host and participants",
    "sums.csv": "How sums and counts over years are read, or why they are not",
    "statements.csv": "Standing statements that nothing stood at a rung or above",
    "detection.csv": "Why each form of package is taken to be on record as often as it is",
    "parameters.csv": "What each parameter of the model rests on",
    "second_reading/events.csv": "The same events coded again, without a look at the first reading",
    "second_reading/pairs.csv": "Rows of the two readings that tell the same event",
    "second_reading/settled.csv": "Where the two readings differed, and what was settled",
    "sources.csv": "Everything that a row may cite",
}
MEANINGS: Final = {
    "id": "name of the row, unique in its table",
    "kind": "of an event: dated and countable, part of a deal, sum or count, standing practice, "
    "or background; of a source: document, external fact or series",
    "year_start": "first year",
    "year_end": "last year, where the row is about a span",
    "date_text": "the date in words",
    "patron": "who offers, or the frame in which it is offered",
    "recipients": "states that receive; blank where the source names none",
    "channel": "form of what was given, held or said",
    "area": "field of security",
    "amount_usd": "US dollars of the day, point value",
    "amount_basis": "how the sum is told",
    "amount_low": "lower end of what the sources allow, US dollars of the day",
    "amount_high": "upper end of what the sources allow, US dollars of the day",
    "troops_total": "troops of all sides, persons",
    "troops_recipient": "troops of the recipient, persons",
    "troops_patron": "troops of the patron, persons",
    "persons_trained": "persons trained",
    "outcome": "what became of it, as far as told",
    "certainty": "how firmly the sources tell it",
    "sources": "keys in sources.csv, or 'assumed'",
    "source": "keys in sources.csv, or 'assumed'",
    "locator": "a phrase of at most ten words by which the place is found, one for each source",
    "note": "how the row was coded and why",
    "subject": "whom the fact is about",
    "trait": "what kind of fact it is",
    "quantity": "address of the model's number that the row gives; blank for a fact",
    "value": "the value, a number or a word",
    "unit": "unit of the value",
    "raises": "what the fact is said to raise",
    "lowers": "what the fact is said to lower",
    "basis": "whether the value is stated, inferred from the wording, or assumed",
    "claim": "the claim in this project's words",
    "testable_form": "what would have to be seen for the claim to hold",
    "horizon": "last year in which it can be borne out",
    "actors": "states, patrons and bodies that it is about",
    "verdict": "what later sources say of it",
    "verdict_sources": "keys of the later sources",
    "cause": "what acts",
    "effect": "what it acts on",
    "sign": "whether the cause raises (+) or lowers (-) the effect, or this is open (?)",
    "strength": "how strongly the author puts it",
    "in_model": "addresses of the model's quantities that carry the mechanism",
    "why_not": "why the mechanism, or a part of it, is not in the model",
    "statement": "what the passage is about",
    "reason": "why",
    "event": "id of the event",
    "occasion": "id of the event to whose occasion it belongs",
    "entries": "ids of the rows concerned",
    "conflict": "what stands against what",
    "kept_as": "how the rows keep it",
    "low": "lowest probability that the sources allow",
    "high": "highest probability that the sources allow",
    "measure": "what the sum is of: exercises, assistance pledged, or value delivered; blank if it "
    "is not read",
    "least": "lower end of what is told, exercises or USD million",
    "most": "upper end of what is told; blank where it is open",
    "error": "standard deviation of the error of the sum, in logs",
    "rung": "rung from which nothing stood",
    "areas": "areas that the statement is about",
    "first": "id in the first reading, which is the record",
    "second": "id in the second reading",
    "field": "column of events.csv, or 'row' where one reading has no such row",
    "first_value": "what the first reader wrote",
    "second_value": "what the second reader wrote",
    "settled": "which reading the record follows now",
    "year": "year of the value; of a source: year of publication, of an external fact its own",
    "entry": "index of the value within the driver, such as a state",
    "key": "name by which rows cite the source",
    "title": "title", "publisher": "publisher", "author": "author", "url": "address",
    "see_also": "further addresses", "via": "through whom it was read",
    "cite": "how to cite it", "stem": "name of the document's file",
    "confidence": "how sure the reading of the page is",
    "independence": "what the source is not independent of",
    "licence": "licence of the data",
}  # fmt: skip
"""Meaning of every column; a name means the same in all tables."""


def descriptor(folder: Traversable, record: Record) -> dict[str, Any]:
    """Descriptor of the package: one resource for each table of the evidence.

    Follows https://specs.frictionlessdata.io (tabular data package, version 1).
    """
    series = sorted(p.name for p in (folder / "series").iterdir() if p.name.endswith(".csv"))
    resources = [_resource(name, model) for name, model in (TABLES | SECOND_READING).items()]
    for name in series:
        head = (folder / "series" / name).read_text("utf-8").split("\n", 1)[0].split(",")
        resources.append(_resource(f"series/{name}", SeriesPoint, tuple(h.strip() for h in head)))
    resources.append(_resource("sources.csv", Source, ("key", *Source.model_fields)))
    return {
        "profile": PROFILE,
        "name": "steppe-evidence",
        "title": "Security offers of China and Russia to five Central Asian states: the record",
        "version": version("steppe-scenarios"),
        "licenses": [
            {
                "name": "MIT",
                "path": "https://opensource.org/license/mit",
                "title": "The coding; cited texts and series keep their own licences (sources.csv)",
            }
        ],
        "sources": [
            {"title": source.cite, **({"path": source.url} if source.url else {})}
            for source in record.sources.values()
            if source.kind in ("document", "series")
        ],
        "resources": resources,
    }


def _resource(path: str, model: Any, names: Sequence[str] | None = None) -> dict[str, Any]:
    names = tuple(names or columns(model))
    schema: dict[str, Any] = {
        "fields": [field(name, model) for name in names],
        "missingValues": [""],
    }
    key = {"sources.csv": "key"}.get(path, "id")
    if key in names:
        schema["primaryKey"] = key
    if path == "second_reading/pairs.csv":
        schema["foreignKeys"] = [
            {"fields": "first", "reference": {"resource": "events", "fields": "id"}},
            {
                "fields": "second",
                "reference": {"resource": "second-reading-events", "fields": "id"},
            },
        ]
    return {
        "name": path.removesuffix(".csv").replace("/", "-").replace("_", "-"),
        "title": TITLES.get(path, f"Series of the driver {Path(path).stem}"),
        "path": path,
        "profile": "tabular-data-resource",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "schema": schema,
    }


def field(name: str, model: Any) -> dict[str, Any]:
    """Field of a table schema from a column of the codebook."""
    text: dict[str, Any] = {"name": name, "type": "string", "description": MEANINGS[name]}
    if name not in model.model_fields:
        return text
    schema = model.model_json_schema()["properties"][name]
    kind: dict[str, Any] = next(
        (s for s in schema.get("anyOf", [schema]) if s.get("type") != "null"), {}
    )
    required = {"required": True} if name in model.model_json_schema().get("required", ()) else {}
    if kind.get("type") == "array":
        text["description"] += f"; separated by '{SEPARATORS.get(name, ';')}'"
        words = kind.get("items", {}).get("enum")
        if words:
            text["description"] += f"; words: {', '.join(words)}"
        return text | ({"constraints": required} if required else {})
    limits = ("enum", "pattern", "minimum", "maximum")  # named alike in both standards
    constraints = required | {name: kind[name] for name in limits if name in kind}
    text["type"] = kind.get("type", "string")
    return text | ({"constraints": constraints} if constraints else {})


def package(directory: str | Path | None = None) -> dict[str, str]:
    """Text of every file of the package by its path, ``datapackage.json`` among them.

    Raises
    ------
    InputError
        If the evidence cannot be read.
    """
    folder = evidence_directory(directory)
    record = load_record(directory)
    described = descriptor(folder, record)
    files = {}
    for resource in described["resources"]:
        path = resource["path"]
        if path == "sources.csv":
            files[path] = sources_table(record)
        else:
            place = folder
            for part in path.split("/"):
                place = place / part
            files[path] = place.read_text("utf-8")
    for name in ("drivers.toml", *SOURCE_FILES):
        files[name] = (folder / name).read_text("utf-8")
    files["README.md"] = (folder / "README.md").read_text("utf-8")
    files["datapackage.json"] = json.dumps(described, indent=2, ensure_ascii=False) + "\n"
    return files


def sources_table(record: Record) -> str:
    """All sources as CSV."""
    names = tuple(Source.model_fields)
    rows = (
        {"key": key, **{n: _flat(getattr(source, n)) for n in names}}
        for key, source in record.sources.items()
    )
    return as_csv(("key", *names), rows)


def _flat(value: Any) -> Any:
    return ";".join(value) if isinstance(value, tuple) else value


def as_csv(names: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> str:
    """Rows as CSV text; None is blank."""
    out = io.StringIO()
    writer = csv.DictWriter(out, names, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()
