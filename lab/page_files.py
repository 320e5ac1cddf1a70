"""The page's files: what may be asked for is what the package lists, and nothing else."""

from __future__ import annotations

import hashlib
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Final, NamedTuple

TYPES: Final = {
    "html": "text/html; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "css": "text/css; charset=utf-8",
    "json": "application/json; charset=utf-8",
    "geojson": "application/geo+json; charset=utf-8",
    "svg": "image/svg+xml",
    "png": "image/png",
    "txt": "text/plain; charset=utf-8",
}
"""Endings of the files that are served."""


MAP: Final = "map/central_asia.geojson"
"""The page's map is the one of the figures; where it is from: ``results/map/README.md``."""


class PageFile(NamedTuple):
    """A file of the page: content, its type, and a tag that changes with it."""

    content: bytes
    kind: str
    tag: str


def listed(folder: Traversable | None = None, before: str = "") -> dict[str, Traversable]:
    """Every file of the page by its path below ``/page/``."""
    found: dict[str, Traversable] = {}
    if folder is None:
        found[MAP] = files("steppe.results") / "map" / "central_asia.geojson"
    for item in (folder or files("steppe.lab") / "page").iterdir():
        if item.is_dir():
            found |= listed(item, f"{before}{item.name}/")
        elif item.name.rsplit(".", 1)[-1] in TYPES:
            found[before + item.name] = item
    return found


def page_file(path: str) -> PageFile | None:
    """Read a file of the page, or None if there is none of this path."""
    item = listed().get(path)
    if item is None:
        return None
    content = item.read_bytes()
    tag = f'"{hashlib.sha256(content).hexdigest()[:24]}"'
    return PageFile(content, TYPES[path.rsplit(".", 1)[-1]], tag)
