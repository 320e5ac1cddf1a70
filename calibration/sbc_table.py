"""Checks on simulated records as one small table, to be committed and read by others.

``steppe calibrate sbc`` leaves a file for each record (:mod:`.sbc`). This makes of a directory
of them ``records.csv``, a row a record, and ``manifest.json``, how all were made.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from ..model.errors import InputError
from .files import csv_bytes, replace_file
from .sbc import OF_A_FIT, OF_AN_ENTRY, record_file

RECORDS: Final = "records.csv"
MANIFEST: Final = "manifest.json"
BADGE: Final = "exploration: the fit held against records that the model itself brought forth"
WHOLE: Final = ("number", "rows", "noise", "set_aside", *OF_A_FIT)
"""What is told of a record as a whole; what comes of its fit is blank where it was set aside."""
EACH: Final = ("truth", *OF_AN_ENTRY)
"""What is told of each estimated number, in prior standard deviations but for the rank."""


def write_table(records: Path, out: Path) -> Path:
    """Write the table of a directory of records.

    Parameters
    ----------
    records : Path
        Directory with the files ``record-NNNN.json`` of one check.
    out : Path
        Directory of ``records.csv`` and ``manifest.json``.

    Returns
    -------
    Path
        The table.

    Raises
    ------
    InputError
        If there are no records, or they are damaged or of different checks.
    """
    found = read(records)
    settings: dict[str, Any] = found[0]["check"]
    aside = sum(one["set_aside"] for one in found)
    told = {**settings, "badge": BADGE, "records": len(found), "set_aside": aside}
    out.mkdir(parents=True, exist_ok=True)
    replace_file(out / RECORDS, csv_bytes(rows(found, settings["estimated"])))
    replace_file(out / MANIFEST, (json.dumps(told, indent=1, sort_keys=True) + "\n").encode())
    return out / RECORDS


def unpack(table: Path, records: Path) -> int:
    """Write the files of the records that a table holds and a directory lacks; how many.

    So a check that another machine began goes on from its committed table. What is of
    another check is found when the files are read.

    Raises
    ------
    InputError
        If the table is damaged.
    """
    if not (table / RECORDS).is_file():
        return 0
    try:
        settings = json.loads((table / MANIFEST).read_text("utf-8"))
        settings.pop("badge", None)
        for counted in ("records", "set_aside"):
            settings.pop(counted)
        with (table / RECORDS).open(encoding="utf-8", newline="") as text:
            found = [_unpacked(row, settings) for row in csv.DictReader(text)]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError("the table of fitted records is damaged", file=str(table)) from error
    records.mkdir(parents=True, exist_ok=True)
    lacking = [one for one in found if not record_file(records, one["number"]).is_file()]
    for one in lacking:
        replace_file(record_file(records, one["number"]), (json.dumps(one) + "\n").encode())
    return len(lacking)


def _unpacked(row: dict[str, str], settings: dict[str, Any]) -> dict[str, Any]:
    """A record from its row of the table."""
    estimated = settings["estimated"]
    whole = {name: _value(row[name]) for name in WHOLE}
    each: dict[str, Any] = {
        what: [_value(row[f"{name}:{what}"]) for name in estimated] for what in EACH
    }
    if whole["set_aside"]:
        each |= dict.fromkeys(OF_AN_ENTRY)
    return {"check": settings, **whole, **each}


def _value(cell: str) -> Any:
    """What a cell says: a number, True or False; None where it is blank."""
    if cell in ("", "True", "False"):
        return {"": None, "True": True, "False": False}[cell]
    try:
        return int(cell)
    except ValueError:
        return float(cell)


def rows(found: Sequence[dict[str, Any]], estimated: Sequence[str]) -> list[list[Any]]:
    """Table with its head: a row a record, four columns for each estimated number."""
    head = [*WHOLE, *(f"{address}:{what}" for address in estimated for what in EACH)]
    return [
        head,
        *(
            [one[name] for name in WHOLE]
            + [one[what] and one[what][n] for n in range(len(estimated)) for what in EACH]
            for one in found
        ),
    ]


def read(directory: Path) -> list[dict[str, Any]]:
    """Records of a directory by number, all of one check.

    Raises
    ------
    InputError
        If there are none, or they are damaged or of different checks.
    """
    paths = sorted(directory.glob("record-*.json"))
    if not paths:
        raise InputError(
            "no fitted records stand here", file=str(directory), allowed="files record-NNNN.json",
            todo="run 'steppe calibrate sbc'",
        )  # fmt: skip
    found = [_one(path) for path in paths]
    for path, one in zip(paths, found, strict=True):
        for name, value in found[0]["check"].items():
            if one["check"].get(name) != value:
                raise InputError(
                    "the file is of another check", file=str(path), field=name,
                    found=one["check"].get(name), allowed=f"{value}, as in {paths[0].name}",
                )  # fmt: skip
    return sorted(found, key=lambda one: one["number"])


def _one(path: Path) -> dict[str, Any]:
    try:
        found: dict[str, Any] = json.loads(path.read_text("utf-8"))
        count = len(found["check"]["estimated"])
        told = ("truth",) if found["set_aside"] else EACH
        whole = all(name in found for name in WHOLE) and all(len(found[w]) == count for w in told)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(
            "the file of a fitted record is damaged", file=str(path), todo="remove it"
        ) from error
    if not whole:
        raise InputError("the file of a fitted record lacks fields", file=str(path))
    return found
