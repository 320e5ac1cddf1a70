"""The cloud of particles: their weights, and who goes on."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ...model.compiled import compiled
from ...model.luck import uniforms
from ...model.world import World, assign
from .room import RESAMPLED, TRACED


class Cloud(NamedTuple):
    """Particles, and room for those that follow them."""

    worlds: World
    """Arrays [particle, ...]"""
    spare: World
    weight: np.ndarray
    """float64 [particle]"""
    chosen: np.ndarray
    """int64 [particle], whom it goes on from"""
    total: np.ndarray
    """float64 [particle, sum], what is told in sums, so far"""
    spare_total: np.ndarray
    guide: np.ndarray
    """float64 [particle, sum], what the sum was foreseen to be told as"""
    spare_guide: np.ndarray


def new_cloud(worlds: World, sums: int) -> Cloud:
    """Cloud of particles in these worlds, which it moves, with room for so many sums."""
    count = len(worlds.alarm)
    spare = World._make(np.zeros_like(part) for part in worlds)
    return Cloud(
        worlds, spare, np.zeros(count), np.zeros(count, np.int64),
        np.zeros((count, sums)), np.zeros((count, sums)),
        np.ones((count, sums)), np.ones((count, sums)),
    )  # fmt: skip


@compiled
def copy(source: World, n: int, target: World, m: int) -> None:
    """Copy particle ``n`` of one set to place ``m`` of another."""
    assign(target.rung[m], source.rung[n])
    assign(target.trust[m], source.trust[n])
    assign(target.fluency[m], source.fluency[n])
    assign(target.stock[m], source.stock[n])
    assign(target.resentment[m], source.resentment[n])
    assign(target.queue[m], source.queue[n])
    assign(target.alarm[m], source.alarm[n])
    assign(target.deviation[m], source.deviation[n])


@compiled
def resample(seed: int, year: int, weights: np.ndarray, chosen: np.ndarray) -> None:
    """Systematic resampling (Kitagawa 1996) in proportion to the weights: who goes on.

    As many go on as ``chosen`` has places.
    """
    u, _, _, _ = uniforms(seed, 0, year, 0, RESAMPLED)
    step = weights.sum() / chosen.size
    mark, total, n = u * step, weights[0], 0
    for m in range(chosen.size):
        while total < mark and n < weights.size - 1:
            n += 1
            total += weights[n]
        chosen[m] = n
        mark += step


@compiled
def go_on(seed: int, year: int, cloud: Cloud, count: int, further: int) -> None:
    """Resample the first ``count``; ``chosen`` says from whom each of the ``further`` goes on."""
    resample(seed, year, cloud.weight[:count], cloud.chosen[:further])
    for m in range(further):
        n = cloud.chosen[m]
        copy(cloud.worlds, n, cloud.spare, m)
        assign(cloud.spare_total[m], cloud.total[n])
        assign(cloud.spare_guide[m], cloud.guide[n])
    for m in range(further):
        copy(cloud.spare, m, cloud.worlds, m)
    assign(cloud.total[:further], cloud.spare_total[:further])
    assign(cloud.guide[:further], cloud.spare_guide[:further])


def spread(seed: int, until: int, particles: int, count: int) -> np.ndarray:
    """Places of ``count`` particles, evenly spaced from a random one on, round the cloud.

    Neighbours have common ancestors, so even spacing spreads over them; the random beginning
    makes every place equally likely for each of the ``count``.
    """
    u = uniforms(seed, 0, until, 0, TRACED)[0]
    steps = np.floor((u + np.arange(count) / count) * particles).astype(np.int64)
    return np.asarray(steps % particles)
