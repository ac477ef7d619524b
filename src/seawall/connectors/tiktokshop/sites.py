"""Where TikTok Shop answers. One API host and one auth host for every market [OAS, SDK]; the shop is named by its
cipher and not by the host. The sandbox is a development shop on the same host [SDK]."""

from seawall.kernel.markets import Market

API_BASE_URL = "https://open-api.tiktokglobalshop.com"
"""[OAS] server entry, and every SDK."""

API_BASE_URLS: dict[Market, str] = dict.fromkeys(
    (Market.SG, Market.MY, Market.TH, Market.PH, Market.ID, Market.VN), API_BASE_URL
)

AUTH_BASE_URL = "https://auth.tiktok-shops.com"
"""[SDK] token get and refresh, every market."""

CONSENT_URL = "https://services.tiktokshop.com/open/authorize"
"""[PY, 3P] for the world outside the United States."""
