"""Fixtures of the storm's own stories: a desk, the command line, the console's languages."""

from tests.cli.conftest import _ready, say
from tests.web.conftest import chinese, in_english

__all__ = ["_ready", "chinese", "in_english", "say"]
