"""Reading of evidence files: every row with its line, every fault with its place."""

from __future__ import annotations

import csv
import io
import re
import tomllib
from collections.abc import Iterator
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, Final, TypeVar

from pydantic import BaseModel, ValidationError

from ..model.errors import InputError, near
from .codebook import Row, columns
from .problems import Placed, Problem, faults

R = TypeVar("R", bound=BaseModel)
_HEAD: Final = re.compile(r"""\s*\[(["']?)([^]"']+)\1\]""")


def evidence_directory(directory: str | Path | None = None) -> Traversable:
    """Find the directory given, or the evidence that is shipped.

    Raises
    ------
    InputError
        If there is no such directory.
    """
    if directory is None:
        return files("steppe.calibration") / "evidence"
    path = Path(directory)
    if not path.is_dir():
        raise InputError("no such directory of evidence", file=str(directory))
    return path


def _text(folder: Traversable, name: str) -> tuple[str, list[Problem]]:
    path = folder
    for part in name.split("/"):
        path = path / part
    try:
        return path.read_text("utf-8"), []
    except FileNotFoundError:
        return "", [Problem(name, 0, "", "the file is missing")]
    except UnicodeDecodeError as error:
        return "", [Problem(name, 0, "", f"the file is not UTF-8 (byte {error.start})")]


def read_table(
    folder: Traversable, name: str, model: type[Row], without: tuple[str, ...] = ()
) -> tuple[list[Placed[Any]], list[Problem]]:
    """Rows of a CSV file that follow the codebook, and the faults of the rest.

    ``without`` names columns of the model that this file does not have.
    """
    text, problems = _text(folder, name)
    if problems:
        return [], problems
    try:
        lines = iter(list(_lines(text)))
    except csv.Error as error:
        return [], [Problem(name, 0, "", f"not CSV: {error}")]
    line, head = next(lines, (1, []))
    wanted = tuple(column for column in columns(model) if column not in without)
    if tuple(head) != wanted:
        return [], [_wrong_head(name, line, head, wanted)]
    rows: list[Placed[Any]] = []
    for line, values in lines:
        if len(values) != len(wanted):
            problems.append(
                Problem(
                    name, line, "", "wrong number of fields", str(len(values)), str(len(wanted))
                )
            )
            continue
        fields = dict(zip(wanted, values, strict=True))
        try:
            rows.append(Placed(name, line, model.model_validate(fields)))
        except ValidationError as error:
            problems += faults(error, Placed(name, line, model.model_construct()), fields)
    return rows, problems


def _lines(text: str) -> Iterator[tuple[int, list[str]]]:
    """Line on which each record begins (quoted fields may hold line ends), and its fields."""
    reader = csv.reader(io.StringIO(text), strict=True)
    start = 1
    for record in reader:
        if record:
            yield start, record
        start = reader.line_num + 1


def _wrong_head(name: str, line: int, head: list[str], wanted: tuple[str, ...]) -> Problem:
    unknown = [column for column in head if column not in wanted]
    missing = [column for column in wanted if column not in head]
    if unknown:
        return Problem(
            name,
            line,
            unknown[0],
            "unknown column",
            unknown[0],
            ", ".join(wanted),
            tuple(near(unknown[0], wanted)),
        )
    what = "a column is missing" if missing else "the columns stand in another order"
    return Problem(
        name, line, missing[0] if missing else "", what, ",".join(head), ",".join(wanted)
    )


def read_tables(
    folder: Traversable, name: str, model: type[R]
) -> tuple[dict[str, Placed[R]], list[Problem]]:
    """Tables of a TOML file by key, and the faults of the rest."""
    text, problems = _text(folder, name)
    if problems:
        return {}, problems
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        return {}, [Problem(name, 0, "", f"not TOML: {error}")]
    good: dict[str, Placed[R]] = {}
    lines = _heads(text)
    for key, fields in tables.items():
        line = lines.get(key, 0)
        blank = Placed(name, line, model.model_construct(), key)
        if not isinstance(fields, dict):
            problems.append(blank.problem("", "not a table", fields))
            continue
        try:
            good[key] = Placed(name, line, model.model_validate(fields), key)
        except ValidationError as error:
            problems += faults(error, blank, fields)
    return good, problems


def keys_of(folder: Traversable, name: str) -> frozenset[str] | None:
    """Keys of all tables of a TOML file, sound or not; None if it cannot be read."""
    try:
        return frozenset(tomllib.loads(_text(folder, name)[0]))
    except tomllib.TOMLDecodeError:
        return None


def ids_of(folder: Traversable, name: str) -> frozenset[str]:
    """Ids (first fields) of all rows of a CSV file, sound or not."""
    try:
        return frozenset(fields[0] for _, fields in _lines(_text(folder, name)[0]))
    except csv.Error:
        return frozenset()


def _heads(text: str) -> dict[str, int]:
    """First line of each table's head by key, but for heads that are written in another way."""
    found: dict[str, int] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        head = _HEAD.match(line)
        if head:
            found.setdefault(head[2], number)
    return found
