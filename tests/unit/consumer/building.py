"""Records for the consumer's tests."""

from telemetry.consumer.batches import Record
from telemetry_contract.readings import Reading
from telemetry_contract.records import encode_slice

RECEIVED = 1_700_000_000_000_000
LATER = RECEIVED + 5_000_000  # when the broker appended it


def record_of(offset: int, *values: int, partition: int = 0, received: int = RECEIVED) -> Record:
    """Build a record of one device, with a reading for each value."""
    readings = [Reading("pump", RECEIVED + value, {"value": value}) for value in values]
    return Record(partition, offset, LATER, b"pump", encode_slice(received, readings))
