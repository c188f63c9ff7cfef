"""Results that a cluster keeps, by the name of their benchmark: what kubeconfig's current context shows."""

import asyncio
from typing import Final

from kubernetes.aio.config.config_exception import ConfigException
from kubernetes.aio.config.kube_config import list_kube_config_contexts

from telemetry_loadtest.results import NotAResultError, Result
from telemetry_operator.cluster.client import connect, load_configuration
from telemetry_operator.cluster.errors import ClusterError
from telemetry_operator.cluster.kinds import BENCHMARK
from telemetry_operator.cluster.protocols import Reader
from telemetry_operator.errors import PlatformError
from telemetry_operator.reconcile.runs.storing import read_results
from telemetry_operator.resources.objects import CONFIG_MAP
from telemetry_operator.specs.benchmark_status import BenchmarkStatus, read_benchmark_status

PREFIX: Final = "tb/"
USUAL: Final = "default"


class NotKeptError(PlatformError):
    """The cluster has no result of this benchmark."""


def fetch_run(name: str) -> Result:
    """The result of `tb/NAME`, in the context's namespace, or of `tb/NAMESPACE/NAME`.

    Raises:
        NotKeptError: there is none, or no cluster to ask.
    """
    place, _, benchmark = name.removeprefix(PREFIX).rpartition("/")
    try:
        return asyncio.run(_fetch(place, benchmark))
    except (ClusterError, ConfigException) as error:
        raise NotKeptError(f"{name}: {error}", hint="kubectl get tb shows what there is") from None


async def _fetch(place: str, benchmark: str) -> Result:
    configuration = await load_configuration()
    async with connect(configuration) as cluster:
        return await find_result(cluster, place or await current_namespace(), benchmark)


async def find_result(cluster: Reader, namespace: str, name: str) -> Result:
    """The result that a benchmark's status points at.

    Raises:
        NotKeptError: there is none, or not all of it.
        ClusterError: the cluster does not answer.
    """
    found = await cluster.get(BENCHMARK, namespace, name)
    if found is None:
        raise NotKeptError(f"there is no TelemetryBenchmark {name} in {namespace}", hint="kubectl get tb -A lists them")
    status = read_benchmark_status(found)
    if status.result is None:
        raise NotKeptError(f"{name} has no result: {_why(status)}", hint=f"kubectl describe tb {name} -n {namespace}")
    parts = [await cluster.get(CONFIG_MAP, namespace, part) for part in status.result.config_maps]
    try:
        return read_results(status.result, [part or {} for part in parts])
    except NotAResultError as error:
        raise NotKeptError(f"{name}: {error}") from None


async def current_namespace() -> str:
    """That of kubeconfig's current context."""
    _, current = await asyncio.to_thread(list_kube_config_contexts)
    return str(((current or {}).get("context") or {}).get("namespace") or USUAL)


def _why(status: BenchmarkStatus) -> str:
    if status.phase is None:
        return "no operator has looked at it yet"
    return status.reason or status.step or f"it is {status.phase}"
