"""Returns and refunds, disputes, evidence (section 6.2 of the platform's pages). Not in Shopee's own sandbox."""

from typing import Any

from simulators.shopee.answers import ApiError, wrong
from simulators.shopee.call import GET, POST, Call, Endpoint
from simulators.shopee.entities import CURRENCIES, Return

PAGE_MAX, IMAGES_MAX, IMAGE_MAX = 100, 3, 10 * 1024 * 1024
MODULES = {1: "Screenshot of the chat with the buyer", 2: "Proof of shipment"}
"""Evidence modules; the first is required. Their words are ours [I]."""
REASONS = {
    "NOT_RECEIPT": [(9, "I have shipped the item and have proof of shipment"), (46, "I did not receive the return")],
    "": [(41, "I shipped the right item and have proof"), (81, "I did not receive the return")],
}  # fmt: skip
"""Ids and words by the buyer's reason; the ids are real, which reason offers which is ours [I]."""
DISPUTABLE = frozenset({"REQUESTED", "PROCESSING", "ACCEPTED"})
STATUSES = frozenset({
    "REQUESTED", "ACCEPTED", "CANCELLED", "JUDGING", "CLOSED", "PROCESSING", "SELLER_DISPUTE",
})  # fmt: skip


def list_returns(call: Call) -> dict[str, Any]:
    """Pages begin at 0 [D]; newest change first [I]."""
    page, size = call.whole("page_no"), call.whole("page_size")
    if page < 0 or not 1 <= size <= PAGE_MAX:
        raise wrong(f"page_no begins at 0, page_size must be 1 to {PAGE_MAX}")
    rows = [row for row in call.world.returns.values() if row.shop_id == call.shop.shop_id]
    for name in ("create_time", "update_time"):
        if call.values.get(f"{name}_from") or call.values.get(f"{name}_to"):
            start, end = call.window(f"{name}_from", f"{name}_to", "error_param")
            field = "created_ms" if name == "create_time" else "updated_ms"
            rows = [row for row in rows if start <= getattr(row, field) // 1000 <= end]
    for name, field in (
        ("status", "status"),
        ("negotiation_status", "negotiation_status"),
        ("seller_proof_status", "proof_status"),
        ("seller_compensation_status", "compensation_status"),
    ):
        wanted = call.text(name, "")
        rows = [row for row in rows if wanted in {"", getattr(row, field)}]
    rows.sort(key=lambda row: (row.updated_ms, row.return_sn), reverse=True)
    start = page * size
    return {"more": start + size < len(rows), "return": [return_json(call, row) for row in rows[start : start + size]]}


def return_detail(call: Call) -> dict[str, Any]:
    """One return with proof, negotiation and compensation."""
    row = return_in(call)
    return {
        **return_json(call, row),
        "seller_proof": {"seller_proof_status": row.proof_status, "seller_evidence_deadline": row.due_ms // 1000},
        "negotiation": {
            "negotiation_status": row.negotiation_status, "latest_solution": "", "latest_offer_amount": 0,
            "latest_offer_creator": "", "counter_limit": 1, "offer_due_date": row.due_ms // 1000,
        },
        "seller_compensation": {
            "seller_compensation_status": row.compensation_status, "seller_compensation_due_date": 0,
            "compensation_amount": 0,
        },
        "buyer_videos": [], "image": row.images,
        "dispute_reason": [str(row.dispute["reason_id"])] if row.dispute else [],
        "dispute_text_reason": [row.dispute["text"]] if row.dispute else [], "reverse_logistics_status": "",
    }  # fmt: skip


def solutions(call: Call) -> dict[str, Any]:
    """What may be offered."""
    row = return_in(call)
    eligible = row.status == "REQUESTED"
    part = {
        "eligibility": eligible,
        "refund_amount_adjustable": eligible,
        "max_refund_amount": row.refund_amount,
        "min_refund_amount": 0.0,
    }
    return {"return_sn": row.return_sn, "offer_return_refund": part, "offer_refund": part}


def confirm(call: Call) -> dict[str, Any]:
    """Agree to the refund."""
    row = return_in(call)
    _check_validation(row)
    if row.status != "REQUESTED":
        raise ApiError("error_return_status", "The status of the return does not allow this.")
    row.status, row.negotiation_status = "ACCEPTED", "TERMINATED"
    _changed(call, row)
    return {"return_sn": row.return_sn}


def dispute_reasons(call: Call) -> dict[str, Any]:
    """What a dispute of this return may be about, and which evidence it takes. `dispute_reason` is typed as text, the
    page's sample shows a number [D]."""
    row, as_number = return_in(call), call.world.switches.dispute_reason_as == "number"
    return {
        "dispute_reason_list": [
            {
                "dispute_reason": number if as_number else str(number),
                "dispute_requirement": words,
                "evidence_module_list": [
                    {"module_index": index, "requirement": requirement, "is_required": index == 1}
                    for index, requirement in MODULES.items()
                ],
                "sample_evidence": [],
            }
            for number, words in _reasons(row)
        ]
    }


def dispute(call: Call) -> dict[str, Any]:
    """Refuse a return with evidence [D]."""
    row, email = return_in(call), call.text("email")
    reason_id = call.whole("dispute_reason_id")
    if "@" not in email or reason_id not in {number for number, _ in _reasons(row)}:
        raise ApiError("dispute.request.param.error", "email or dispute_reason_id is not valid.")
    _check_validation(row)
    if row.status == "SELLER_DISPUTE" or row.dispute:
        raise ApiError("error_ongoing_dispute", "There is a dispute already.")
    if row.status not in DISPUTABLE:
        raise ApiError("dispute.rr.not.allow", "The return cannot be disputed any more.")
    images = _evidence(call)
    row.dispute = {
        "reason_id": reason_id, "email": email, "text": call.text("dispute_text_reason", ""), "image_list": images,
    }  # fmt: skip
    row.status, row.compensation_status = "SELLER_DISPUTE", "COMPENSATION_REQUESTED"
    _changed(call, row)
    return {"return_sn": row.return_sn}


def cancel_dispute(call: Call) -> dict[str, Any]:
    """Give a dispute up: only ACCEPTED with COMPENSATION_REQUESTED [D]."""
    row = return_in(call)
    if "@" not in call.text("email"):
        raise ApiError("dispute.request.param.error", "email is not valid.")
    if row.status != "ACCEPTED" or row.compensation_status != "COMPENSATION_REQUESTED":
        raise ApiError("error_return_status", "The status of the return does not allow this.")
    row.compensation_status, row.dispute = "COMPENSATION_CANCELLED", {}
    _changed(call, row)
    return {"return_sn": row.return_sn}


def convert_image(call: Call) -> dict[str, Any]:
    """One picture to be used as evidence."""
    row, content = return_in(call), call.files.get("upload_image")
    if not content or not content.startswith((b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff")) or len(content) > IMAGE_MAX:
        raise ApiError("image.upload.fail", "jpg, jpeg or png of at most 10 MB is needed.")
    url = f"https://img.example.test/return/{row.return_sn}-{call.world.fresh_number()}.png"
    call.world.add_image(url, "return")
    return {"url": url, "thumbnail": url + "?small"}


def upload_proof(call: Call) -> dict[str, Any]:
    """Evidence after a dispute was opened [D]."""
    row, photos = return_in(call), call.values.get("photo")
    if row.proof_status == "OVERDUE" or call.world.clock.now_ms() > row.due_ms:
        raise ApiError("proof.overdue", "The time for evidence is over.")
    if not isinstance(photos, list) or not photos:
        raise ApiError("no.proof", "There is no evidence.")
    if len(photos) > IMAGES_MAX:
        raise ApiError("number.error", f"At most {IMAGES_MAX} photos are allowed.")
    for photo in photos:
        if not isinstance(photo, dict) or call.world.images.get(str(photo.get("url"))) != "return":
            raise ApiError("format.unsupport", "A photo does not come from convert_image.")
    row.proof = {"photo": photos, "description": call.text("description", "")}
    row.proof_status = "UPLOADED"
    _changed(call, row)
    return {"return_sn": row.return_sn}


def query_proof(call: Call) -> dict[str, Any]:
    """The evidence so far."""
    row = return_in(call)
    return {"image": row.proof.get("photo", []), "video": [], "description": row.proof.get("description", "")}


def return_in(call: Call) -> Return:
    """The return named by `return_sn`; else returnsn.illegal."""
    row = call.world.returns.get(call.text("return_sn"))
    if row is None or row.shop_id != call.shop.shop_id:
        raise ApiError("returnsn.illegal", "The return_sn is illegal.")
    return row


def return_json(call: Call, row: Return) -> dict[str, Any]:
    """A return as the list carries it."""
    return {
        "return_sn": row.return_sn, "order_sn": row.order_sn, "status": row.status, "reason": row.reason,
        "text_reason": row.text_reason, "refund_amount": row.refund_amount, "currency": CURRENCIES[call.shop.region],
        "create_time": row.created_ms // 1000, "update_time": row.updated_ms // 1000, "due_date": row.due_ms // 1000,
        "return_ship_due_date": 0, "return_seller_due_date": 0, "needs_logistics": False, "tracking_number": "",
        "image": row.images, "user": {"username": f"buyer_{row.buyer_id[-4:]}", "email": "", "portrait": ""},
        "item": [], "negotiation_status": row.negotiation_status, "seller_proof_status": row.proof_status,
        "seller_compensation_status": row.compensation_status, "return_refund_type": "RRBOC", "return_solution": 1,
        "return_refund_request_type": row.request_type, "validation_type": row.validation_type,
    }  # fmt: skip


def _reasons(row: Return) -> list[tuple[int, str]]:
    return REASONS.get(row.reason, REASONS[""])


def _check_validation(row: Return) -> None:
    if row.validation_type != "seller_validation":
        raise ApiError("error_validation", "The warehouse validates this return.")


def _evidence(call: Call) -> list[dict[str, Any]]:
    """At most 3 images a module, `requirement` as it was returned, the required module filled [D]."""
    given = call.values.get("image_list") or []
    wrong_ = ApiError("dispute.request.param.error", "image_list is not valid.")
    if not isinstance(given, list):
        raise wrong_
    for module in given:
        if not isinstance(module, dict) or MODULES.get(module.get("module_index", 0)) != module.get("requirement"):
            raise wrong_
        urls = module.get("image_url")
        if not isinstance(urls, list) or not 1 <= len(urls) <= IMAGES_MAX:
            raise wrong_
        if any(call.world.images.get(str(url)) != "return" for url in urls):
            raise wrong_
    if 1 not in {module["module_index"] for module in given}:
        raise ApiError("dispute.request.param.error", "The required evidence module is missing.")
    return given


def _changed(call: Call, row: Return) -> None:
    row.updated_ms = call.world.clock.now_ms()
    call.world.add_return(row)


def _endpoint(methods: frozenset[str], handle: Any) -> Endpoint:
    return Endpoint(methods=methods, handle=handle, says_success=True)


ENDPOINTS = {
    "/returns/get_return_list": _endpoint(GET, list_returns),
    "/returns/get_return_detail": _endpoint(GET, return_detail),
    "/returns/get_available_solutions": _endpoint(GET, solutions),
    "/returns/get_return_dispute_reason": _endpoint(GET, dispute_reasons),
    "/returns/confirm": _endpoint(POST, confirm),
    "/returns/dispute": _endpoint(POST, dispute),
    "/returns/cancel_dispute": _endpoint(POST, cancel_dispute),
    "/returns/convert_image": _endpoint(POST, convert_image),
    "/returns/upload_proof": _endpoint(POST, upload_proof),
    "/returns/query_proof": _endpoint(GET, query_proof),
}
