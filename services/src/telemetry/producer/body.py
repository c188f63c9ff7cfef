"""Receiving a request's body: its type, its size as sent and unpacked, and the time it takes."""

import asyncio
import zlib
from typing import Any, Final, NamedTuple

from starlette.types import Receive, Scope

from telemetry.core.http.problems import ProblemError
from telemetry_contract.problems import ProblemKind, problem

SWEEPS: Final = 20  # in the time that a body may take: so exact is its end
_GZIP: Final = 16 + zlib.MAX_WBITS  # zlib's way to ask for gzip's header and checksum
_UTF8: Final = frozenset({"charset=utf-8", 'charset="utf-8"'})


class BodyLimits(NamedTuple):
    """Bytes as sent and after unpacking, and seconds until the last byte is here."""

    sent: int
    unpacked: int
    seconds: float


class BodyHeaders(NamedTuple):
    """What a request's headers say of its body and its sender."""

    authorization: bytes | None = None
    content_type: bytes = b""
    content_encoding: bytes = b""
    content_length: bytes | None = None


class ClientGoneError(Exception):
    """The client hung up before its body was here; there is nobody to answer."""


def read_headers(scope: Scope) -> BodyHeaders:
    authorization = length = None
    content_type = encoding = b""
    for name, value in scope["headers"]:
        if name == b"content-type":
            content_type = value
        elif name == b"authorization":
            authorization = value
        elif name == b"content-length":
            length = value
        elif name == b"content-encoding":
            encoding = value
    return BodyHeaders(authorization, content_type, encoding, length)


def check_headers(headers: BodyHeaders, limits: BodyLimits) -> bool:
    """Refuse a body for what its headers say, before it is read; return whether it is packed.

    Raises:
        ProblemError: 415 for another type or encoding, 413 for a length above the limit.
    """
    if headers.content_type != b"application/json" and not _is_json(headers.content_type):
        raise ProblemError(problem(ProblemKind.UNSUPPORTED_TYPE, "send Content-Type: application/json, in UTF-8"))
    if headers.content_length is not None and int(headers.content_length) > limits.sent:
        raise too_large(limits)
    packed = headers.content_encoding.strip().lower()
    if packed not in (b"", b"identity", b"gzip", b"x-gzip"):
        raise ProblemError(problem(ProblemKind.UNSUPPORTED_TYPE, "send Content-Encoding: gzip, or none"))
    return packed.endswith(b"gzip")


class BodyReceiver:
    """Receives bodies whole, within the limits.

    One timer watches over all bodies that are on their way: most are here already, and a timer for each would cost as
    much as a tenth of everything else that its request needs.
    """

    def __init__(self, limits: BodyLimits) -> None:
        """To be called in the event loop; asking for it at each request would cost a system call."""
        self._loop = asyncio.get_running_loop()
        self._limits = limits
        self._begun: dict[asyncio.Task[Any], float] = {}  # oldest first
        self._overdue: set[asyncio.Task[Any]] = set()
        self._timer: asyncio.TimerHandle | None = None

    async def receive(self, receive: Receive) -> bytes:
        """Return the body as sent.

        Raises:
            ProblemError: 408 where it takes too long, 413 where it is longer than the limit.
            ClientGoneError: the client hung up.
        """
        loop = self._loop
        task = asyncio.current_task(loop)
        assert task is not None  # noqa: S101 - a coroutine that runs is a task's
        self._begun[task] = loop.time()
        if self._timer is None:
            self._timer = loop.call_later(self._limits.seconds / SWEEPS, self._sweep)
        try:
            return await _receive_all(receive, self._limits)
        except asyncio.CancelledError:
            if task not in self._overdue:
                raise
            task.uncancel()
            detail = f"the body must be here within {self._limits.seconds:g} s"
            raise ProblemError(problem(ProblemKind.RECEIVE_TIMEOUT, detail)) from None
        finally:
            self._overdue.discard(task)
            del self._begun[task]

    def _sweep(self) -> None:
        oldest = self._loop.time() - self._limits.seconds
        for task, begun in self._begun.items():
            if begun > oldest:
                break
            self._overdue.add(task)
            task.cancel()
        again = bool(self._begun)
        self._timer = self._loop.call_later(self._limits.seconds / SWEEPS, self._sweep) if again else None


async def _receive_all(receive: Receive, limits: BodyLimits) -> bytes:
    parts: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] != "http.request":
            raise ClientGoneError
        part: bytes = message.get("body", b"")
        size += len(part)
        if size > limits.sent:
            raise too_large(limits)
        if not message.get("more_body"):
            return b"".join([*parts, part]) if parts else part
        parts.append(part)


def unpack(packed: bytes, limits: BodyLimits) -> bytes:
    """Return what a gzip body holds; no more is unpacked than may be kept.

    Raises:
        ProblemError: 413 where it holds more than the limit, 400 where it is no single whole gzip stream.
    """
    stream = zlib.decompressobj(_GZIP)
    try:
        body = stream.decompress(packed, limits.unpacked + 1)
    except zlib.error as error:
        raise ProblemError(problem(ProblemKind.MALFORMED_BODY, f"not gzip: {error}")) from None
    if len(body) > limits.unpacked:
        detail = f"unpacked it has more than {limits.unpacked} bytes"
        raise ProblemError(problem(ProblemKind.BODY_TOO_LARGE, detail))
    if not stream.eof:
        raise ProblemError(problem(ProblemKind.MALFORMED_BODY, "the gzip stream is cut off"))
    if stream.unused_data:
        raise ProblemError(problem(ProblemKind.MALFORMED_BODY, "something follows the gzip stream"))
    return body


def too_large(limits: BodyLimits) -> ProblemError:
    return ProblemError(problem(ProblemKind.BODY_TOO_LARGE, f"a body has at most {limits.sent} bytes"))


def _is_json(content_type: bytes) -> bool:
    media, *parameters = content_type.decode("latin-1").lower().split(";")
    return media.strip() == "application/json" and all(part.strip() in _UTF8 for part in parameters if part.strip())
