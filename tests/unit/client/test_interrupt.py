import asyncio
import os
import signal
from collections.abc import Iterator

import pytest

from telemetry_operator.client.interrupt import SIGNALS, beside, first_signal_stops, run_to_end, signals_held

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
async def test_the_first_signal_asks_for_an_end(number: signal.Signals) -> None:
    async with first_signal_stops() as stop:
        os.kill(os.getpid(), number)
        await asyncio.wait_for(stop.wait(), 30)


@pytest.fixture
def default_interrupt() -> Iterator[None]:
    """Let Ctrl-C have its usual effect, also where whoever started the tests has it ignored, as `nohup` does."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("default_interrupt")
def test_a_signal_that_is_held_has_its_effect_when_the_block_is_over() -> None:
    done = []

    def clean_up() -> None:
        with signals_held():
            os.kill(os.getpid(), signal.SIGINT)
            done.append("all of it")

    with pytest.raises(KeyboardInterrupt):
        clean_up()
    assert done == ["all of it"]


def test_without_a_signal_the_handlers_are_as_before() -> None:
    before = [signal.getsignal(number) for number in SIGNALS]
    with signals_held():
        pass
    assert [signal.getsignal(number) for number in SIGNALS] == before


def test_the_second_signal_ends_at_once() -> None:
    async def insist() -> None:
        async with first_signal_stops() as stop:
            os.kill(os.getpid(), signal.SIGINT)
            await stop.wait()
            os.kill(os.getpid(), signal.SIGINT)
            await asyncio.sleep(3600)

    with pytest.raises(KeyboardInterrupt):
        run_to_end(insist())


async def test_work_beside_ends_with_the_body() -> None:
    ended = asyncio.Event()

    async def work() -> None:
        try:
            await asyncio.sleep(3600)
        finally:
            ended.set()

    async with beside(work()):
        await asyncio.sleep(0)
    assert ended.is_set()


async def test_work_beside_that_failed_is_heard() -> None:
    async def fail() -> None:
        raise ValueError("broken")

    with pytest.raises(ValueError, match="broken"):
        async with beside(fail()):
            await asyncio.sleep(0)
