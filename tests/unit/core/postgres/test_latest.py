from hypothesis import given
from hypothesis import strategies as st

from telemetry.core.postgres.latest import newest_by_device
from telemetry_contract.identity import Identified, identify
from telemetry_contract.readings import Reading


def sorted_rows(rows: list[Identified]) -> list[Identified]:
    unique = {row.identity: row for row in rows}
    return sorted(unique.values(), key=lambda row: (row.reading.device, row.reading.time, row.identity))


ROWS = st.lists(
    st.builds(
        lambda device, time, metrics: identify(Reading(device, time, metrics)),
        st.sampled_from("ab"),
        st.integers(0, 5),
        st.dictionaries(st.sampled_from("xyz"), st.integers(0, 3)),
    )
).map(sorted_rows)


@given(ROWS)
def test_each_metric_comes_from_the_newest_reading_that_has_it(rows: list[Identified]) -> None:
    expected = {(row.reading.device, name): value for row in rows for name, value in row.reading.metrics.items()}
    found: dict[tuple[str, str], object] = {}
    for newest in newest_by_device(rows):
        device = newest.head.reading.device
        found |= {(device, name): value for name, (value, _, _) in newest.older.items()}
        found |= {(device, name): value for name, value in newest.head.reading.metrics.items()}
    assert found == expected


@given(ROWS)
def test_there_is_one_entry_a_device_in_order(rows: list[Identified]) -> None:
    devices = [newest.head.reading.device for newest in newest_by_device(rows)]
    assert devices == sorted({row.reading.device for row in rows})
