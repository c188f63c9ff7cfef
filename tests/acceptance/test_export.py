"""What a client that exports is promised: each reading once, lines that can be sent again, and no silent end."""

import csv
import io
import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from telemetry_contract.identity import Digest, digest_of, identify
from telemetry_contract.keys import Scope
from telemetry_contract.parsing import parse_body
from telemetry_contract.readings import Reading
from telemetry_contract.times import parse_time
from tests.support.platform import RunningPlatform

At = Callable[[float], str]


def _fill(platform: RunningPlatform, device: str, at: At) -> None:
    """Send what makes identities hard: with id and without, the same content twice, all kinds of values."""
    body: list[dict[str, Any]] = [
        {"time": at(0), "metrics": {"t": 21.0, "on": True, "state": 'a "b", c'}},
        {"time": at(0), "metrics": {"t": 21}, "id": "first"},
        {"time": at(0), "metrics": {"t": 21}, "id": "ä second"},
        {"time": at(1), "metrics": {"t": 1e300, "u": -5e-324}},
        {"time": at(2), "metrics": {"u": 9007199254740992}, "id": "0"},
    ]
    platform.send(device, body).raise_for_status()
    platform.until_stored(len(body), device)


def _readings(text: bytes) -> list[Reading]:
    items = [parse_body(line, device=None).items[0] for line in text.splitlines()]
    return [item for item in items if isinstance(item, Reading)]


def test_an_export_holds_what_the_digest_says(platform: RunningPlatform, device: str, at: At) -> None:
    _fill(platform, device, at)
    answer = platform.get("/export", params={"device": device}).raise_for_status()
    assert answer.headers["content-type"] == "application/x-ndjson"
    found = digest_of(identify(reading).identity for reading in _readings(answer.content))
    count, total = platform.digest(device)
    assert found == Digest(count, int(total, 16)) != Digest()


def test_what_is_exported_and_sent_again_is_a_duplicate_of_itself(
    platform: RunningPlatform, device: str, at: At
) -> None:
    _fill(platform, device, at)
    exported = platform.get("/export", params={"device": device}).raise_for_status().content
    before = platform.digest(device)
    again = platform.send_many([json.loads(line) for line in exported.splitlines()]).raise_for_status()
    statuses = {item["status"] for item in again.json()["items"]}
    assert statuses == {"queued" if platform.queued else "duplicate"}
    platform.send(device, {"time": at(60), "metrics": {"behind": 1}}).raise_for_status()
    platform.until_stored(before[0] + 1, device)
    first_part = platform.get("/digest", params={"device": device, "to": at(30)}).json()
    assert (first_part["count"], first_part["digest"]) == before


def test_an_excerpt_is_not_taken_for_a_reading(platform: RunningPlatform, device: str, at: At) -> None:
    _fill(platform, device, at)
    exported = platform.get("/export", params={"device": device, "metric": "u"}).raise_for_status()
    lines = [json.loads(line) for line in exported.text.splitlines()]
    assert [line["metrics"] for line in lines] == [{"u": -5e-324}, {"u": 9007199254740992}]
    answer = platform.send_many(lines)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid-reading")


def test_csv_has_a_column_for_each_metric_asked_for(platform: RunningPlatform, device: str, at: At) -> None:
    _fill(platform, device, at)
    asked = {"device": device, "metric": ["state", "t"], "to": at(1)}
    answer = platform.get("/export", params=asked, headers={**platform.token_headers(Scope.READ), "accept": "text/csv"})
    head, *rows = csv.reader(io.StringIO(answer.raise_for_status().text, newline=""))
    assert head == ["device", "time", "state", "t"]
    assert sorted(row[2:] for row in rows) == [["", "21"], ["", "21"], ['a "b", c', "21.0"]]
    assert {(row[0], parse_time(row[1])) for row in rows} == {(device, parse_time(at(0)))}


@pytest.mark.parametrize(
    "asked", [{"format": "csv"}, {"format": "xml"}, {"limit": "5"}, {"cursor": "x"}, {"metric": ""}, {"from": "now"}]
)
def test_a_wrong_question_is_refused(platform: RunningPlatform, asked: dict[str, str]) -> None:
    answer = platform.get("/export", params=asked)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid-parameter")


def test_nobody_exports_without_the_right_to(platform: RunningPlatform, device: str) -> None:
    headers: tuple[dict[str, str], ...] = ({}, platform.device_headers(device), platform.token_headers(Scope.WRITE))
    assert [platform.get("/export", headers=it).status_code for it in headers] == [401, 401, 403]


def test_head_says_what_would_come(platform: RunningPlatform) -> None:
    url = f"{platform.analytics_url}/api/v1/export"
    answer = httpx.head(url, headers=platform.token_headers(Scope.READ))
    assert (answer.status_code, answer.headers["content-disposition"]) == (
        200,
        'attachment; filename="readings.ndjson"',
    )
