"""Every story here is told three times, once a platform."""

from tests.contracts.conftest import place
from tests.kit.lazada_sim import push_sink

__all__ = ["place", "push_sink"]
