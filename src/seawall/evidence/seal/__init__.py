"""The seal: canonical bytes, Merkle tree, signature, pack file and its verifier. No database, no network."""
