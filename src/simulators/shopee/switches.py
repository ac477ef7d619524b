"""Every number and every unknown of the simulated Shopee, settable; defaults are the strict reading."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from simulators.core.switches import DAY_S, SwitchBoard


@dataclass(kw_only=True)
class Switches(SwitchBoard):
    """One value each; the docs page lists them with source and certainty."""

    CHOICES: ClassVar[Mapping[str, frozenset[str]]] = {
        "repeat_scope": frozenset({"shop", "buyer", "off"}),
        "censor": frozenset({"refuse", "late", "off"}),
        "sends_per_day_scope": frozenset({"shop", "app"}),
        "conversation_id_in_sends": frozenset({"number", "text"}),
        "dispute_reason_as": frozenset({"text", "number"}),
        "push_key_used": frozenset({"push", "partner"}),
        "ping_key": frozenset({"push", "empty"}),
        "push_msg_id": frozenset({"sample", "filled", "empty", "null", "missing"}),
        "push_shop_key": frozenset({"shop_id", "shopid"}),
    }

    # gateway
    qps: int = 0
    daily_quota: int = 0
    past_s: int = 300
    future_s: int = 300
    latency_ms: int = 0
    refused_status: int = 403
    no_chat_status: int = 403
    rate_limit_status: int = 200
    bad_token_code: str = "invalid_acceess_token"  # noqa: S105  # a refusal's code, misspelt as the real one
    prefixed_codes: bool = False
    accept_repeated_lists: bool = False
    enforce_methods: bool = True
    # consent and tokens
    access_life_s: int = 14_400
    refresh_life_s: int = 30 * DAY_S
    overlap_s: int = 300
    code_life_s: int = 600
    link_life_s: int = 300
    authorisation_days: int = 365
    auto_consent: bool = True
    one_app_per_shop: bool = True
    # chat
    buyer_window_days: int = 7
    order_window_days: int = 30
    in_a_row: int = 5
    text_max: int = 600
    repeat_h: int = 24
    repeat_scope: str = "shop"
    repeat_code: str = "error_business"
    autoreply_exempt: bool = False
    censor: str = "refuse"
    late_censor_s: float = 2.0
    late_censor_share: float = 0.0
    sends_per_day: int = 6_000
    sends_per_day_scope: str = "shop"
    sends_per_second: int = 0
    over_quota_code: str = "exceed_send_limitaion"
    frozen_code: str = "user_is_unauthorized"
    list_max: int = 60
    empty_list_above: int = 25
    page_overlap: int = 1
    conversation_id_in_sends: str = "number"
    accept_text_to_id: bool = False
    image_max_mb: int = 2
    # orders, parcels, returns
    cancel_is_queued: bool = False
    cancel_queue_s: float = 60.0
    narrow_cancel_reasons: bool = False
    track_newest_first: bool = True
    couriers_move: bool = False
    courier_step_h: list[float] = field(default_factory=lambda: [4.0, 20.0])
    share_lost: float = 0.02
    share_delayed: float = 0.10
    share_misscan: float = 0.03
    share_false_delivered: float = 0.03
    share_failed: float = 0.04
    success_marks: str = ""
    return_days: int = 2
    dispute_reason_as: str = "text"
    # pushes
    push_ack_s: float = 3.0
    push_chat_ack_s: float = 2.0
    push_time_scale: float = 1.0
    push_key_used: str = "push"
    push_msg_id: str = "sample"
    push_shop_key: str = "shop_id"
    push_thin: bool = False
    push_own_messages: bool = False
    push_disable_after: int = 600
    push_disable_window_s: int = 21_600
    push_disable_below: float = 0.30
    push_warn_below: float = 0.70
    ping_on_save: bool = True
    ping_key: str = "push"
    ping_code: int = 0
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
