"""Identity of an installation: digests of all that its numbers come from."""

from __future__ import annotations

import hashlib
import platform
from importlib.metadata import version
from importlib.resources import files
from typing import Final

from ..calibration.installed import installed
from ..calibration.reading import evidence_directory
from ..model.compiled import sources_digest
from . import conditioning


def evidence_digest() -> str:
    """Digest of every file of the evidence."""
    total = hashlib.sha256()
    root = evidence_directory()
    for folder, prefix in ((root, ""), (root / "series", "series/")):
        for file in sorted(folder.iterdir(), key=lambda f: f.name):
            if file.name.endswith((".csv", ".toml")):
                total.update(f"{prefix}{file.name}\0".encode() + file.read_bytes())
    return total.hexdigest()


_COMPUTING: Final = {
    "steppe.explore": ("conditioning", "draws", "problem"),
    "steppe.explore.sweep": (
        *("design", "factors", "outcomes", "pasts", "points", "problem", "quantiles", "resolve"),
        "samplers",
    ),
    "steppe.scenarios": ("addresses", "course", "draws", "levers", "resolve"),
}
"""Modules, beside the model and the filter, on which the numbers of a sweep depend."""


def sweep_digest() -> str:
    """Digest of the modules of a sweep's numbers, first 16 hex digits."""
    total = hashlib.sha256()
    for package, modules in _COMPUTING.items():
        for module in modules:
            total.update((files(package) / f"{module}.py").read_bytes())
    return total.hexdigest()[:16]


def identity() -> dict[str, str]:
    """Versions and digests of all that a sweep's numbers come from, by what they are of."""
    posterior = installed()
    return {
        "python": ".".join(platform.python_version_tuple()[:2]),
        **{package: version(package) for package in ("numpy", "numba")},
        "model": sources_digest(),
        "evidence": evidence_digest(),
        "filter": conditioning.sources_digest(),
        "posterior": "none" if posterior is None else posterior.digest,
        "sweeps": sweep_digest(),
    }
