"""Posterior predictive checks: free runs of the fitted model beside what is documented."""
