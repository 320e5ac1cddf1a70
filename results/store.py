"""One run directory: written batch by batch, resumed after an interruption, extended on request.

``progress.json`` lists the finished batches with the digest of their chunks. What it
does not list, or what no longer has that digest, is computed again; since luck is
addressed, it comes out the same. So a directory that was interrupted, extended or
damaged ends in the same bytes as one that was not.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import zarr

from ..model.errors import InputError
from .files import PART, canonical, digest, read_bytes, remove_parts, write_atomic, write_if_changed
from .files import refused as _refused
from .layout import chunk_path, encode, metadata, replicates_per_batch
from .manifest import Manifest, read_manifest
from .variables import VARIABLES

MANIFEST, PROGRESS, DATA, REPORT = "manifest.json", "progress.json", "data.zarr", "report.html"


class Store:
    """A run directory. Get one by :func:`open_or_create` or :func:`open_finished`."""

    def __init__(self, directory: Path, manifest: Manifest, progress: dict[str, Any]) -> None:
        self.directory = directory
        self.manifest = manifest
        self._progress = progress
        self._arrays: dict[str, Any] = {}

    # ------------------------------------------------------------ batches

    @property
    def runs(self) -> int:
        """Number of runs that the directory holds or will hold."""
        return self.manifest.runs

    @property
    def batch_runs(self) -> int:
        """Number of runs in a full batch."""
        draws = self.manifest.parameters.draws
        return draws * replicates_per_batch(draws)

    @property
    def batches(self) -> range:
        """Indices of all batches."""
        return range(-(-self.runs // self.batch_runs))

    @property
    def complete(self) -> bool:
        """Whether all batches are listed as finished; :meth:`missing` looks at the chunks too."""
        listed = self._progress["batches"]
        return all(
            str(b) in listed and listed[str(b)]["runs"] == len(self.span(b)) for b in self.batches
        )

    def span(self, batch: int) -> range:
        """Run indices of a batch."""
        first = batch * self.batch_runs
        return range(first, min(first + self.batch_runs, self.runs))

    def missing(self) -> list[int]:
        """List the batches to compute: never finished, or damaged since.

        Reads all chunks of the finished batches.
        """
        return [batch for batch in self.batches if not self._intact(batch)]

    def write(self, batch: int, arrays: Mapping[str, np.ndarray]) -> None:
        """Store one batch, in any order of batches.

        Parameters
        ----------
        batch : int
        arrays : mapping of name to array [n, year, ...]
            Every variable of :data:`~.variables.VARIABLES` for the runs ``span(batch)``.

        Raises
        ------
        ValueError
            If an array is missing, has another shape, or holds what is no number.
        InputError
            If the directory cannot be written.
        """
        count, years = len(self.span(batch)), len(self.manifest.years)
        encoded: dict[str, bytes] = {}
        for variable in VARIABLES.values():
            values = np.asarray(arrays[variable.name])
            expected = (count, *variable.shape(years))
            if values.shape != expected:
                raise ValueError(f"{variable.name}: shape {values.shape}, not {expected}")
            if values.dtype.kind == "f" and not np.isfinite(values).all():
                raise ValueError(f"{variable.name}: holds what is no finite number")
            encoded[chunk_path(variable, batch)] = encode(
                variable, values.astype(variable.dtype), self.manifest.parameters.draws
            )
        (self.directory / REPORT).unlink(missing_ok=True)
        for path, content in encoded.items():
            write_atomic(self.directory / DATA / path, content)
        self._progress["batches"][str(batch)] = {
            "runs": count,
            "digest": _joint_digest(list(encoded.values())),
        }
        self._progress["outputs"] = {}
        self._save()

    def read(self, batch: int, names: Sequence[str]) -> dict[str, np.ndarray]:
        """Variables of one batch, as arrays [n, year, ...] with runs in order."""
        span, draws = self.span(batch), self.manifest.parameters.draws
        rows = slice(span.start // draws, span.stop // draws)
        found = {}
        for name in names:
            if name not in self._arrays:
                self._arrays[name] = zarr.open_array(self.directory / DATA / name, mode="r")
            block = np.asarray(self._arrays[name][0, :, rows])
            found[name] = block.swapaxes(0, 1).reshape(len(span), *block.shape[2:])
        return found

    def stream(self, names: Sequence[str]) -> Iterator[dict[str, np.ndarray]]:
        """Yield :meth:`read` of every batch in order."""
        for batch in self.batches:
            yield self.read(batch, names)

    # ------------------------------------------------------------ outputs

    def outputs_stand(self, inputs: str) -> bool:
        """Whether tables, figures and report were made from these inputs and are intact."""
        recorded = self._progress["outputs"]
        return bool(recorded) and recorded["inputs"] == inputs and all(
            (content := read_bytes(self.directory / path)) is not None and digest(content) == known
            for path, known in recorded["files"].items()
        )  # fmt: skip

    def record_outputs(self, inputs: str, paths: Sequence[Path]) -> None:
        """Remember the digests of what was made, and of what it was made from."""
        files = {}
        for path in paths:
            files[path.relative_to(self.directory).as_posix()] = digest(path.read_bytes())
        self._progress["outputs"] = {"inputs": inputs, "files": files}
        self._save()

    # ------------------------------------------------------------ inside

    def _intact(self, batch: int) -> bool:
        known = self._progress["batches"].get(str(batch))
        if known is None or known["runs"] != len(self.span(batch)):
            return False
        contents = [
            read_bytes(self.directory / DATA / chunk_path(variable, batch))
            for variable in VARIABLES.values()
        ]
        return None not in contents and known["digest"] == _joint_digest(contents)

    def _save(self) -> None:
        write_atomic(self.directory / PROGRESS, canonical(self._progress))

    def _settle(self) -> None:
        """Write the manifest and the description of the data; drop what lies beyond the request."""
        remove_parts(self.directory)
        write_if_changed(self.directory / MANIFEST, self.manifest.to_bytes())
        for path, content in metadata(self.manifest).items():
            write_if_changed(self.directory / DATA / path, content)
        for variable in VARIABLES.values():
            place = self.directory / DATA / variable.name / "c" / "0" / "0"
            for chunk in place.iterdir() if place.is_dir() else ():
                if not (chunk.name.isdigit() and int(chunk.name) in self.batches):
                    shutil.rmtree(chunk)
        kept = {str(b) for b in self.batches}
        listed = self._progress["batches"]
        self._progress["batches"] = {b: listed[b] for b in listed if b in kept}
        write_if_changed(self.directory / PROGRESS, canonical(self._progress))


def claim(directory: Path, manifest: Manifest) -> bool:
    """Say whether a directory already holds this manifest's results; a new one does not.

    Raises
    ------
    InputError
        If the place cannot be used, or belongs to something else.
    """
    if directory.exists() and not directory.is_dir():
        raise InputError(
            "a file stands where the results should go", file=str(directory),
            todo="name another directory, or move the file away",
        )  # fmt: skip
    content = read_bytes(directory / MANIFEST)
    if content is None:
        if directory.is_dir() and any(p.suffix != PART for p in directory.iterdir()):
            raise InputError(
                "the directory is not empty and holds no run", file=str(directory),
                allowed="a new directory, or that of the same run",
            )  # fmt: skip
        return False
    stored = read_manifest(content, str(directory / MANIFEST))
    if stored.key() != manifest.key():
        raise InputError(
            "the directory belongs to another run", file=str(directory),
            field=", ".join(differences(stored, manifest)), found=stored.key()[:10],
            allowed=manifest.key()[:10], todo="name another directory",
        )  # fmt: skip
    return True


def open_or_create(directory: Path | str, manifest: Manifest) -> Store:
    """Open the run directory of a manifest, or begin it.

    A directory that already holds more runs than asked for keeps them: see ``store.runs``.

    Raises
    ------
    InputError
        If the place cannot be used, or belongs to another key.
    """
    directory = Path(directory)
    progress: dict[str, Any] = {"batches": {}, "outputs": {}}
    try:
        if claim(directory, manifest):
            progress = _read_progress(directory)
        finished = _finished_runs(progress, manifest)
        if finished > manifest.runs:
            manifest = manifest.with_runs(finished)
        store = Store(directory, manifest, progress)
        store._settle()
    except OSError as error:
        raise _refused(directory, error) from error
    return store


def open_finished(directory: Path | str) -> Store:
    """Open a finished run directory to read it.

    Raises
    ------
    InputError
        If there is none, or a batch is missing or damaged.
    """
    directory = Path(directory)
    content = read_bytes(directory / MANIFEST)
    if content is None:
        raise InputError("no run directory", file=str(directory), todo="run the scenario first")
    manifest = read_manifest(content, str(directory / MANIFEST))
    store = Store(directory, manifest, _read_progress(directory))
    missing = store.missing()
    if missing:
        raise InputError(
            f"{len(missing)} of {len(store.batches)} batches are missing or damaged",
            file=str(directory), todo=f"ask again: {' '.join(manifest.command)}",
        )  # fmt: skip
    return store


def differences(one: Manifest, other: Manifest) -> list[str]:
    """Names of the determining parts in which two manifests differ."""
    a, b = one.determining(), other.determining()
    return [name for name in a if a[name] != b[name]]


def _read_progress(directory: Path) -> dict[str, Any]:
    """Read the progress file; what cannot be read counts as nothing finished."""
    content = read_bytes(directory / PROGRESS)
    try:
        found = json.loads(content) if content is not None else {}
        batches = {
            str(int(batch)): {"runs": int(known["runs"]), "digest": str(known["digest"])}
            for batch, known in found["batches"].items()
        }
        outputs = found["outputs"]
        if outputs:
            outputs = {"inputs": str(outputs["inputs"]), "files": dict(outputs["files"])}
        return {"batches": batches, "outputs": outputs}
    except (ValueError, KeyError, TypeError, AttributeError):
        return {"batches": {}, "outputs": {}}


def _finished_runs(progress: dict[str, Any], manifest: Manifest) -> int:
    """Count the runs finished without a gap from the first."""
    total, batch = 0, 0
    draws = manifest.parameters.draws
    full = draws * replicates_per_batch(draws)
    while (known := progress["batches"].get(str(batch))) is not None:
        total += known["runs"]
        batch += 1
        if known["runs"] != full:
            break
    return total


def _joint_digest(contents: Sequence[bytes | None]) -> str:
    return digest("".join(digest(content or b"") for content in contents).encode())
