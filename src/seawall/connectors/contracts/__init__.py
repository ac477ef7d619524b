"""What every platform connector offers, as Protocols with capability flags. Values in, values out; no tables here."""

from seawall.connectors.contracts.basics import Capability, Credentials, Exchange, Limit
from seawall.connectors.contracts.casework import (
    CancelDesk,
    Cancelled,
    CancelOptions,
    CancelRequest,
    CancelState,
    CaseReason,
    EvidenceImage,
    Fault,
    ReturnCase,
    ReturnDesk,
)
from seawall.connectors.contracts.chat import (
    ChatMessage,
    MessageSent,
    Messenger,
    SessionOpened,
    SessionState,
    Speaker,
    UploadedImage,
)
from seawall.connectors.contracts.connector import Connector
from seawall.connectors.contracts.consent import Authoriser, TokenGrant
from seawall.connectors.contracts.health import HealthMetric, HealthSource, SellerProfile, ShopHealth
from seawall.connectors.contracts.orders import OrderSource, ParcelSource, PlatformOrder, PlatformOrderLine, TraceEvent
from seawall.connectors.contracts.pushes import EventKind, PushEvent, PushKeys, PushReader

__all__ = [
    "Authoriser",
    "CancelDesk",
    "CancelOptions",
    "CancelRequest",
    "CancelState",
    "Cancelled",
    "Capability",
    "CaseReason",
    "ChatMessage",
    "Connector",
    "Credentials",
    "EventKind",
    "EvidenceImage",
    "Exchange",
    "Fault",
    "HealthMetric",
    "HealthSource",
    "Limit",
    "MessageSent",
    "Messenger",
    "OrderSource",
    "ParcelSource",
    "PlatformOrder",
    "PlatformOrderLine",
    "PushEvent",
    "PushKeys",
    "PushReader",
    "ReturnCase",
    "ReturnDesk",
    "SellerProfile",
    "SessionOpened",
    "SessionState",
    "ShopHealth",
    "Speaker",
    "TokenGrant",
    "TraceEvent",
    "UploadedImage",
]
