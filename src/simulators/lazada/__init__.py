"""A stand-in for the Lazada Open Platform, all six sites in one process.

What is documented is done as documented; what nobody documents is our choice, has a switch (switches.py) and stands in
docs/reference/simulator-lazada.md.
"""
