from tools.scaling.curves import CONSUMER, CURVES, spots


def test_devices_go_from_a_hundred_to_a_million() -> None:
    places = {spot.at for spot in CURVES["devices"]()}
    assert (min(places), max(places)) == (100, 1_000_000)


def test_each_point_is_one_measurement_of_one_platform() -> None:
    for spot in spots(tuple(CURVES)):
        assert spot.row.presets == (spot.preset,)
        assert len(spot.row.connections) == (0 if spot.line == CONSUMER else 1)


def test_a_request_counts_as_the_readings_that_it_holds_and_a_drain_in_readings() -> None:
    found = {(spot.line, spot.at): spot.units for spot in CURVES["batch"]()}
    assert found["POST queued", 100] == 100
    assert found[CONSUMER, 100] == 1
