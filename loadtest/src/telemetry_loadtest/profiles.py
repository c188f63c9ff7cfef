"""What requests a run is made of: the endpoints that can be called, and the named mixtures of them."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final


class Endpoint(StrEnum):
    """A route that is called, as reports and bounds name it."""

    INGEST = "ingest"  # POST of one reading, signed by its device
    BATCH = "ingest-batch"  # POST of many readings, signed by a gateway
    LATEST = "latest"
    HISTORY = "history"
    AGGREGATE = "aggregate"

    @property
    def writes(self) -> bool:
        return self in {Endpoint.INGEST, Endpoint.BATCH}


class Profile(StrEnum):
    """A named mixture."""

    READ_HEAVY = "read-heavy"
    WRITE_HEAVY = "write-heavy"
    MIXED = "mixed"
    BATCH_HEAVY = "batch-heavy"


Weights = Mapping[Endpoint, float]

WEIGHTS: Final[Mapping[Profile, Weights]] = MappingProxyType(
    {
        Profile.READ_HEAVY: {Endpoint.INGEST: 10, Endpoint.LATEST: 75, Endpoint.HISTORY: 10, Endpoint.AGGREGATE: 5},
        Profile.WRITE_HEAVY: {Endpoint.INGEST: 90, Endpoint.LATEST: 10},
        Profile.MIXED: {Endpoint.INGEST: 50, Endpoint.LATEST: 40, Endpoint.HISTORY: 7, Endpoint.AGGREGATE: 3},
        Profile.BATCH_HEAVY: {Endpoint.BATCH: 80, Endpoint.LATEST: 20},
    }
)
"""Parts of 100 of each profile: 10 writes to 90 reads, 90 to 10, 50 to 50, 80 batches to 20 reads."""
