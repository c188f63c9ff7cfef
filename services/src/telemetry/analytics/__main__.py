"""`python -m telemetry.analytics`: answers what is asked. `--print-config` and `--print-openapi` show and end."""

import logging
import sys

from telemetry.analytics.document import format_document
from telemetry.analytics.settings import AnalyticsSettings
from telemetry.analytics.wiring import Analytics
from telemetry.core.certificates import Certificates
from telemetry.core.lifecycle import Lifecycle
from telemetry.core.logs import configure_logs
from telemetry.core.serving import run, serve
from telemetry.core.settings import load_settings
from telemetry.core.tracing.spans import start_tracing


def main() -> None:
    if "--print-openapi" in sys.argv[1:]:
        sys.stdout.write(format_document())
        return
    settings = load_settings(AnalyticsSettings, sys.argv[1:])
    configure_logs(settings, "analytics")
    start_tracing(settings, "analytics")
    logging.getLogger("alembic").setLevel(logging.WARNING)
    run(analyse(settings))


async def analyse(settings: AnalyticsSettings) -> None:
    certificates = Certificates.of(settings)
    analytics = Analytics(settings)
    await serve(
        settings,
        Lifecycle(),
        app=analytics.app,
        port=settings.port,
        certificates=certificates,
        start=analytics.start,
        stop=analytics.stop,
    )


if __name__ == "__main__":
    main()
