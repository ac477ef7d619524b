"""Fixtures of the stories of disasters."""

from tests.kit.lazada_sim import lazada_sim, push_sink  # noqa: F401
