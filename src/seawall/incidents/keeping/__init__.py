"""How long data is kept: what is due, what holds it, and how it is erased with the proof of it left behind."""
