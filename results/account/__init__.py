"""The account of the calibration: one page, what cannot be told first."""
