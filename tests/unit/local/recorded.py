"""Records of processes for tests."""

from pathlib import Path

import msgspec
import psutil

from telemetry_operator.local.processes import ProcessRecord, record_process


def record_this_process(path: Path) -> None:
    record_process(path, psutil.Process())


def write_record(path: Path, record: ProcessRecord) -> None:
    path.write_bytes(msgspec.json.encode(record))
