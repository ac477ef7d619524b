"""Who did what, for whom, before and after: append-only."""
