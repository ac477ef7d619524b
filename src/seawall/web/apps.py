"""Django's handle on the console."""

from django.apps import AppConfig


class WebConfig(AppConfig):
    """The console: pages for people, made on the server."""

    name = "seawall.web"
    label = "web"
