"""What `up` is told beside the manifest: where to listen, and servers by address."""

import msgspec

from telemetry_operator.local.servers.server import LOOPBACK


class Options(msgspec.Struct, frozen=True, kw_only=True):
    """`postgres`, `redis` (URLs) and `kafka` (host:port) replace the servers that the manifest asks for.

    `secrets` is a directory that stands for the cluster's Secrets: `<name>/<key>` is a file. A port that is None is
    chosen. `replace` accepts that a change leaves data behind.
    """

    host: str = LOOPBACK
    producer_port: int | None = None
    analytics_port: int | None = None
    postgres: str | None = None
    redis: str | None = None
    kafka: str | None = None
    secrets: str | None = None
    replace: bool = False
