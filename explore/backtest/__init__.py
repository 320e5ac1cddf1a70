"""Forecasting what was already known: freeze the evidence, forecast, and score what came."""
