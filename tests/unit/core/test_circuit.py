import asyncio

import pytest

from telemetry.core.circuit import UP, Circuit
from telemetry.core.ports import Unavailable


class Server:
    """A server that may be away."""

    def __init__(self) -> None:
        self.there = asyncio.Event()
        self.asked = 0

    async def answers(self) -> bool:
        self.asked += 1
        await asyncio.sleep(0)
        return self.there.is_set()


async def test_a_failure_is_known_to_all_who_come_after() -> None:
    circuit = Circuit("one", Server().answers)
    circuit.require()
    circuit.note_failure(OSError("refused"))
    with pytest.raises(Unavailable, match="one is away"):
        circuit.require()
    assert UP.labels("one")._value.get() == 0
    await circuit.close()


async def test_the_server_is_used_again_once_it_answers() -> None:
    server = Server()
    circuit = Circuit("two", server.answers)
    circuit.note_failure(OSError("refused"))
    server.there.set()
    await circuit.until_up()
    circuit.require()
    assert UP.labels("two")._value.get() == 1


async def test_many_failures_ask_the_server_once() -> None:
    server = Server()
    circuit = Circuit("three", server.answers)
    for _ in range(10):
        circuit.note_failure(OSError("refused"))
    server.there.set()
    await circuit.until_up()
    assert server.asked == 1
