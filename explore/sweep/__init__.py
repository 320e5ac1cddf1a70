"""Sweeps: designs over levers, parameters, drivers and draws, and the executors that run them."""
