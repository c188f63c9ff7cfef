"""Structured logs on standard error: a static event name and keyword context, as JSON or as lines for a terminal.

Within a visit every record names its platform: the queue binds `namespace` and `name`.
"""

import logging
import sys

import structlog
from structlog.typing import Processor

from telemetry_contract.settings import LogFormat
from telemetry_operator.controller.settings import OperatorSettings


def configure_logs(settings: OperatorSettings) -> None:
    """Send structlog's and the standard library's records the same way."""
    level = logging.getLevelNamesMapping()[settings.log_level.upper()]
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *_renderers(settings.log_format)],
        )
    )
    logging.basicConfig(handlers=[handler], level=level, force=True)
    # A line for each event and each request of the probe would drown what the operator itself has to say.
    for chatty in ("kopf.objects", "kopf.activities", "httpx", "httpcore", "aiohttp.access"):
        logging.getLogger(chatty).setLevel(logging.WARNING)


def _renderers(log_format: LogFormat) -> list[Processor]:
    in_terminal = log_format is LogFormat.CONSOLE or (log_format is LogFormat.AUTO and sys.stderr.isatty())
    # Traces without local variables: those of a visit are the contents of Secrets.
    if in_terminal:
        return [structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)]
    traces = structlog.processors.ExceptionRenderer(structlog.tracebacks.ExceptionDictTransformer(show_locals=False))
    return [traces, structlog.processors.JSONRenderer()]
