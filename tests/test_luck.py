"""Luck: known answers against NumPy, distributions, and independence of the order of asking."""

import numpy as np
import pytest
from scipy import special, stats

from steppe.model import luck


@pytest.mark.parametrize("counter", [(1, 0, 0, 0), (17, 1992, 333, 4), (2**62, 2035, 9, 7)])
@pytest.mark.parametrize("seed", [0, 1, 2**63 - 1])
def test_philox_gives_numpys_words(counter, seed):
    """NumPy adds one to its counter before the first block."""
    before = [counter[0] - 1, *counter[1:]]
    expected = np.random.Philox(key=seed, counter=before).random_raw(4).tolist()
    assert [int(word) for word in luck.philox(*counter, seed, 0)] == expected
    assert list(luck.philox_plain(counter, (seed, 0))) == expected


def test_philox_known_answer():
    """The all-ones vector of Random123's kat_vectors (philox 4x64, 10 rounds)."""
    ones = 2**64 - 1
    assert [f"{w:016x}" for w in luck.philox_plain((ones,) * 4, (ones, ones))] == [
        "87b092c3013fe90b",
        "438c3c67be8d0224",
        "9cc7d7c69cd777b6",
        "a09caebf594f0ba0",
    ]


def test_uniforms_are_numpys_doubles():
    generator = np.random.Generator(np.random.Philox(key=5, counter=[41, 1999, 7, 2]))
    assert list(luck.uniforms(5, 42, 1999, 7, 2)) == generator.random(4).tolist()


def test_uniforms_are_uniform_over_every_word_of_the_address():
    for word in range(4):
        numbers = []
        for n in range(2000):
            address = [3, 2001, 17, 1]
            address[word] = n
            numbers.extend(luck.uniforms(9, *address))
        assert stats.kstest(numbers, "uniform").pvalue > 1e-3


def test_normal_inverts_the_distribution():
    """AS 241 against SciPy's ndtri, in the centre and in both tails."""
    grid = np.concatenate([np.linspace(1e-6, 1 - 1e-6, 20_001), 10.0 ** -np.arange(6.0, 16.0)])
    found = np.array([luck.normal(u) for u in grid])
    np.testing.assert_allclose(found, special.ndtri(grid), rtol=2e-15, atol=1e-15)
    assert np.isfinite([luck.normal(0.0), luck.normal(1 - 2**-53)]).all()


def test_area_luck_is_addressed():
    """Area by area it is the block of the address, for every state and patron."""
    first = luck.uniforms(3, 5, 2000, luck.cell(2, 1, 0, 0), luck.ANSWER)
    last = luck.uniforms(3, 5, 2000, luck.cell(2, 1, 4, 0), luck.ANSWER)
    assert luck.by_area(3, 5, 2000, 2, 1, luck.ANSWER) == (*first, last[0])


def test_cells_are_distinct():
    cells = {
        luck.cell(i, p, a, m)
        for i in range(5)
        for p in range(2)
        for a in range(5)
        for m in range(64)
    }
    assert len(cells) == 5 * 2 * 5 * 64
