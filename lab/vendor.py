"""Libraries of others that are carried along: which files, from where, and their digests.

A folder with a ``vendor.json`` holds files of one npm package. ``python -m steppe.lab.vendor
check FOLDER`` compares them with their digests; ``... refresh FOLDER [VERSION]`` fetches the
package with ``npm pack`` and writes files and digests anew.
"""

from __future__ import annotations

import base64
import hashlib
import json
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path
from typing import Any, Final

from ..model.errors import InputError
from ..results.files import canonical, digest, write_atomic

MANIFEST: Final = "vendor.json"
PAGE: Final = Path(__file__).parent / "page" / "vendor"
"""Folder of what the page itself uses."""


def read(folder: Path) -> dict[str, Any]:
    """Read what a folder says that it holds.

    Raises
    ------
    InputError
        If there is no manifest.
    """
    path = folder / MANIFEST
    try:
        found: dict[str, Any] = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise InputError("not a folder of a carried library", file=str(path)) from error
    return found


def check(folder: Path) -> list[str]:
    """Names of the files that are missing or differ from their digest."""
    return [
        name
        for name, entry in read(folder)["files"].items()
        if not (folder / name).is_file() or digest((folder / name).read_bytes()) != entry["sha256"]
    ]


def refresh(folder: Path, version: str | None = None) -> str:
    """Fetch the package and write its files and digests; return the version.

    Raises
    ------
    InputError
        If npm is absent or fails, or the package lacks a file.
    """
    manifest = read(folder)
    asked = f"{manifest['package']}@{version or manifest['version']}"
    with tempfile.TemporaryDirectory() as place:
        packed = _pack(asked, Path(place))
        archive = Path(place) / packed["filename"]
        integrity = _integrity(archive.read_bytes())
        if integrity != packed["integrity"]:
            raise InputError("the package is not what npm announced", field=asked, found=integrity)
        contents = _members(archive, {n: e["from"] for n, e in manifest["files"].items()})
    for name, content in contents.items():
        write_atomic(folder / name, content)
        manifest["files"][name]["sha256"] = digest(content)
    manifest |= {"version": packed["version"], "integrity": integrity}
    write_atomic(folder / MANIFEST, canonical(manifest))
    return str(packed["version"])


def _pack(asked: str, place: Path) -> dict[str, Any]:
    command = ["npm", "pack", "--json", "--pack-destination", str(place), asked]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=place)
    except FileNotFoundError as error:
        raise InputError("npm is needed to refresh a carried library", field="npm") from error
    except subprocess.CalledProcessError as error:
        raise InputError("npm pack failed", field=asked, found=error.stderr.strip()) from error
    answer: dict[str, Any] = json.loads(done.stdout)[0]
    return answer


def _integrity(content: bytes) -> str:
    return "sha512-" + base64.b64encode(hashlib.sha512(content).digest()).decode()


def _members(archive: Path, wanted: dict[str, str]) -> dict[str, bytes]:
    found = {}
    with tarfile.open(archive) as package:
        for name, member in wanted.items():
            try:
                file = package.extractfile(f"package/{member}")
            except KeyError:
                file = None
            if file is None:
                raise InputError("the package lacks a file", file=archive.name, field=member)
            found[name] = file.read()
    return found


def main(words: list[str]) -> int:
    """Run ``check`` or ``refresh``; exit code 1 for files that differ, 2 for bad input."""
    if len(words) not in (2, 3) or words[0] not in ("check", "refresh"):
        print(__doc__, file=sys.stderr)
        return 2
    folder = Path(words[1])
    try:
        if words[0] == "refresh":
            print(f"{folder}: {refresh(folder, *words[2:])}")
            return 0
        wrong = check(folder)
    except InputError as error:
        print(error, file=sys.stderr)
        return 2
    for name in wrong:
        print(f"{folder / name} is missing or differs from its digest")
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
