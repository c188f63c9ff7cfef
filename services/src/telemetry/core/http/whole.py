"""Answers that are written whole: ASGI's two messages are two writes to the socket, and each costs as much as reading.

Uvicorn puts a head together from its headers for each answer, and writes it before it knows of a body. An answer whose
bytes are known goes out in one piece instead, where nothing else is to be said: neither is the connection to end, nor
does the client read too slowly. Whatever else there is, and every other server, gets the two messages.
"""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from starlette.types import Send
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, RequestResponseCycle

Headers = Sequence[tuple[bytes, bytes]]


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


def make_answer(status: int, headers: Headers, body: bytes) -> Answer:
    """Return an answer; `headers` name its type, and its length unless it has no body by its status."""
    return Answer(
        {"type": "http.response.start", "status": status, "headers": headers},
        {"type": "http.response.body", "body": body},
        None if any(name == b"connection" for name, _ in headers) else render(status, headers, body),
    )


def render(status: int, headers: Iterable[tuple[bytes, bytes]], body: bytes) -> bytes:
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
