"""One storm: facts, steps, cases, timeline."""
