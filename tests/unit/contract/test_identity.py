from hashlib import blake2b
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telemetry_contract.canonical import canonical_content
from telemetry_contract.identity import IDENTITY_BYTES, MODULUS, Digest, digest_of, identify
from telemetry_contract.readings import Reading, Value
from tests.unit.contract.strategies import devices, ids, metrics, readings, times
from tests.unit.contract.vectors import DIGEST, VECTORS, Vector

identities = st.binary(min_size=IDENTITY_BYTES, max_size=IDENTITY_BYTES)


def identity(device: str, time: int, identifier: str | None, **metrics: float) -> bytes:
    return identify(Reading(device, time, dict(metrics) or {"m": 1}, identifier)).identity


@pytest.mark.parametrize("vector", VECTORS)
def test_an_identity_never_changes(vector: Vector) -> None:
    found = identify(vector.reading)
    assert (found.identity.hex(), found.content_hash.hex()) == (vector.identity, vector.content_hash)


def test_the_digest_of_all_vectors_never_changes() -> None:
    assert digest_of(identify(vector.reading).identity for vector in VECTORS) == Digest(6, int(DIGEST, 16))


@given(readings)
def test_an_identity_is_what_the_specification_says(reading: Reading) -> None:
    content = canonical_content(reading)
    person, hashed = b"tp.id.content", content
    if reading.id is not None:
        named = f"{len(reading.device)}:{reading.device}{reading.time}:{reading.id}"
        person, hashed = b"tp.id.client", named.encode()
    found = identify(reading)
    assert found.identity == blake2b(hashed, digest_size=16, person=person).digest()
    assert found.content_hash == blake2b(content, digest_size=16, person=b"tp.content").digest()


def test_equal_numbers_are_the_same_reading() -> None:
    assert identity("d", 0, None, m=21) == identity("d", 0, None, m=21.0)
    assert identity("d", 0, None, m=0.0) == identity("d", 0, None, m=-0.0)
    assert identity("d", 0, None, m=True) != identity("d", 0, None, m=1)


@given(devices, times, ids, metrics, metrics)
def test_a_clients_id_names_the_reading_whatever_its_content(
    device: str, time: int, identifier: str, one: dict[str, Value], other: dict[str, Value]
) -> None:
    first, second = (identify(Reading(device, time, content, identifier)) for content in (one, other))
    assert first.identity == second.identity
    same = canonical_content(first.reading) == canonical_content(second.reading)
    assert (first.content_hash == second.content_hash) is same


@given(readings)
def test_a_clients_id_never_meets_a_contents(reading: Reading) -> None:
    content = canonical_content(reading).decode()
    unnamed = Reading(reading.device, reading.time, reading.metrics)
    named = Reading(reading.device, reading.time, reading.metrics, content)
    assert identify(unnamed).identity != identify(named).identity


@given(readings)
def test_the_identity_of_content_is_not_its_hash(reading: Reading) -> None:
    found = identify(reading)
    assert found.identity != found.content_hash


def test_characters_moved_between_device_time_and_id_make_another_reading() -> None:
    moved = [
        ("d1", 23, "4"),
        ("d", 123, "4"),
        ("d12", 3, "4"),
        ("d1", 2, "3:4"),
        ("d1", 2, ":3:4"),
        ("d1", 234, ":"),
        ("d", 1, "23:4"),
        ("2:d", 1, "4"),
        ("d1-", 23, "4"),
        ("d1", -23, "4"),
    ]
    assert len({identity(device, time, identifier) for device, time, identifier in moved}) == len(moved)


@given(st.lists(st.tuples(devices, times, ids), unique=True, max_size=20))
def test_readings_with_other_names_have_other_identities(named: list[tuple[str, int, str]]) -> None:
    assert len({identity(*name) for name in named}) == len(named)


@given(st.lists(identities, max_size=20), st.randoms(use_true_random=False))
def test_a_digest_is_independent_of_order(found: list[bytes], random: Random) -> None:
    assert digest_of(random.sample(found, len(found))) == digest_of(found)


@given(st.lists(identities), st.lists(identities))
def test_digests_add_up(one: list[bytes], other: list[bytes]) -> None:
    assert digest_of(one) + digest_of(other) == digest_of(one + other)
    assert digest_of(one) + Digest() == digest_of(one)


@given(st.lists(identities, min_size=1), st.data())
def test_a_digest_notices_loss_and_doubling(found: list[bytes], data: st.DataObject) -> None:
    one = data.draw(st.sampled_from(found))
    lost = list(found)
    lost.remove(one)
    assert len({digest_of(found), digest_of(lost), digest_of([*found, one])}) == 3


@given(st.lists(readings, min_size=2, unique_by=lambda it: (it.device, it.time, it.id, canonical_content(it))))
def test_one_lost_and_one_doubled_do_not_cancel_out(found: list[Reading]) -> None:
    whole = [identify(reading).identity for reading in found]
    if whole[0] != whole[1]:
        assert digest_of(whole) != digest_of([whole[1], *whole[1:]])


def test_a_digest_is_written_as_32_digits() -> None:
    assert Digest().hex == "0" * 32
    assert digest_of([b"\xff" * 16, b"\0" * 15 + b"\x02"]) == Digest(2, 1)
    assert Digest(1, MODULUS - 1).hex == "f" * 32
