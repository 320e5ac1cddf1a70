"""The pages of ``docs/reference``: a module for each, a function ``page`` in it."""
