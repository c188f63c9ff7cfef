"""The synthetic reading in a cluster: when one is written, through which Services, and what it proved.

A reading takes as long as the platform does, so it is written in a thread beside the visits, and a visit waits for it
only a moment. What was proved is kept in memory; after a restart of the operator it is proved again, and until then the
status says what was proved before.
"""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import structlog

from telemetry_contract.keys import InvalidKeyring, Keyring, parse_keyring
from telemetry_contract.settings import Component
from telemetry_contract.times import MICROSECONDS_PER_SECOND
from telemetry_operator.connections import host_in_url
from telemetry_operator.probe import ProbeError, probe
from telemetry_operator.reconcile.observed import Observed
from telemetry_operator.reconcile.plan import Step, Visit
from telemetry_operator.reconcile.reporting.components import endpoints_served_by, stopped_components
from telemetry_operator.reconcile.reporting.live import Pod, parse_live
from telemetry_operator.reconcile.reporting.pausing import held_back
from telemetry_operator.reconcile.reporting.proof import AGAIN_SECONDS, Proof, is_proven, seconds_until_due
from telemetry_operator.resources.credentials import KEYS_KEY
from telemetry_operator.resources.files import keys_secret_name
from telemetry_operator.resources.naming import COMPONENT_LABEL, object_name
from telemetry_operator.resources.objects import SERVICE, Key
from telemetry_operator.resources.ports import PUBLIC_PORT
from telemetry_operator.specs.platform import TelemetryPlatform
from telemetry_operator.specs.status import PlatformStatus

log = structlog.get_logger(__name__)

PATIENCE_SECONDS: Final = 8.0
"""For how long a reading may be refused with 503, and then for how long it may be invisible."""
INSIST_SECONDS: Final = 15.0
"""A pod that goes takes its connections with it: a failure counts only if it lasts for so long."""
PAUSE_SECONDS: Final = 1.0
LOOK_SECONDS: Final = 2.0
"""A visit waits so long for a reading under way, and comes again after as long."""

Reading = Callable[[str, str, Keyring], float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A platform that can be proved: where, with which keys, and as of what."""

    producer: str
    analytics: str
    keyring: Keyring
    generation: int
    pods: frozenset[str]


def insist(producer: str, analytics: str, keyring: Keyring) -> float:
    """Write readings until one comes back; seconds that it took.

    Raises:
        ProbeError: none came back for `INSIST_SECONDS`.
    """
    deadline = time.monotonic() + INSIST_SECONDS
    while True:
        try:
            return probe(producer, analytics, keyring, patience=PATIENCE_SECONDS)
        except ProbeError:
            if time.monotonic() > deadline:
                raise
        time.sleep(PAUSE_SECONDS)


class Prober:
    """Proves platforms, each by one reading at a time."""

    def __init__(self, reading: Reading = insist, *, look_seconds: float = LOOK_SECONDS) -> None:
        self._reading = reading
        self._look_seconds = look_seconds
        self._proofs: dict[str, Proof] = {}
        self._running: dict[str, asyncio.Task[Proof]] = {}

    async def look(self, visit: Visit, previous: PlatformStatus, now: int) -> Proof | None:
        """The newest proof of a platform, after another one has begun if it was time; None if there is none yet."""
        uid = visit.observed.platform["metadata"]["uid"]
        target = self._target(visit, previous)
        if target and uid not in self._running and self._is_due(uid, target, now):
            self._running[uid] = asyncio.create_task(self._prove(target))
        if (task := self._running.get(uid)) is not None:
            await asyncio.wait([task], timeout=self._look_seconds)
            self._harvest(uid, task, now)
        return self._proofs.get(uid)

    def again_in(self, visit: Visit, previous: PlatformStatus, now: int) -> float | None:
        """Seconds until the platform wants to be looked at again for the sake of its proof; None: not by itself."""
        uid = visit.observed.platform["metadata"]["uid"]
        if uid in self._running:
            return self._look_seconds
        target = self._target(visit, previous)
        return seconds_until_due(self._proofs.get(uid), target.generation, target.pods, now) if target else None

    async def close(self) -> None:
        """Wait for no reading any more; the threads end by their own deadlines."""
        for task in self._running.values():
            task.cancel()
        await asyncio.gather(*self._running.values(), return_exceptions=True)

    def _target(self, visit: Visit, previous: PlatformStatus) -> Target | None:
        metadata = visit.observed.platform["metadata"]
        proven = is_proven(int(metadata.get("generation", 0)), previous, self._proofs.get(metadata["uid"]))
        return target_of(visit, proven=proven)

    def _is_due(self, uid: str, target: Target, now: int) -> bool:
        return seconds_until_due(self._proofs.get(uid), target.generation, target.pods, now) <= 0

    def _harvest(self, uid: str, task: asyncio.Task[Proof], now: int) -> None:
        if not task.done():
            return
        del self._running[uid]
        oldest = now - int(2 * AGAIN_SECONDS * MICROSECONDS_PER_SECOND)
        self._proofs = {kept: proof for kept, proof in self._proofs.items() if proof.at >= oldest}
        self._proofs[uid] = task.result()

    async def _prove(self, target: Target) -> Proof:
        seconds, fault = None, None
        try:
            seconds = await asyncio.to_thread(self._reading, target.producer, target.analytics, target.keyring)
        except ProbeError as error:
            fault = error.message
            log.warning("reading-did-not-come-back", error=fault)
        at = time.time_ns() // 1000
        return Proof(generation=target.generation, at=at, pods=target.pods, seconds=seconds, fault=fault)


def target_of(visit: Visit, *, proven: bool) -> Target | None:
    """What can be proved: nothing before all is rolled out, while an endpoint is away, or without the keys.

    `proven` says that this generation was rolled out before: what is repaired since then does not matter.
    """
    observed, platform = visit.observed, visit.plan.platform
    ready = _ready_pods(observed)
    if platform is None or stopped_components(platform.spec) or not (proven or is_rolled_out(visit)):
        return None
    if not all(ready.get(endpoint) for endpoint in endpoints_served_by(platform.spec)):
        return None
    producer, analytics = (_url(platform, observed, name) for name in (Component.PRODUCER, Component.ANALYTICS))
    keyring = _keyring(platform, observed)
    if producer is None or analytics is None or keyring is None:
        return None
    return Target(
        producer=producer,
        analytics=analytics,
        keyring=keyring,
        generation=int(observed.platform["metadata"].get("generation", 0)),
        pods=frozenset(uid for uids in ready.values() for uid in uids),
    )


def is_rolled_out(visit: Visit) -> bool:
    """Whether all that readings pass is as the spec says; what is on its way out may still be there."""
    plan, steps = visit.plan, list(Step)
    unfinished = {one.step for one in plan.changes} | {one.step for one in plan.waits}
    is_over = all(steps.index(step) > steps.index(Step.WORKLOADS) for step in unfinished)
    return is_over and plan.refusal is None and not held_back(plan, visit.observed)


def _ready_pods(observed: Observed) -> dict[str, list[str]]:
    """Uids of the ready pods by component, servers included; Jobs' pods come and go by themselves."""
    found: dict[str, list[str]] = {}
    for given in observed.pods:
        pod = parse_live(given, Pod)
        if pod.is_ready and not pod.job:
            found.setdefault(pod.metadata.labels.get(COMPONENT_LABEL, ""), []).append(pod.metadata.uid)
    return found


def _url(platform: TelemetryPlatform, observed: Observed, component: Component) -> str | None:
    """By the Service's own address, so that an operator outside of the cluster's DNS finds it as well."""
    service = observed.objects.get(Key(SERVICE.kind, object_name(platform, component)))
    address = service["spec"].get("clusterIP") if service else None
    if not address:
        return None
    return f"{'https' if platform.spec.tls else 'http'}://{host_in_url(address)}:{PUBLIC_PORT}"


def _keyring(platform: TelemetryPlatform, observed: Observed) -> Keyring | None:
    text = observed.secrets.get(keys_secret_name(platform), {}).get(KEYS_KEY)
    if text is None:
        return None
    try:
        return signed_by_the_oldest(parse_keyring(text.encode()))
    except InvalidKeyring as error:
        log.warning("keys-not-usable", secret=keys_secret_name(platform), error=str(error))
        return None


def signed_by_the_oldest(keyring: Keyring) -> Keyring:
    """The keyring with its oldest secret signing: services that have not read a rotated file yet know that one too."""
    others = [kid for kid in keyring.secrets if kid != keyring.current]
    oldest = min(others, key=lambda kid: keyring.created.get(kid, 0), default=keyring.current)
    return Keyring(oldest, keyring.secrets, keyring.created)
