"""Problems of the evidence: where a fault stands, what was found, what is allowed."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ValidationError

from ..model.errors import InputError, near
from .vocabulary import PATTERNS

R = TypeVar("R", bound=BaseModel)
NUMBERS = {"int": "a whole number", "float": "a number"}


@dataclass(frozen=True, order=True)
class Problem:
    """One fault in the evidence: where it stands, what was found, what is allowed."""

    file: str
    line: int
    field: str
    problem: str
    found: str = ""
    allowed: str = ""
    nearest: tuple[str, ...] = ()

    def error(self) -> InputError:
        """Turn the problem into an error to be raised."""
        return InputError(
            self.problem,
            file=f"{self.file}:{self.line}" if self.line else self.file,
            field=self.field or None,
            found=self.found or None,
            allowed=self.allowed or None,
            nearest=self.nearest,
        )

    def __str__(self) -> str:
        return str(self.error())


@dataclass(frozen=True)
class Placed(Generic[R]):
    """A row (or a table of a TOML file) with its file, line (from 1) and key."""

    file: str
    line: int
    row: R
    key: str = ""

    def problem(
        self,
        field: str,
        problem: str,
        found: object = "",
        allowed: str = "",
        nearest: list[str] | tuple[str, ...] = (),
    ) -> Problem:
        """Describe a fault in this row."""
        place = f"{self.key}.{field}" if self.key and field else self.key or field
        return Problem(self.file, self.line, place, problem, str(found), allowed, tuple(nearest))

    def unknown(
        self,
        field: str,
        found: str,
        allowed: Iterable[str],
        what: str = "",
        problem: str = "unknown word",
    ) -> Problem:
        """Describe a word that is none of the allowed ones; ``what`` stands for a long list."""
        words = tuple(allowed)
        return self.problem(field, problem, found, what or ", ".join(words), near(found, words))


def _value_at(fields: dict[str, Any], where: tuple[int | str, ...]) -> str:
    value = fields.get(str(where[0]), "") if where else ""
    return value if isinstance(value, str) else repr(value)


def faults(error: ValidationError, placed: Placed[Any], fields: dict[str, Any]) -> list[Problem]:
    """Pydantic's complaints as problems with the words of this project."""
    found: list[Problem] = []
    for fault in error.errors():
        where = fault["loc"]
        field = str(where[0]) if where else ""
        value = fault["input"] if isinstance(fault["input"], str) else _value_at(fields, where)
        kind, context = fault["type"], fault.get("ctx", {})
        if kind == "literal_error":
            words = re.findall(r"'([^']*)'", context["expected"])
            item = placed.problem(
                field, "not in the vocabulary", value, ", ".join(words), near(value, words)
            )
        elif kind == "missing":
            item = placed.problem(field, "the field is blank")
        elif kind == "extra_forbidden":
            words = list(type(placed.row).model_fields) if placed.row else []
            item = placed.problem(
                field, "unknown field", field, ", ".join(words), near(field, words)
            )
        elif kind == "string_pattern_mismatch":
            item = placed.problem(field, "not in the pattern", value, PATTERNS[context["pattern"]])
        elif kind.startswith(("int_", "float_")):
            item = placed.problem(field, "not a number", value, NUMBERS[kind.split("_")[0]])
        elif kind in {"greater_than_equal", "less_than_equal", "finite_number"}:
            limit = fault["msg"].removeprefix("Input should be ")
            item = placed.problem(field, "out of range", value, limit)
        else:
            item = placed.problem(field, fault["msg"], value)
        found.append(item)
    return found
