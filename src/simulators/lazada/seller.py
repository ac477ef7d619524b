"""The store itself and pictures: /seller/get, /image/upload."""

import hashlib
from typing import Any

from simulators.lazada.answers import ApiError
from simulators.lazada.call import GET, POST, Call, Endpoint

IMAGE_MAX = 3_145_728
"""CONFLICT: 1 MB in the reference, 3,145,728 bytes in the guide and the newer error text [D]."""


def get_seller(call: Call) -> dict[str, Any]:
    """The connected store."""
    store = call.store
    return {
        "data": {
            "seller_id": int(store.seller_id) if store.seller_id.isdecimal() else store.seller_id,
            "name": store.name,
            "short_code": store.short_code,
            "name_company": store.name,
            "email": "o***r@example.test",
            "location": store.site.upper(),
            "cb": store.is_cross_border,
            "status": store.status,
            "verified": True,
            "marketplaceEaseMode": store.is_ease_mode,
        }
    }


def upload_image(call: Call) -> dict[str, Any]:
    """Take a JPG or PNG in the multipart field `image`."""
    image = call.files.get("image")
    if image is None:
        raise ApiError("300", "E300: Image is missing", kind="ISP")
    if not image.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")):
        raise ApiError("302", "E302: Only JPG and PNG are supported", kind="ISP")
    if len(image) > IMAGE_MAX:
        raise ApiError("303", f"E303: The image size must not exceed {IMAGE_MAX} bytes", kind="ISP")
    digest = hashlib.sha256(image).hexdigest()[:32]
    return {"data": {"image": {"hash_code": digest, "url": f"https://img.example.test/{digest}.png"}}}


ENDPOINTS = {
    "/seller/get": Endpoint(methods=GET, handle=get_seller),
    "/image/upload": Endpoint(methods=POST, handle=upload_image),
}
