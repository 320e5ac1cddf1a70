"""Reading a file of facts: every refusal with its line, its field and what is near."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from ...calibration.problems import Placed, faults
from ...model.errors import InputError, near
from .facts import Fact, problems_of


def read_facts(path: Path) -> list[Fact]:
    """Read a file of facts: CSV with a header; lines that begin with ``#`` are remarks.

    Raises
    ------
    InputError
        At the first row that cannot be evaluated: with line, field, what was found, what is
        allowed, and the nearest words.
    """
    rows = read_rows(path)
    seen: set[str] = set()
    facts = []
    for line, fields in rows:
        fact = read_fact(str(path), line, fields)
        for field, problem, found, allowed, nearest in problems_of(fact):
            raise InputError(
                problem, file=f"{path}:{line}", field=field, found=found,
                allowed=allowed or None, nearest=nearest,
                todo="'steppe validate --vocabulary' prints what there is",
            )  # fmt: skip
        if fact.id in seen:
            raise InputError(
                "the id stands twice", file=f"{path}:{line}", field="id", found=fact.id
            )
        seen.add(fact.id)
        facts.append(fact)
    if not facts:
        raise InputError(
            "no fact stands in the file", file=str(path),
            todo="'steppe validate --example' writes a file to start from",
        )  # fmt: skip
    return facts


def read_rows(path: Path) -> list[tuple[int, dict[str, Any]]]:
    """Line and fields of each row.

    Raises
    ------
    InputError
        If the file cannot be read, or a column is unknown, missing or stands twice.
    """
    try:
        text = path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError("the file of facts cannot be read", file=str(path)) from error
    lines = [
        (number, line) for number, line in enumerate(text.splitlines(), start=1)
        if line.strip() and not line.lstrip().startswith("#")
    ]  # fmt: skip
    try:
        table = list(csv.reader((line for _, line in lines), strict=True))
    except csv.Error as error:
        raise InputError(f"not CSV: {error}", file=str(path)) from error
    if len(table) != len(lines):
        raise InputError("a field runs over the end of a line", file=str(path))
    if not table:
        raise InputError("the file is empty", file=str(path))
    known = list(Fact.model_fields)
    head = [name.strip() for name in table[0]]
    for name in head:
        if name not in known:
            raise InputError(
                "unknown column", file=f"{path}:{lines[0][0]}", field="header", found=name,
                allowed=", ".join(known), nearest=near(name, known),
            )  # fmt: skip
    for name, field in Fact.model_fields.items():
        if head.count(name) > 1 or (field.is_required() and name not in head):
            problem = "a column stands twice" if name in head else "a column is missing"
            raise InputError(problem, file=f"{path}:{lines[0][0]}", field="header", found=name)
    found = []
    for (number, _), values in zip(lines[1:], table[1:], strict=True):
        if len(values) != len(head):
            raise InputError(
                "wrong number of fields", file=f"{path}:{number}", found=len(values),
                allowed=str(len(head)),
            )  # fmt: skip
        found.append((number, dict(zip(head, values, strict=True))))
    return found


def read_fact(file: str, line: int, fields: dict[str, Any]) -> Fact:
    """Read one row.

    Raises
    ------
    InputError
        If a word or number is not what its column takes.
    """
    try:
        return Fact.model_validate(fields)
    except ValidationError as error:
        blank = Placed(file, line, Fact.model_construct())
        raise faults(error, blank, fields)[0].error() from None
