"""Read a sweep file, or the same things from the command line, and say all that is wrong."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from ...model.errors import InputError, near
from ...scenarios.load import library, load
from ...scenarios.problems import Problems
from ...scenarios.schema import ParameterSource, Scenario
from .resolve import ResolvedSweep, resolve
from .schema import TABLES, SweepTable


def load_sweep(file: str | Path, changes: Mapping[str, Any] | None = None) -> ResolvedSweep:
    """Read a sweep file and write it out in full.

    Parameters
    ----------
    file : path
        A scenario file that it names is looked for beside it.
    changes : mapping, optional
        Fields to put in the place of the file's; ``size`` is that of the design.

    Raises
    ------
    InputError
        All that is wrong, a line each.
    """
    path = Path(file)
    try:
        text = path.read_text("utf-8")
        content = tomllib.loads(text)
    except (OSError, UnicodeDecodeError) as error:
        beside = [p.name for p in path.parent.glob("*.toml")] if path.parent.is_dir() else []
        raise InputError(
            "the sweep file cannot be read" if path.exists() else "there is no such file",
            file=str(path), nearest=near(path.name, beside),
        ) from error  # fmt: skip
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"not valid TOML: {error}", file=str(path)) from error
    return read_sweep(changed(content, changes or {}), str(path), text, path.parent)


def changed(content: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """Content of a sweep file with other fields of the command line."""
    found = {**content, **{k: v for k, v in changes.items() if k != "size" and v is not None}}
    if changes.get("size") is not None and isinstance(found.get("design"), dict):
        found["design"] = {**found["design"], "size": changes["size"]}
    return found


def read_sweep(
    content: Mapping[str, Any], file: str, text: str = "", folder: Path | None = None
) -> ResolvedSweep:
    """Write out a sweep from the content of its file; see :func:`load_sweep`."""
    problems = Problems(file, text, TABLES)
    try:
        table = SweepTable.model_validate(content)
    except ValidationError as error:
        problems.translate(error)
        problems.stop()
        raise
    return resolve(table, _scenario(table, problems, folder or Path.cwd()), problems)


def _scenario(table: SweepTable, problems: Problems, folder: Path) -> Scenario:
    """The scenario that is swept, with the sweep's source of parameters."""
    named = table.on
    if named not in library() and not named.endswith(".toml"):
        problems.add(
            ("on",), "no scenario has this name", found=named,
            allowed=f"{', '.join(library())}, or the path of a file that ends in .toml",
            nearest=near(named, library()),
        )  # fmt: skip
        problems.stop()
    scenario = load(named if named in library() else folder / named)
    if table.parameters is None:
        return scenario
    source = ParameterSource.model_validate({"source": table.parameters})
    return scenario.model_copy(update={"parameters": source})
