"""How often the 90% interval of a backtest's gain holds the true sum, with the stretch and without.

Series of eight years are drawn whose true sum is zero: independent ones, and one in which a year
tells of the next. The last column is the share whose whole interval lies above zero: how often a
forecast that is no better would seem clearly better.
"""

from __future__ import annotations

import sys
from collections.abc import Callable

import numpy as np

from steppe.explore.backtest import scores

YEARS = 8
REPEATS = 20_000


def autoregressive(rng: np.random.Generator) -> np.ndarray:
    """Normal years of which each has 0.3 of the one before."""
    found = rng.standard_normal(YEARS + 30)
    for n in range(1, len(found)):
        found[n] += 0.3 * found[n - 1]
    return found[30:]


SERIES: dict[str, Callable[[np.random.Generator], np.ndarray]] = {
    "normal": lambda rng: rng.standard_normal(YEARS),
    "exponential": lambda rng: rng.exponential(size=YEARS) - 1.0,
    "t, 3 degrees": lambda rng: rng.standard_t(3, YEARS),
    "autocorrelation 0.3": autoregressive,
}


def main(repeats: int = REPEATS) -> None:
    """Print the shares."""
    scores.RESAMPLES = 600  # type: ignore[misc]
    further = scores.stretch(YEARS / scores.BLOCK)
    print(f"{YEARS} years, {repeats:,} series of each kind; ends {further:.2f} times as far")
    for name, draw in SERIES.items():
        rng = np.random.default_rng(1)
        held, bare, above = 0, 0, 0
        for n in range(repeats):
            series = draw(rng)
            low, high = scores.interval_of_sum(series, np.random.default_rng(n))
            middle = float(series.sum())
            inner = (middle + (end - middle) / further for end in (low, high))
            held += low < 0.0 < high
            bare += next(inner) < 0.0 < next(inner)
            above += low > 0.0
        shares = (count / repeats for count in (held, bare, above))
        print("{:20} holds {:.1%}, without {:.1%}; clearly above {:.1%}".format(name, *shares))


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
