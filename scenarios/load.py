"""Find a scenario, read its file, and say everything that is wrong with it.

The schema is imported once a file has been found, so that a mistyped name is
answered at once.
"""

from __future__ import annotations

import tomllib
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

from ..model.errors import InputError, near

if TYPE_CHECKING:
    from .problems import Problems
    from .resolve import Resolved
    from .schema import Scenario


def library() -> list[str]:
    """Names of the scenarios that are shipped, baselines first, each part in order."""
    folder = files("steppe.scenarios") / "library"
    names = [p.name.removesuffix(".toml") for p in folder.iterdir() if p.name.endswith(".toml")]
    return sorted(names, key=lambda name: (not name.startswith("baseline"), name))


def library_text(name: str) -> str:
    """Text of a shipped scenario's file.

    Raises
    ------
    InputError
        If there is none of that name; with the nearest.
    """
    if name not in library():
        raise InputError(
            "no scenario has this name",
            found=name,
            allowed=f"{', '.join(library())}, or the path of a file that ends in .toml",
            nearest=near(name, library()),
        )
    return (files("steppe.scenarios") / "library" / f"{name}.toml").read_text("utf-8")


def load(name_or_path: str | Path) -> Scenario:
    """Read a scenario and check it in full.

    Parameters
    ----------
    name_or_path : str or Path
        Name of a scenario of the library, or the path of a file; a path has a
        folder in it or ends in ``.toml``. A file of draws that the scenario names
        is looked for beside it.

    Raises
    ------
    InputError
        All that is wrong, a line each.
    """
    text = str(name_or_path)
    if isinstance(name_or_path, str) and "/" not in text and not text.endswith(".toml"):
        return _read(library_text(text), f"library/{text}.toml", Path.cwd())
    path = Path(name_or_path)
    try:
        content = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise _unreadable(path, error) from error
    return _read(content, text, path.parent)


def load_resolved(name_or_path: str | Path, parameters: str | None = None) -> Resolved:
    """Read a scenario and write it out in full; see :func:`load`.

    Parameters
    ----------
    name_or_path : str or Path
    parameters : {"point", "prior", "posterior"}, optional
        Where parameter values come from, instead of what the scenario says.

    Raises
    ------
    InputError
        If the scenario is broken, or there are no such parameters.
    """
    scenario = load(name_or_path)
    from .resolve import resolve
    from .schema import ParameterSource, ValueSource

    if parameters is None:
        return resolve(scenario)
    allowed = get_args(ValueSource)
    if parameters not in allowed:
        raise InputError(
            "parameters have no such source",
            field="--parameters",
            found=parameters,
            allowed=", ".join(allowed),
            nearest=near(parameters, allowed),
        )
    source = ParameterSource.model_validate({"source": parameters})
    return resolve(scenario.model_copy(update={"parameters": source}))


def _unreadable(path: Path, error: Exception) -> InputError:
    if isinstance(error, UnicodeDecodeError):
        return InputError("the file is not UTF-8 text", file=str(path))
    beside = [p.name for p in path.parent.glob("*.toml")] if path.parent.is_dir() else []
    return InputError(
        "the scenario file cannot be read" if path.exists() else "there is no such file",
        file=str(path),
        nearest=[*near(path.name, beside), *near(path.stem, library())],
        todo="'steppe scenarios' lists the shipped ones, 'steppe scenarios new' starts one",
    )


def _read(text: str, file: str, folder: Path) -> Scenario:
    """Parse, validate, check what belongs together, and compare with the baseline."""
    from .problems import Problems
    from .resolve import resolve

    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"not valid TOML: {error}", file=file) from error
    problems = Problems(file, text)
    scenario = _validated(content, folder, problems)
    if scenario.compare_with is not None:
        _comparable(scenario, scenario.compare_with, problems)
    resolve(scenario, problems)
    return scenario


def _validated(content: dict[str, Any], folder: Path, problems: Problems) -> Scenario:
    from pydantic import ValidationError

    from .schema import Scenario

    try:
        scenario = Scenario.model_validate(content)
    except ValidationError as error:
        problems.translate(error)
        problems.stop()
        raise
    if scenario.parameters.file is None:
        return scenario
    file = str((folder / scenario.parameters.file).resolve())
    parameters = scenario.parameters.model_copy(update={"file": file})
    return scenario.model_copy(update={"parameters": parameters})


def _comparable(scenario: Scenario, other: str, problems: Problems) -> None:
    """Require the same years as the baseline, so that runs can be paired."""
    from .schema import Scenario

    place = ("compare_with",)
    if other not in library() or other == scenario.name:
        problems.add(
            place,
            "names no other scenario of the library",
            found=other,
            allowed=", ".join(name for name in library() if name != scenario.name),
            nearest=near(other, library()) if other != scenario.name else (),
        )
        return
    base = Scenario.model_validate(tomllib.loads(library_text(other)))
    for field in ("horizon", "conditioned_until"):
        mine, theirs = getattr(scenario, field), getattr(base, field)
        if mine != theirs:
            problems.add(
                (field,),
                f"differs from {other}, with which the scenario is compared",
                found="absent" if mine is None else mine,
                allowed="absent" if theirs is None else str(theirs),
            )
