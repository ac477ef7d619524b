"""Records, pack, seal, verify."""
