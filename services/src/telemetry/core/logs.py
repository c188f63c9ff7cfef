"""Structured logs on standard error: a static event name and keyword context, as JSON or as lines for a terminal."""

import logging
import sys

import structlog
from structlog.typing import EventDict, Processor

from telemetry.core.settings import ProgramSettings
from telemetry.core.tracing.context import current_trace, trace_id
from telemetry_contract.settings import LogFormat


def configure_logs(settings: ProgramSettings, component: str) -> None:
    """Send structlog's and the standard library's records the same way, each naming platform and component."""
    level = logging.getLevelNamesMapping()[settings.log_level.upper()]
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        _naming(settings.platform, component),
        _name_trace,
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
    # It says two lines each time that the schema's revision is looked at.
    logging.getLogger("alembic").setLevel(logging.WARNING)


def _naming(platform: str, component: str) -> Processor:
    """Name the process in every record; context variables would not reach its threads."""

    def name(_logger: object, _method: str, record: EventDict) -> EventDict:
        record["platform"], record["component"] = platform, component
        return record

    return name


def _name_trace(_logger: object, _method: str, record: EventDict) -> EventDict:
    """Name the trace that the record belongs to, where there is one."""
    traceparent = current_trace()
    if traceparent is not None:
        record["trace_id"] = trace_id(traceparent)
    return record


def _renderers(log_format: LogFormat) -> list[Processor]:
    in_terminal = log_format is LogFormat.CONSOLE or (log_format is LogFormat.AUTO and sys.stderr.isatty())
    # Traces without local variables: a request's are its caller's credentials.
    if in_terminal:
        return [structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)]
    traces = structlog.processors.ExceptionRenderer(structlog.tracebacks.ExceptionDictTransformer(show_locals=False))
    return [traces, structlog.processors.JSONRenderer()]
