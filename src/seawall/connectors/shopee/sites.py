"""Where Shopee answers. [D] the host follows from where our server stands, not from the shop's market."""

from seawall.kernel.markets import Market

PRODUCTION = "https://partner.shopeemobile.com"
"""[D, S] the default, for servers in Southeast Asia. Mainland China and the Americas have hosts of their own."""

MAINLAND_CHINA = "https://openplatform.shopee.cn"
"""[D, S] for servers that stand in mainland China."""

SANDBOX = "https://openplatform.sandbox.test-stable.shopee.sg"
"""[D, S] sandbox v2: has neither chat nor returns nor account health, and its pushes are canned [D]."""

API_BASE_URLS: dict[Market, str] = dict.fromkeys(
    (Market.SG, Market.MY, Market.TH, Market.PH, Market.ID, Market.VN, Market.TW), PRODUCTION
)

CONSENT_PATH = "/api/v2/shop/auth_partner"
"""[D, S] the signed form of the consent link, at the API host."""
