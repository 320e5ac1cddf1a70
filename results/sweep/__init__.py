"""What came out of a sweep: its directory, and the xarray dataset that it opens as."""
