"""Log lines on standard error: a JSON object each, or text for people. Never a buyer's data: say ids, not values."""

import logging
import logging.config
import sys

import structlog
from structlog.types import Processor

from seawall.settings.env import Settings

_SHARED: tuple[Processor, ...] = (
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.processors.StackInfoRenderer(),
)


def configure_logging(settings: Settings) -> None:
    """Send structlog's and the standard library's lines the same way. Call it once, at the start of a process.

    Standard output is left to results, so that `--json` stays one object.
    """
    renderers: list[Processor] = (
        [structlog.processors.format_exc_info, structlog.processors.JSONRenderer(ensure_ascii=False)]
        if settings.log_format == "json"
        else [structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())]
    )
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *_SHARED,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
    )
    level = settings.log_level.upper()
    logging.config.dictConfig(
        {
            "version": 1,
            "disable_existing_loggers": False,
            "formatters": {
                "seawall": {
                    "()": structlog.stdlib.ProcessorFormatter,
                    "foreign_pre_chain": list(_SHARED),
                    "processors": [structlog.stdlib.ProcessorFormatter.remove_processors_meta, *renderers],
                }
            },
            "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "seawall"}},
            "root": {"handlers": ["stderr"], "level": level},
            "loggers": {
                # At debug level these write statements with their parameters, or requests with theirs.
                "django.db.backends": {"level": "WARNING"},
                "psycopg": {"level": "WARNING"},
                "psycopg.pool": {"level": "WARNING"},
                "aiohttp.access": {"level": "WARNING"},
                "procrastinate.blueprints": {"level": "WARNING"},
            },
        }
    )
