"""How much processor time this process may have: a container's limit says less than a machine's cores."""

import os
from pathlib import Path
from typing import Final

LIMIT_FILE: Final = Path("/sys/fs/cgroup/cpu.max")  # of the second version of control groups


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
