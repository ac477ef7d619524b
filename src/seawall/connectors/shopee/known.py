"""Which conversation is with whom, as far as it was seen."""

from collections import OrderedDict

REMEMBERED = 50_000
"""Conversations a connector keeps in mind (ours): some megabytes, and a storm has fewer."""


class KnownConversations:
    """Pairs of conversation and buyer; the longest known are forgotten first."""

    def __init__(self, most: int = REMEMBERED) -> None:
        self._most = most
        self._buyers: OrderedDict[str, str] = OrderedDict()
        self._conversations: OrderedDict[str, str] = OrderedDict()

    def learn(self, conversation_id: str, buyer_id: str) -> None:
        """Keep a pair; nothing when either is unknown."""
        if not conversation_id or not buyer_id:
            return
        for book, key, value in (
            (self._buyers, conversation_id, buyer_id),
            (self._conversations, buyer_id, conversation_id),
        ):
            book[key] = value
            if len(book) > self._most:
                book.popitem(last=False)

    def buyer(self, conversation_id: str) -> str:
        """The buyer of a conversation, or empty."""
        return self._buyers.get(conversation_id, "")

    def conversation(self, buyer_id: str) -> str:
        """The conversation with a buyer, or empty."""
        return self._conversations.get(buyer_id, "")
