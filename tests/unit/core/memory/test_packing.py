from hypothesis import given

from telemetry.core.memory.packing import MOST_SHAPES, Packer
from telemetry_contract.readings import Reading
from tests.unit.core.memory.building import READINGS


@given(READINGS)
def test_what_is_packed_comes_out_as_it_went_in(reading: Reading) -> None:
    packer = Packer()
    metrics, identifier = packer.unpack(packer.pack(reading)[1])
    assert (metrics, identifier) == (reading.metrics, reading.id)
    assert [*map(type, metrics.values())] == [*map(type, reading.metrics.values())]


def test_names_stand_once_for_all_readings_that_have_them() -> None:
    packer = Packer()
    first, second = (packer.pack(Reading("d", n, {"a_long_name": n, "another_name": n})) for n in range(2))
    assert first[0] is second[0]
    assert b"a_long_name" not in second[1]


def test_clients_who_make_names_up_do_not_fill_the_table_of_names() -> None:
    packer = Packer()
    readings = [Reading("d", n, {f"name-{n}": n}) for n in range(MOST_SHAPES + 5)]
    packed = [packer.pack(reading)[1] for reading in readings]
    size = packer.bytes
    assert [packer.unpack(one)[0] for one in packed] == [reading.metrics for reading in readings]
    packer.pack(Reading("d", 0, {"one_more": 1}))
    assert packer.bytes == size
