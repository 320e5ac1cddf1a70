"""Pictures of the pages, each with a digest of its numbers inside."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, UnidentifiedImageError

from steppe.calibration.coverage import FORMS, coverage
from steppe.results.coverage import picture
from steppe.results.style import as_bytes

KEY = "Source"
"""Field of a PNG file that holds the digest."""


@dataclass(frozen=True)
class Picture:
    """A picture: the numbers in it as text, and how it is drawn with a digest of them."""

    numbers: Callable[[], str]
    make: Callable[[str], bytes]

    def digest(self) -> str:
        """Digest of the numbers as they are now."""
        return hashlib.sha256(self.numbers().encode()).hexdigest()[:16]

    def draw(self) -> bytes:
        """PNG with the digest inside."""
        return self.make(self.digest())


def digest_in(path: Path) -> str | None:
    """Digest that a PNG file carries; None if there is none, or no such picture."""
    try:
        with Image.open(path) as image:
            return image.info.get(KEY)
    except (FileNotFoundError, UnidentifiedImageError):
        return None


def _coverage_numbers() -> str:
    found = coverage()
    return found.source + repr(found.forces) + repr(found.rows())


def _coverage_picture(digest: str) -> bytes:
    found = coverage()
    drawn = picture(
        found.years.tolist(), FORMS, found.counts, found.chance, found.source, found.forces
    )
    return as_bytes(drawn, "png", "Coverage of the record", {KEY: digest})


COVERAGE = Picture(_coverage_numbers, _coverage_picture)
