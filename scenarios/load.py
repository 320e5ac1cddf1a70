"""Find a scenario, read its file, and say everything that is wrong with it.

The schema is imported once a file has been found, so that a mistyped name is
answered at once.
"""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, get_args

from ..model.errors import InputError, near
from ..model.names import DEFAULT_HORIZON

if TYPE_CHECKING:
    from .problems import Problems
    from .resolve import Resolved
    from .schema import Scenario


class Entry(NamedTuple):
    """A scenario of the library.

    Attributes
    ----------
    name : str
        What ``steppe run`` is given.
    file : str
        Stem of its file, which is the name of the scenario as the file states it.
    year : int or None
        Year of the view of the file that it is; None for the file's own.
    area : str or None
    conditioned_until : int or None
    compare_with : str or None
        Its baseline, where it is a what-if.
    """

    name: str
    file: str
    year: int | None
    area: str | None
    conditioned_until: int | None
    compare_with: str | None


@cache
def catalogue() -> tuple[Entry, ...]:
    """Every scenario that is shipped: baselines first, then by name, views after their file."""
    folder = files("steppe.scenarios") / "library"
    stems = [p.name.removesuffix(".toml") for p in folder.iterdir() if p.name.endswith(".toml")]
    found = []
    for stem in sorted(stems, key=lambda name: (not name.startswith("baseline"), name)):
        content = tomllib.loads((folder / f"{stem}.toml").read_text("utf-8"))
        area = content.get("area")
        until, base = content.get("conditioned_until"), content.get("compare_with")
        found.append(Entry(stem, stem, None, area, until, base))
        for view in content.get("views", ()):
            year = view["conditioned_until"]
            name = f"{stem}-{year}"
            found.append(Entry(name, stem, year, area, year, view["compare_with"]))
    return tuple(found)


def library() -> list[str]:
    """Names of the scenarios that are shipped, in the order of :func:`catalogue`."""
    return [entry.name for entry in catalogue()]


def library_files() -> list[str]:
    """Stems of the files that are shipped; a file may hold several views."""
    return [entry.file for entry in catalogue() if entry.year is None]


def entry_of(name: str) -> Entry:
    """Entry of a shipped scenario.

    Raises
    ------
    InputError
        If there is none of that name; with the nearest.
    """
    for entry in catalogue():
        if entry.name == name:
            return entry
    raise InputError(
        "no scenario has this name",
        found=name,
        allowed="a name that 'steppe scenarios' lists, such as baseline-2022, "
        "or the path of a file that ends in .toml",
        nearest=near(name, library()),
    )


def library_text(name: str) -> str:
    """Text of the file that holds a shipped scenario.

    Raises
    ------
    InputError
        If there is none of that name; with the nearest.
    """
    file = entry_of(name).file
    return (files("steppe.scenarios") / "library" / f"{file}.toml").read_text("utf-8")


def load(name_or_path: str | Path) -> Scenario:
    """Read a scenario and check it in full.

    Parameters
    ----------
    name_or_path : str or Path
        Name of a scenario of the library, or the path of a file; a path has a
        folder in it or ends in ``.toml``. Where ``mine.toml`` has a view from 2009,
        ``mine-2009.toml`` names it. A file of draws that the scenario names is looked
        for beside it.

    Returns
    -------
    Scenario
        As seen from one year: without views.

    Raises
    ------
    InputError
        All that is wrong, a line each.
    """
    whole, year = _whole(name_or_path)
    from .views import seen

    return seen(whole, year)


def load_views(name_or_path: str | Path) -> list[Scenario]:
    """Read a file and give all that it holds: its own scenario, then its views.

    Raises
    ------
    InputError
        All that is wrong, a line each.
    """
    whole, _ = _whole(name_or_path)
    from .views import seen

    return [seen(whole), *(seen(whole, view.conditioned_until) for view in whole.views)]


def load_whole(name_or_path: str | Path) -> Scenario:
    """Read a file and give it as it stands, with its views.

    Raises
    ------
    InputError
        All that is wrong, a line each.
    """
    return _whole(name_or_path)[0]


def _whole(name_or_path: str | Path) -> tuple[Scenario, int | None]:
    """File that holds a scenario, checked in full, and the year of the view that is named."""
    text = str(name_or_path)
    if isinstance(name_or_path, str) and "/" not in text and not text.endswith(".toml"):
        entry = entry_of(text)
        return _read(library_text(text), f"library/{entry.file}.toml", Path.cwd()), entry.year
    path, year = _file_of(Path(name_or_path))
    try:
        content = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise _unreadable(path, error) from error
    found = _read(content, str(path), path.parent)
    years = [view.conditioned_until for view in found.views]
    if year is not None and year not in years:
        raise InputError(
            "the file has no view from this year",
            file=str(path),
            field="views",
            found=year,
            allowed=", ".join(map(str, years)) or "none",
        )
    return found, year


def _file_of(path: Path) -> tuple[Path, int | None]:
    """File that holds a scenario, and the year of the view that its path names, if any."""
    stem, _, year = path.stem.rpartition("-")
    whole = path.with_name(f"{stem}{path.suffix}")
    if path.exists() or not (stem and re.fullmatch(r"[0-9]{4}", year)) or not whole.exists():
        return path, None
    return whole, int(year)


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
    """Parse, validate, and check what belongs together in every view."""
    from .check import views
    from .problems import Problems
    from .resolve import resolve
    from .views import places, seen

    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"not valid TOML: {error}", file=file) from error
    problems = Problems(file, text)
    whole = _validated(content, folder, problems)
    views(whole, problems)
    problems.stop()
    years = [None, *(view.conditioned_until for view in whole.views)]
    for year in years:
        scenario = seen(whole, year)
        problems.places = places(whole, year)
        if scenario.compare_with is not None:
            _comparable(scenario, scenario.compare_with, year, problems)
        resolve(scenario, problems)
    return whole


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


def _comparable(scenario: Scenario, other: str, year: int | None, problems: Problems) -> None:
    """Require the same years as the baseline, so that runs can be paired."""
    field = "compare_with" if year is None else f"view {year}: compare_with"
    if other not in library() or other == scenario.name:
        problems.add(
            (field,),
            "names no other scenario of the library",
            found=other,
            allowed="a name that 'steppe scenarios' lists",
            nearest=near(other, library()) if other != scenario.name else (),
        )
        return
    base = tomllib.loads(library_text(other))
    theirs = {
        "horizon": base.get("horizon", DEFAULT_HORIZON),
        "conditioned_until": entry_of(other).conditioned_until,
    }
    for name, value in theirs.items():
        mine = getattr(scenario, name)
        if mine != value:
            problems.add(
                (name,),
                f"differs from {other}, with which the scenario is compared",
                found="absent" if mine is None else mine,
                allowed="absent" if value is None else str(value),
            )
