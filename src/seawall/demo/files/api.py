"""Synthetic export files and the storm's orders, for the command line, the demo and tests."""

from seawall.demo.files.expecting import Expected
from seawall.demo.files.make import GROUPS, make_files
from seawall.demo.files.storm import DEMO_SHOPS, NEWEST, StormLine, StormOrder, StormShop, storm_orders

__all__ = [
    "DEMO_SHOPS",
    "GROUPS",
    "NEWEST",
    "Expected",
    "StormLine",
    "StormOrder",
    "StormShop",
    "make_files",
    "storm_orders",
]
