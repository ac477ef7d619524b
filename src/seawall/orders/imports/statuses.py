"""A platform's status words -> our states. The words are data; an unknown word is never guessed."""

from collections.abc import Mapping
from functools import cache

from seawall.kernel.markets import Platform
from seawall.orders.imports.formats import words
from seawall.orders.imports.headers import cleaned, without_accents
from seawall.orders.imports.records import ExportKind, OrderStatus


@cache
def _table(section: str) -> tuple[Mapping[str, OrderStatus], Mapping[str, OrderStatus], Mapping[str, OrderStatus]]:
    """(exact words, words without accents, beginnings) of one section."""
    exact: dict[str, OrderStatus] = {}
    bare: dict[str, OrderStatus] = {}
    starts: dict[str, OrderStatus] = {}
    for state, group in words("statuses")[section].items():
        for word in group:
            key = _key(word.removesuffix("*"))
            if word.endswith("*"):
                starts[key] = OrderStatus(state)
            else:
                exact[key] = OrderStatus(state)
                bare.setdefault(without_accents(key), OrderStatus(state))
    return exact, bare, starts


def _key(word: str) -> str:
    return cleaned(word).casefold()


@cache
def status_of(word: str, platform: Platform | None) -> OrderStatus | None:
    """Our state for a status word of a platform, in any of its interface languages; None for an unknown word."""
    key = _key(word)
    sections = ([platform.value] if platform is not None else []) + ["common"]
    for at in range(2):
        for section in sections:
            table = _table(section)[at]
            if (state := table.get(key if at == 0 else without_accents(key))) is not None:
                return state
    for section in sections:
        for start, state in _table(section)[2].items():
            if key.startswith(start):
                return state
    return None


@cache
def return_state(word: str) -> OrderStatus | None:
    """What a return/refund column says, if we know the word; such a column never gets a row rejected."""
    return _table("second_column")[0].get(_key(word))


@cache
def combined(
    main: OrderStatus | None, kind: ExportKind, return_word: str, failed_word: str, cancel_type: str
) -> OrderStatus | None:
    """One state from all status columns (exports.md 5.14): a completed order can still be a returned one (2.1)."""
    if kind is ExportKind.FAILED_DELIVERY:
        back = status_of(failed_word, Platform.SHOPEE) if failed_word else None
        return (
            back if back is not None and back.rank > OrderStatus.FAILED_DELIVERY.rank else OrderStatus.FAILED_DELIVERY
        )
    returned = return_state(return_word) if return_word else None
    if kind is ExportKind.RETURNS:
        return returned
    if main in _MAY_COME_BACK and returned is not None:
        return returned
    asked = _key(cancel_type)
    if "return" in asked and main in _MAY_COME_BACK:
        return OrderStatus.RETURN_REQUESTED
    if asked.startswith("cancel") and main in _MAY_BE_CANCELLED:
        return OrderStatus.CANCEL_REQUESTED
    return main


_MAY_COME_BACK = frozenset(
    {OrderStatus.SHIPPED, OrderStatus.DELIVERED, OrderStatus.COMPLETED, OrderStatus.RETURN_REQUESTED}
)
_MAY_BE_CANCELLED = frozenset(
    {OrderStatus.UNPAID, OrderStatus.ON_HOLD, OrderStatus.TO_SHIP, OrderStatus.READY, OrderStatus.SHIPPED}
)
