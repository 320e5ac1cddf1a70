"""Settings that all tests share."""

from hypothesis import settings

# The first example of a test may compile a rule; the same examples are tried each time.
settings.register_profile("steppe", deadline=None, derandomize=True)
settings.load_profile("steppe")
