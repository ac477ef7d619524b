"""Synthetic export files: every format of exports.md, good and spoiled, from one seed. All people are invented."""
