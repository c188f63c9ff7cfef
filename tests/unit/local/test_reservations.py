import socket

import pytest

from telemetry_operator.local import reservations as module
from telemetry_operator.local.reservations import PortTakenError, Reservations

HOST = "127.0.0.1"


def listen(port: int, *, shared: bool = False) -> socket.socket:
    """Listen as our servers do."""
    server = socket.socket()
    server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if shared:
        server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    server.bind((HOST, port))
    server.listen()
    return server


def test_two_who_choose_at_the_same_time_never_get_the_same_port(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "CHOICE", range(31_000, 31_020))
    with Reservations() as one, Reservations() as other:
        chosen = [reservations.choose(HOST) for reservations in (one, other) * 5]
    assert len(set(chosen)) == 10


def test_where_every_port_is_taken_it_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "CHOICE", range(31_000, 31_020))
    with Reservations() as reservations, pytest.raises(PortTakenError, match="every port"):
        reservations.choose(HOST, avoid=module.CHOICE)


@pytest.mark.parametrize("shared", [False, True])
def test_our_server_listens_beside_what_keeps_its_port(shared: bool) -> None:
    with Reservations() as reservations:
        port = reservations.choose(HOST)
        with listen(port, shared=shared), socket.create_connection((HOST, port)):
            pass


def test_a_port_that_somebody_listens_on_cannot_be_kept() -> None:
    with socket.create_server((HOST, 0)) as stranger, Reservations() as reservations:
        assert not reservations.keep(HOST, stranger.getsockname()[1])


def test_a_port_on_which_connections_of_an_ended_server_linger_can_be_kept() -> None:
    with socket.create_server((HOST, 0)) as server:
        port = server.getsockname()[1]
        client = socket.create_connection((HOST, port))
        accepted, _ = server.accept()
        accepted.close()  # who closes first is left with a connection that lingers
        client.close()
    with Reservations() as reservations:
        assert reservations.keep(HOST, port)
        listen(port).close()


def test_a_port_that_is_kept_already_is_kept_once() -> None:
    with Reservations() as reservations:
        port = reservations.choose(HOST)
        before = list(reservations._kept.values())
        assert reservations.keep(HOST, port)
        assert list(reservations._kept.values()) == before


def test_where_no_server_is_let_in_beside_it_the_port_is_not_held(monkeypatch: pytest.MonkeyPatch) -> None:
    bind = module._bind
    monkeypatch.setattr(module, "_bind", lambda *where, beside: None if beside else bind(*where, beside=False))
    with Reservations() as reservations:
        port = reservations.choose(HOST)
        assert reservations._kept == {(HOST, port): None}
