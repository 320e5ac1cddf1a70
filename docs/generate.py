"""Write the reference pages from the code and the evidence, or check that they are fresh.

``python docs/generate.py`` writes the pages of ``docs/reference``;
``python docs/generate.py --check`` exits with 1 and names those that are stale.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from pages import commands, evidence, parameters, scenarios, variables

REFERENCE = Path(__file__).parent / "reference"
MARK = "<!-- Written by docs/generate.py; change what it reads, not this page. -->\n\n"
PAGES: dict[str, Callable[[], str]] = {
    "parameters.md": parameters.page,
    "scenarios.md": scenarios.page,
    "commands.md": commands.page,
    "evidence.md": evidence.page,
    "variables.md": variables.page,
}


def contents() -> dict[str, str]:
    """Text of every page by name, as the code and the evidence give it now."""
    return {name: MARK + make().rstrip("\n") + "\n" for name, make in PAGES.items()}


def stale() -> list[str]:
    """Names of the pages that are missing, out of date, or no longer made."""
    made = contents()
    found = {path.name: path.read_text("utf-8") for path in REFERENCE.glob("*.md")}
    return sorted(name for name in made.keys() | found.keys() if made.get(name) != found.get(name))


def write() -> None:
    """Write all pages."""
    REFERENCE.mkdir(exist_ok=True)
    for name, content in contents().items():
        (REFERENCE / name).write_text(content, "utf-8", newline="\n")


def main(arguments: Sequence[str]) -> int:
    """Write, or check with ``--check``; return the exit code."""
    if list(arguments) not in ([], ["--check"]):
        print("usage: python docs/generate.py [--check]", file=sys.stderr)
        return 2
    if not arguments:
        write()
        return 0
    names = stale()
    for name in names:
        print(f"docs/reference/{name} is stale: run python docs/generate.py", file=sys.stderr)
    return 1 if names else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
