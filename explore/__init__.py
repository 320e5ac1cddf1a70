"""Asking many times: problems, replicates and the workers that compute them."""
