"""What a run's pods are given: the plan, without a secret, and credentials that open no more than the run needs."""

from base64 import b64encode
from dataclasses import dataclass
from typing import Final

from telemetry_loadtest.collector.config import Config, encode_config
from telemetry_loadtest.credentials import Credentials, encode_credentials
from telemetry_loadtest.plan import encode_plan
from telemetry_operator.errors import PlatformError
from telemetry_operator.resources.benchmark_context import (
    COLLECTOR_KEY,
    CONTROL_KEY,
    CREDENTIALS,
    CREDENTIALS_KEY,
    PLAN,
    PLAN_KEY,
    SERVERS_KEY,
    Run,
    build_part,
)
from telemetry_operator.resources.objects import CONFIG_MAP, SECRET, Object

# The API server's own limit is 1 MiB for the values; the rest of the object needs room in etcd's request too.
MOST_BYTES: Final = 1_000_000


class TooLargeError(PlatformError):
    """What a run needs does not fit the objects of a cluster."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """What a run's pods hold that opens something; each of them gets the part that it needs."""

    credentials: Credentials
    control_token: str
    """What the master's control port asks for: text by chance, of at least 32 characters."""
    collector_token: str
    """The same, of the collector's port."""
    servers: Config
    """How the collector reaches the platform's servers."""


def build_plan(run: Run) -> Object:
    """The ConfigMap with the plan; it never changes.

    Raises:
        TooLargeError: the plan is larger than a ConfigMap may be.
    """
    text = encode_plan(run.plan)
    _refuse_large(text, "the plan", "a recorded trace may have fewer, longer intervals")
    head = build_part(CONFIG_MAP, run, PLAN)
    return {**head, "immutable": True, "data": {PLAN_KEY: text.decode()}}


def build_credentials(run: Run, opened: Opened) -> Object:
    """The Secret of a run, to be created once, when it begins: its tokens count from then.

    Raises:
        TooLargeError: there are more devices than a Secret has room for (about 19,000).
    """
    text = encode_credentials(opened.credentials)
    _refuse_large(text, "the keys of the run's devices", "ask for fewer `devices`")
    head = build_part(SECRET, run, CREDENTIALS)
    data = {
        CREDENTIALS_KEY: text,
        CONTROL_KEY: opened.control_token.encode(),
        COLLECTOR_KEY: opened.collector_token.encode(),
        SERVERS_KEY: encode_config(opened.servers),
    }
    encoded = {key: b64encode(value).decode() for key, value in data.items()}
    return {**head, "immutable": True, "type": "Opaque", "data": encoded}


def _refuse_large(text: bytes, what: str, way_out: str) -> None:
    if len(text) > MOST_BYTES:
        raise TooLargeError(
            f"{what} would have {len(text):,} bytes, and a cluster keeps {MOST_BYTES:,} of them: {way_out}"
        )
