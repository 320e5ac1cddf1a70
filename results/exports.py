"""Directories of results in the forms that other programs read."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from ..model.errors import InputError
from ..model.names import RUNGS
from . import long_form
from .files import PART, read_bytes, refused, write_atomic
from .grids import describe, write_grids
from .long_form import STATISTICS, named, regions, title
from .manifest import Manifest, read_manifest
from .store import MANIFEST, Store, open_finished
from .tables import read_table
from .variables import LABELS, RUN_DIMENSIONS, VARIABLES

if TYPE_CHECKING:
    import h5netcdf

IAMC: Final = ("model", "scenario", "region", "variable", "unit", "year", "value")
"""Columns of the long form of the Integrated Assessment Modeling Consortium."""
_UNITS: Final = {
    "packages a year": "packages/yr",
    "offers a year": "offers/yr",
    "USD million a year": "million USD/yr",
    "USD million": "million USD",
}


def export(directory: Path, form: str, out: Path) -> list[Path]:
    """Write a directory of results in another form.

    Parameters
    ----------
    directory : Path
        Of a run, a comparison or a study.
    form : str
        A name of :data:`FORMS`.
    out : Path
        Directory of the files.

    Returns
    -------
    list of Path
        What was written; the manifest, with badge, seed and versions, stands beside it.

    Raises
    ------
    InputError
        If there are no results, or they have no such form.
    """
    content = read_bytes(directory / MANIFEST)
    if content is None:
        raise InputError("no results are here", file=str(directory), todo="name a run directory")
    manifest = read_manifest(content, str(directory / MANIFEST))
    made = FORMS[form](directory, manifest, out)
    write_atomic(out / f"{manifest.name}.{MANIFEST}", content)
    return made


def _tables(directory: Path) -> list[str]:
    names = sorted(path.stem for path in (directory / "tables").glob("*.parquet"))
    if not names:
        raise InputError("there are no tables yet", file=str(directory), todo="finish the run")
    return names


def csv(directory: Path, _: Manifest, out: Path) -> list[Path]:
    """Every table as CSV, numbers in full."""
    made = []
    for name in _tables(directory):
        path = out / f"{name}.csv"
        text = read_table(directory, name).to_csv(index=False, lineterminator="\n")
        write_atomic(path, text.encode("utf-8"))
        made.append(path)
    return made


def parquet(directory: Path, _: Manifest, out: Path) -> list[Path]:
    """Every table as Parquet, badge and key in the metadata."""
    return _copies(directory / "tables", [f"{n}.parquet" for n in _tables(directory)], out)


def pictures(ending: str) -> Callable[[Path, Manifest, Path], list[Path]]:
    """Give what exports the figures with an ending."""

    def copy(directory: Path, _: Manifest, out: Path) -> list[Path]:
        place = directory / "figures"
        names = sorted(path.name for path in place.glob(f"*.{ending}"))
        if not names:
            raise InputError("there are no figures", file=str(directory), todo="finish the run")
        return _copies(place, names, out)

    return copy


def _copies(place: Path, names: Sequence[str], out: Path) -> list[Path]:
    for name in names:
        write_atomic(out / name, (place / name).read_bytes())
    return [out / name for name in names]


# ---------------------------------------------------------------- NetCDF


def netcdf(directory: Path, manifest: Manifest, out: Path) -> list[Path]:
    """Every run and year in one NetCDF-4 file, batch by batch; of a comparison or study the tables.

    The runs of a comparison are exported from its ``runs-a``, ``runs-b`` and so on.
    """
    import h5netcdf

    if manifest.kind != "run":
        path = out / f"{manifest.name}.nc"
        names = _tables(directory)
        write_grids(path, {name: read_table(directory, name) for name in names}, manifest)
        return [path]
    store = open_finished(directory)
    path = out / f"{manifest.name}.nc"
    part = path.with_name(f".{path.name}{PART}")
    try:
        out.mkdir(parents=True, exist_ok=True)
        with h5netcdf.File(part, "w") as file:
            _describe(file, store)
            for batch in store.batches:
                _fill(file, store, batch)
        part.replace(path)
    except OSError as error:
        raise refused(path, error) from error
    return [path]


def _describe(file: h5netcdf.File, store: Store) -> None:
    """Dimensions, labels and empty variables."""
    import h5py

    manifest = store.manifest
    draws = manifest.parameters.draws
    labels: dict[str, Any] = {
        "scenario": [manifest.name],
        "draw": range(draws),
        "replicate": range(store.runs // draws),
        "year": manifest.years,
        **LABELS,
    }
    file.dimensions = {name: len(values) for name, values in labels.items()}
    for name, values in labels.items():
        words = isinstance(values[0], str)
        kind = h5py.string_dtype() if words else "int32"
        variable = file.create_variable(name, (name,), dtype=kind)
        variable[:] = np.array(list(values), dtype=object if words else "int32")
    for one in VARIABLES.values():
        dims = (*RUN_DIMENSIONS, *one.dims)
        variable = file.create_variable(
            one.name, dims, dtype=one.dtype, compression="gzip", compression_opts=4, shuffle=True
        )
        variable.attrs["units"] = one.unit
        variable.attrs["long_name"] = one.long_name
    describe(file, manifest)


def _fill(file: h5netcdf.File, store: Store, batch: int) -> None:
    """Runs of a batch: run r is draw r modulo the draws, replicate r over the draws."""
    span, draws = store.span(batch), store.manifest.parameters.draws
    rows = slice(span.start // draws, span.stop // draws)
    for name, values in store.read(batch, list(VARIABLES)).items():
        block = values.reshape(-1, draws, *values.shape[1:]).swapaxes(0, 1)
        file[name][0, :, rows] = block


# ---------------------------------------------------------------- IAMC


def iamc(directory: Path, manifest: Manifest, out: Path) -> list[Path]:
    """Means and quantiles by year in the IAMC long form, as CSV that pyam reads.

    Of a comparison or study, what :mod:`.long_form` takes from its tables.
    """
    names = _tables(directory)
    if manifest.kind in long_form.OF:
        tables = {name: read_table(directory, name) for name in names}
        whole = long_form.OF[manifest.kind](tables, manifest)
    else:
        rungs, packages, states = (
            read_table(directory, name) for name in ("rungs", "packages", "state_patron")
        )
        whole = pd.concat(
            [_of_rungs(rungs), _of_packages(packages), _of_states(states)], ignore_index=True
        )
        whole.insert(0, "scenario", manifest.name)
    whole.insert(0, "model", f"Steppe {manifest.versions.get('steppe', '')}".strip())
    path = out / f"{manifest.name}-iamc.csv"
    text = whole[list(IAMC)].to_csv(index=False, lineterminator="\n")
    write_atomic(path, text.encode("utf-8"))
    return [path]


def _of_rungs(frame: pd.DataFrame) -> pd.DataFrame:
    parts = [_long(frame, "mean", "Rung", "Mean", "1")]
    parts += [
        _long(frame, f"p_rung_ge_{k}", f"Probability|{title(RUNGS[k])} or Higher", None, "1")
        for k in range(1, len(RUNGS))
    ]
    return pd.concat(parts, ignore_index=True)


def _of_packages(frame: pd.DataFrame) -> pd.DataFrame:
    chosen = frame[frame["measure"] == "packages"]
    return pd.concat(
        [
            _long(chosen, column, "Packages", words, "packages/yr")
            for column, words in STATISTICS.items()
        ],
        ignore_index=True,
    )


def _of_states(frame: pd.DataFrame) -> pd.DataFrame:
    parts = []
    for name, rows in frame.groupby("variable", sort=False):
        unit = str(rows["unit"].iloc[0])
        parts += [
            _long(rows, column, title(str(name)), words, _UNITS.get(unit, "1"))
            for column, words in STATISTICS.items()
        ]
    return pd.concat(parts, ignore_index=True)


def _long(
    frame: pd.DataFrame, column: str, name: str, statistic: str | None, unit: str
) -> pd.DataFrame:
    """Rows of one variable; area and patron stand in its name, separated by bars."""
    return pd.DataFrame(
        {
            "region": regions(frame["state"]),
            "variable": named(frame, name, statistic),
            "unit": unit,
            "year": frame["year"],
            "value": frame[column].astype(float),
        }
    )


FORMS: Final[dict[str, Callable[[Path, Manifest, Path], list[Path]]]] = {
    "csv": csv,
    "parquet": parquet,
    "netcdf": netcdf,
    "iamc": iamc,
    "png": pictures("png"),
    "svg": pictures("svg"),
}
"""Forms by name: tables, every run, means by year, figures."""
