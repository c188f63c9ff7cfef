import io
import os
import signal

import pytest
from rich.console import Console

from telemetry_contract.identity import identify
from telemetry_operator.client.credentials import Gateway
from telemetry_operator.client.sending import Target
from telemetry_operator.demo import show as module
from telemetry_operator.demo.show import Result, Script, show
from telemetry_operator.demo.words import query_lines, result_lines
from tests.support.fake_platform import FakePlatform

pytestmark = pytest.mark.anyio

TARGET = Target("http://platform", "http://platform", Gateway("g"), "t")


@pytest.fixture
def platform(monkeypatch: pytest.MonkeyPatch) -> FakePlatform:
    platform = FakePlatform()
    monkeypatch.setattr(module, "open_client", lambda _: platform.client())
    return platform


@pytest.fixture
def output() -> io.StringIO:
    return io.StringIO()


async def play(output: io.StringIO, script: Script, *, terminal: bool = False) -> Result:
    return await show(TARGET, script, Console(file=output, force_terminal=terminal, width=120))


async def test_the_demonstration_closes_its_books(platform: FakePlatform, output: io.StringIO) -> None:
    result = await play(output, Script(fleet=10, rate=500, duration=1))
    assert result.good
    assert result.closing.acknowledged.count == len(platform.kept) > 100
    assert result.freshness is not None


async def test_this_machine_sends_beside_the_fleet(platform: FakePlatform, output: io.StringIO) -> None:
    await play(output, Script(fleet=3, rate=100, duration=1))
    devices = {reading.device.partition("-")[0] for reading in platform.kept.values()}
    assert devices == {"sim", "host"}


async def test_a_signal_ends_the_sending_and_the_books_are_closed(platform: FakePlatform, output: io.StringIO) -> None:
    told: list[object] = []

    def interrupt(reading: object) -> None:
        if len(platform.kept) >= 50 and not told:  # once: a second signal would end it at once
            told.append(reading)
            os.kill(os.getpid(), signal.SIGINT)

    platform.judge = interrupt
    assert (await play(output, Script(fleet=10, rate=1000))).good


async def test_a_lost_reading_makes_the_demonstration_fail(
    platform: FakePlatform, output: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_CLOSING_PATIENCE", 0)
    keep, lost = platform.keep, set[bytes]()

    def lose_one(reading: object) -> None:
        keep(reading)  # type: ignore[arg-type] # a reading
        identity = identify(reading).identity  # type: ignore[arg-type] # a reading
        if len(platform.kept) == 20 and not lost:
            lost.add(identity)
        if identity in lost:  # sent once more, it is lost once more
            del platform.rows[identity]

    monkeypatch.setattr(platform, "keep", lose_one)
    result = await play(output, Script(fleet=10, rate=500, duration=1))
    assert not result.good
    assert "missing       1;" in "\n".join(result_lines(result))


async def test_in_a_terminal_the_newest_values_are_shown(platform: FakePlatform, output: io.StringIO) -> None:
    await play(output, Script(fleet=3, rate=100, duration=2), terminal=True)
    assert "sim-00" in output.getvalue()  # any of them: a device may be silent for a while
    assert "Some of the simulated fleet" in output.getvalue()


def test_query_lines_stand_each_for_itself() -> None:
    lines = query_lines("http://127.0.0.1:8081/", "k1.abc.def", "host-a")
    assert lines[0] == (
        "curl -sS -H 'Authorization: Bearer k1.abc.def' 'http://127.0.0.1:8081/api/v1/devices/host-a/latest'"
    )
