"""Measures: what sources count that the model does not carry, beside it and without feedback.

Each is a small statistical model with priors of its own, fitted to public data. None of them
moves the main fit (a cut, Plummer 2015, *Statistics and Computing* 25): what they say of arms,
sizes and trainees tells nothing back about the states' choices.
"""
