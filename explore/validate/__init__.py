"""External checks: statements about quantities that the model predicts, held against its runs."""
