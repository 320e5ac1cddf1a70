"""How far a sweep is: a bar on a terminal, else a plain line now and then."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic
from typing import TYPE_CHECKING, Final

import typer

from .sweep_text import duration

if TYPE_CHECKING:
    from rich.console import Console

EVERY: Final = 30.0
"""Seconds between lines where there is no terminal: in a file, under nohup or Slurm."""


@contextmanager
def progress(name: str, total: int) -> Iterator[Callable[[int], None]]:
    """Show progress on stderr; give what is to be told of runs that are done."""
    from rich.console import Console

    console = Console(stderr=True)
    if console.is_terminal:
        with _bar(name, total, console) as advance:
            yield advance
    else:
        yield Lines(name, total).advance


class Lines:
    """Progress as lines.

    Parameters
    ----------
    name : str
    total : int
        Runs to do.
    clock : function
        Seconds.
    """

    def __init__(self, name: str, total: int, clock: Callable[[], float] = monotonic) -> None:
        self._name, self._total, self._clock = name, total, clock
        self._done, self._begun = 0, clock()
        self._told = self._begun

    def advance(self, runs: int) -> None:
        """Count runs that are done; say so if it is time."""
        self._done += runs
        now = self._clock()
        if now - self._told < EVERY:
            return
        self._told = now
        rate = self._done / (now - self._begun)
        typer.echo(
            f"{self._name}: {self._done:,}/{self._total:,} runs, {rate:,.0f} runs/s, about "
            f"{duration((self._total - self._done) / rate)} left",
            err=True,
        )


@contextmanager
def _bar(name: str, total: int, console: Console) -> Iterator[Callable[[int], None]]:
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.completed:,.0f}/{task.total:,.0f} runs"),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console) as shown:
        bar = shown.add_task(name, total=total, rate="")

        def advance(runs: int) -> None:
            shown.advance(bar, runs)
            speed = shown.tasks[bar].speed
            shown.update(bar, rate=f"{speed:,.0f} runs/s" if speed else "")

        yield advance
