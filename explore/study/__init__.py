"""A study: many scenarios of the library on the same luck, reduced to what its report needs."""
