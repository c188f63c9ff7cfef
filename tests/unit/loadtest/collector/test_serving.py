"""The collector's port, over HTTP."""

from collections.abc import Iterator
from contextlib import closing
from http.client import HTTPConnection

import httpx
import pytest

from telemetry_loadtest.collector.lines import (
    LINES_PATH,
    LIVE_PATH,
    Happened,
    Sampled,
    Value,
    decode_lines,
    encode_line,
)
from telemetry_loadtest.collector.serving import MOST_BYTES, Kept, served

SEEN = Sampled("postgres", 1.0, [Value("wal", "bytes/s", 2.0)])
TOLD = Happened(2.0, "producer is to have 2 pods")


@pytest.fixture
def kept() -> Kept:
    return Kept()


@pytest.fixture
def client(kept: Kept) -> Iterator[httpx.Client]:
    with served(kept, "127.0.0.1", 0, "let me look") as port:
        headers = {"Authorization": "Bearer let me look"}
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", headers=headers, trust_env=False) as found:
            yield found


def test_what_was_seen_and_what_was_added_is_had_in_its_order(kept: Kept, client: httpx.Client) -> None:
    kept.keep(SEEN)
    assert client.post(LINES_PATH, content=encode_line(TOLD)).status_code == httpx.codes.ACCEPTED
    assert decode_lines(client.get(LINES_PATH).content) == [SEEN, TOLD]


def test_what_is_added_twice_is_kept_once(client: httpx.Client) -> None:
    for _ in range(2):
        client.post(LINES_PATH, content=encode_line(TOLD) + encode_line(TOLD))
    assert decode_lines(client.get(LINES_PATH).content) == [TOLD]


def test_what_is_no_line_is_refused_whole(client: httpx.Client) -> None:
    assert client.post(LINES_PATH, content=encode_line(TOLD) + b"{}").status_code == httpx.codes.BAD_REQUEST
    assert client.get(LINES_PATH).content == b""


def test_a_request_that_is_too_long_is_refused_unread(client: httpx.Client) -> None:
    connection = HTTPConnection(client.base_url.host, client.base_url.port or 0, timeout=10)
    connection.putrequest("POST", LINES_PATH)
    connection.putheader("Authorization", client.headers["Authorization"])
    connection.putheader("Content-Length", str(MOST_BYTES + 1))
    connection.endheaders()
    with closing(connection), connection.getresponse() as answer:
        assert answer.status == httpx.codes.REQUEST_ENTITY_TOO_LARGE


@pytest.mark.parametrize("header", [{"Authorization": "Bearer another"}, {"Authorization": ""}])
def test_without_the_token_nothing_is_told_or_taken(header: dict[str, str], client: httpx.Client) -> None:
    assert client.get(LINES_PATH, headers=header).status_code == httpx.codes.UNAUTHORIZED
    assert client.post(LINES_PATH, headers=header, content=encode_line(TOLD)).status_code == httpx.codes.UNAUTHORIZED
    assert client.get(LIVE_PATH, headers=header).status_code == httpx.codes.OK
    assert client.get("/elsewhere").status_code == httpx.codes.NOT_FOUND


def test_of_too_many_the_oldest_are_given_up() -> None:
    kept = Kept(2)
    for at in (1.0, 2.0, 3.0):
        kept.keep(Happened(at, ""))
    assert decode_lines(kept.text) == [Happened(2.0, ""), Happened(3.0, "")]
