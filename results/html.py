"""Pages from templates: escaped, whole, with their pictures inside."""

from __future__ import annotations

import base64
from importlib.resources import files
from typing import Any

from jinja2 import Environment, FunctionLoader, StrictUndefined


def render(template: str, **values: Any) -> bytes:
    """Page of a template; text is escaped, and a value that is not given is an error."""
    here = files("steppe.results") / "templates"
    environment = Environment(
        loader=FunctionLoader(lambda name: (here / name).read_text("utf-8")),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template(template).render(**values).encode("utf-8")


def embedded(picture: bytes) -> str:
    """Address of a PNG that carries the picture itself."""
    return "data:image/png;base64," + base64.b64encode(picture).decode("ascii")
