"""The signed root: a small statement of what was sealed, when and by which key, with a signature of its own.

The manifest of a large pack is megabytes long, since it lists every file. The root alone is enough to show one order
(an inclusion proof leads to it), and it is what a time-stamp authority is asked to stamp.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from seawall.evidence.records import Json
from seawall.evidence.seal import layout
from seawall.evidence.seal.canonical import canonical, parse_canonical, parse_instant
from seawall.evidence.seal.keys import VerifyKey

FORMAT = "seawall-root/1"


def root_bytes(
    *, incident: Mapping[str, Json], is_simulated: bool, key: VerifyKey, sealed_at: str, tree: Mapping[str, Json]
) -> bytes:
    """root.json. `tree` holds carried, orders, root and size, as in tree.json."""
    return canonical(
        {
            "format": FORMAT,
            "incident": dict(incident),
            "is_simulated": is_simulated,
            "key_fingerprint": key.fingerprint,
            "key_id": key.key_id,
            "label": layout.SIMULATED if is_simulated else "",
            "sealed_at": sealed_at,
            "tree": {name: tree[name] for name in ("carried", "orders", "root", "size")},
        }
    )


@dataclass(frozen=True)
class RootView:
    """A root read back, every field of the type it must have."""

    incident: Mapping[str, Any]
    is_simulated: bool
    key_fingerprint: str
    sealed_at: str
    root: bytes
    size: int
    carried: int
    orders: int

    @classmethod
    def parse(cls, data: bytes, key: VerifyKey) -> "RootView":
        """The view of root.json as `key` would have signed it. Raises ValueError for any other bytes."""
        raw = parse_canonical(data)
        try:
            tree = raw["tree"]
            found = cls(
                incident=dict(raw["incident"].items()),
                is_simulated=raw["is_simulated"] is True,
                key_fingerprint=str(raw["key_fingerprint"]),
                sealed_at=str(raw["sealed_at"]),
                root=bytes.fromhex(tree["root"]),
                size=_count(tree["size"]),
                carried=_count(tree["carried"]),
                orders=_count(tree["orders"]),
            )
        except (KeyError, TypeError, AttributeError):
            raise ValueError("a field of the root is missing or of the wrong type") from None
        parse_instant(found.sealed_at)
        again = root_bytes(
            incident=found.incident, is_simulated=found.is_simulated, key=key, sealed_at=found.sealed_at, tree=tree
        )
        if again != data:
            raise ValueError("not the root this key would have signed")
        return found


def _count(value: object) -> int:
    if type(value) is not int or value < 0:
        raise TypeError(f"{value!r:.60} is not a count")
    return value
