"""Headers every answer carries; requests no page can use."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from seawall.web.errors import bad_request

POLICY = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "object-src 'none'",
        "frame-ancestors 'none'",
        "form-action 'self'",
        "base-uri 'none'",
    )
)
"""No inline script and no inline style at all: widths of bars are SVG attributes, looks are classes."""

_HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}


class ContentSecurityPolicyMiddleware:
    """Sets the content policy and its companions; a page that shows private data is never kept by a shared cache."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        for name, value in _HEADERS.items():
            response.headers.setdefault(name, value)
        response.headers.setdefault("Cache-Control", "private, no-store")
        return response


class NoNulMiddleware:
    """Answers 400 to a request with a NUL in its path, query or form: no person types one, and PostgreSQL keeps none.

    Bodies of addresses without a form's protection (pushes of platforms) are not looked at: they are read as bytes.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> HttpResponseBase | None:
        """The refusal, or None to go on."""
        given = [request.GET] if getattr(view, "csrf_exempt", False) else [request.GET, request.POST]
        said = [request.path, *(each for form in given for name, values in form.lists() for each in [name, *values])]
        return bad_request(request) if any("\x00" in each for each in said) else None
