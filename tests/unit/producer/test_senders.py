import pytest

from telemetry.core.http.credentials import Credentials
from telemetry.core.http.problems import ProblemError
from telemetry.producer.senders import identify_sender
from telemetry.producer.settings import ProducerSettings
from telemetry_contract.keys import Keyring, Scope, make_device_key
from tests.unit.producer.conftest import key_of, token


@pytest.fixture
def credentials(settings: ProducerSettings) -> Credentials:
    return Credentials(settings)


def _refused(credentials: Credentials, bearer: str | None, device: str | None = "d-1") -> tuple[int, str]:
    with pytest.raises(ProblemError) as refused:
        identify_sender(credentials, f"Bearer {bearer}".encode() if bearer else None, device)
    return refused.value.body.status, refused.value.body.code


def test_a_key_speaks_for_its_device_alone(credentials: Credentials) -> None:
    sender = identify_sender(credentials, f"Bearer {key_of('d-1')}".encode(), "d-1")
    assert sender is not None
    assert sender.against("d-1") is None
    assert (refusal := sender.against("d-2"))
    assert refusal.code == "forbidden-device"


def test_a_token_to_write_speaks_for_all_but_the_platforms_own(credentials: Credentials) -> None:
    sender = identify_sender(credentials, f"Bearer {token(Scope.WRITE)}".encode(), None)
    assert sender is not None
    assert sender.against("any") is None
    assert sender.against("_probe") is not None


def test_unknown_wrong_and_revoked_get_the_same_answer(credentials: Credentials) -> None:
    forged = make_device_key(Keyring("k1", {"k1": b"9" * 32}), "d-1")
    bodies = []
    for bearer, device in [(forged, "d-1"), (key_of("d-2"), "unknown"), (key_of("revoked", 0), "revoked"), (None, "d")]:
        with pytest.raises(ProblemError) as refused:
            identify_sender(credentials, f"Bearer {bearer}".encode() if bearer else None, device)
        bodies.append(refused.value.body)
    assert all(body == bodies[0] for body in bodies)


@pytest.mark.parametrize("header", [b"Bearer", b"Basic YTpi", b"Bearer \xff\xff", b"Bearer a.b.c", b"Bearer 1.1.1"])
def test_a_header_that_proves_nothing_is_401(credentials: Credentials, header: bytes) -> None:
    with pytest.raises(ProblemError) as refused:
        identify_sender(credentials, header, "d-1")
    assert refused.value.body.code == "unauthorized"


def test_a_token_that_may_only_read_is_403(credentials: Credentials) -> None:
    assert _refused(credentials, token(Scope.READ)) == (403, "missing-scope")


def test_a_gateway_may_not_write_to_the_platforms_own_path(credentials: Credentials) -> None:
    assert _refused(credentials, token(Scope.WRITE), "_probe") == (403, "forbidden-device")


def test_a_path_that_names_no_device_is_said_to_those_who_may_write(credentials: Credentials) -> None:
    assert _refused(credentials, token(Scope.WRITE), "no device") == (422, "invalid-parameter")
    assert _refused(credentials, key_of("d-1"), "no device") == (401, "unauthorized")


def test_a_key_without_a_path_waits_for_the_body(credentials: Credentials) -> None:
    assert identify_sender(credentials, f"Bearer {key_of('d-1')}".encode(), None) is None
