from telemetry.analytics.document import build_document, format_document
from tests.support.servers import ROOT

COMMITTED = ROOT / "docs" / "openapi" / "analytics.json"


def test_the_committed_document_is_current() -> None:
    assert COMMITTED.read_text() == format_document(), (
        "make it anew: python -m telemetry.analytics --print-openapi > docs/openapi/analytics.json"
    )


def test_the_hot_route_stands_in_the_document() -> None:
    operation = build_document()["paths"]["/api/v1/devices/{device}/latest"]["get"]
    assert set(operation["responses"]) == {"200", "401", "403", "404", "422", "503"}
