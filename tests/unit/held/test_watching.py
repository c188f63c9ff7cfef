from tools.held.watching import values_of

PAGE = """\
# TYPE telemetry_consumer_lag_records gauge
telemetry_consumer_lag_records{partition="0"} 3.0
telemetry_consumer_lag_records{partition="1"} 4.0
telemetry_consumer_lag_records_created 9.0
telemetry_buffer_age_seconds 0.5
"""


def test_samples_of_all_labels_are_found_and_no_other_metric() -> None:
    assert values_of(PAGE, "telemetry_consumer_lag_records") == [3.0, 4.0]


def test_a_metric_without_labels_is_found() -> None:
    assert values_of(PAGE, "telemetry_buffer_age_seconds") == [0.5]
