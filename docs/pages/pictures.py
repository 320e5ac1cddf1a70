"""Pictures of the pages, each with a digest of its numbers inside."""

from __future__ import annotations

import base64
import hashlib
import io
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path

from PIL import Image, UnidentifiedImageError
from PIL.PngImagePlugin import PngInfo

from steppe.calibration.coverage import FORMS, coverage
from steppe.cli.calibration_report import inputs_of
from steppe.results.account import page, sections
from steppe.results.coverage import picture
from steppe.results.style import Note, as_bytes

KEY = "Source"
"""Field of a PNG file that holds the digest."""
REFERENCE = Path(__file__).parents[2] / "results" / "reference"
ACCOUNT = {
    "numbers": ("calibration/told.csv", "calibration/manifest.json"),
    "ranks": ("sbc/records.csv", "sbc-wrong/records.csv"),
    "recovery": ("sbc/records.csv",),
    "gains": ("backtest-*/scores.csv",),
    "claims": ("claims/claims.csv",),
}
"""Figures of the account of the calibration, and the tables that they show."""


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


def _account_numbers(name: str) -> str:
    paths = sorted(path for pattern in ACCOUNT[name] for path in REFERENCE.glob(pattern))
    return "".join(hashlib.sha256(path.read_bytes()).hexdigest() for path in paths)


@cache
def _account() -> dict[str, str]:
    """Figures of the account as it is committed, as addresses that hold them."""
    inputs = inputs_of(None, REFERENCE, "steppe calibrate report")
    note = Note(page.badge(inputs.manifest), page.source(inputs.manifest), None)
    numbers, _ = page.by_how_much_is_told(inputs.numbers)
    found = [sections.numbers_figure(numbers, note)]
    found += sections.believe(inputs.manifest, inputs.fit, REFERENCE, note)["sbc"]["figures"]
    found += [sections.backtests(REFERENCE)["figure"], sections.claims(REFERENCE)["figure"]]
    return {one.name: one.data for one in found}


def _account_picture(name: str, digest: str) -> bytes:
    content = base64.b64decode(_account()[name].partition(",")[2])
    told, stream = PngInfo(), io.BytesIO()
    told.add_text(KEY, digest)
    with Image.open(io.BytesIO(content)) as image:
        image.convert("RGB").quantize(128).save(stream, "png", pnginfo=told, optimize=True)
    return stream.getvalue()


PICTURES = {"pictures/coverage.png": COVERAGE} | {
    f"pictures/{name}.png": Picture(
        partial(_account_numbers, name), partial(_account_picture, name)
    )
    for name in ACCOUNT
}
