"""What commands load, for processes to be forked from: :mod:`tests.commands`.

No thread may be started here.
"""

from importlib import import_module

import steppe.cli.main  # noqa: F401  # before NumPy: it sets the threads of linear algebra
from steppe.cli import execution  # noqa: F401
from steppe.explore.problem import assemble
from steppe.explore.replicates import simulate_span
from steppe.results import compare, pdf, report  # noqa: F401
from steppe.scenarios.load import load_resolved

for name in ("matplotlib.backends.backend_agg", "matplotlib.backends.backend_svg",
             "reportlab.platypus"):  # fmt: skip
    import_module(name)
for name in ("baseline", "baseline-2022"):
    simulate_span(assemble(load_resolved(name, "point"), 1, 1), range(1))
