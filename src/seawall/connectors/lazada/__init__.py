"""Lazada Open Platform, by docs of 2025/2026. What other packages may use stands in `api.py`."""
