"""Everything that is wrong with a scenario file, told at once and in plain words."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

from pydantic import BaseModel, ValidationError

from ..model.errors import InputError, near
from .schema import NAME, SOURCE, Citation, Lever, ParameterSource, Scenario, Shock

Place = tuple[str | int, ...]
Tables = Mapping[Place, type[BaseModel]]

_TABLES: Final[Tables] = {
    (): Scenario,
    ("parameters",): ParameterSource,
    ("levers",): Lever,
    ("levers", "shock"): Shock,
    ("sources",): Citation,
}
_TYPES: Final = {
    "float_type": "must be a number",
    "int_type": "must be a whole number",
    "string_type": "must be text in quotes",
    "finite_number": "must be a finite number",
    "string_too_short": "must not be empty",
    "dict_type": "must be a table",
    "model_type": "must be a table",
}
_PATTERNS: Final = {
    NAME: "lower-case letters and digits, with single dashes between words",
    SOURCE: "the key of a document, ext:ID of an external fact (ext:MEM07), or assumed",
}
_COMPARISONS: Final = {
    "greater_than_equal": ("ge", "at least"),
    "greater_than": ("gt", "more than"),
    "less_than_equal": ("le", "at most"),
}


class Problems:
    """Collects what is wrong with one file and raises it together.

    Parameters
    ----------
    file : str
        What the messages call the file.
    text : str, optional
        Its text, so that lines can be named.
    tables : mapping of place to model, optional
        Tables of the file, ``()`` for the whole; those of a scenario by default.
    """

    def __init__(self, file: str, text: str = "", tables: Tables = _TABLES) -> None:
        self.file = file
        self.found: list[InputError] = []
        self._tables = tables
        self._lines = text.splitlines()

    def add(self, place: Place, problem: str, **details: Any) -> None:
        """Note a problem at a place such as ``("levers", 0, "value")``."""
        self.found.append(InputError(problem, file=self.file, field=self._field(place), **details))

    def adopt(self, place: Place, error: InputError) -> None:
        """Note an error that a function of the model raised, at a place of this file."""
        self.add(
            place,
            error.problem,
            found=error.found,
            allowed=error.allowed,
            nearest=error.nearest,
        )

    def stop(self) -> None:
        """Raise what has been found, if anything.

        Raises
        ------
        InputError
            The one problem, or one error with a line for each.
        """
        if len(self.found) == 1:
            raise self.found[0]
        if self.found:
            raise InputError("\n".join(str(error) for error in self.found))

    def translate(self, error: ValidationError) -> None:
        """Note every problem that pydantic found, in plain words."""
        for item in error.errors(include_url=False):
            problem, details = _sentence(item, self._tables)
            self.add(item["loc"], problem, **details)

    def _field(self, place: Place) -> str | None:
        """Write a place as ``levers[2].value (line 31)``; levers and sources count from 1."""
        text = ""
        for part in place:
            text += f"[{part + 1}]" if isinstance(part, int) else f".{part}" if text else part
        line = self._line(place)
        return (f"{text} (line {line})" if line else text) or None

    def _line(self, place: Place) -> int | None:
        """Line of a field, or of the header of its table where the field is missing."""
        start = 0
        fields = list(place)
        if len(place) > 1:
            header = rf"\s*\[+\s*{re.escape(str(place[0]))}\s*\]"
            headers = [n for n, line in enumerate(self._lines, 1) if re.match(header, line)]
            fields = [part for part in place[1:] if isinstance(part, str)]
            number = place[1] if isinstance(place[1], int) else 0
            if number >= len(headers):
                return None
            start = headers[number]
        for number, line in enumerate(self._lines[start:], start + 1):
            if re.match(r"\s*\[", line):
                break
            if fields and re.match(rf"\s*{re.escape(str(fields[0]))}\s*=", line):
                return number
        return start or None


def _sentence(item: Any, tables: Tables) -> tuple[str, dict[str, Any]]:
    """Turn one item of a ValidationError into a problem and its details."""
    kind, found, context = item["type"], item["input"], item.get("ctx", {})
    last = item["loc"][-1] if item["loc"] else ""
    if kind == "extra_forbidden":
        allowed = _fields(item["loc"][:-1], tables)
        return "unknown field", {
            "found": last,
            "allowed": ", ".join(allowed),
            "nearest": near(str(last), allowed),
        }
    if kind == "missing":
        return "required field is missing", {}
    if kind == "literal_error":
        allowed = re.findall(r"'([^']*)'", context["expected"])
        nearest = near(found, allowed) if isinstance(found, str) else []
        return "unknown choice", {
            "found": found,
            "allowed": ", ".join(allowed),
            "nearest": nearest,
        }
    if kind == "string_pattern_mismatch":
        return "not written as it must be", {
            "found": found,
            "allowed": _PATTERNS[context["pattern"]],
        }
    if kind in _COMPARISONS:
        key, words = _COMPARISONS[kind]
        return "out of range", {"found": found, "allowed": f"{words} {context[key]:g}"}
    if kind == "tuple_type":
        return _not_a_list(str(last), found)
    if kind in ("float_type", "int_type") and isinstance(found, dict):
        return f"{_TYPES[kind]}, not a table", {
            "todo": "a dated course is written path = { ... } with as and between"
        }
    if isinstance(found, date) and kind in _TYPES:
        return _TYPES[kind], {"found": str(found), "todo": "write the year alone"}
    if kind in _TYPES:
        return _TYPES[kind], {"found": found}
    return str(item["msg"]), {"found": found}


def _not_a_list(field: str, found: Any) -> tuple[str, dict[str, Any]]:
    if field in ("levers", "sources", "factors"):
        todo = f"write [[{field}]] in double brackets, once for each"
    else:
        todo = f'write {field} = ["...", "..."]'
    told = "a table" if isinstance(found, dict) else found
    return "must be a list", {"found": told, "todo": todo}


def _fields(place: Sequence[str | int], tables: Tables) -> list[str]:
    """Names of the fields that the table at a place may have, as they are written."""
    table = tables.get(tuple(part for part in place if isinstance(part, str)), tables[()])
    return [field.alias or name for name, field in table.model_fields.items()]
