"""Copies of the evidence for tests that edit it, and stand-ins for the documents."""

import shutil
from collections.abc import Iterable, Iterator
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

from steppe.calibration.record import load_record


def copy_evidence(folder: Path) -> Path:
    """Copy the shipped evidence into a new folder below."""
    with as_file(files("steppe.calibration") / "evidence") as shipped:
        shutil.copytree(shipped, folder / "evidence")
    return folder / "evidence"


def stand_in_documents(copy: Path) -> Path:
    """Write for each document the phrases located in it, broken over lines."""
    folder = copy.parent / "documents"
    folder.mkdir()
    record = load_record(copy)
    phrases: dict[str, list[str]] = {}
    tables = (record.events, record.traits, record.claims, record.mechanisms, record.left_out,
              record.detection, record.parameters)  # fmt: skip
    for key, phrase in _located(*tables):
        phrases.setdefault(key, []).append(phrase.replace(" ", "\n  ", 1))
    # The second reading makes nothing complete: its phrases stand in pieces too short to count.
    for key, phrase in _located(record.second.events):
        phrases.setdefault(key, []).append(phrase.replace(" ", "\n\n"))
    for key, source in record.sources.items():
        if source.kind == "document":
            (folder / f"{key}.txt").write_text("\n\n§\n\n".join(phrases.get(key, [])), "utf-8")
    return folder


def _located(*tables: Iterable[Any]) -> Iterator[tuple[str, str]]:
    for rows in tables:
        for row in rows:
            yield from zip(row.sources, row.locator, strict=True)
