"""What came out: the store, the tables, paired comparison, figures and reports."""
