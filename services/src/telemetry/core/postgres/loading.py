"""How rows come back in the binary format: times as microseconds, identities as bytes, metrics as plain values.

Registered on the readers' connections only; other users of psycopg in the process keep its defaults.
"""

from struct import Struct
from typing import Final

import msgspec
from psycopg import AsyncConnection
from psycopg.abc import Buffer
from psycopg.adapt import Loader
from psycopg.pq import Format

from telemetry.core.postgres.binary import POSTGRES_EPOCH
from telemetry_contract.api import LatestValue
from telemetry_contract.readings import MAX_SAFE_INTEGER, Value
from telemetry_contract.times import format_time, parse_time

_unpack_time: Final = Struct(">q").unpack
_decode_metrics: Final = msgspec.json.Decoder(dict[str, bool | int | float | str]).decode
_decode_older: Final = msgspec.json.Decoder(dict[str, tuple[bool | int | float | str, str, str]]).decode


class _TimeLoader(Loader):
    format = Format.BINARY

    def load(self, data: Buffer) -> int:
        (since,) = _unpack_time(data)
        return int(since) + POSTGRES_EPOCH


class _UuidLoader(Loader):
    format = Format.BINARY

    def load(self, data: Buffer) -> bytes:
        return bytes(data)


class _JsonbLoader(Loader):
    """Leaves a document as its text; the first byte is the format's version."""

    format = Format.BINARY

    def load(self, data: Buffer) -> bytes:
        return bytes(data)[1:]


def register_loaders(connection: AsyncConnection[object]) -> None:
    connection.adapters.register_loader("timestamptz", _TimeLoader)
    connection.adapters.register_loader("uuid", _UuidLoader)
    connection.adapters.register_loader("jsonb", _JsonbLoader)


def load_metrics(document: bytes) -> dict[str, Value]:
    """Return metrics as they were sent; `jsonb` writes a great float with all its digits, as if it were an integer."""
    metrics = _decode_metrics(document)
    return {name: _exact(value) for name, value in metrics.items()}


def _exact(value: Value) -> Value:
    return float(value) if type(value) is int and not -MAX_SAFE_INTEGER <= value <= MAX_SAFE_INTEGER else value


def load_latest(time: int, metrics: bytes, older: bytes) -> dict[str, LatestValue]:
    """Return the newest value of each metric, from a row of `latest`."""
    at = format_time(time)
    newest = {name: LatestValue(value, at) for name, value in load_metrics(metrics).items()}
    for name, (value, text, _) in _decode_older(older).items():
        newest[name] = LatestValue(_exact(value), format_time(parse_time(text)))
    return newest
