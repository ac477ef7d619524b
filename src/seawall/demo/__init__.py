"""The demo: a whole storm played against simulators, and the files for it."""
