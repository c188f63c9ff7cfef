"""Answers that are written whole: ASGI's two messages are two writes to the socket, and each costs as much as reading.

Uvicorn puts a head together from its headers for each answer, and writes it before it knows of a body. An answer whose
bytes are known goes out in one piece instead, where nothing else is to be said: neither is the connection to end, nor
does the client read too slowly. Whatever else there is, and every other server, gets the two messages.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

import msgspec
from starlette.types import Send
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, RequestResponseCycle

from telemetry.core.http.problems import problem_headers
from telemetry_contract.problems import CONTENT_TYPE, Problem, ProblemKind, problem

Headers = Sequence[tuple[bytes, bytes]]
JSON: Final = (b"content-type", b"application/json")
PROBLEM: Final = (b"content-type", CONTENT_TYPE.encode())


class Answer(NamedTuple):
    """A response: the two messages that say it in ASGI, and its bytes as HTTP/1.1 (`None`: it ends its connection)."""

    start: dict[str, Any]
    body: dict[str, Any]
    whole: bytes | None

    @property
    def status(self) -> int:
        status: int = self.start["status"]
        return status

    def without_body(self) -> "Answer":
        """Return the answer to HEAD where this is GET's."""
        return Answer(self.start, {**self.body, "body": b""}, None)


def make_answer(status: int, headers: Headers, body: bytes, *, last: bool = False) -> Answer:
    """Return an answer, with its length if it has a body; the `last` one ends its connection."""
    lines = [*headers]
    if body:
        lines.append((b"content-length", b"%d" % len(body)))
    if last:
        lines.append((b"connection", b"close"))
    return Answer(
        {"type": "http.response.start", "status": status, "headers": lines},
        {"type": "http.response.body", "body": body},
        None if last else render(status, lines, body),
    )


def problem_answer(body: Problem, more: Mapping[str, str] | None = None, *, last: bool = False) -> Answer:
    """Return the answer that is a problem, with the headers that belong to it and `more`."""
    named = {**problem_headers(body), **(more or {})}
    lines = [PROBLEM, *((name.encode(), value.encode()) for name, value in named.items())]
    return make_answer(body.status, lines, msgspec.json.encode(body), last=last)


def refuse_method(method: str, allow: str) -> Answer:
    """Return the answer of a route that has no such method; `allow` names those that it has, OPTIONS among them."""
    if method == "OPTIONS":
        return make_answer(204, [(b"allow", allow.encode())], b"")
    return problem_answer(problem(ProblemKind.METHOD_NOT_ALLOWED), {"allow": allow})


def render(status: int, headers: Headers, body: bytes) -> bytes:
    """Return an answer as it stands on the wire (RFC 9112, 4)."""
    lines = [b"%b: %b\r\n" % line for line in headers]
    return b"".join((STATUS_LINE[status], *lines, b"\r\n", body))


async def send_answer(send: Send, answer: Answer) -> None:
    """Send an answer, in one piece where that is possible."""
    cycle = getattr(send, "__self__", None)  # whose method an unwrapped `send` is
    if answer.whole is not None and isinstance(cycle, RequestResponseCycle) and _is_plain(cycle):
        _write(cycle, answer.whole)
        return
    await send(answer.start)
    await send(answer.body)


def _is_plain(cycle: RequestResponseCycle) -> bool:
    """Tell whether uvicorn would write just these bytes, at once."""
    return (
        cycle.keep_alive
        and not cycle.default_headers
        and not cycle.disconnected
        and not cycle.response_started
        and not cycle.flow.write_paused
        and cycle.scope["method"] != "HEAD"
    )


def _write(cycle: RequestResponseCycle, whole: bytes) -> None:
    """Do what uvicorn does at the end of a body."""
    cycle.waiting_for_100_continue = False
    cycle.response_started = cycle.response_complete = True
    cycle.transport.write(whole)
    cycle.message_event.set()
    cycle.on_response()
