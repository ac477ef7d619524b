"""Every number and every unknown of the simulated Lazada, settable; defaults are the strict reading."""

from dataclasses import dataclass, field

from simulators.core.switches import DAY_S, SwitchBoard, SwitchError

__all__ = ["DAY_S", "SwitchError", "Switches"]


@dataclass(kw_only=True)
class Switches(SwitchBoard):
    """One value each; the docs page lists them with source and certainty."""

    # gateway
    qps: int = 10
    ban_s: int = 1
    daily_quota: int = 10_000_000
    drift_s: int = 7_200
    latency_ms: int = 0
    enforce_methods: bool = True
    stringify_scalars: bool = False
    numeric_code: bool = False
    # chat
    order_age_days: int = 7
    unanswered_limit: int = 5
    unanswered_window_h: int = 0
    unanswered_code: str = "IM_UNANSWERED_LIMIT"
    text_max: int = 5_000
    censor: bool = True
    seller_center_pushed: bool = True
    refuse_future_start_time: bool = False
    idle_poll_limit: int = 0
    answer_under_data: bool = False
    # orders and tracks
    offset_max: int = 5_000
    trace_under: str = "module"
    trace_in_seconds: bool = False
    trace_newest_first: bool = False
    # cancellations, returns, pictures
    cancel_refused_tip: str = "error"
    cancel_refused_code: str = ""
    cancel_trigger_s: int = 2 * DAY_S
    reverse_page_max: int = 10
    reverse_pages_max: int = 100
    reverse_in_seconds: bool = False
    reverse_foreign_code: str = ""
    refuse_return_needs_image: bool = True
    refund_needs_confirm: bool = True
    image_max_bytes: int = 1_048_576
    image_side_min: int = 330
    # couriers
    share_delayed: float = 0.0
    share_lost: float = 0.0
    share_misscanned: float = 0.0
    share_false_delivered: float = 0.0
    share_failed: float = 0.0
    share_customs_stop: float = 0.0
    # consent
    access_expires_s: int = 30 * DAY_S
    refresh_expires_s: int = 180 * DAY_S
    stores_as_object: bool = False
    auto_consent: bool = True
    # pushes
    push_data_shape: str = "object"
    push_seller_id: str = "text"
    push_im_bare: bool = False
    push_site_style: str = "lazada_th"
    push_in_ms: bool = False
    push_ack_s: float = 0.5
    push_retry_s: float = 1_800.0
    push_max_tries: int = 13
    push_stops_when_failing: bool = False
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
