"""Accuracy of the reply classifier on labelled replies of our own."""
