"""Declarations of everything the model reads: parameters, traits and drivers.

A *quantity* is a named table indexed by year and by its dimensions. Its entries
have dotted addresses, ``budget.russia`` or ``exposure.TJ.counter_terrorism``; a
shorter address names all the entries below it.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from itertools import product
from typing import Any, Final, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, model_validator

from .errors import InputError, near
from .names import DIMENSIONS

Kind = Literal["parameter", "trait", "driver"]
ZERO: Final = ("area_interest.china.defence", "area_interest.russia.defence")
"""Entries that stand at zero because their family's others are measured from them."""


class Prior(BaseModel):
    """Prior distribution around the declared value, which is its median."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    family: Literal["normal", "lognormal", "logitnormal"]
    spread: float = Field(gt=0, description="standard deviation on the real, log or logit scale")

    def at(self, centre: float, z: float) -> float:
        """Value at ``z`` standard deviations from ``centre`` (its median).

        A centre on the edge of the scale (0 for lognormal; 0 or 1 for logitnormal) stays there.
        """
        if self.family == "normal":
            return centre + self.spread * z
        if self.family == "lognormal":
            return centre * float(np.exp(self.spread * z))
        if centre <= 0.0 or centre >= 1.0:
            return centre
        return float(1.0 / (1.0 + np.exp(-(np.log(centre / (1.0 - centre)) + self.spread * z))))

    def describe(self) -> str:
        """Short text for tables."""
        scale = {"normal": "", "lognormal": " (log)", "logitnormal": " (logit)"}[self.family]
        return f"{self.family}, sd {self.spread:g}{scale}"


class Quantity(BaseModel):
    """One declared quantity."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    name: str = Field(pattern=r"^[a-z][a-z_]*$")
    kind: Kind
    dims: tuple[str, ...] = ()
    unit: str
    bounds: tuple[float, float]
    meaning: str
    default: float | None = None
    value: Any = None
    prior: Prior | None = None
    spreads: Any = None
    fixed: bool = False
    asked: bool | tuple[str, ...] = False

    @model_validator(mode="after")
    def _consistent(self) -> Quantity:
        unknown = [d for d in self.dims if d not in DIMENSIONS]
        if unknown:
            raise ValueError(f"{self.name}: unknown dimension {unknown[0]}")
        if self.kind == "parameter":
            if (self.prior is None) != self.fixed:
                raise ValueError(f"{self.name}: give either a prior or fixed = true")
            values = self.values()
            if self.spreads is not None:
                if self.prior is None or self.asked:
                    raise ValueError(f"{self.name}: spreads need a prior, and none asked")
                if not (self._table(self.spreads, None) > 0.0).all():
                    raise ValueError(f"{self.name}: a spread is not above 0")
            if not isinstance(self.asked, bool):
                known = {address for address, _ in self.entries()}
                for entry in self.asked:
                    if f"{self.name}.{entry}" not in known:
                        raise ValueError(f"{self.name}: no entry {entry} to ask of")
            low, high = self.bounds
            if not ((values >= low) & (values <= high)).all():
                raise ValueError(f"{self.name}: a value lies outside {low:g} to {high:g}")
        return self

    def asks(self, address: str) -> bool:
        """Whether the record is expected to tell of this entry: all of the quantity's, or some."""
        if isinstance(self.asked, bool):
            return self.asked
        return address.removeprefix(f"{self.name}.") in self.asked

    @property
    def shape(self) -> tuple[int, ...]:
        """Lengths of the dimensions."""
        return tuple(len(DIMENSIONS[d]) for d in self.dims)

    def entries(self) -> Iterator[tuple[str, tuple[int, ...]]]:
        """Yield (address, index) of every entry, in index order."""
        for labels in product(*(tuple(enumerate(DIMENSIONS[d])) for d in self.dims)):
            yield ".".join((self.name, *(text for _, text in labels))), tuple(n for n, _ in labels)

    def prior_at(self, index: tuple[int, ...]) -> Prior:
        """Prior of one entry: the quantity's, with a spread of its own where ``spreads`` gives it.

        Raises
        ------
        ValueError
            If the quantity has none.
        """
        if self.prior is None:
            raise ValueError(f"{self.name} has no prior")
        if self.spreads is None:
            return self.prior
        spread = float(self._table(self.spreads, None)[index])
        return self.prior.model_copy(update={"spread": spread})

    def describe_prior(self) -> str:
        """Short text for tables: the prior, with the range of its spreads where they differ."""
        if self.prior is None:
            return "fixed"
        text = self.prior.describe()
        if self.spreads is None:
            return text
        spreads = self._table(self.spreads, None)
        return text.replace(f"{self.prior.spread:g}", f"{spreads.min():g} to {spreads.max():g}")

    def values(self) -> np.ndarray:
        """Declared values of a parameter, as an array of :attr:`shape`.

        Raises
        ------
        ValueError
            If an entry has no value, or a value has no entry.
        """
        return self._table(self.value, self.default)

    def _table(self, given: Any, default: float | None) -> np.ndarray:
        array = np.full(self.shape, np.nan if default is None else default)
        if given is not None:
            if not self.dims:
                return np.array(float(given))
            for labels, number in _flatten(given):
                try:
                    index = tuple(
                        DIMENSIONS[d].index(t) for d, t in zip(self.dims, labels, strict=True)
                    )
                except ValueError as error:
                    raise ValueError(f"{self.name}: no entry {'.'.join(labels)}") from error
                array[index] = number
        if np.isnan(array).any():
            missing = [a for a, index in self.entries() if np.isnan(array[index])]
            raise ValueError(f"{self.name}: no value for {missing[0]}")
        return array


def _flatten(table: Any, labels: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], float]]:
    if isinstance(table, dict):
        for key, inner in table.items():
            yield from _flatten(inner, (*labels, key))
    else:
        yield labels, float(table)


@cache
def quantities() -> dict[str, Quantity]:
    """All declared quantities by name: parameters, then traits, then drivers."""
    here = files("steppe.model")
    found: dict[str, Quantity] = {}
    for name, fields in tomllib.loads((here / "parameters.toml").read_text("utf-8")).items():
        found[name] = Quantity(name=name, kind="parameter", **fields)
    for name, fields in tomllib.loads((here / "quantities.toml").read_text("utf-8")).items():
        found[name] = Quantity(name=name, **fields)
    return found


@cache
def parameters() -> dict[str, Quantity]:
    """The declared parameters by name."""
    return {n: q for n, q in quantities().items() if q.kind == "parameter"}


@cache
def addresses() -> dict[str, tuple[str, tuple[int, ...]]]:
    """Every full address with its quantity and index."""
    return {a: (q.name, i) for q in quantities().values() for a, i in q.entries()}


def resolve(address: str) -> list[tuple[str, str, tuple[int, ...]]]:
    """Entries that an address names: itself, or all below it.

    Returns
    -------
    list of (full address, quantity name, index)

    Raises
    ------
    InputError
        If it names none; with the nearest that do.
    """
    every = addresses()
    if address in every:
        return [(address, *every[address])]
    below = [(a, *entry) for a, entry in every.items() if a.startswith(address + ".")]
    if not below:
        prefixes = {".".join(a.split(".")[:n]) for a in every for n in (1, 2, 3)}
        raise InputError(
            "no quantity has this address",
            found=address,
            allowed="an address listed by 'steppe parameters --all'",
            nearest=near(address, prefixes | set(every)),
        )
    return below
