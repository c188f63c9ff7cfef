"""How long a service takes from its start to ready, with everything behind it up."""

import http.client
import time
from collections.abc import Iterator
from typing import Final
from urllib.parse import urlsplit

from tests.support.platform import Process, RunningPlatform

from tools.bench.processes import MeasurementError
from tools.growth.results import Start

LOOK_SECONDS: Final = 0.005
MOST_SECONDS: Final = 60.0


def measure_starts(platform: RunningPlatform, preset: str, times: int) -> Iterator[Start]:
    """Start each service of a prepared platform so many times, the others running where it needs them."""
    for component in platform.components:
        process = platform.process(component)
        seconds = []
        for _ in range(times):
            process.stop()
            seconds.append(round(start_and_wait(process), 3))
        yield Start(preset=preset, service=component.value, seconds=seconds)


def start_and_wait(process: Process) -> float:
    """Return the seconds from starting a process to its first 200 at `/readyz`.

    Raises:
        MeasurementError: it is not ready in a minute.
    """
    address = urlsplit(process.management_url).netloc
    begun = time.perf_counter()
    process.start()
    while not _is_ready(address):
        if time.perf_counter() - begun > MOST_SECONDS:
            raise MeasurementError(f"{process.component} is not ready: {process.log.read_text()[-2000:]}")
        time.sleep(LOOK_SECONDS)
    return time.perf_counter() - begun


def _is_ready(address: str) -> bool:
    connection = http.client.HTTPConnection(address, timeout=1)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == http.client.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
