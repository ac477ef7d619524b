"""What the rest of Seawall may use of Shopee; most callers go through `seawall.connectors.registry`."""

from seawall.connectors.shopee.capabilities import (
    EVIDENCE_MAX_BYTES,
    EVIDENCE_PER_MODULE,
    IMAGE_MAX_BYTES,
    TEXT_MAX,
    UNANSWERED_MAX,
    capabilities,
    limits,
)
from seawall.connectors.shopee.client import Recorder
from seawall.connectors.shopee.connector import ShopeeConnector
from seawall.connectors.shopee.oauth import ShopeeAuthoriser
from seawall.connectors.shopee.sites import API_BASE_URLS, MAINLAND_CHINA, PRODUCTION, SANDBOX
from seawall.connectors.shopee.webhook import ShopeePushReader
from seawall.connectors.transport import Limits

__all__ = [
    "API_BASE_URLS",
    "EVIDENCE_MAX_BYTES",
    "EVIDENCE_PER_MODULE",
    "IMAGE_MAX_BYTES",
    "MAINLAND_CHINA",
    "PRODUCTION",
    "SANDBOX",
    "TEXT_MAX",
    "UNANSWERED_MAX",
    "Limits",
    "Recorder",
    "ShopeeAuthoriser",
    "ShopeeConnector",
    "ShopeePushReader",
    "capabilities",
    "limits",
]
