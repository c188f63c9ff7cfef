"""What the master's port answers, asked as a server asks it."""

import gzip
from io import BytesIO

import msgspec
import pytest

from telemetry_loadtest.engine.control import STOPPED, Control
from telemetry_loadtest.measured import Said, decode_line
from telemetry_loadtest.progress import Board, Progress, Stage, decode_progress

TOKEN = "let me in"


class Asked:
    """A control port, and what it was told to stop for."""

    def __init__(self) -> None:
        self.board = Board()
        self.stopped: list[str] = []
        self.control = Control(self.board, TOKEN, self.stopped.append)

    def ask(self, request: str, token: str = TOKEN, body: bytes = b"", encoding: str = "") -> tuple[int, bytes]:
        method, _, url = request.partition(" ")
        path, _, query = url.partition("?")
        statuses: list[str] = []
        answer = self.control.answer(
            {
                "REQUEST_METHOD": method, "PATH_INFO": path, "QUERY_STRING": query, "wsgi.input": BytesIO(body),
                "HTTP_AUTHORIZATION": f"Bearer {token}", "HTTP_ACCEPT_ENCODING": encoding,
            },
            lambda status, _: statuses.append(status),
        )  # fmt: skip
        return int(statuses[0][:3]), b"".join(answer)


@pytest.fixture
def asked() -> Asked:
    return Asked()


@pytest.mark.parametrize("request_", ["GET /progress", "GET /lines", "GET /result", "POST /stop", "POST /stored"])
@pytest.mark.parametrize("token", ["", "let me", "let me in ", "\xe9"])
def test_nothing_is_told_without_the_token(asked: Asked, request_: str, token: str) -> None:
    assert asked.ask(request_, token)[0] == 401
    assert asked.stopped == []


def test_who_asks_whether_it_lives_needs_no_token(asked: Asked) -> None:
    assert asked.ask("GET /livez", "") == (200, b"alive\n")


def test_progress_and_lines_are_those_of_the_board(asked: Asked) -> None:
    for text in ("one", "two"):
        asked.board.note(Said(text))
    assert decode_progress(asked.ask("GET /progress")[1]) == Progress(Stage.WAITING, "two", lines=2)
    lines = asked.ask("GET /lines?from=1")[1].splitlines()
    assert [decode_line(line) for line in lines] == [Said("two")]
    assert len(asked.ask("GET /lines?from=everything")[1].splitlines()) == 2


def test_a_result_may_be_fetched_again_until_it_is_said_to_be_stored(asked: Asked) -> None:
    assert (asked.ask("GET /result")[0], asked.ask("POST /stored")[0]) == (404, 409)
    asked.control.offer(b"{}")
    assert [asked.ask("GET /result") for _ in range(2)] == [(200, b"{}")] * 2
    assert not asked.control.await_stored(0.001)
    assert asked.ask("POST /stored")[0] == 202
    assert asked.control.await_stored(60)


def test_a_large_result_is_compressed_for_who_understands_it(asked: Asked) -> None:
    result = msgspec.json.encode(["much"] * 5000)
    asked.control.offer(result)
    assert asked.ask("GET /result")[1] == result
    packed = asked.ask("GET /result", encoding="gzip, deflate")[1]
    assert (gzip.decompress(packed), len(packed) < 1000) == (result, True)


def test_a_run_is_stopped_for_a_reason(asked: Asked) -> None:
    assert [asked.ask("POST /stop", body=body)[0] for body in (b"seen enough\n", b"", b"\xff" * 9000)] == [202] * 3
    assert asked.stopped[:2] == ["seen enough", STOPPED]
    assert len(asked.stopped[2]) <= 500


@pytest.mark.parametrize("request_", ["GET /", "GET /stop", "POST /result", "DELETE /result"])
def test_nothing_else_is_there(asked: Asked, request_: str) -> None:
    asked.control.offer(b"{}")
    assert asked.ask(request_)[0] == 404
