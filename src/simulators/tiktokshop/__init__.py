"""A stand-in for the TikTok Shop Partner API, all six markets in one process.

What is documented is done as documented; what nobody documents is our choice, has a switch (switches.py) and stands in
docs/reference/simulator-tiktok-shop.md.
"""
