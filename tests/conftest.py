"""Settings that all tests share."""

import pytest
from hypothesis import settings

# The first example of a test may compile a rule; the same examples are tried each time.
settings.register_profile("steppe", deadline=None, derandomize=True)
settings.load_profile("steppe")

HEAVY = (
    "test_adapters", "test_backtest", "test_calibrate", "test_evidence_invalid", "test_fit",
    "test_lab_page", "test_levels", "test_sbc", "test_scenarios_verify", "test_study",
    "test_sweep_cluster", "test_sweep_store",
)  # fmt: skip
"""Files (by how their names begin) that take long and hang on no version of Python: CI runs them
on one. Marked ``heavy``."""


def pytest_collection_modifyitems(items):
    for item in items:
        if item.path.stem.startswith(HEAVY):
            item.add_marker(pytest.mark.heavy)
