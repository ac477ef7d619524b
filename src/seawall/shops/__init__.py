"""Connected shops: credentials (encrypted), what a connection may do, its limits."""
