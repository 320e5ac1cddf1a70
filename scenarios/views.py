"""Views: one what-if seen from several years, each a scenario of its own.

A file states its scenario as seen from one year, ``conditioned_until``. Each of its
``views`` is the same what-if seen from another: the record is followed to that year, the
levers act as many years earlier or later as its ``shift`` says, and it is called
``NAME-YEAR``. So a story told once is asked of the world of 2009 and of that of 2022.
"""

from __future__ import annotations

from .schema import Lever, Scenario, View


def view_name(name: str, year: int) -> str:
    """Name of the scenario that a view makes.

    >>> view_name("moscow-withdraws", 2009)
    'moscow-withdraws-2009'
    """
    return f"{name}-{year}"


def places(scenario: Scenario, year: int | None) -> list[int]:
    """Positions in the file of the levers that a view has; None is the file's own."""
    own = scenario.conditioned_until if year is None else year
    return [n for n, lever in enumerate(scenario.levers) if lever.view in (None, own)]


def seen(scenario: Scenario, year: int | None = None) -> Scenario:
    """Write a scenario out as it is seen from one year; the result has no views.

    Parameters
    ----------
    scenario : Scenario
        As its file states it.
    year : int, optional
        Year of one of its views; the file's own ``conditioned_until`` without it.

    Raises
    ------
    KeyError
        If the scenario has no such view.
    """
    view = None if year is None else _view(scenario, year)
    shift = 0 if view is None else view.shift
    own = scenario.conditioned_until if year is None else year
    own_year = scenario.own_assumptions if view is None else view.assumptions
    changed: dict[str, object] = {
        "views": (),
        "assumptions": (*scenario.assumptions, *own_year),
        "own_assumptions": (),
        "levers": tuple(
            _moved(lever, shift if lever.view is None else 0)
            for lever in (scenario.levers[n] for n in places(scenario, year))
        ),
        "expects": tuple(
            e.model_copy(update={"view": None}) for e in scenario.expects if e.view in (None, own)
        ),
    }
    if view is not None:
        changed |= {
            "name": view_name(scenario.name, view.conditioned_until),
            "title": view.title or f"{scenario.title}, seen from {view.conditioned_until}",
            "story": view.story or scenario.story,
            "conditioned_until": view.conditioned_until,
            "compare_with": view.compare_with,
        }
    return scenario.model_copy(update=changed)


def _view(scenario: Scenario, year: int) -> View:
    for view in scenario.views:
        if view.conditioned_until == year:
            return view
    raise KeyError(year)


def _moved(lever: Lever, years: int) -> Lever:
    """Move all years of a lever, those of its path and shock included."""
    changed: dict[str, object] = {"view": None}
    if lever.first is not None:
        changed["first"] = lever.first + years
    if lever.until is not None:
        changed["until"] = lever.until + years
    if lever.path is not None:
        changed["path"] = {
            str(int(key) + years) if key.isascii() and key.isdigit() else key: number
            for key, number in lever.path.items()
        }
    if lever.shock is not None:
        changed["shock"] = lever.shock.model_copy(update={"year": lever.shock.year + years})
    return lever.model_copy(update=changed)
