"""A platform for load: the few routes that a benchmark calls, over real HTTP, made slow or forgetful by knobs.

It runs in a thread of the test. `delay` is how long every answer takes (s), `slots` how many it works on at once (0:
all of them), so that `slots / delay` is the rate that it carries on any machine; `forget` loses each n-th reading that
it acknowledged, `refuse` answers each n-th request with 503, `lag` is how long a reading takes to be readable (s).
"""

import asyncio
import threading
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Self
from urllib.parse import parse_qs, urlsplit

import msgspec

from telemetry_contract.api import (
    Accepted,
    Aggregate,
    BatchAnswer,
    Bucket,
    DigestAnswer,
    ItemAnswer,
    Latest,
    LatestValue,
    ReadingPage,
    Stats,
    Status,
    StoredReading,
)
from telemetry_contract.identity import digest_of, identify
from telemetry_contract.parsing import parse_body
from telemetry_contract.readings import Reading
from telemetry_contract.times import format_time, parse_time
from tests.support.waiting import wait_until

MANY = 1_000_000

Answer = tuple[int, msgspec.Struct]


@dataclass
class Knobs:
    """How it misbehaves; it does not, as it comes."""

    delay: float = 0.0
    slots: int = 0
    forget: int = 0
    refuse: int = 0
    lag: float = 0.0


@dataclass
class LoadTarget:
    """Serves until the block is left; `requests` counts what came, by method."""

    knobs: Knobs = field(default_factory=Knobs)
    kept: dict[bytes, Reading] = field(default_factory=dict)
    newest: dict[str, Reading] = field(default_factory=dict)
    requests: dict[str, int] = field(default_factory=dict)
    accepted: int = 0
    address: str = ""

    def __enter__(self) -> Self:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._serve, name="load-target")
        self._thread.start()
        wait_until(lambda: self.address, what="the load target listens")
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _serve(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._slots = asyncio.Semaphore(self.knobs.slots or MANY)
        server = self._loop.run_until_complete(asyncio.start_server(self._connected, "127.0.0.1", 0))
        self.address = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        self._loop.run_forever()
        server.close()
        waiting = asyncio.all_tasks(self._loop)
        for task in waiting:
            task.cancel()
        self._loop.run_until_complete(asyncio.gather(*waiting, return_exceptions=True))

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode()
                length = int(head.lower().partition("content-length:")[2].partition("\r\n")[0] or 0)
                body = await reader.readexactly(length)
                method, path, _ = head.split(" ", 2)
                async with self._slots:
                    await asyncio.sleep(self.knobs.delay)
                status, answer = self.answer(method, path, body)
                content = msgspec.json.encode(answer)
                phrase = HTTPStatus(status).phrase
                writer.write(f"HTTP/1.1 {status} {phrase}\r\nContent-Length: {len(content)}\r\n\r\n".encode() + content)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    def answer(self, method: str, path: str, body: bytes) -> Answer:
        self.requests[method] = self.requests.get(method, 0) + 1
        url = urlsplit(path)
        query = parse_qs(url.query)
        if method == "POST":
            return self._ingest(body, single=not body.startswith(b"["))
        if url.path == "/api/v1/stats":
            return 200, Stats(len(self.kept), len(self.newest), None, None, 0)
        if url.path == "/api/v1/digest":
            return 200, self._digest(set(query["device"]), *(parse_time(query[name][0]) for name in ("from", "to")))
        device, _, question = url.path.removeprefix("/api/v1/devices/").partition("/")
        return self._about(device, question, query)

    def _ingest(self, body: bytes, *, single: bool) -> Answer:
        if self.knobs.refuse and sum(self.requests.values()) % self.knobs.refuse == 0:
            return 503, Accepted(Status.UNAVAILABLE)
        readings = [item for item in parse_body(body, device=None).items if isinstance(item, Reading)]
        for reading in readings:
            self.accepted += 1
            self._loop.call_later(self.knobs.lag, self.newest.__setitem__, reading.device, reading)
            if not self.knobs.forget or self.accepted % self.knobs.forget:
                self.kept[identify(reading).identity] = reading
        if single:
            return 200, Accepted(Status.STORED)
        return 200, BatchAnswer(len(readings), 0, [ItemAnswer(Status.STORED)] * len(readings))

    def _digest(self, devices: set[str], begin: int, end: int) -> DigestAnswer:
        kept = ((identity, one) for identity, one in self.kept.items() if one.device in devices)
        found = digest_of([identity for identity, one in kept if begin <= one.time < end])
        return DigestAnswer(found.count, found.hex)

    def _about(self, device: str, question: str, query: dict[str, list[str]]) -> Answer:
        newest = self.newest.get(device)
        if newest is None:
            return 404, ReadingPage([], None)
        at = format_time(newest.time)
        if question == "latest":
            return 200, Latest(device, {name: LatestValue(value, at) for name, value in newest.metrics.items()})
        if question == "aggregate":
            return 200, Aggregate(device, 60, {"temperature": [Bucket(at, 1)]})
        return 200, ReadingPage(self._page(device, newest, query), None)

    def _page(self, device: str, newest: Reading, query: dict[str, list[str]]) -> list[StoredReading]:
        """The newest reading; in a range of times those that are kept in it."""
        found = {identify(newest).identity: newest}
        if "from" in query:
            begin, end = (parse_time(query[name][0]) for name in ("from", "to"))
            found = {key: one for key, one in self.kept.items() if one.device == device and begin <= one.time < end}
        return [
            StoredReading(device, format_time(one.time), dict(one.metrics), key.hex()) for key, one in found.items()
        ]
