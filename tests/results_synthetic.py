"""Runs that look like the model's and are not: a random walk on the ladder, for tests of results.

Each run has its own random stream, named by the seed and the run, so that any batch
can be made again alone, as with the engine.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from steppe.model.names import AREAS, PATRONS, SIGNALS, STATES
from steppe.results.manifest import Manifest, Parameters, versions
from steppe.results.store import Store, open_or_create

BADGE = "illustration: parameters at their priors' centres"
S, P, A, G = len(STATES), len(PATRONS), len(AREAS), len(SIGNALS)


def manifest(**changes) -> Manifest:
    """A manifest for the walk; ``draws`` sets the number of parameter draws."""
    draws = changes.pop("draws", 1)
    fields = {
        "name": "walk",
        "title": "A random walk on the ladder",
        "question": "What does a walk without a model look like?",
        "last_year": 2003,
        "conditioned_until": 1998,
        "scenario": {"name": "walk", "appetite": 0.0},
        "parameters": Parameters(source="point", draws=draws, digest="p" * 8),
        "seed": 7,
        "runs": 40,
        "versions": versions(),
        "digests": {"evidence": "e", "model": "m", "tables": "t"},
        "command": ("steppe", "run", "walk", "--runs", "40", "--seed", "7"),
        "badge": BADGE,
    }
    made = Manifest(**{**fields, **changes})
    return made.with_runs(made.runs)


def walk(run: int, seed: int, years: int, appetite: float = 0.0) -> dict[str, np.ndarray]:
    """One run; ``appetite`` adds to China's chance of a package in counter-narcotics."""
    rng = np.random.default_rng([seed, run])
    state = np.linspace(0.6, 1.2, S)[:, None, None]
    patron = np.array([0.9, 1.0])[None, :, None]
    area = np.array([1.0, 0.6, 0.2, 0.8, 0.5])[None, None, :]
    chance = 0.22 * state * patron * area * np.ones((S, P, A))
    chance[:, 0, 1] += appetite
    luck = rng.random((4, years, S, P, A))
    money = rng.lognormal(1.0, 1.2, (years, S, P))
    accepted = (luck[0] < chance).astype(np.uint8) + (luck[0] < 0.3 * chance).astype(np.uint8)
    rung = np.zeros((years, S, P, A), np.int8)
    here = np.zeros((S, P, A), np.int8)
    for year in range(years):
        up = (accepted[year] > 0) & (luck[1, year] < 0.45 / (1.0 + here))
        down = (accepted[year] == 0) & (luck[2, year] < 0.02)
        here = np.clip(here + up - down, 0, 5).astype(np.int8)
        rung[year] = here
    active = accepted.sum(axis=3)
    forms = accepted[..., [0, 1, 2, 2, 3, 4]] * np.array([1, 1, 0, 1, 1, 1], np.uint8)
    pledged = np.where(active > 0, money, 0.0)
    rise = np.cumsum(active, axis=0)
    share = rise / (10.0 + rise)
    return {
        "rung": rung,
        "packages": accepted,
        "documented": (accepted * (luck[3] < 0.5)).astype(np.uint8),
        "forms": forms,
        "documented_forms": forms * (luck[3, ..., :1] < 0.5).astype(np.uint8),
        "exercises": (forms[..., 3] > 0).any(axis=1).astype(np.uint8),
        "offers": accepted + (luck[3] < 0.1).astype(np.uint8),
        "pledged": pledged,
        "delivered": 0.5 * pledged,
        "outstanding": 0.4 * np.cumsum(pledged, axis=0),
        "lapsed": 0.1 * pledged,
        "trust": share,
        "fluency": 0.3 * share,
        "dependence": 0.5 * share,
        "resentment": 0.2 * share,
        "alarm": share.mean(axis=1),
        "signals": rng.random((years, S, G)),
    }


def batch(runs: range, chosen: Manifest) -> dict[str, np.ndarray]:
    """The runs of a batch, stacked."""
    appetite = chosen.scenario["appetite"]
    made = [walk(r, chosen.seed, len(chosen.years), appetite) for r in runs]
    return {name: np.stack([one[name] for one in made]) for name in made[0]}


def fill(directory: Path, chosen: Manifest) -> Store:
    """Open or create a store and compute what it misses."""
    store = open_or_create(directory, chosen)
    for index in store.missing():
        store.write(index, batch(store.span(index), store.manifest))
    return store
