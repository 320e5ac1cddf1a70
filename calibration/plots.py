"""Trace and pair plots of a fit, by ArviZ."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from .diagnose import quiet_arviz

if TYPE_CHECKING:
    import arviz

TRACED: Final = 40
"""Numbers in the trace plot."""
PAIRED: Final = 8
"""Numbers in the pair plot."""


def trace(data: arviz.InferenceData, names: Sequence[str], path: Path, badge: str) -> None:
    """Density and trace of some numbers, in the order given, one colour a chain."""
    az = quiet_arviz()
    colours = [f"C{chain}" for chain in range(data.posterior.sizes["chain"])]
    with _quietly(), az.rc_context({"plot.max_subplots": None}):
        axes = az.plot_trace(
            data, var_names=list(names), compact=True, figsize=(11, 1.35 * len(names)),
            chain_prop={"color": colours}, trace_kwargs={"linewidth": 0.4},
            plot_kwargs={"linewidth": 0.8},
        )  # fmt: skip
    for row in np.atleast_2d(axes):
        for panel in row:
            name = panel.get_title()
            panel.set_title("")
            panel.set_title(name, fontsize=8, loc="left")
            panel.tick_params(labelsize=7)
    _save(axes, path, badge)


def pairs(data: arviz.InferenceData, names: Sequence[str], path: Path, badge: str) -> None:
    """Draws of some numbers against each other."""
    az = quiet_arviz()
    with _quietly():
        axes = az.plot_pair(
            data, var_names=list(names), kind="scatter", figsize=(13, 13), textsize=8,
            scatter_kwargs={"alpha": 0.15, "s": 4}, marginals=True,
        )  # fmt: skip
    for panel in np.ravel(axes):
        for axis in (panel.xaxis, panel.yaxis):
            name = axis.get_label_text()
            axis.set_label_text(name.replace(".", "\n").replace("_", "\n", 1))
    _save(axes, path, badge)


def most_linked(draws: np.ndarray, count: int = PAIRED, first: Sequence[int] = ()) -> list[int]:
    """Numbers that hang together most: those of the largest correlations, each with its partner.

    Parameters
    ----------
    draws : ndarray of float64 [draw, entry]
    count : int
    first : sequence of int
        Numbers that are among them whatever they hang together with.
    """
    strength = np.abs(np.corrcoef(draws.T)) - np.eye(draws.shape[1])
    order = np.dstack(np.unravel_index(np.argsort(-strength, axis=None), strength.shape))[0]
    found = list(first)
    for pair in order:
        new = [int(n) for n in dict.fromkeys(pair) if int(n) not in found]
        if len(found) + len(new) <= count:
            found += new
    return sorted(found)


@contextmanager
def _quietly() -> Iterator[None]:
    """Without the notices that ArviZ makes the drawing library give."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def _save(axes: Any, path: Path, badge: str) -> None:
    import matplotlib.pyplot as plt

    figure = np.atleast_1d(axes).ravel()[0].figure
    figure.tight_layout()
    figure.text(0.01, 0.0, badge, va="top", fontsize=8, fontweight="bold")
    figure.savefig(path, dpi=90, bbox_inches="tight", metadata={"Software": None})
    plt.close(figure)
