"""The examples in docstrings give what they say."""

import doctest
import pkgutil
from importlib import import_module
from importlib.resources import files

import pytest

PACKAGES = (
    "steppe.model", "steppe.calibration", "steppe.calibration.measures", "steppe.scenarios",
    "steppe.results", "steppe.results.account", "steppe.explore.discovery",
)  # fmt: skip
MODULES = [
    f"{package}.{module.name}"
    for package in PACKAGES
    for module in pkgutil.iter_modules([str(files(package))])
    if not module.ispkg and ">>> " in (files(package) / f"{module.name}.py").read_text("utf-8")
]


def test_there_are_examples():
    assert len(MODULES) >= 4


@pytest.mark.parametrize("name", MODULES)
def test_examples_hold(name):
    failed, tried = doctest.testmod(import_module(name))
    assert tried > 0
    assert failed == 0
