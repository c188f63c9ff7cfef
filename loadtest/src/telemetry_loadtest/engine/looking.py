"""Looking for a device's newest value as a client reads it, caches and all."""

import msgspec

from telemetry_contract.api import Latest
from telemetry_contract.times import parse_time
from telemetry_loadtest.engine.client import Connections, NoAnswerError, request_of
from telemetry_loadtest.workload import METRIC, Call


def shows(connections: Connections, question: Call, at: int) -> bool:
    """Whether the newest value is the one of `at` (µs since the epoch), or a newer one."""
    request = request_of(question.method, question.path, connections.host, question.credential, b"")
    try:
        latest = msgspec.json.decode(connections.ask(request).body, type=Latest)
        return parse_time(latest.metrics[METRIC].time) >= at
    except (NoAnswerError, msgspec.MsgspecError, KeyError, ValueError):
        return False
