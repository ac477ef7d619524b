"""Wording per language, placeholders, lint, foreseen questions."""
