"""What a reading is, and its limits.

A reading is what one device measured at one time; a point is one value in it. `parsing` makes readings from what a
client sent, `identity` says which of them are the same, `records` carries them through Kafka.
"""

import re
from functools import lru_cache
from typing import Annotated, Final, TypeAlias

import msgspec

MAX_SAFE_INTEGER: Final = 2**53
MAX_STRING: Final = 256  # characters of a string value
MAX_ID: Final = 128  # characters of a client's id
MAX_DEVICE: Final = 128  # characters of a device id
MAX_METRIC_NAME: Final = 64  # characters of a metric's name

DEVICE_PATTERN: Final = r"[A-Za-z0-9_.:-]{1,128}"
METRIC_PATTERN: Final = r"[A-Za-z0-9_][A-Za-z0-9_.:/-]{0,63}"

# The platform's own devices (probes): left out of lists, counts and digests.
RESERVED_PREFIX: Final = "_"

Value: TypeAlias = (
    Annotated[int, msgspec.Meta(ge=-MAX_SAFE_INTEGER, le=MAX_SAFE_INTEGER)]
    | float
    | bool
    | Annotated[str, msgspec.Meta(max_length=MAX_STRING)]
)


class Reading(msgspec.Struct, frozen=True, gc=False):
    """What one device measured at one time.

    `time` is in microseconds since the epoch; `id` is the client's, `None` where the content names the reading.
    """

    device: str
    time: int
    metrics: dict[str, Value]
    id: str | None = None


_device = re.compile(DEVICE_PATTERN)
_metric = re.compile(METRIC_PATTERN)


def is_device(text: str) -> bool:
    return _device.fullmatch(text) is not None


def is_metric(text: str) -> bool:
    return len(text) <= MAX_METRIC_NAME and _is_short_metric(text)


@lru_cache(maxsize=4096)  # a platform knows few names, and each reading repeats them; long ones must not stay in memory
def _is_short_metric(text: str) -> bool:
    return _metric.fullmatch(text) is not None


def is_reserved(device: str) -> bool:
    return device.startswith(RESERVED_PREFIX)
