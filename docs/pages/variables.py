"""The page of the variables and tables of a run."""

from __future__ import annotations

from inspect import cleandoc

from steppe.results.summaries import TABLES
from steppe.results.variables import RUN_DIMENSIONS, VARIABLES

from .cells import table


def page() -> str:
    """Variables of the store and tables of a run."""
    rows = [
        (f"`{v.name}`", v.long_name, v.unit, ", ".join(v.dims), v.dtype) for v in VARIABLES.values()
    ]
    made = [(f"`{name}.parquet`", cleandoc(make.__doc__ or "").split("\n\n")[0])
            for name, make in TABLES.items()]  # fmt: skip
    return (
        "# Variables and tables of a run\n\n## `data.zarr`\n\nEach variable has the dimensions "
        f"{', '.join(f'`{d}`' for d in RUN_DIMENSIONS)} and then those below.\n\n"
        + table(("variable", "meaning", "unit", "dimensions", "type"), rows)
        + "## `tables/`\n\n"
        + table(("table", "one row tells"), made)
    )
