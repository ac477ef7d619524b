"""Sign-in and second-factor pages of allauth in our own frame.

Each answer of allauth names a template such as `account/login.html`; ours lie under `web/` with the same name and are
asked for first. So the order of installed apps does not matter, and a page we have no template for still works.
"""

from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, re_path
from django.urls.resolvers import RegexPattern, RoutePattern, URLResolver

View = Callable[..., HttpResponseBase]


def in_our_frame(patterns: Sequence[URLPattern | URLResolver], prefix: str = "") -> list[URLPattern]:
    """The same addresses and names, flat, with our templates first."""
    found: list[URLPattern] = []
    for each in patterns:
        if isinstance(each, URLResolver):
            found += in_our_frame(each.url_patterns, prefix + str(each.pattern))
        elif isinstance(each.pattern, RegexPattern):
            found.append(re_path(f"^{prefix}{str(each.pattern).lstrip('^')}", _wrapped(each.callback), name=each.name))
        elif isinstance(each.pattern, RoutePattern):
            found.append(path(prefix + str(each.pattern), _wrapped(each.callback), name=each.name))
    return found


def _wrapped(view: View) -> View:
    @wraps(view)
    def framed(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response = view(request, *args, **kwargs)
        if isinstance(response, TemplateResponse) and not response.is_rendered:
            names = response.template_name
            given = [names] if isinstance(names, str) else list(names) if isinstance(names, list | tuple) else []
            response.template_name = [*(f"web/{name}" for name in given), *given]
        return response

    return framed
