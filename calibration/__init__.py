"""Why the numbers are believed: the evidence, its checks and what a run takes from it."""
