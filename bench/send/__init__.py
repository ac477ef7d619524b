"""How fast messages leave: this engine beside two job queues on the same PostgreSQL, and ten shops at their limits."""
