"""The page of sweep files and of what a sweep keeps."""

from __future__ import annotations

from typing import Any

from steppe.explore.sweep.outcomes import DEFAULT_OUTCOMES, DEFAULT_YEARLY, OUTCOMES, YEARLY
from steppe.explore.sweep.schema import DesignTable, FactorTable, SweepTable

from .cells import table


def page() -> str:
    """Fields of a sweep file, and the catalogue of outcomes."""
    parts = ["# Sweep files and outcomes\n\nHow to use them is told in [sweeps](../sweeps.md).\n\n"]
    for heading, model in (
        ("The file", SweepTable),
        ("`[design]`", DesignTable),
        ("`[[factors]]`", FactorTable),
    ):
        rows = [
            (f"`{field.alias or name}`", field.description or "", _default(field))
            for name, field in model.model_fields.items()
        ]
        parts.append(f"## {heading}\n\n" + table(("field", "meaning", "default"), rows))
    for heading, catalogue, kept in (
        ("Outcomes of a run", OUTCOMES, DEFAULT_OUTCOMES),
        ("Yearly numbers", YEARLY, DEFAULT_YEARLY),
    ):
        kinds: dict[str, Any] = dict(catalogue)
        rows = [
            (
                f"`{spec.name}`", spec.long_name, spec.unit, ", ".join(spec.dims),
                "yes" if spec.name in kept else "on request",
            )
            for spec in kinds.values()
        ]  # fmt: skip
        parts.append(
            f"## {heading}\n\n" + table(("name", "meaning", "unit", "dimensions", "kept"), rows)
        )
    return "".join(parts)


def _default(field: Any) -> str:
    if field.is_required():
        return "required"
    value = field.default
    if value is None:
        return ""
    if isinstance(value, tuple):
        return "see below" if value else ""
    return f"`{str(value).lower()}`"
