"""The page of the commands.

Reads Typer's commands and the signatures behind them, not the help that Typer
prints: that changes with its version and with the width of the terminal.
"""

from __future__ import annotations

from collections.abc import Iterator
from inspect import cleandoc
from pathlib import Path
from typing import Any, get_args, get_type_hints

from typer.main import get_command

from steppe.cli.main import app

from .cells import table

WORDS = {int: "NUMBER", float: "NUMBER", str: "TEXT", Path: "PATH"}


def page() -> str:
    """Every command with its arguments and options."""
    return (
        "# Commands\n\n`steppe COMMAND --help` prints the same. Bad input ends with one message "
        "and exit code 2, an interruption with 130.\n\n"
        + "".join(parts(get_command(app), "steppe"))
    )


def parts(command: Any, path: str) -> Iterator[str]:
    """Yield the part of a command and those of the commands below it."""
    hints = get_type_hints(command.callback) if command.callback else {}
    arguments = [p for p in command.params if p.param_type_name == "argument"]
    options = [p for p in command.params if p.param_type_name == "option"]
    below = getattr(command, "commands", {})
    usage = [path, *(argument(p, hints) for p in arguments)]
    usage += ["[OPTIONS]"] * bool(options) + ["[COMMAND]"] * bool(below)
    yield f"## `{path}`\n\n{cleandoc(command.help or '')}\n\n    {' '.join(usage)}\n\n"
    rows = [(f"`{argument(p, hints)}`", p.help or "", default(p)) for p in arguments]
    rows += [(f"`{option(p, hints)}`", p.help or "", default(p)) for p in options]
    if rows:
        yield table(("argument or option", "meaning", "default"), rows)
    for name, inner in below.items():
        yield from parts(inner, f"{path} {name}")


def plain_type(hint: Any) -> type | None:
    """Type of one value: ``Path`` of ``Path | None`` and of ``list[Path]``."""
    while not isinstance(hint, type) or get_args(hint):
        inner = [part for part in get_args(hint) if part is not type(None)]
        if not inner:
            return None
        hint = inner[0]
    return hint


def argument(parameter: Any, hints: dict[str, Any]) -> str:
    """How an argument stands in the usage line."""
    name = (parameter.metavar or parameter.name).upper()
    many = "..." if "list" in str(hints.get(parameter.name)) else ""
    return f"{name}{many}" if parameter.required else f"[{name}]{many}"


def option(parameter: Any, hints: dict[str, Any]) -> str:
    """Write an option with the kind of value that it takes; a switch takes none."""
    word = WORDS.get(plain_type(hints.get(parameter.name)))  # type: ignore[arg-type]
    return ", ".join(parameter.opts) + (f" {word}" if word else "")


def default(parameter: Any) -> str:
    """Write the default; a dash where there is none, and for switches."""
    if parameter.required:
        return "required"
    shown = isinstance(parameter.default, str | int) and not isinstance(parameter.default, bool)
    return f"`{parameter.default}`" if shown else "-"
