"""How the ledger behaves when it is large: `python -m bench.scale [ROWS] [SHOPS]`."""
