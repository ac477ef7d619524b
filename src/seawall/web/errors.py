"""Pages for what went wrong outside a page's own frame: unknown address, refused request, a fault of ours."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """No such page."""
    return render(request, "web/404.html", status=404)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Not permitted."""
    return render(request, "web/403.html", status=403)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """A request that makes no sense."""
    return render(request, "web/400.html", status=400)


def fault(request: HttpRequest) -> HttpResponse:
    """A fault of ours: says that it is logged, that nothing half-done was kept, and what to do."""
    return render(request, "web/500.html", status=500)
