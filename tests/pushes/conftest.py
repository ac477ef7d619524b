"""Fixtures of the push stories."""

from tests.kit.lazada_sim import lazada_sim, push_sink

__all__ = ["lazada_sim", "push_sink"]
