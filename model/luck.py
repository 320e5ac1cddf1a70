"""Luck is addressed by name, never drawn in order.

A counter-based generator, Philox4x64-10 (Salmon, Moraes, Dror and Shaw 2011,
"Parallel random numbers: as easy as 1, 2, 3", SC'11), turns an address into
four uniform numbers. The key is the seed; the counter is (run, year, cell,
purpose). So run 17 has the same luck whatever the chunking, the number of
workers or the scenario, and a what-if differs from its baseline only where the
lever acts.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from .compiled import compiled

# Purposes: the last word of the counter. Never renumber; append.
DRIVERS = 0
COUNT = 1
OFFER = 2
TERMS = 3
CHOICE = 4
ANSWER = 5
IMPOSED = 6  # no longer drawn
PRIOR = 7
EXERCISE = 8
JOIN = 9
FILTER = 10
BRIGADE = 11

SLOTS = 64
"""Room for opportunities within one state, patron, area and year."""

_M0 = np.uint64(0xD2E7470EE14C6C93)
_M1 = np.uint64(0xCA5A826395121157)
_W0 = np.uint64(0x9E3779B97F4A7C15)
_W1 = np.uint64(0xBB67AE8584CAA73B)
_SHIFT = np.uint64(11)
_UNIT = 2.0**-53


@intrinsic
def _high(typingctx: Any, a: Any, b: Any) -> Any:
    """High 64 bits of the 128-bit product of two unsigned 64-bit words."""

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        wide = ir.IntType(128)
        product = builder.mul(builder.zext(args[0], wide), builder.zext(args[1], wide))
        return builder.trunc(builder.lshr(product, ir.Constant(wide, 64)), ir.IntType(64))

    return types.uint64(types.uint64, types.uint64), codegen


@compiled
def philox(
    c0: int, c1: int, c2: int, c3: int, k0: int, k1: int
) -> tuple[np.uint64, np.uint64, np.uint64, np.uint64]:
    """Four 64-bit words for one counter and key: ten rounds of Philox4x64.

    NumPy's ``Philox`` adds one to its counter before the first block, so its
    first words under counter ``c - 1`` are these under counter ``c``.
    """
    x0, x1, x2, x3 = np.uint64(c0), np.uint64(c1), np.uint64(c2), np.uint64(c3)
    key0, key1 = np.uint64(k0), np.uint64(k1)
    for _ in range(10):
        high0, low0 = _high(_M0, x0), _M0 * x0
        high1, low1 = _high(_M1, x2), _M1 * x2
        x0, x1, x2, x3 = high1 ^ x1 ^ key0, low1, high0 ^ x3 ^ key1, low0
        key0, key1 = key0 + _W0, key1 + _W1
    return x0, x1, x2, x3


@compiled
def uniforms(
    seed: int, run: int, year: int, cell: int, purpose: int
) -> tuple[float, float, float, float]:
    """Four numbers, uniform on [0, 1), at one address."""
    a, b, c, d = philox(run, year, cell, purpose, seed, 0)
    return (
        np.float64(a >> _SHIFT) * _UNIT,
        np.float64(b >> _SHIFT) * _UNIT,
        np.float64(c >> _SHIFT) * _UNIT,
        np.float64(d >> _SHIFT) * _UNIT,
    )


@compiled
def cell(state: int, patron: int, area: int, slot: int) -> int:
    """Number the (state, patron, area, slot): the third word of the counter."""
    return ((state * 2 + patron) * 5 + area) * SLOTS + slot


@compiled
def by_area(
    seed: int, run: int, year: int, state: int, patron: int, purpose: int
) -> tuple[float, float, float, float, float]:
    """One uniform number for each area: the first four share a block."""
    u0, u1, u2, u3 = uniforms(seed, run, year, cell(state, patron, 0, 0), purpose)
    u4, _, _, _ = uniforms(seed, run, year, cell(state, patron, 4, 0), purpose)
    return u0, u1, u2, u3, u4


@compiled
def normal(u: float) -> float:
    """Standard normal number from a uniform one, by inversion (monotone).

    Wichura 1988, algorithm AS 241, PPND16: relative accuracy about 1e-16. The ends
    are kept 2**-54 away from 0 and 1.
    """
    q = u - 0.5
    if abs(q) <= 0.425:
        r = 0.180625 - q * q
        return q * (
            (((((((2509.0809287301226727 * r + 33430.575583588128105) * r
            + 67265.770927008700853) * r + 45921.953931549871457) * r
            + 13731.693765509461125) * r + 1971.5909503065514427) * r
            + 133.14166789178437745) * r + 3.387132872796366608)
            / (((((((5226.495278852854561 * r + 28729.085735721942674) * r
            + 39307.89580009271061) * r + 21213.794301586595867) * r
            + 5394.1960214247511077) * r + 687.1870074920579083) * r
            + 42.313330701600911252) * r + 1.0)
        )  # fmt: skip
    tail = u if q < 0.0 else 1.0 - u
    r = math.sqrt(-math.log(max(tail, 2.0**-54)))
    if r <= 5.0:
        r -= 1.6
        z = (
            (((((((7.7454501427834140764e-4 * r + 0.0227238449892691845833) * r
            + 0.24178072517745061177) * r + 1.27045825245236838258) * r
            + 3.64784832476320460504) * r + 5.7694972214606914055) * r
            + 4.6303378461565452959) * r + 1.42343711074968357734)
            / (((((((1.05075007164441684324e-9 * r + 5.475938084995344946e-4) * r
            + 0.0151986665636164571966) * r + 0.14810397642748007459) * r
            + 0.68976733498510000455) * r + 1.6763848301838038494) * r
            + 2.05319162663775882187) * r + 1.0)
        )  # fmt: skip
    else:
        r -= 5.0
        z = (
            (((((((2.01033439929228813265e-7 * r + 2.71155556874348757815e-5) * r
            + 0.0012426609473880784386) * r + 0.026532189526576123093) * r
            + 0.29656057182850489123) * r + 1.7848265399172913358) * r
            + 5.4637849111641143699) * r + 6.6579046435011037772)
            / (((((((2.04426310338993978564e-15 * r + 1.4215117583164458887e-7) * r
            + 1.8463183175100546818e-5) * r + 7.868691311456132591e-4) * r
            + 0.0148753612908506148525) * r + 0.13692988092273580531) * r
            + 0.59983220655588793769) * r + 1.0)
        )  # fmt: skip
    return -z if q < 0.0 else z


def philox_plain(counter: tuple[int, int, int, int], key: tuple[int, int]) -> tuple[int, ...]:
    """The plain twin of :func:`philox`, in Python integers."""
    mask = (1 << 64) - 1
    x0, x1, x2, x3 = counter
    key0, key1 = key
    for _ in range(10):
        p0, p1 = int(_M0) * x0, int(_M1) * x2
        x0, x1, x2, x3 = (p1 >> 64) ^ x1 ^ key0, p1 & mask, (p0 >> 64) ^ x3 ^ key1, p0 & mask
        key0, key1 = (key0 + int(_W0)) & mask, (key1 + int(_W1)) & mask
    return x0, x1, x2, x3
