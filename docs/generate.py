"""Write the reference pages from the code and the evidence, or check that they are fresh.

``python docs/generate.py`` writes the pages of :data:`PAGES` and the pictures of
:data:`PICTURES`; ``python docs/generate.py --check`` exits with 1 and names those that are
stale. A picture carries a digest of the numbers in it: pixels differ between versions of
the drawing library, numbers do not.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from pages import (
    backtest,
    basis,
    claims,
    commands,
    drivers,
    evidence,
    mechanisms,
    parameters,
    pictures,
    posterior,
    predictive,
    references,
    scenarios,
    sensitivity,
    simulated,
    study,
    sweeps,
    validate,
    variables,
)

DOCS = Path(__file__).parent
MARK = "<!-- Written by docs/generate.py; change what it reads, not this page. -->\n\n"
PAGES: dict[str, Callable[[], str]] = {
    "evidence.md": evidence.page,
    "reference/backtest.md": backtest.page,
    "reference/basis.md": basis.page,
    "reference/claims.md": claims.page,
    "reference/commands.md": commands.page,
    "reference/drivers.md": drivers.page,
    "reference/mechanisms.md": mechanisms.page,
    "reference/parameters.md": parameters.page,
    "reference/posterior.md": posterior.page,
    "reference/predictive.md": predictive.page,
    "reference/references.md": references.page,
    "reference/scenarios.md": scenarios.page,
    "reference/sensitivity.md": sensitivity.page,
    "reference/simulated.md": simulated.page,
    "reference/study.md": study.page,
    "reference/sweeps.md": sweeps.page,
    "reference/validate.md": validate.page,
    "reference/variables.md": variables.page,
}
PICTURES: dict[str, pictures.Picture] = pictures.PICTURES


def contents() -> dict[str, str]:
    """Text of every page by name, as the code and the evidence give it now."""
    return {name: MARK + make().rstrip("\n") + "\n" for name, make in PAGES.items()}


def stale() -> list[str]:
    """Names of the pages and pictures that are missing, out of date, or no longer made."""
    made = contents()
    found = {
        str(path.relative_to(DOCS).as_posix()): path.read_text("utf-8")
        for path in DOCS.rglob("*.md")
    }
    generated = made.keys() | {name for name in found if name.startswith("reference/")}
    names = [name for name in generated if made.get(name) != found.get(name)]
    names += [
        name for name, picture in PICTURES.items()
        if pictures.digest_in(DOCS / name) != picture.digest()
    ]  # fmt: skip
    return sorted(names)


def write() -> None:
    """Write all pages, and the pictures whose numbers have changed."""
    for name, content in contents().items():
        path = DOCS / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(content, "utf-8", newline="\n")
    for name, picture in PICTURES.items():
        path = DOCS / name
        if pictures.digest_in(path) != picture.digest():
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(picture.draw())


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
        print(f"docs/{name} is stale: run python docs/generate.py", file=sys.stderr)
    return 1 if names else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
