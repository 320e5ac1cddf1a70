"""Claims of the documents, evaluated on the model as of each document's date."""
