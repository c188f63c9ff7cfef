"""Results that a cluster keeps, by the name of their benchmark or comparison, as kubeconfig has it."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

from kubernetes.aio.config.config_exception import ConfigException
from kubernetes.aio.config.kube_config import list_kube_config_contexts

from telemetry_loadtest.comparison_results import Comparison, NotAComparisonError
from telemetry_loadtest.results import NotAResultError, Result
from telemetry_operator.cluster.client import connect, load_configuration
from telemetry_operator.cluster.errors import ClusterError
from telemetry_operator.cluster.kinds import BENCHMARK, COMPARISON
from telemetry_operator.cluster.protocols import Reader
from telemetry_operator.errors import PlatformError
from telemetry_operator.reconcile.comparisons.storing import read_comparison_results
from telemetry_operator.reconcile.runs.storing import read_results
from telemetry_operator.resources.objects import CONFIG_MAP, Kind, Object
from telemetry_operator.specs.benchmark_status import BenchmarkStatus, ResultStatus, read_benchmark_status
from telemetry_operator.specs.comparison_status import ComparisonStatus, read_comparison_status

RUN: Final = "tb/"
COMPARED: Final = "ac/"
USUAL: Final = "default"

Fetched = TypeVar("Fetched")


@dataclass(frozen=True, slots=True)
class Source(Generic[Fetched]):
    """A kind whose status points at the ConfigMaps of a result."""

    prefix: str
    kind: Kind
    read_status: Callable[[Object], BenchmarkStatus | ComparisonStatus]
    read: Callable[[ResultStatus, list[Object]], Fetched]


RUNS: Final = Source(RUN, BENCHMARK, read_benchmark_status, read_results)
COMPARISONS: Final = Source(COMPARED, COMPARISON, read_comparison_status, read_comparison_results)


class NotKeptError(PlatformError):
    """The cluster has no result of this name."""


def fetch(name: str) -> Result | Comparison:
    """What the cluster keeps of `tb/NAME` or `ac/NAME`, in the context's namespace, or of `tb/NAMESPACE/NAME`.

    Raises:
        NotKeptError: there is none, or no cluster to ask.
    """
    return _fetched(name, RUNS) if name.startswith(RUN) else _fetched(name, COMPARISONS)


def _fetched(name: str, source: Source[Fetched]) -> Fetched:
    place, _, subject = name.removeprefix(source.prefix).rpartition("/")
    try:
        return asyncio.run(_fetch(source, place, subject))
    except ConfigException as error:
        hint = "kubectl config get-contexts lists the clusters that are known here"
        raise NotKeptError(f"{name}: no cluster to ask: {error}", hint=hint) from None
    except ClusterError as error:
        hint = f"kubectl get {source.prefix[:-1]} shows what there is"
        raise NotKeptError(f"{name}: {error}", hint=hint) from None


async def _fetch(source: Source[Fetched], place: str, name: str) -> Fetched:
    configuration = await load_configuration()
    async with connect(configuration) as cluster:
        return await find_result(cluster, source, place or await current_namespace(), name)


async def find_result(cluster: Reader, source: Source[Fetched], namespace: str, name: str) -> Fetched:
    """The result that an object's status points at.

    Raises:
        NotKeptError: there is none, or not all of it.
        ClusterError: the cluster does not answer.
    """
    status = source.read_status(await _found(cluster, source.kind, namespace, name))
    if status.result is None:
        hint = f"kubectl describe {source.prefix[:-1]} {name} -n {namespace}"
        raise NotKeptError(f"{name} has no result: {_why(status)}", hint=hint)
    try:
        return source.read(status.result, await _parts(cluster, namespace, status.result))
    except (NotAResultError, NotAComparisonError) as error:
        raise NotKeptError(f"{name}: {error}") from None


async def _found(cluster: Reader, kind: Kind, namespace: str, name: str) -> Object:
    found = await cluster.get(kind, namespace, name)
    if found is None:
        hint = f"kubectl get {kind.plural} -A lists them"
        raise NotKeptError(f"there is no {kind.kind} {name} in {namespace}", hint=hint)
    return found


async def _parts(cluster: Reader, namespace: str, kept: ResultStatus) -> list[Object]:
    return [await cluster.get(CONFIG_MAP, namespace, part) or {} for part in kept.config_maps]


async def current_namespace() -> str:
    """That of kubeconfig's current context."""
    _, current = await asyncio.to_thread(list_kube_config_contexts)
    return str(((current or {}).get("context") or {}).get("namespace") or USUAL)


def _why(status: BenchmarkStatus | ComparisonStatus) -> str:
    if status.phase is None:
        return "no operator has looked at it yet"
    return status.reason or status.step or f"it is {status.phase}"
