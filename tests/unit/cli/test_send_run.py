import io
import json
from pathlib import Path

import httpx
import pytest
from rich.console import Console

from telemetry_contract.problems import ProblemKind, problem
from telemetry_operator.client import sending
from telemetry_operator.client.credentials import Gateway
from telemetry_operator.client.sending import Bounds, Target, UnreachableError
from telemetry_operator.commands.send_report import plain_outcome, table_of
from telemetry_operator.commands.send_run import Choice, Report, SourceError, run
from tests.support.fake_platform import FakePlatform

pytestmark = pytest.mark.anyio

GOOD = '{"device":"d1","time":"2026-01-31T12:00:00Z","metrics":{"t":21.4},"id":"%d"}\n'
TARGET = Target("http://platform", "http://platform", Gateway("g"), "t")


@pytest.fixture
def platform(monkeypatch: pytest.MonkeyPatch) -> FakePlatform:
    platform = FakePlatform()
    monkeypatch.setattr(sending, "open_client", lambda *_: platform.client())
    return platform


@pytest.fixture
def file(tmp_path: Path) -> Path:
    file = tmp_path / "readings.ndjson"
    file.write_text(GOOD % 1 + '{"device":"[bold]","time":1}\n' + GOOD % 2)
    return file


async def send(choice: Choice, bounds: Bounds | None = None) -> Report:
    return await run(TARGET, choice, bounds or Bounds(), 0, Console(file=io.StringIO()))


def told(report: Report) -> str:
    output = io.StringIO()
    Console(file=output, width=200).print(table_of(report.outcome, report.invalid))
    return output.getvalue()


async def test_a_file_is_sent_but_for_its_wrong_lines(platform: FakePlatform, file: Path) -> None:
    report = await send(Choice(file=str(file)))
    assert len(platform.kept) == 2
    assert report.closed
    assert not report.complete
    assert [line.number for line in report.invalid] == [2]


async def test_wrong_lines_are_shown_with_their_pointers(platform: FakePlatform, file: Path) -> None:
    shown = told(await send(Choice(file=str(file))))
    assert "/device" in shown
    assert "/metrics" in shown


async def test_the_fleet_sends_as_many_as_were_asked_for(platform: FakePlatform) -> None:
    report = await send(Choice(fleet=5, rate=1000), Bounds(count=50))
    assert report.complete
    assert report.closed
    assert report.outcome.books.offered == 50


async def test_this_machine_sends_under_a_name_of_its_own(platform: FakePlatform) -> None:
    await send(Choice(machine=True, device="desk"), Bounds(count=1))
    assert [reading.device for reading in platform.kept.values()] == ["desk"]


async def test_a_duration_ends_a_fleet(platform: FakePlatform) -> None:
    assert (await send(Choice(fleet=5, rate=200), Bounds(duration=0.3))).closed


async def test_refusals_are_shown_with_their_reasons(platform: FakePlatform, file: Path) -> None:
    platform.judge = lambda _: problem(ProblemKind.CONFLICT, "other [content] is stored")
    report = await send(Choice(file=str(file)))
    assert not report.complete
    assert "other [content] is stored" in told(report)


async def test_the_outcome_is_json(platform: FakePlatform, file: Path) -> None:
    report = await send(Choice(file=str(file)))
    plain = json.loads(json.dumps(plain_outcome(report.outcome, report.invalid)))
    assert plain["acknowledged"] == {"total": 2, "repeats": 0, "queued": 2}
    assert plain["books"]["closed"] is True
    assert plain["books"]["acknowledged"] == plain["books"]["stored"]
    assert plain["invalid_lines"][0]["line"] == 2


async def test_a_platform_that_lost_readings_is_told(
    platform: FakePlatform, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(platform, "keep", lambda _: None)
    report = await send(Choice(file=str(file)))
    assert not report.closed
    assert "2 acknowledged readings are not stored" in told(report)


@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"machine": True, "fleet": 3},
        {"fleet": 3, "rate": 0},
        {"fleet": 3, "rate": -1},
        {"machine": True, "device": "a b"},
        {"machine": True, "device": "_probe"},
    ],
)
def test_one_source_at_a_sensible_rate_is_needed(asked: dict[str, object]) -> None:
    with pytest.raises(SourceError):
        Choice(**asked)  # type: ignore[arg-type] # each its own kind


@pytest.mark.parametrize("choice", [Choice(file="/nowhere"), Choice(file="/"), Choice(fleet=0)])
async def test_a_source_that_cannot_be_is_said(platform: FakePlatform, choice: Choice) -> None:
    with pytest.raises(SourceError):
        await send(choice)


async def test_an_address_where_nothing_answers_is_said_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused")

    client = httpx.AsyncClient(transport=httpx.MockTransport(refuse), base_url="http://platform")
    monkeypatch.setattr(sending, "open_client", lambda *_: client)
    with pytest.raises(UnreachableError, match="nothing answers at http://platform: refused"):
        await send(Choice(machine=True))
