"""Where Lazada answers. [D] one API host per country site; token calls and the consent page live on the auth host."""

from seawall.kernel.markets import Market

API_BASE_URLS: dict[Market, str] = {
    Market.SG: "https://api.lazada.sg/rest",
    Market.MY: "https://api.lazada.com.my/rest",
    Market.TH: "https://api.lazada.co.th/rest",
    Market.PH: "https://api.lazada.com.ph/rest",
    Market.ID: "https://api.lazada.co.id/rest",
    Market.VN: "https://api.lazada.vn/rest",
}
"""A call must go to the host of the site the store belongs to; with a cross-border token the host selects the store."""

AUTH_BASE_URL = "https://auth.lazada.com/rest"
"""The only documented address for `/auth/token/*`."""

CONSENT_URL = "https://auth.lazada.com/oauth/authorize"
"""Where the seller says yes."""
