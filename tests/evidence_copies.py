"""Copies of the evidence for tests that edit it, and stand-ins for the documents."""

import shutil
from importlib.resources import as_file, files
from pathlib import Path

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
    for rows in (record.events, record.traits, record.claims, record.mechanisms):
        for row in rows:
            for key, phrase in zip(row.sources, row.locator, strict=True):
                phrases.setdefault(key, []).append(phrase.replace(" ", "\n  ", 1))
    for key, source in record.sources.items():
        if source.kind == "document":
            (folder / f"{key}.txt").write_text("\n".join(phrases.get(key, [])), "utf-8")
    return folder
