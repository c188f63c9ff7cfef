from telemetry_contract.api import Integrity, PartitionLedger
from telemetry_operator.local.ledger import parse_lags, sum_up

METRICS = """# HELP telemetry_consumer_lag_records Records not stored yet
# TYPE telemetry_consumer_lag_records gauge
telemetry_consumer_lag_records{partition="0"} 0.0
telemetry_consumer_lag_records{partition="11"} 1.25e+06
telemetry_consumer_readings_total{outcome="stored"} 9.0
"""


def ledger(partition: int, *, topic: str = "t", read: int = 10, stored: int = 10, dead: int = 0) -> PartitionLedger:
    balanced = read == 10 and stored + dead == 10
    return PartitionLedger(topic, partition, 10, read, 0, 10, stored, 0, 0, dead, 0, balanced)


def test_the_lag_of_each_partition_is_read_from_the_metrics() -> None:
    assert parse_lags(METRICS) == {0: 0, 11: 1_250_000}


def test_what_is_out_is_told_with_its_sign() -> None:
    found = sum_up(Integrity(False, 1, [ledger(0, read=9), ledger(1, stored=8, dead=1)]), {0: 2, 1: 3})
    assert [(one.balanced, one.offsets_out, one.readings_out, one.dead, one.lag) for one in found.partitions] == [
        (False, 1, 0, 0, 2),
        (False, 0, 1, 1, 3),
    ]
    assert (found.balanced, found.dead_letters, found.lag) == (False, 1, 5)


def test_where_no_consumer_tells_the_lag_is_unknown() -> None:
    found = sum_up(Integrity(True, 0, [ledger(0)]), {})
    assert (found.lag, found.partitions[0].lag) == (None, None)


def test_of_a_topic_and_the_one_before_it_nobody_knows_whose_lag_it_is() -> None:
    found = sum_up(Integrity(True, 0, [ledger(0, topic="old"), ledger(0, topic="new")]), {0: 5})
    assert [one.lag for one in found.partitions] == [None, None]
    assert found.lag == 5
