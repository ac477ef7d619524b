"""Seawall 海堤: the crisis desk for sellers on Shopee, Lazada and TikTok Shop."""

__version__ = "0.1.0"
