"""Expect a refusal by its code, which is stable; its sentence may be reworded."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from seawall.kernel.errors import SeawallError


@contextmanager
def refused(code: str) -> Iterator[None]:
    """The block must be refused with exactly this code."""
    with pytest.raises(SeawallError) as caught:
        yield
    assert caught.value.code == code
