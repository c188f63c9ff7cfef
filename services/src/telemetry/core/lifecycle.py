"""How far a process is: starting, ready, draining. Readiness says no more than that.

An outage of something behind the process is a 503, a metric and a condition; it does not make the endpoint vanish.
"""

from enum import Enum


class Phase(Enum):
    """The three phases of a process, in their order."""

    STARTING = "starting"
    READY = "ready"
    DRAINING = "draining"


class Lifecycle:
    """The phase of this process; it only ever moves forward."""

    def __init__(self) -> None:
        self.phase = Phase.STARTING

    @property
    def ready(self) -> bool:
        return self.phase is Phase.READY

    @property
    def draining(self) -> bool:
        return self.phase is Phase.DRAINING

    def started(self) -> None:
        if self.phase is Phase.STARTING:
            self.phase = Phase.READY

    def drain(self) -> None:
        self.phase = Phase.DRAINING
