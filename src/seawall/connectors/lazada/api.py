"""What the rest of Seawall may use of Lazada; most callers go through `seawall.connectors.registry`."""

from seawall.connectors.lazada.capabilities import (
    ORDER_AGE_DAYS_LAX,
    ORDER_AGE_DAYS_STRICT,
    RECALL_WITHIN_S,
    UNANSWERED_MAX,
    capabilities,
)
from seawall.connectors.lazada.client import Limits, Recorder
from seawall.connectors.lazada.connector import LazadaConnector
from seawall.connectors.lazada.limits import limits
from seawall.connectors.lazada.oauth import LazadaAuthoriser
from seawall.connectors.lazada.sites import API_BASE_URLS, AUTH_BASE_URL, CONSENT_URL
from seawall.connectors.lazada.webhook import LazadaPushReader, message_of, parse, session_of, verify

__all__ = [
    "API_BASE_URLS",
    "AUTH_BASE_URL",
    "CONSENT_URL",
    "ORDER_AGE_DAYS_LAX",
    "ORDER_AGE_DAYS_STRICT",
    "RECALL_WITHIN_S",
    "UNANSWERED_MAX",
    "LazadaAuthoriser",
    "LazadaConnector",
    "LazadaPushReader",
    "Limits",
    "Recorder",
    "capabilities",
    "limits",
    "message_of",
    "parse",
    "session_of",
    "verify",
]
