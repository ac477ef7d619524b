"""The report of a pack: PDF/A volumes drawn from the pack's own members. Pure: no tables, no network."""
