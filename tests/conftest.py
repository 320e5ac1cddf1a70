"""Settings that all tests share."""

from hypothesis import settings

import steppe.cli.main  # noqa: F401  # before NumPy: it sets the threads of linear algebra

# The first example of a test may compile a rule; the same examples are tried each time.
settings.register_profile("steppe", deadline=None, derandomize=True)
settings.load_profile("steppe")
