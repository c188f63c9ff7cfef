from pathlib import Path

from telemetry.producer.__main__ import format_document
from telemetry.producer.app import DEVICE_PATH, READINGS_PATH
from telemetry.producer.document import PATHS

COMMITTED = Path(__file__).parents[3] / "docs" / "openapi" / "producer.json"


def test_the_committed_document_is_current() -> None:
    assert COMMITTED.read_text() == format_document(), f"python -m telemetry.producer --print-openapi > {COMMITTED}"


def test_every_ingest_route_stands_in_the_document() -> None:
    assert set(PATHS) == {DEVICE_PATH, READINGS_PATH}
