"""Random worlds for property tests: parameters from their priors, everything else at random."""

from __future__ import annotations

import numpy as np

from steppe.model.quantities import quantities
from steppe.model.tables import Tables, build_tables
from steppe.model.world import World, new_world

SWITCHES = (
    "form_intrusion", "reticence", "form_imitation", "joint_request", "brigade_rate",
    "replication", "exclusion", "business", "business_need", "business_salience",
    "anticipated_presence", "satiation",
)  # fmt: skip
"""Parts of the model that are switched off unless a scenario sets them."""


def random_values(seed: int, years: int) -> dict[str, np.ndarray]:
    """Values of every quantity for ``years`` years, all of them drawn, within bounds."""
    rng = np.random.default_rng(seed)
    values: dict[str, np.ndarray] = {}
    for name, quantity in quantities().items():
        low, high = quantity.bounds
        if quantity.kind == "parameter":
            centre = quantity.values()
            spread = 0.3 if quantity.prior is None else quantity.prior.spread
            shape = (years, *centre.shape) if rng.random() < 0.5 else centre.shape
            drawn = centre * np.exp(spread * rng.normal(size=shape)) + (
                spread * rng.normal(size=shape) if low < 0 else 0.0
            )
        else:
            drawn = rng.uniform(low, min(high, 1.0), size=(years, *quantity.shape))
        values[name] = np.broadcast_to(np.clip(drawn, low, high), (years, *quantity.shape)).copy()
    values["gdp"] = rng.uniform(500.0, 50_000.0, size=values["gdp"].shape)
    values["defence_share"] = rng.uniform(0.005, 0.05, size=values["defence_share"].shape)
    values["trade"] = rng.uniform(0.1, 3.0, size=values["trade"].shape)
    values["initial_rung"] = np.floor(rng.uniform(0, 6, size=values["initial_rung"].shape)).clip(
        0, 5
    )
    values["membership"] = np.round(values["membership"])
    still = rng.random(values["driver_volatility"].shape) < 0.4  # as in years that are dated
    values["driver_volatility"][still] = 0.0
    if rng.random() < 0.7:
        for name in SWITCHES:
            low, high = quantities()[name].bounds
            values[name] = rng.uniform(low, min(high, 1.5), size=values[name].shape)
        values["decision_rule"] = np.full(years, float(rng.integers(0, 3)))
        values["tenure"] = rng.integers(1985, 2005, size=values["tenure"].shape).astype(float)
    return values


def random_tables(seed: int, years: int) -> Tables:
    return build_tables(random_values(seed, years))


def random_worlds(seed: int, count: int) -> World:
    """Worlds at random, none of them the traits of a first year."""
    rng = np.random.default_rng(seed)
    found = {}
    for name, part in new_world()._asdict().items():
        shape = (count, *part.shape)
        if name == "rung":
            found[name] = rng.integers(0, 6, shape)
        elif name == "deviation":
            found[name] = 0.3 * rng.normal(size=shape)
        elif name in ("stock", "queue"):
            found[name] = rng.lognormal(1.0, 1.0, shape) * (rng.random(shape) < 0.7)
        else:
            found[name] = rng.uniform(0.0, 1.0, shape)
    return World(**found)
