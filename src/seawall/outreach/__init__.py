"""Reachability, sample, waves, ledger, lanes, sender."""
