"""From where somebody acted: what stands beside a decision, so that it can be asked about later. Pure."""

from dataclasses import dataclass

LONGEST_AGENT = 300
"""Characters of a browser's own name that are kept (ours)."""


@dataclass(frozen=True, kw_only=True)
class Origin:
    """The door a decision came by, and what the network said of it. Says where from, not who: that is the actor."""

    via: str = ""
    """console, command_line or link; empty where nobody asked."""
    address: str = ""
    """The network address the request came from, as the server saw it."""
    user_agent: str = ""
    """The browser's own name. Anyone can write it: a hint, no proof."""
    link_made_by: str = ""
    """Who made the link that was used."""
    is_makers_address: bool = False
    """The link was made from the same address: perhaps one office, perhaps one person. A reader should know."""

    def as_json(self) -> dict[str, str | bool]:
        """What is known of it, for the timeline and the pack."""
        known: dict[str, str | bool] = {
            "via": self.via,
            "from": self.address,
            "user_agent": self.user_agent,
            "link_made_by": self.link_made_by,
        }
        found: dict[str, str | bool] = {name: value for name, value in known.items() if value}
        if self.is_makers_address:
            found["is_makers_address"] = True
        return found


UNSAID = Origin()
"""Nothing is known."""
