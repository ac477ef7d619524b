"""Every number and every unknown of the simulated TikTok Shop, settable; defaults are the strict reading."""

from dataclasses import dataclass, field

from simulators.core.switches import SwitchBoard

DAY_S = 86_400


@dataclass(kw_only=True)
class Switches(SwitchBoard):
    """One value each; the docs page lists them with source and certainty."""

    # gateway
    qps_read: int = 50
    qps_write: int = 20
    retry_after_s: int = 0
    sandbox_hourly: int = 0
    stamp_past_s: int = 300
    stamp_future_s: int = 30
    latency_ms: int = 0
    repeated_keys: str = "all"
    braces_may_be_unsigned: bool = False
    refuse_unwanted_cipher: bool = True
    bad_sign_code: int = 106001
    business_status: int = 200
    failure_data: str = "null"
    unknown_fields: bool = False
    # consent
    auto_consent: bool = False
    access_expires_s: int = 7 * DAY_S
    refresh_expires_s: int = 365 * DAY_S
    code_life_s: int = 1_800
    refresh_kills_refresh: bool = True
    refresh_kills_access: bool = True
    # chat
    talk_days: int = 30
    order_days: int = 60
    talk_needs_buyer: bool = True
    cancelled_orders_count: bool = False
    returns_open_chat: bool = True
    text_max: int = 2_000
    censor: bool = True
    chat_quota: int = 10_000
    quota_scope: str = "app"
    quota_counts: str = "all"
    quota_zone_h: int = 0
    close_buyer_h: int = 6
    close_service_h: int = 168
    closed_refuses_send: bool = True
    conversations_oldest_first: bool = False
    system_messages: bool = True
    # orders
    orders_move: bool = True
    hold_s: int = 3_600
    unpaid_s: int = DAY_S
    ids_max: int = 50
    tokopedia_share: float = 0.5
    # cancellations and returns
    seller_cancels_unpaid: bool = False
    seller_cancels_awaiting_collection: bool = False
    buyer_cancels_until_collection: bool = True
    withdrawn_reasons_refused: bool = True
    cancelled_word: str = "CANCELLATION_REQUEST_CANCELLED"
    decision_h: int = 48
    refund_after_s: int = 60
    # couriers
    couriers_move: bool = True
    courier_delay_h: list[float] = field(default_factory=lambda: [24.0, 72.0])
    share_lost: float = 0.02
    share_delayed: float = 0.10
    share_missed: float = 0.05
    share_false_delivered: float = 0.02
    tracking_codes: bool = True
    tracking_oldest_first: bool = False
    # pushes
    push_cancel_word: str = "CANCEL"
    push_notification_id: bool = True
    push_strict_address: bool = True
    push_needs_empty_body: bool = True
    push_ack_s: float = 3.0
    push_retry_scale: float = 1.0
    push_max_tries: int = 5
    # buyers
    buyers_answer: bool = True
    buyer_delay_s: list[float] = field(default_factory=lambda: [20.0, 900.0])
    buyer_max_answers: int = 2
    share_silent: float = 0.62
    share_agree: float = 0.14
    share_compensation: float = 0.10
    share_angry: float = 0.06
    share_refund: float = 0.05
    share_wait: float = 0.03
    share_silent_reads: float = 0.7
