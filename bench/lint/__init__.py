"""Precision and recall of the lint on labelled messages of our own."""
