"""The end of a run in the cluster: the books closed against analytics' Service, and all parts made one result."""

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from importlib.metadata import version
from platform import python_version as platform_version
from typing import Final, TypeAlias

import httpx
import msgspec

from telemetry_contract.keys import parse_keyring
from telemetry_contract.times import MICROSECONDS_PER_SECOND, format_time
from telemetry_loadtest.assembling import Surroundings, assemble
from telemetry_loadtest.concluding import conclude_trials
from telemetry_loadtest.credentials import decode_credentials, issue_credentials
from telemetry_loadtest.measured import Measured, Searched
from telemetry_loadtest.plan import Plan
from telemetry_loadtest.results import Books, Machine, Platform, Provenance, Result
from telemetry_loadtest.verdict import Cause
from telemetry_operator.benchmarks.books import close_run, close_trials
from telemetry_operator.client.query import Analytics, QueryError
from telemetry_operator.probe import unverified
from telemetry_operator.reconcile.reporting.live import Pod, parse_live
from telemetry_operator.reconcile.runs.collector import Collected
from telemetry_operator.reconcile.runs.observe import nodes_of, value_in
from telemetry_operator.reconcile.runs.observed import ObservedPlatform, ObservedRun
from telemetry_operator.reconcile.runs.surroundings import surroundings_of
from telemetry_operator.resources.benchmark_context import CREDENTIALS, CREDENTIALS_KEY
from telemetry_operator.resources.naming import part_name
from telemetry_operator.resources.objects import SECRET, Key, Object
from telemetry_operator.specs.layout import components_of, replica_bounds

PATIENCE_SECONDS: Final = 60.0
"""After the last answer until all must be stored, as for runs on one machine."""
ASKING_SECONDS: Final = 30.0
PACKAGES: Final = ("telemetry-operator", "telemetry-loadtest")
"""Those of the operator's image; the generator's are of the same release."""
Closed: TypeAlias = tuple[Measured, Books | None]
ClosedTrials: TypeAlias = tuple[Searched, Sequence[Books | None]]
SHARED: Final = "The load generator and the platform shared a node's cores."


async def close_books(observed: ObservedRun, plan: Plan, measured: Measured) -> Closed:
    """Close the books; where that cannot be done, nobody knows whether anything was lost, and the run is an error."""
    try:
        async with open_analytics(observed) as client:
            analytics = Analytics(client, _reader(observed))
            return measured, await close_run(plan, measured.accounts, measured.begin, analytics, PATIENCE_SECONDS)
    except QueryError as error:
        return msgspec.structs.replace(measured, cause=Cause.FAILED, detail=_not_compared(error)), None


async def close_books_of_trials(observed: ObservedRun, plan: Plan, searched: Searched) -> ClosedTrials:
    """Close the books of every trial; where that cannot be done the search is an error, as a run is."""
    try:
        async with open_analytics(observed) as client:
            analytics = Analytics(client, _reader(observed))
            return searched, await close_trials(plan, searched.trials, analytics, PATIENCE_SECONDS)
    except QueryError as error:
        failed = msgspec.structs.replace(searched, cause=Cause.FAILED, detail=_not_compared(error))
        return failed, [None] * len(searched.trials)


def _not_compared(error: QueryError) -> str:
    return f"the books could not be compared: {error.message}"


async def count_readings(observed: ObservedRun, plan: Plan, now: int) -> int:
    """How many readings the platform holds before the run.

    Raises:
        QueryError: analytics does not answer.
    """
    assert observed.platform is not None  # noqa: S101 - admitted
    assert observed.platform.keys is not None  # noqa: S101 - admitted
    keyring = parse_keyring(observed.platform.keys)
    token = issue_credentials(plan, keyring, now / MICROSECONDS_PER_SECOND).reader
    async with open_analytics(observed) as client:
        return (await Analytics(client, token, attempts=3).stats()).readings


def open_analytics(observed: ObservedRun) -> httpx.AsyncClient:
    """A client of the platform's analytics, whose certificate is for the name that other clients use."""
    address = observed.platform.addresses.get("analytics", "") if observed.platform else ""
    return httpx.AsyncClient(base_url=address, timeout=ASKING_SECONDS, trust_env=False, verify=unverified())


def assemble_result(
    observed: ObservedRun, plan: Plan, closed: Closed, collected: Collected, *, command: str, now: int
) -> Result:
    measured, books = closed
    provenance = _provenance_of(observed, plan, command=command, now=now)
    return assemble(plan, provenance(measured), measured, books, _around(observed, measured, collected))


def conclude_search(
    observed: ObservedRun, plan: Plan, closed: ClosedTrials, collected: Collected, *, command: str, now: int
) -> Result:
    searched, books = closed
    provenance = _provenance_of(observed, plan, command=command, now=now)

    def around(measured: Measured) -> Surroundings:
        return _around(observed, measured, collected.during(measured.begin, measured.duration))

    return conclude_trials(plan, searched, books, provenance, around)


def _around(observed: ObservedRun, measured: Measured, collected: Collected) -> Surroundings:
    notes = [SHARED] if _is_shared(observed) else []
    return surroundings_of(_platform_of(observed).model, measured, collected, notes)


def _is_shared(observed: ObservedRun) -> bool:
    """Whether a pod of the generator stands on a node of the platform."""
    return bool(nodes_of(_platform_of(observed).pods) & nodes_of(observed.pods))


def _platform_of(observed: ObservedRun) -> ObservedPlatform:
    assert observed.platform is not None  # noqa: S101 - its books were closed
    return observed.platform


def _provenance_of(observed: ObservedRun, plan: Plan, *, command: str, now: int) -> Callable[[Measured], Provenance]:
    platform = _platform_of(observed)
    pods = (*platform.pods, *observed.pods, *([observed.collector] if observed.collector else []))

    def provenance(measured: Measured) -> Provenance:
        return Provenance(
            run=plan.run,
            name=observed.metadata["name"],
            began=format_time(int(measured.begin * MICROSECONDS_PER_SECOND)),
            ended=format_time(now),
            seed=plan.seed,
            command=command.split(),
            manifest=manifest_text(observed.subject),
            versions=versions(),
            machine=_machine(observed, plan, shared=_is_shared(observed)),
            platform=_platform(platform),
            images=images_of(pods),
        )

    return provenance


def versions() -> dict[str, str]:
    """Those of the programs that make a result."""
    return {"python": platform_version(), **{name: version(name) for name in PACKAGES}}


def images_of(pods: Iterable[Object]) -> dict[str, list[str]]:
    """What each component ran, by the ids that the kubelets report; of pods that were just being replaced, each."""
    found = defaultdict[str, set[str]](set)
    for pod in (parse_live(one, Pod) for one in pods):
        found[pod.metadata.component].update(one.image_id for one in pod.status.container_statuses if one.image_id)
    return {component: sorted(ids) for component, ids in sorted(found.items()) if ids}


def _reader(observed: ObservedRun) -> str:
    secret = observed.objects.get(Key(SECRET.kind, part_name(observed.metadata["name"], CREDENTIALS)))
    given = value_in(secret, CREDENTIALS_KEY)
    if given is None:
        raise QueryError("the run's Secret is gone, and with it the token to ask with")
    return decode_credentials(given).reader


def _machine(observed: ObservedRun, plan: Plan, *, shared: bool) -> Machine:
    """What is known of where the generator ran: its nodes by name. Their cores are not the operator's to ask for."""
    nodes = ", ".join(sorted(nodes_of(observed.pods))) or "unknown nodes"
    return Machine(
        system=f"Kubernetes pods on {nodes}", processor="unavailable", cores=plan.workers, memory_bytes=0,
        load_before=None, shared=shared,
    )  # fmt: skip


def _platform(platform: ObservedPlatform) -> Platform:
    spec = platform.model.spec
    return Platform(
        name=platform.model.metadata.name,
        preset=spec.architecture.value,
        choices={name: str(value) for name, value in msgspec.to_builtins(spec.choices).items()},
        replicas={str(one): replica_bounds(spec, one).least for one in components_of(spec)},
    )


def manifest_text(subject: Object) -> str:
    """The manifest in JSON, which is YAML: what the API server added is left out."""
    metadata = {name: subject["metadata"][name] for name in ("name", "namespace")}
    head = {name: subject[name] for name in ("apiVersion", "kind")}
    return json.dumps({**head, "metadata": metadata, "spec": subject["spec"]}, indent=1)
