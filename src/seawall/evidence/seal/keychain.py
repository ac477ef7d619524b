"""Generations of a team's key. A key that retires signs the public half of the one that follows, with the time.

Whoever trusts any one key of the chain can follow it to the key that signed a pack, without asking us.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from seawall.evidence.seal import layout
from seawall.evidence.seal.canonical import canonical, instant, parse_canonical, parse_instant
from seawall.evidence.seal.keys import SigningKey, VerifyKey

FORMAT = "seawall-key/1"
MOST = 9_999


@dataclass(frozen=True)
class KeyLink:
    """One generation: its public half, and what the key before it signed when handing over (nothing for the first)."""

    key: VerifyKey
    statement: bytes = b""
    signature: bytes = b""


def _statement(old: VerifyKey, new: VerifyKey, *, generation: int, at: str) -> bytes:
    return canonical(
        {
            "at": at,
            "format": FORMAT,
            "generation": generation,
            "new_fingerprint": new.fingerprint,
            "new_public_key": new.public.hex(),
            "old_fingerprint": old.fingerprint,
        }
    )


def hand_over(old: SigningKey, new: VerifyKey, *, generation: int, at: datetime) -> KeyLink:
    """The link by which `old` names `new` as generation `generation` (2 or more), valid from `at`."""
    statement = _statement(old.verify_key, new, generation=generation, at=instant(at))
    return KeyLink(new, statement, old.sign(statement))


@dataclass(frozen=True)
class Chain:
    """A chain that holds: the keys, and when each but the first took over (as an instant's text)."""

    keys: tuple[VerifyKey, ...]
    since: tuple[str, ...]

    def retired_at(self, fingerprint: str) -> str:
        """When a key of the chain was followed by the next; empty while it is the last or is not in the chain."""
        for place, key in enumerate(self.keys[:-1]):
            if key.fingerprint == fingerprint:
                return self.since[place + 1]
        return ""


def follow(links: Sequence[KeyLink]) -> Chain:
    """The chain of these links. Raises BrokenChain at the first link that does not hold."""
    keys: list[VerifyKey] = []
    since: list[str] = []
    for generation, link in enumerate(links, 1):
        at = ""
        if keys:
            at = _said_at(link, generation)
            is_right = link.statement == _statement(keys[-1], link.key, generation=generation, at=at)
            if not is_right or not keys[-1].signed(link.statement, link.signature) or at < since[-1]:
                raise BrokenChain(generation)
        elif link.statement or link.signature:
            raise BrokenChain(generation)
        if any(key.fingerprint == link.key.fingerprint for key in keys):
            raise BrokenChain(generation)
        keys.append(link.key)
        since.append(at)
    return Chain(tuple(keys), tuple(since))


class BrokenChain(ValueError):
    """A link does not follow from the one before; `generation` says which."""

    def __init__(self, generation: int) -> None:
        super().__init__(generation)
        self.generation = generation


def _said_at(link: KeyLink, generation: int) -> str:
    try:
        at = str(parse_canonical(link.statement)["at"])
        parse_instant(at)
    except (ValueError, KeyError):
        raise BrokenChain(generation) from None
    return at


def names(generation: int) -> tuple[str, str, str]:
    """Where a generation stands in a pack: its key, the statement about it, the signature over that."""
    stem = f"{layout.KEYS}{generation:04d}"
    return f"{stem}.pem", f"{stem}.json", f"{stem}.sig"


def files_of(links: Sequence[KeyLink]) -> dict[str, bytes]:
    """The chain as members of a pack; none while there is only one generation."""
    if len(links) < 2:
        return {}
    files: dict[str, bytes] = {}
    for generation, link in enumerate(links, 1):
        pem, statement, signature = names(generation)
        files[pem] = link.key.pem()
        if generation > 1:
            files |= {statement: link.statement, signature: link.signature}
    return files


def links_of(files: Mapping[str, bytes]) -> tuple[KeyLink, ...]:
    """Back from `files_of`. Raises BrokenChain for a member that is missing or unreadable; `follow` checks the rest."""
    links: list[KeyLink] = []
    for generation in range(1, MOST + 1):
        pem, statement, signature = names(generation)
        if pem not in files:
            break
        try:
            key = VerifyKey.from_pem(files[pem])
            links.append(KeyLink(key) if generation == 1 else KeyLink(key, files[statement], files[signature]))
        except (ValueError, KeyError):
            raise BrokenChain(generation) from None
    if files_of(links) != dict(files):
        raise BrokenChain(len(links) + 1)
    return tuple(links)
