"""What came out of a study: its tables, sentences, figures and page."""
