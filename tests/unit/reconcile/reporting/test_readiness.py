import threading
from collections.abc import Iterator

import pytest

from telemetry_contract.keys import Keyring, format_keyring
from telemetry_operator.probe import ProbeError
from telemetry_operator.reconcile.plan import Step, Visit, Wait
from telemetry_operator.reconcile.reasons import Reason
from telemetry_operator.reconcile.reporting.proof import Proof
from telemetry_operator.reconcile.reporting.readiness import Prober, signed_by_the_oldest, target_of
from telemetry_operator.resources.objects import Key
from telemetry_operator.specs.status import PlatformStatus, ProbeStatus
from tests.unit.reconcile.visits import GENERATION, NOW, RUNNING, after, change, pod, visit_of

KEYRING = Keyring("k1", {"k1": b"x" * 32})
KEYS = {"demo-keys": {"keys.json": format_keyring(KEYRING).decode()}}
NOTHING = PlatformStatus()
PROVED = PlatformStatus(probe=ProbeStatus(observed_generation=GENERATION))


def visit(spec: object = None, **given: object) -> Visit:
    observed = {"secrets": KEYS, **(given.pop("observed", None) or {})}  # type: ignore[dict-item] # a test's own
    return visit_of(spec, observed=observed, **given)  # type: ignore[arg-type] # a test's own


def wait(step: Step) -> Wait:
    return Wait(step=step, reason=Reason.APPLYING, message="wait")


def test_a_platform_is_reached_by_the_addresses_of_its_services() -> None:
    target = target_of(visit(), proven=False)
    assert target
    assert (target.producer, target.analytics) == ("http://10.0.0.8:8080", "http://10.0.0.9:8080")
    assert (target.keyring, target.generation) == (KEYRING, GENERATION)
    assert target.pods == {"producer", "analytics", "postgres"}


def test_a_platform_with_a_certificate_is_spoken_to_in_tls() -> None:
    target = target_of(visit({"tls": {"secretName": "cert"}}), proven=False)
    assert target
    assert target.producer.startswith("https://")


def test_a_reading_is_signed_by_what_services_know_that_did_not_see_a_rotation_yet() -> None:
    rotated = Keyring("k2", {"k1": b"x" * 32, "k2": b"y" * 32}, {"k1": 1, "k2": 2})
    assert signed_by_the_oldest(rotated).current == "k1"
    assert signed_by_the_oldest(KEYRING).current == "k1"


UNPROVABLE = {
    "is being rolled out": visit(waits=(wait(Step.WORKLOADS),)),
    "is being written": visit(changes=(change(),)),
    "has no ready producer": visit(ready={**RUNNING, "producer": (0, 1)}),
    "is stopped": visit({"producer": {"replicas": 0}}),
    "has lost its keys": visit(observed={"secrets": {}}),
    "has keys that cannot be read": visit(observed={"secrets": {"demo-keys": {"keys.json": "{}"}}}),
    "is paused before all was applied": visit(paused=True, retiring=(Key("Job", "old"),)),
    "has no Services yet": visit(observed={"objects": {}}),
    "is refused": visit(platform=None),
}


@pytest.mark.parametrize("situation", UNPROVABLE)
def test_a_platform_is_not_proved_while_it(situation: str) -> None:
    assert target_of(UNPROVABLE[situation], proven=False) is None


def test_what_is_on_its_way_out_or_repaired_keeps_nobody_from_proving() -> None:
    assert target_of(visit(waits=(wait(Step.DRAIN),)), proven=False)
    assert target_of(visit(changes=(change(),)), proven=True)


class Readings:
    """Stands in for the platform: answers, fails or keeps waiting."""

    def __init__(self) -> None:
        self.count = 0
        self.fault: str | None = None
        self.answer = threading.Event()
        self.answer.set()

    def __call__(self, _producer: str, _analytics: str, _keyring: Keyring) -> float:
        self.count += 1
        assert self.answer.wait(10)
        if self.fault:
            raise ProbeError(self.fault)
        return 0.5


@pytest.fixture
def readings() -> Iterator[Readings]:
    given = Readings()
    yield given
    given.answer.set()


async def look(prober: Prober, at: int, seen: Visit | None = None, before: PlatformStatus = NOTHING) -> Proof | None:
    return await prober.look(seen or visit(), before, at)


async def test_a_reading_that_comes_back_proves_the_generation(readings: Readings) -> None:
    proof = await look(Prober(readings), NOW)
    assert proof
    assert (proof.generation, proof.seconds, proof.fault) == (GENERATION, 0.5, None)


async def test_a_platform_at_rest_is_not_proved_again_at_once(readings: Readings) -> None:
    prober = Prober(readings)
    first = await look(prober, NOW)
    assert first
    assert await look(prober, first.at + 60_000_000) is first
    assert readings.count == 1
    assert await look(prober, first.at + 301_000_000) is not first


async def test_pods_that_became_ready_are_proved(readings: Readings) -> None:
    prober = Prober(readings)
    first = await look(prober, NOW)
    assert first
    more = visit(observed={"pods": tuple(pod(name) for name in (*RUNNING, "redis"))})
    await look(prober, first.at + 11_000_000, more)
    assert readings.count == 2


async def test_a_failure_is_told_in_the_platforms_words(readings: Readings) -> None:
    readings.fault = "a reading was not accepted: 503 no room"
    proof = await look(Prober(readings), NOW)
    assert proof
    assert proof.fault == "a reading was not accepted: 503 no room"


async def test_a_visit_waits_only_a_moment_for_a_reading(readings: Readings) -> None:
    prober = Prober(readings, look_seconds=0.01)
    readings.answer.clear()
    assert await look(prober, NOW) is None
    assert prober.again_in(visit(), NOTHING, NOW) == 0.01
    assert await look(prober, NOW) is None
    assert readings.count == 1
    readings.answer.set()
    proof = None
    while proof is None:
        proof = await look(prober, NOW)
    assert readings.count == 1


async def test_a_platform_that_was_proved_is_asked_while_it_is_repaired(readings: Readings) -> None:
    prober = Prober(readings)
    assert await look(prober, NOW, visit(changes=(change(),)), PROVED)
    assert await look(Prober(readings), NOW, visit(changes=(change(),)), NOTHING) is None


async def test_the_next_look_is_when_the_next_reading_is_due(readings: Readings) -> None:
    prober = Prober(readings)
    assert prober.again_in(visit(), NOTHING, NOW) == 0
    proof = await look(prober, NOW)
    assert proof
    assert prober.again_in(visit(), PROVED, proof.at) == 300
    assert prober.again_in(visit(ready={}), NOTHING, NOW) is None


async def test_an_operator_that_ends_waits_for_no_reading(readings: Readings) -> None:
    prober = Prober(readings, look_seconds=0.01)
    readings.answer.clear()
    await look(prober, after(0))
    await prober.close()
    assert not readings.answer.is_set()
    readings.answer.set()
