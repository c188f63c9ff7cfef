import pytest

from telemetry.core.api.accepting import preferred

OFFERED = ["application/x-ndjson", "text/csv"]


@pytest.mark.parametrize(
    ("accept", "media"),
    [
        ("*/*", "application/x-ndjson"),
        ("text/csv", "text/csv"),
        ("TEXT/CSV; charset=utf-8", "text/csv"),
        ("text/*, application/json;q=0.5", "text/csv"),
        ("text/csv;q=0.4, application/x-ndjson;q=0.5", "application/x-ndjson"),
        ("text/csv;q=0.4, */*;q=0.1", "text/csv"),
        ("text/csv;q=0, */*;q=0.1", "application/x-ndjson"),
        ("text/csv;q=x", "application/x-ndjson"),
        ("image/png", "application/x-ndjson"),
        ("", "application/x-ndjson"),
    ],
)
def test_the_type_liked_best_is_chosen(accept: str, media: str) -> None:
    assert preferred(accept, OFFERED) == media
