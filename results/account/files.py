"""Tables and manifests that the account is made from; what is absent is no error."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ...model.errors import InputError, near
from ..files import read_bytes

Row = dict[str, str]


@dataclass(frozen=True)
class Picture:
    """A figure of the page.

    Attributes
    ----------
    name, caption, alt : str
        Its id on the page; what it shows; the same for who cannot see it.
    data : str
        The picture itself, as an address.
    """

    name: str
    caption: str
    alt: str
    data: str


def table(folder: Path | None, name: str, needed: Sequence[str]) -> list[Row]:
    """Rows of a table; none where it does not stand.

    Parameters
    ----------
    folder : Path or None
    name : str
    needed : sequence of str
        Columns that must be there; others are let be.

    Raises
    ------
    InputError
        If a column is missing, or the file is no table.
    """
    content = None if folder is None else read_bytes(folder / name)
    if folder is None or content is None:
        return []
    try:
        reader = csv.DictReader(io.StringIO(content.decode("utf-8")), strict=True)
        rows = list(reader)
    except (UnicodeDecodeError, csv.Error) as error:
        raise InputError("the table is damaged", file=str(folder / name)) from error
    head = list(reader.fieldnames or ())
    for column in needed:
        if column not in head:
            raise InputError(
                "a column is missing", file=str(folder / name), field=column,
                found=", ".join(head[:12]), allowed=", ".join(needed), nearest=near(column, head),
            )  # fmt: skip
    if any(None in row or None in row.values() for row in rows):
        raise InputError("a row is longer or shorter than the head", file=str(folder / name))
    return rows


def facts(folder: Path | None, name: str, needed: Sequence[str] = ()) -> dict[str, Any]:
    """What a JSON file says; nothing where it does not stand.

    Raises
    ------
    InputError
        If it is no JSON object, or lacks a field.
    """
    content = None if folder is None else read_bytes(folder / name)
    if folder is None or content is None:
        return {}
    try:
        found = json.loads(content)
    except ValueError as error:
        raise InputError("the file is damaged", file=str(folder / name)) from error
    if not isinstance(found, dict):
        raise InputError("the file holds no fields", file=str(folder / name))
    for field in needed:
        if field not in found:
            raise InputError(
                "a field is missing", file=str(folder / name), field=field,
                allowed=", ".join(needed), nearest=near(field, list(found)),
            )  # fmt: skip
    return found


def number(text: str, file: str = "", field: str = "") -> float:
    """Value of a cell; not a number where it is blank.

    Raises
    ------
    InputError
        If it is no number.
    """
    try:
        return float(text or "nan")
    except ValueError as error:
        raise InputError("not a number", file=file or None, field=field, found=text) from error
