"""All endpoints of the platform, found by path and method."""

from simulators.tiktokshop import cancellations, chat, events, orders, parcels, returns, service, shops
from simulators.tiktokshop.answers import ApiError
from simulators.tiktokshop.call import Endpoint

ENDPOINTS: tuple[Endpoint, ...] = (
    *shops.ENDPOINTS,
    *chat.ENDPOINTS,
    *service.ENDPOINTS,
    *orders.ENDPOINTS,
    *cancellations.ENDPOINTS,
    *returns.ENDPOINTS,
    *parcels.ENDPOINTS,
    *events.ENDPOINTS,
)
FAMILIES = tuple(dict.fromkeys(endpoint.family for endpoint in ENDPOINTS))
_BY_SHAPE: dict[tuple[str, int], list[tuple[tuple[str, ...], Endpoint]]] = {}
for _endpoint in ENDPOINTS:
    _parts = tuple(_endpoint.path.split("/")[1:])
    _BY_SHAPE.setdefault((_parts[0], len(_parts)), []).append((_parts, _endpoint))


def found_endpoint(method: str, path: str) -> tuple[Endpoint, str, tuple[str, ...]]:
    """The endpoint, its version segment and the ids of the path.

    Raises ApiError 36009009 (path), 36009014 (version) or 36009010 (method).
    """
    parts = path.split("/")[1:]
    refusal = ApiError(36009009, "The API path is unknown", status=404)
    for template, endpoint in _BY_SHAPE.get((parts[0], len(parts)), ()):
        if not _fits(template, parts):
            continue
        if parts[1] not in endpoint.versions:
            if refusal.code == 36009009:
                refusal = ApiError(36009014, "The API version is unknown", status=404)
        elif method != endpoint.method:
            refusal = ApiError(36009010, "The HTTP method is not supported", status=405)
        else:
            ids = tuple(part for name, part in zip(template, parts, strict=True) if name == "{}")
            return endpoint, parts[1], ids
    raise refusal


def _fits(template: tuple[str, ...], parts: list[str]) -> bool:
    return all(
        name == part or (name == "{}" and part != "") or (name == "{version}" and part.isdecimal())
        for name, part in zip(template, parts, strict=True)
    )
