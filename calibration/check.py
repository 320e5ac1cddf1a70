"""The check of the evidence: everything that a program can hold against it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from .check_claims import check_claim_tests, check_claims
from .check_events import check_events
from .check_links import (
    check_conflicts,
    check_departures,
    check_detection,
    check_mechanisms,
    check_occasions,
    check_parameters,
    check_statements,
    check_sums,
)
from .check_second import check_second
from .check_values import check_drivers, check_traits
from .claim_tests import DOCUMENTS, TESTS, ClaimTest, DocumentDate
from .codebook import NEEDED, SECOND_READING, SOURCE_FILES, TABLES, Driver, Source
from .completeness import Documents
from .problems import Placed, Problem
from .reading import evidence_directory, ids_of, keys_of, read_table, read_tables

ASSUMED = "assumed"
"""Stands for a source where there is none: a judgement of this project."""
SOURCE_UNKNOWN = "no source has this key"
MOST_WORDS = 10
WITH_ASSUMED = ("traits.csv", "drivers.toml", "detection.csv", "parameters.csv")


def check(
    record_dir: str | Path | None = None, documents: str | Path | None = None
) -> list[Problem]:
    """All problems of the evidence, sorted by file and line.

    A row whose fields cannot be read is reported once and not compared with others. What
    holds rows against rows of other tables (conflicts, the second reading) waits until these
    are sound.

    Parameters
    ----------
    record_dir : path, optional
        Directory of the evidence; the one that is shipped by default.
    documents : path, optional
        Directory of the documents, ``<key>.txt``: each locator must stand in its document,
        and each sentence of a document must hold the locator of some row.

    Raises
    ------
    InputError
        If a directory does not exist.
    """
    return examine(record_dir, documents)[0]


def examine(
    record_dir: str | Path | None = None, documents: str | Path | None = None
) -> tuple[list[Problem], dict[str, int]]:
    """As :func:`check`, with the number of sound rows by file."""
    folder = evidence_directory(record_dir)
    problems: list[Problem] = []
    tables: dict[str, list[Placed[Any]]] = {}
    for name, model in (TABLES | SECOND_READING).items():
        tables[name], faults = read_table(folder, name, model)
        problems += faults
    sources, faults = read_sources(folder)
    problems += [*faults, *told(sources)]
    drivers, faults = read_tables(folder, "drivers.toml", Driver)
    more, points = check_drivers(folder, drivers)
    problems += faults + more
    tests, faults = read_tables(folder, TESTS, ClaimTest)
    problems += faults
    dates, faults = read_tables(folder, DOCUMENTS, DocumentDate)
    problems += faults

    events = tables["events.csv"]
    problems += check_events(events, ids_of(folder, "events.csv"))
    problems += check_traits(
        tables["traits.csv"], complete=not any(p.file == "traits.csv" for p in problems)
    )
    problems += check_claims(tables["claims.csv"])
    problems += check_mechanisms(tables["mechanisms.csv"])
    faulty = {p.file for p in problems}
    problems += check_detection(tables["detection.csv"], "detection.csv" not in faulty)
    problems += check_parameters(tables["parameters.csv"], "parameters.csv" not in faulty)
    for name in TABLES:
        problems += unique_ids(tables[name])
    problems += unique_ids(tables["second_reading/events.csv"])
    cited = [
        placed for rows in tables.values() for placed in rows if hasattr(placed.row, "locator")
    ]
    keys = [keys_of(folder, name) for name in SOURCE_FILES]
    if None not in keys:
        known = frozenset(key for some in keys for key in some or ())
        problems += known_sources([*cited, *drivers.values(), *points], known)
    for placed in cited:
        problems += locators(placed)
    faulty = {p.file for p in problems}
    if not faulty & {*TABLES}:
        ids = frozenset().union(*(ids_of(folder, name) for name in TABLES))
        problems += check_conflicts(tables["conflicts.csv"], events, ids)
        problems += check_occasions(tables["occasions.csv"], events)
        problems += check_departures(tables["occasions.csv"], events, tables["traits.csv"])
        problems += check_sums(tables["sums.csv"], events)
        problems += check_statements(tables["statements.csv"], events)
    if not faulty & {"claims.csv", TESTS, DOCUMENTS}:
        problems += check_claim_tests(tables["claims.csv"], tests, dates)
    if not faulty & {"events.csv", *SECOND_READING}:
        problems += check_second(events, *(tables[name] for name in SECOND_READING))
    if documents is not None:
        problems += Documents(Path(documents)).check(cited)

    counts = {name: len(rows) for name, rows in tables.items()}
    counts |= {
        TESTS: len(tests), "sources": len(sources), "drivers.toml": len(drivers),
        "series": len(points),
    }  # fmt: skip
    return sorted(set(problems)), counts


def read_sources(folder: Traversable) -> tuple[dict[str, Placed[Source]], list[Problem]]:
    """Read the sources of all source files by key; a key stands in one file only."""
    sources: dict[str, Placed[Source]] = {}
    problems: list[Problem] = []
    for name in SOURCE_FILES:
        read, faults = read_tables(folder, name, Source)
        problems += faults
        for key, placed in read.items():
            if key in sources:
                problems.append(placed.problem("", "the source stands in two files", key))
            sources[key] = placed
    return sources, problems


def unique_ids(rows: Iterable[Placed[Any]]) -> Iterator[Problem]:
    """No id stands twice in a table."""
    seen: dict[str, Placed[Any]] = {}
    for placed in rows:
        first = seen.setdefault(placed.row.id, placed)
        if first is not placed:
            yield placed.problem("id", f"the id stands already in line {first.line}", placed.row.id)


def told(sources: Mapping[str, Placed[Source]]) -> Iterator[Problem]:
    """Hold each source to what its kind must say; the stem of a document is its key."""
    for key, placed in sources.items():
        source = placed.row
        for field in NEEDED[source.kind]:
            if getattr(source, field) is None:
                yield placed.problem(field, f"a source of kind '{source.kind}' needs it")
        if source.stem is not None and source.stem != key:
            yield placed.problem("stem", "the stem is not the key", source.stem, key)


def known_sources(rows: Iterable[Placed[Any]], sources: Collection[str]) -> Iterator[Problem]:
    """Every key is that of a source; ``assumed`` serves traits and drivers only."""
    for placed in rows:
        for field in ("sources", "source", "verdict_sources"):
            for key in getattr(placed.row, field, ()):
                assumable = placed.file in WITH_ASSUMED or placed.file.startswith("series/")
                if assumable if key == ASSUMED else key in sources:
                    continue
                if key == ASSUMED:
                    yield placed.problem(field, "an assumption is no source here", key)
                else:
                    yield placed.unknown(
                        field, key, sources, "a key of sources*.toml", SOURCE_UNKNOWN
                    )


def locators(placed: Placed[Any]) -> Iterator[Problem]:
    """One phrase for each source, of at most ten words."""
    phrases, keys = placed.row.locator, placed.row.sources
    if len(phrases) != len(keys):
        yield placed.problem(
            "locator", "there must be one phrase for each source", len(phrases), str(len(keys))
        )
    for phrase in phrases:
        words = len(phrase.split())
        if not 1 <= words <= MOST_WORDS:
            yield placed.problem(
                "locator", f"the phrase has {words} words", phrase, "1 to 10 words"
            )
