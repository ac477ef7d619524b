"""TikTok Shop Partner API, by public material up to October 2026. What other packages may use stands in `api.py`."""
