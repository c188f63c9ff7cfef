"""Runs of the load generator against a server of the test, judged as telemetryctl judges them."""

import asyncio
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from telemetry_contract.keys import Keyring, format_keyring
from telemetry_loadtest.assembling import Surroundings, assemble
from telemetry_loadtest.measured import Line
from telemetry_loadtest.plan import PieceOfRate, Plan, PlannedBound, PlannedStage, Slo, TargetOfLoad
from telemetry_loadtest.profiles import Endpoint
from telemetry_loadtest.results import Machine, Platform, Provenance, Result
from telemetry_operator.benchmarks.books import close_run
from telemetry_operator.benchmarks.engine import run_engine
from telemetry_operator.client.query import Analytics
from telemetry_operator.client.sending import open_client
from tests.support.load_target import LoadTarget

KEYRING = Keyring("k1", {"k1": b"0123456789abcdef0123456789abcdef"})
HERE = Machine("Linux", "any", 2, 1, None, shared=True)
LOADED = Platform("fake", None, {}, {})


class Bench:
    """Plans and runs against one server."""

    def __init__(self, directory: Path, server: LoadTarget) -> None:
        self.directory = directory
        self.server = server
        self.lines: list[Line] = []
        self._keys = directory / "keys.json"
        self._keys.write_bytes(format_keyring(KEYRING))

    def plan(self, rate: float, seconds: float, *, bounds: tuple[PlannedBound, ...] = (), **changes: object) -> Plan:
        """Half writes and half reads at an even rate, after a short warm-up."""
        stages = [
            PlannedStage("warm-up", [PieceOfRate(0.5, 10, 10)], warm_up=True),
            PlannedStage("even", [PieceOfRate(seconds, rate, rate)]),
        ]
        drops = [PlannedBound(one, "drops", 0.0) for one in (Endpoint.INGEST, Endpoint.LATEST)]
        plan = Plan(
            run="test",
            seed=1,
            stages=stages,
            weights={Endpoint.INGEST: 5.0, Endpoint.LATEST: 4.0, Endpoint.HISTORY: 1.0},
            target=TargetOfLoad(self.server.address, self.server.address, str(self._keys)),
            slo=Slo([*drops, *bounds]),
            devices=10,
            measure_ceiling=False,
        )
        return msgspec.structs.replace(plan, **changes)

    def run(self, plan: Plan, *, stop_at: float | None = None) -> Result:
        """Run a plan, close the books and judge; `stop_at` is the second of the run at which somebody stops it."""
        return asyncio.run(self._run(plan, stop_at))

    async def _run(self, plan: Plan, stop_at: float | None) -> Result:
        stop = asyncio.Event()

        def on_line(line: Line) -> None:
            self.lines.append(line)
            if stop_at is not None and getattr(getattr(line, "second", None), "at", -1) >= stop_at:
                stop.set()

        measured = await run_engine(plan, self.directory, on_line, stop)
        async with open_client(self.server.address) as client:
            books = await close_run(plan, measured.accounts, measured.begin, Analytics(client, "any"), patience=1)
        return assemble(plan, provenance(), measured, books, Surroundings())


def provenance() -> Provenance:
    when = str(time.time())
    return Provenance("test", "test", when, when, 1, [], "", {}, HERE, LOADED)


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    with LoadTarget() as server:
        yield Bench(tmp_path, server)
