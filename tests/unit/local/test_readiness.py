import socket
from collections.abc import Iterator

import pytest

from telemetry_operator.environment import Endpoints
from telemetry_operator.local import readiness
from telemetry_operator.local.readiness import NotReadyError, check_reachable


def endpoints(kafka: str) -> Endpoints:
    return Endpoints(kafka_bootstrap=kafka, keys_file="keys.json", revocations_file="revocations.json")


@pytest.fixture
def silent() -> Iterator[str]:
    """Return the address of one who listens, and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"127.0.0.1:{server.getsockname()[1]}"


def test_who_listens_and_is_no_kafka_is_told_in_one_line_before_anything_depends_on_it(
    silent: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(readiness, "KAFKA_SECONDS", 0.2)
    with pytest.raises(NotReadyError, match=r"^kafka refuses us: [^\n]+$") as caught:
        check_reachable(endpoints(silent), ours=())
    assert caught.value.hint == "see that it is a Kafka, and that it speaks with TLS and SASL as the manifest says"


def test_a_server_that_is_not_there_is_named() -> None:
    with pytest.raises(NotReadyError, match=r"^kafka does not answer at 127\.0\.0\.1:1$"):
        check_reachable(endpoints("127.0.0.1:1"), ours=())


def test_a_server_of_ours_is_not_there_yet() -> None:
    check_reachable(endpoints("127.0.0.1:1"), ours=["kafka"])
