"""How much processor time this process may have, and how long it was kept from having more.

A container's limit says less than a machine's cores; one that is reached holds back all that runs in the container.
"""

import os
from pathlib import Path
from typing import Final

from telemetry_contract.times import MICROSECONDS_PER_SECOND

# Of the second version of control groups.
LIMIT_FILE: Final = Path("/sys/fs/cgroup/cpu.max")
USE_FILE: Final = Path("/sys/fs/cgroup/cpu.stat")


def allowed_cores(file: Path = LIMIT_FILE) -> float:
    """Cores that a process may use at most, all its threads together."""
    cores = float(os.cpu_count() or 1)
    try:
        return min(parse_limit(file.read_text()) or cores, cores)
    except OSError:
        return cores


def parse_limit(text: str) -> float | None:
    """Cores by a control group's `cpu.max` (microseconds in every so many); None where there is no limit."""
    quota, _, period = text.strip().partition(" ")
    return int(quota) / int(period) if quota.isdecimal() and period.isdecimal() else None


def held_back_seconds(file: Path = USE_FILE) -> float | None:
    """For how long a limit has held back what runs here, so far; None where nobody can say."""
    try:
        return parse_throttled(file.read_text())
    except OSError:
        return None


def parse_throttled(text: str) -> float | None:
    """Seconds by a control group's `cpu.stat`; None where it does not count them."""
    fields = dict(line.split(maxsplit=1) for line in text.splitlines() if " " in line.strip())
    found = fields.get("throttled_usec", "")
    return int(found) / MICROSECONDS_PER_SECOND if found.isdecimal() else None
