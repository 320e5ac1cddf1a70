"""The particle filter: how probable a documented history is, and the worlds that it leaves.

Given the world as a year begins and the year's drivers, the opportunities of a state and
area end independently of each other, so accepted packages by type (patron and rung, or
both patrons and both rungs) are Poisson, and so are the documented and the undocumented
ones among them (Poisson thinning). For each particle and year the filter

1. moves the drivers and lists what every offer can be (:mod:`.offers`), with sums of
   assistance at the nodes of a Gauss-Hermite quadrature;
2. weights the particle by the density of the documented packages: a marked Poisson process,
   in which a Chinese and a Russian package of a state may be two halves of one choice
   (:mod:`.matching`), and the parts of several states in a joint exercise are one event
   (:mod:`.joint`); and by the chance of what states answered to their organisations
   (:mod:`.acts`);
3. draws what the record leaves open of them: area, size, host, an undocumented other half,
   participants that are not named;
4. simulates the undocumented choices, delivers, and lets the world answer with the
   engine's own steps; weights it by the sums that the sources tell at the end of their span
   (:mod:`.sums`); and resamples (:mod:`.run`).

The mean weight of a year estimates its likelihood; the product over years is unbiased for
that of the history (Del Moral 2004), up to the quadrature, whose error a test measures.
The design is the adapted one of the project's notes on methods: nothing that the record
tells is left to chance, so that few particles suffice.
"""

from .run import Filtered, Trajectories, filtered, trajectories
from .sums import Sums, no_sums

__all__ = ["Filtered", "Sums", "Trajectories", "filtered", "no_sums", "trajectories"]
