import socket
from collections.abc import Iterator

import psutil
import pytest
from hypothesis import given
from hypothesis import strategies as st

from telemetry_operator.local.ports import HostError, listening_ports, settle_ports
from telemetry_operator.local.reservations import CHOICE, PortTakenError, Reservations

HOST = "127.0.0.1"


def free_port() -> int:
    """Return a port that nobody keeps."""
    with Reservations() as reservations:
        return reservations.choose(HOST)


@pytest.fixture
def strangers_port() -> Iterator[int]:
    with socket.create_server((HOST, 0)) as stranger:
        yield stranger.getsockname()[1]


def settle(
    *names: str,
    demanded: dict[str, int] | None = None,
    remembered: dict[str, int] | None = None,
    ours: tuple[int, ...] = (),
) -> dict[str, int]:
    with Reservations() as reservations:
        return settle_ports(
            dict.fromkeys(names, HOST),
            demanded=demanded or {},
            remembered=remembered or {},
            ours=ours,
            reservations=reservations,
        )


@pytest.mark.parametrize("host", ["203.0.113.9", "2001:db8::1", "a..b"])
def test_an_address_that_is_not_this_machines_is_said_before_any_port_is_tried(host: str) -> None:
    with pytest.raises(HostError, match="nothing can listen"), Reservations() as reservations:
        settle_ports({"producer": host}, demanded={}, remembered={}, ours=(), reservations=reservations)


def test_what_is_settled_is_kept_from_others_until_it_is_released(strangers_port: int) -> None:
    with Reservations() as ours, Reservations() as theirs:
        hosts = dict.fromkeys(["producer", "analytics"], HOST)
        settled = settle_ports(
            hosts, demanded={}, remembered={"producer": free_port()}, ours=(strangers_port,), reservations=ours
        )
        assert not any(theirs.keep(HOST, port) for port in settled.values())
        ours.release()
        assert all(theirs.keep(HOST, port) for port in settled.values())


def test_every_name_gets_a_port_of_its_own() -> None:
    settled = settle("producer", "analytics", "producer-1")
    assert len(set(settled.values())) == 3


def test_a_remembered_port_is_kept() -> None:
    port = free_port()
    assert settle("producer", remembered={"producer": port}) == {"producer": port}


def test_a_remembered_port_that_a_stranger_took_is_chosen_anew(strangers_port: int) -> None:
    assert settle("producer", remembered={"producer": strangers_port})["producer"] != strangers_port


def test_a_remembered_port_that_our_own_process_holds_is_kept(strangers_port: int) -> None:
    settled = settle("producer", remembered={"producer": strangers_port}, ours=(strangers_port,))
    assert settled == {"producer": strangers_port}


def test_one_port_is_not_given_to_two_who_demand_it() -> None:
    port = free_port()
    with pytest.raises(PortTakenError, match="asked for twice"):
        settle("producer", "analytics", demanded={"producer": port, "analytics": port})


def test_a_demanded_port_wins_over_the_remembered_one() -> None:
    first, second = free_port(), free_port()
    assert settle("producer", demanded={"producer": first}, remembered={"producer": second}) == {"producer": first}


def test_a_demanded_port_that_a_stranger_holds_is_named_with_the_way_out(strangers_port: int) -> None:
    with pytest.raises(PortTakenError, match=f"port {strangers_port} for producer is taken") as caught:
        settle("producer", demanded={"producer": strangers_port})
    assert "--producer-port" in (caught.value.hint or "")


def test_a_port_demanded_for_one_is_not_given_to_another_that_remembers_it() -> None:
    port = free_port()
    settled = settle("analytics", "producer", demanded={"producer": port}, remembered={"analytics": port})
    assert settled["producer"] == port
    assert settled["analytics"] != port


def test_the_ports_that_a_process_listens_on_are_found(strangers_port: int) -> None:
    assert strangers_port in listening_ports([psutil.Process()])


PORTS = st.dictionaries(st.sampled_from("abcdef"), st.integers(CHOICE.start, CHOICE.stop - 1))


@given(names=st.sets(st.sampled_from("abcdef"), min_size=1), remembered=PORTS)
def test_whatever_is_remembered_no_two_names_share_a_port(names: set[str], remembered: dict[str, int]) -> None:
    settled = settle(*sorted(names), remembered=remembered)
    assert set(settled) == names
    assert len(set(settled.values())) == len(names)
