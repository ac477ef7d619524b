"""What the filters of all simulated platforms take for an invitation to leave the platform."""

import re

OFF_PLATFORM = re.compile(
    r"whats\s?app|we\s?chat|微信|telegram|\bzalo\b|\bviber\b|\bline\s*(?:id|:|@)|messenger|facebook|instagram"
    r"|https?://|www\.|[\w.+-]+@[\w-]+\.\w{2,}|(?<!\d)(?:\+\d{9,14}|0[689]\d{8})(?!\d)"
    r"|bank transfer|โอนเงิน|chuyển khoản",
    re.IGNORECASE,
)
"""Messengers, links, mail and phone numbers. The platforms' own lists are unknown."""
