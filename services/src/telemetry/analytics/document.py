"""The OpenAPI document of analytics, as it is committed in `docs/openapi`."""

import json
from typing import TYPE_CHECKING, Any, cast

from telemetry.analytics.settings import AnalyticsSettings
from telemetry.analytics.wiring import TITLE
from telemetry.core.api.access import Access
from telemetry.core.api.answers import DirectAnswers
from telemetry.core.api.service import ReaderApi

if TYPE_CHECKING:
    from telemetry.core.http.credentials import Credentials
    from telemetry.core.ports import Reader


def build_document() -> dict[str, Any]:
    """Return the OpenAPI document of analytics with its default limits."""
    fields = AnalyticsSettings.model_fields
    # Nothing is asked of reader and credentials where only the document is wanted.
    reader, access = cast("Reader", None), Access(cast("Credentials", None))
    max_page, waiting = fields["max_page"].default, fields["max_in_flight"].default
    api = ReaderApi(reader, DirectAnswers(), access, title=TITLE, max_page=max_page, waiting=waiting)
    return api.fastapi.openapi()


def format_document() -> str:
    return json.dumps(build_document(), indent=2, sort_keys=True) + "\n"
