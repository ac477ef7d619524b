"""What the rest of Seawall may use of TikTok Shop; most callers go through `seawall.connectors.registry`."""

from seawall.connectors.tiktokshop.capabilities import capabilities
from seawall.connectors.tiktokshop.client import Recorder
from seawall.connectors.tiktokshop.connector import TiktokConnector
from seawall.connectors.tiktokshop.limits import TEXT_MAX, limits
from seawall.connectors.tiktokshop.oauth import TiktokAuthoriser
from seawall.connectors.tiktokshop.sites import API_BASE_URL, API_BASE_URLS, AUTH_BASE_URL, CONSENT_URL
from seawall.connectors.tiktokshop.webhook import TiktokPushReader
from seawall.connectors.transport import Limits

__all__ = [
    "API_BASE_URL",
    "API_BASE_URLS",
    "AUTH_BASE_URL",
    "CONSENT_URL",
    "TEXT_MAX",
    "Limits",
    "Recorder",
    "TiktokAuthoriser",
    "TiktokConnector",
    "TiktokPushReader",
    "capabilities",
    "limits",
]
