"""When to stop handing records to Kafka: pure state, told of what was sent and what came of it.

While Kafka is away a request would wait its whole deadline to be told so. The breaker says it at once. Once Kafka can
be reached again (`circuit` finds out), it lets one request in a while through, because to be reachable is not yet to
acknowledge: there may be too few replicas.
"""

from typing import Final

STALL_SECONDS: Final = 2.0  # nothing acknowledged for so long, though something waits: Kafka is away
PROBE_SECONDS: Final = 0.5  # between two requests that are let through while it is open


class Breaker:
    """Open after a failure or a stall, closed by the next acknowledgement. Times are monotonic seconds."""

    def __init__(self) -> None:
        self.outstanding = 0
        self.is_open = False
        self._waiting_since = 0.0  # since when nothing of what is outstanding was acknowledged
        self._next_probe = 0.0

    def stalls(self, now: float) -> bool:
        return self.outstanding > 0 and now - self._waiting_since > STALL_SECONDS

    def open(self) -> None:
        self.is_open = True

    def admits(self, now: float) -> bool:
        """Tell whether a record may be sent now; while open, each `True` is a probe."""
        if not self.is_open:
            return True
        if now < self._next_probe:
            return False
        self._next_probe = now + PROBE_SECONDS
        return True

    def sent(self, now: float) -> None:
        if self.outstanding == 0:
            self._waiting_since = now
        self.outstanding += 1

    def acknowledged(self, now: float) -> None:
        self.outstanding -= 1
        self._waiting_since = now
        self.is_open = False

    def failed(self) -> None:
        self.outstanding -= 1
        self.is_open = True
