"""Sensitivity: which factors an outcome depends on, through SALib, with what chance does to it.

>>> from steppe.explore.sensitivity import convergence, delta, morris, pawn, sobol
"""

from .analyses import ANALYSES, MEASURES, analysis, delta, morris, pawn, sobol
from .growth import convergence, verdict
from .ranks import ranked

__all__ = [
    "ANALYSES",
    "MEASURES",
    "analysis",
    "convergence",
    "delta",
    "morris",
    "pawn",
    "ranked",
    "sobol",
    "verdict",
]
