"""Adapters: the model as other tools of the field know models."""
