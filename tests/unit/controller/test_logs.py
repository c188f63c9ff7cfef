"""What a program logs, in a process of its own: logging is configured once a process."""

import json
import subprocess
import sys

import pytest

PROGRAM = """
import asyncio, logging, structlog
from telemetry_operator.controller.logs import configure_logs
from telemetry_operator.controller.queue import WorkQueue
from telemetry_operator.controller.schedule import Outcome, Pace, PlatformName
from telemetry_operator.controller.settings import OperatorSettings

configure_logs(OperatorSettings(services_image="x", log_format="json"))

async def visit(platform):
    password = "hidden"
    logging.getLogger("somewhere").warning("said by a library")
    raise ValueError("it failed")

async def main():
    queue = WorkQueue(visit, pace=Pace(settle=0))
    queue.put(PlatformName("default", "demo"))
    running = asyncio.create_task(queue.run())
    await asyncio.sleep(0.1)
    await queue.close()
    await running

asyncio.run(main())
"""


@pytest.fixture(scope="module")
def records() -> list[dict[str, object]]:
    ended = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True)
    return [json.loads(line) for line in ended.stderr.splitlines()]


def test_every_record_of_a_visit_names_its_platform(records: list[dict[str, object]]) -> None:
    assert {(record["namespace"], record["name"]) for record in records} == {("default", "demo")}


def test_libraries_speak_the_same_way(records: list[dict[str, object]]) -> None:
    assert ("said by a library", "somewhere") in {(record["event"], record["logger"]) for record in records}


def test_a_failure_is_told_without_what_was_in_its_variables(records: list[dict[str, object]]) -> None:
    failed = next(record for record in records if record["event"] == "visit-failed")
    assert "it failed" in json.dumps(failed)
    assert "hidden" not in json.dumps(failed)
