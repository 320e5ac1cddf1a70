"""The manifest of a run directory: what was asked, of what, and how to ask it again."""

from __future__ import annotations

import json
import platform
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from typing import Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from ..model.errors import InputError
from ..model.names import START_YEAR
from .files import canonical, digest

FORMAT = 1
"""Version of the layout of a run directory."""
BADGES = ("explanation", "exploration", "illustration")


M = TypeVar("M", bound="Keyed")


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Parameters(_Part):
    """Where the parameter values come from."""

    source: str = Field(description="point | prior | file | posterior")
    draws: int = Field(ge=1, description="D, the number of parameter draws")
    digest: str


class Reference(_Part):
    """Something to cite, and why."""

    key: str
    cite: str
    reason: str
    url: str = ""


class Keyed(_Part):
    """A manifest that is known by what determines the results."""

    format: int
    name: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*$", description="what was run")

    def determining(self) -> dict[str, Any]:
        """Give what determines the results: not how many there are, nor how they were asked for."""
        raise NotImplementedError

    def key(self) -> str:
        """Digest of :meth:`determining`: equal keys, equal results."""
        return digest(canonical(self.determining()))

    def directory_name(self) -> str:
        """Name of the directory: what was run, and the head of the key."""
        return f"{self.name}-{self.key()[:10]}"

    def to_bytes(self) -> bytes:
        """Content of ``manifest.json``; the key stands in it for a reader, and is checked."""
        return canonical({"key": self.key(), **self.model_dump(mode="json")})


class Manifest(Keyed):
    """What determines a run directory, and what helps to read it."""

    format: int = FORMAT
    kind: Literal["run", "compare"] = "run"
    name: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*$", description="name of the scenario")
    title: str = ""
    question: str = ""
    first_year: int = START_YEAR
    last_year: int
    conditioned_until: int | None = Field(
        None, description="last year that follows the record; None: a free run"
    )
    scenario: dict[str, Any] = Field(description="the scenario, resolved")
    parameters: Parameters
    seed: int
    runs: int = Field(ge=1)
    versions: dict[str, str]
    digests: dict[str, str] = Field(
        description="of the evidence, the model, its tables, and posterior and filter if used"
    )
    command: tuple[str, ...] = Field(description="what a person types to have it again")
    references: tuple[Reference, ...] = ()
    badge: str

    @model_validator(mode="after")
    def _consistent(self) -> Manifest:
        if self.badge.split(":", 1)[0] not in BADGES:
            raise ValueError(f"badge must begin with one of {', '.join(BADGES)} and a colon")
        if self.last_year < self.first_year:
            raise ValueError("last_year lies before first_year")
        if self.runs % self.parameters.draws:
            raise ValueError(
                f"runs must be a multiple of the {self.parameters.draws} parameter draws"
            )
        return self

    @property
    def years(self) -> range:
        """The calendar years of a run."""
        return range(self.first_year, self.last_year + 1)

    @property
    def projection(self) -> range:
        """The years after those that follow the record; all years of a free run."""
        if self.conditioned_until is None:
            return self.years
        return range(max(self.first_year, self.conditioned_until + 1), self.last_year + 1)

    def determining(self) -> dict[str, Any]:
        """Give what determines the results: not how many runs, nor how they were asked for.

        Nor Mesa, which drives single runs only, nor the last part of Python's version.
        """
        return {
            "format": self.format,
            "kind": self.kind,
            "scenario": self.scenario,
            "years": [self.first_year, self.last_year, self.conditioned_until],
            "parameters": self.parameters.model_dump(),
            "seed": self.seed,
            "versions": determining_versions(self.versions),
            "digests": self.digests,
        }

    def with_runs(self, runs: int) -> Manifest:
        """Give the same manifest for another number of runs, its command included."""
        command = list(self.command)
        if "--runs" in command[:-1]:
            command[command.index("--runs") + 1] = str(runs)
        return self.model_copy(update={"runs": runs, "command": tuple(command)})


def determining_versions(found: Mapping[str, str]) -> dict[str, str]:
    """Versions on which the numbers depend: not Mesa's, nor the last part of Python's."""
    kept = {name: version for name, version in found.items() if name != "mesa"}
    kept["python"] = ".".join(kept.get("python", "").split(".")[:2])
    return kept


def versions() -> dict[str, str]:
    """Versions of what computes the numbers."""
    found = {"python": platform.python_version()}
    for name, package in (
        ("numpy", "numpy"),
        ("numba", "numba"),
        ("mesa", "mesa"),
        ("steppe", "steppe-scenarios"),
    ):
        try:
            found[name] = version(package)
        except PackageNotFoundError:
            found[name] = "not installed"
    return found


def read_manifest(content: bytes, file: str) -> Manifest:
    """Read the ``manifest.json`` of a run or comparison.

    Raises
    ------
    InputError
        If it is no manifest, of another format, or changed by hand.
    """
    return read_keyed(Manifest, FORMAT, content, file, "run")


def read_keyed(model: type[M], form: int, content: bytes, file: str, kind: str) -> M:
    """Read a manifest of some kind, a run's or a sweep's; see :func:`read_manifest`."""
    try:
        fields = json.loads(content)
        key = fields.pop("key", None)
        manifest = model.model_validate(fields)
    except (ValueError, AttributeError) as error:
        detail = error.errors()[0] if isinstance(error, ValidationError) else None
        raise InputError(
            detail["msg"] if detail else f"not the manifest of a {kind} directory",
            file=file,
            field=".".join(map(str, detail["loc"])) if detail else None,
            todo="name another directory, or remove this one",
        ) from error
    if manifest.format != form:
        raise InputError(
            f"a {kind} directory of another format", file=file, field="format",
            found=manifest.format, allowed=str(form), todo="run it again in a new directory",
        )  # fmt: skip
    if key != manifest.key():
        raise InputError(
            f"the manifest does not match its key: it was changed after the {kind}",
            file=file, field="key", found=key, allowed=manifest.key(),
            todo="run it again in a new directory",
        )  # fmt: skip
    return manifest
