"""Dated rules as data."""
