import signal
import socket
from types import FrameType
from typing import NoReturn

import pytest
from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient

from telemetry_operator.local.servers import kafka_client
from telemetry_operator.local.servers.kafka_client import refusal
from tests.support.waiting import wait_until


def test_who_is_no_kafka_is_told_within_the_time() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"127.0.0.1:{silent.getsockname()[1]}"
        assert "metadata" in (refusal({"bootstrap.servers": address}, seconds=0.2) or "")


def test_a_port_that_nobody_listens_on_is_told_as_such() -> None:
    wait_until(
        lambda: "Connection refused" in (refusal({"bootstrap.servers": "127.0.0.1:1"}, seconds=0.2) or ""),
        what="the client tries within so short a time",
    )


def test_settings_that_cannot_be_are_told_without_codes() -> None:
    settings = {"bootstrap.servers": "127.0.0.1:1", "security.protocol": "SSL", "ssl.ca.location": "/no/such/file"}
    assert (refusal(settings, seconds=0.2) or "").startswith("Failed to create admin client: ssl.ca.location failed")


class Interrupting(AdminClient):
    """A client into whose work a signal falls."""

    def list_topics(self, *_: object, **__: object) -> NoReturn:
        signal.raise_signal(signal.SIGUSR1)
        raise KafkaException("no answer")


def test_a_signal_that_falls_into_the_clients_work_interrupts_the_caller(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(_: int, frame: FrameType | None) -> None:
        names = set()
        while frame is not None:
            names.add(frame.f_code.co_name)
            frame = frame.f_back
        assert "_ask" not in names, "the handler runs in the client's work, whose C code may lose what it raises"
        raise KeyboardInterrupt

    monkeypatch.setattr(kafka_client, "AdminClient", Interrupting)
    before = signal.signal(signal.SIGUSR1, interrupt)
    try:
        with pytest.raises(KeyboardInterrupt):
            refusal({"bootstrap.servers": "127.0.0.1:1"}, seconds=0.2)
    finally:
        signal.signal(signal.SIGUSR1, before)
