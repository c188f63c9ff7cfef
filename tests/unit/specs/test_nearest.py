import pytest

from telemetry_operator.specs.nearest import nearest

NAMES = ("replicas", "storageClassName", "maxBufferAge", "Retain", "stream-postgres")


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("replica", "replicas"),
        ("storageclassname", "storageClassName"),
        ("max_buffer_age", "maxBufferAge"),
        ("RETAIN", "Retain"),
        ("streampostgres", "stream-postgres"),
        ("zzz", None),
        ("", None),
    ],
)
def test_the_nearest_name_is_found_whatever_its_case_and_hyphens(given: str, meant: str | None) -> None:
    assert nearest(given, NAMES) == meant
