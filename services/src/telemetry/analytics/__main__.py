"""`python -m telemetry.analytics`: answers what is asked about the readings that are kept."""

import sys

import uvloop

from telemetry.analytics.settings import AnalyticsSettings
from telemetry.analytics.wiring import Analytics
from telemetry.core.lifecycle import Lifecycle
from telemetry.core.logs import configure_logs
from telemetry.core.serving import serve
from telemetry.core.settings import load_settings


def main() -> None:
    settings = load_settings(AnalyticsSettings, sys.argv[1:])
    configure_logs(settings, "analytics")
    uvloop.run(run(settings))


async def run(settings: AnalyticsSettings) -> None:
    analytics = Analytics(settings)
    await serve(
        settings, Lifecycle(), app=analytics.app, port=settings.port, start=analytics.start, stop=analytics.stop
    )


if __name__ == "__main__":
    main()
