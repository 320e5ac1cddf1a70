"""What ``steppe sensitivity`` writes: tables, pictures, and the command that gives them again."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .sensitivity_text import MOST_PANELS, cells

if TYPE_CHECKING:
    from xarray import Dataset

    from ..explore.sensitivity.of_sweep import SweepAnalysis
    from ..results.style import Note


def write(
    place: Path,
    analysis: SweepAnalysis,
    indices: Dataset,
    growing: Dataset | None,
    told: Mapping[str, Any],
) -> None:
    """Write tables as CSV, and how to get them again."""
    from ..results.files import canonical, write_atomic

    frames = {"indices": _flat(indices, ("other",))}
    if "other" in indices.dims:
        frames["pairs"] = _pairs(indices)
    if growing is not None:
        frames["convergence"] = _flat(growing, ("other",))
    for name, frame in frames.items():
        write_atomic(place / f"{name}.csv", text_of(frame))
    about = {
        "outcome": analysis.wanted,
        "settings": {k: v for k, v in indices.attrs.items() if k != "outcome"},
        **told,
    }
    write_atomic(place / "about.json", canonical(about))


def text_of(frame: Any) -> bytes:
    """A table as CSV, numbers to six digits."""
    text: str = frame.to_csv(index=False, lineterminator="\n", float_format="%.6g")
    return text.encode()


def _flat(indices: Dataset, without: tuple[str, ...]) -> Any:
    """One row for each cell and factor."""
    names = [n for n in indices.data_vars if not set(without) & set(indices[n].dims)]
    whole = indices[names]
    whole = whole.drop_vars([w for w in without if w in whole.coords])
    if "factor" not in whole.dims:  # every cell was refused
        whole = whole.drop_vars("factor", errors="ignore").expand_dims(factor=indices["factor"])
    frame = whole.to_dataframe().reset_index()
    first = [c for c in frame.columns if c in indices.dims]
    return frame[[*first, *(c for c in frame.columns if c not in first)]]


def _pairs(indices: Dataset) -> Any:
    """One row for each cell and pair of factors."""
    names = [n for n in indices.data_vars if "other" in indices[n].dims]
    frame = indices[names].to_dataframe().reset_index().dropna(subset=["S2"])
    return frame[frame["factor"] < frame["other"]]


def draw(
    place: Path,
    analysis: SweepAnalysis,
    indices: Dataset,
    growing: Dataset | None,
    note: Note,
    top: int,
) -> None:
    """Draw ranks and convergence, or lines by year."""
    from ..explore.sensitivity.ranks import ranked
    from ..results.ranks import curves, ranks
    from ..results.style import save

    title = f"What moves {analysis.wanted}"
    if "year" in analysis.cells:
        kept = indices.isel(year=indices["status"].values == "ok")
        years = [int(y) for y in kept["year"].values]
        drawn = _curves(kept, analysis.method, "year")
        figure = curves(years, drawn, analysis.method, (title, "year"), note, years=True)
        save(figure, place, "years", title)
        return
    good = {n: c for n, c in cells(indices).items() if str(c["status"].item()) == "ok"}
    shown = {name: ranked(cell) for name, cell in list(good.items())[:MOST_PANELS]}
    save(ranks(shown, analysis.method, title, note, top), place, "ranks", title)
    if growing is None or growing.sizes["size"] < 2:
        return
    from ..explore.sensitivity.growth import WORDS

    label = WORDS[analysis.method]
    for name, cell in cells(growing.isel(size=-1)).items():
        if name not in shown:
            continue
        dims = [str(d) for d in growing["status"].dims if d != "size"]
        picked = growing.sel({d: cell[d].item() for d in dims})
        sizes = [int(n) for n in picked["size"].values]
        words = f"Have the indices of {analysis.wanted} settled?" + (f" ({name})" if name else "")
        figure = curves(sizes, _curves(picked, analysis.method, "size"), analysis.method,
                        (words, label), note)  # fmt: skip
        save(figure, place, f"convergence{'-' + name if name else ''}", words)


def _curves(indices: Dataset, method: str, dim: str) -> list[Any]:
    """Curves of six factors, the weightiest at the end (or in any year) first."""
    from ..explore.sensitivity.analyses import MEASURES
    from ..results.ranks import Curve

    measure = MEASURES[method]
    values = indices[measure].transpose(dim, "factor")
    weight = values.isel({dim: -1}) if dim == "size" else values.max(dim)
    order = weight.fillna(-1.0).argsort().values[::-1][:6]
    ends = [indices[f"{measure}_{end}"].transpose(dim, "factor").values for end in ("low", "high")]
    return [
        Curve(str(indices["factor"].values[n]), values.values[:, n], ends[0][:, n], ends[1][:, n])
        for n in order
    ]
