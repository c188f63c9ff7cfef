import xml.etree.ElementTree as ET

from tools.bench.plans import Measured
from tools.scaling.drawing import draw, lines_of
from tools.scaling.results import Point


def point_of(at: int, count: int, *, line: str = "POST queued", units: int = 1) -> Point:
    return Point(curve="batch", line=line, at=at, units=units, measured=Measured(count=count, seconds=1.0))


POINTS = [point_of(100, 10, units=100), point_of(1, 30), point_of(1, 50), point_of(1, 40)]


def test_a_line_is_of_medians_in_units_by_place() -> None:
    assert lines_of(POINTS, "batch") == {"POST queued": [(1, 40.0), (100, 1000.0)]}
    assert lines_of(POINTS, "devices") == {}


def test_a_picture_is_a_document_of_its_own_with_its_colours() -> None:
    picture = draw(POINTS, "batch")
    assert ET.fromstring(picture).tag == "{http://www.w3.org/2000/svg}svg"  # noqa: S314 - our own
    assert "--series0: #" in picture
    assert "prefers-color-scheme: dark" in picture
