"""Reading from the API server all that a visit of a comparison decides from."""

import asyncio
from collections.abc import Iterator

import msgspec

from telemetry_loadtest.comparison_results import CellRecord
from telemetry_operator.cluster.kinds import BENCHMARK, CLAIM, COMPARISON, PLATFORM, POD
from telemetry_operator.cluster.protocols import Reader
from telemetry_operator.reconcile.comparisons.observed import ObservedComparison
from telemetry_operator.resources.benchmark_context import BENCHMARK_LABEL
from telemetry_operator.resources.comparison import COMPARISON_LABEL, QUOTA, RECORD, RECORD_KEY
from telemetry_operator.resources.naming import COMPONENT_LABEL, MANAGED_BY, PLATFORM_LABEL
from telemetry_operator.resources.objects import CONFIG_MAP, RESOURCE_QUOTA, Object, key_of
from telemetry_operator.specs.comparison import ArchitectureComparison
from telemetry_operator.specs.comparison_status import read_comparison_status
from telemetry_operator.specs.manifest import ManifestError, parse_object_of


async def observe_comparison(cluster: Reader, namespace: str, name: str) -> ObservedComparison | None:
    """What there is of a comparison now; None where there is no such comparison."""
    found = await cluster.get(COMPARISON, namespace, name)
    if found is None:
        return None
    model, fault = _parsed(found)
    status = read_comparison_status(found)
    if "deletionTimestamp" in found["metadata"]:
        return ObservedComparison(subject=found, model=model, fault=fault, status=status)
    labels = {**MANAGED_BY, COMPARISON_LABEL: name}
    kinds = ((PLATFORM, labels), (BENCHMARK, labels), (CONFIG_MAP, {**labels, COMPONENT_LABEL: RECORD}))
    listed = await asyncio.gather(*(cluster.list(kind, namespace, labels=chosen) for kind, chosen in kinds))
    platforms, benchmarks, kept = ([one for one in some if is_owned(one, found)] for some in listed)
    pods, claims = await _of_cell(cluster, namespace, status.cell.object) if status.cell else ((), ())
    quotas = await cluster.list(RESOURCE_QUOTA, namespace)
    return ObservedComparison(
        subject=found,
        model=model,
        fault=fault,
        status=status,
        platforms={one["metadata"]["name"]: one for one in platforms},
        benchmarks={one["metadata"]["name"]: one for one in benchmarks},
        records={record.name: record for record in _records(kept)},
        kept={key_of(one): one for one in kept},
        quota=next((one for one in quotas if one["metadata"]["name"] == QUOTA), None),
        pods=pods,
        claims=claims,
    )


def _parsed(found: Object) -> tuple[ArchitectureComparison | None, str]:
    try:
        return parse_object_of(ArchitectureComparison, found, source="spec"), ""
    except ManifestError as error:
        return None, str(error)


def is_owned(found: Object, comparison: Object) -> bool:
    """Whether an object goes with this very comparison, not with an earlier one of its name."""
    uid = comparison["metadata"]["uid"]
    return any(owner["uid"] == uid for owner in found["metadata"].get("ownerReferences") or ())


def _records(kept: list[Object]) -> Iterator[CellRecord]:
    """Those that can be read; a cell whose record cannot is run again."""
    for one in kept:
        try:
            yield msgspec.json.decode((one.get("data") or {}).get(RECORD_KEY, ""), type=CellRecord)
        except msgspec.MsgspecError:
            continue


async def _of_cell(cluster: Reader, namespace: str, name: str) -> tuple[tuple[Object, ...], tuple[Object, ...]]:
    """Pods and claims of a cell: the next begins when none of them takes its share any more."""
    of_platform, of_run = {**MANAGED_BY, PLATFORM_LABEL: name}, {**MANAGED_BY, BENCHMARK_LABEL: name}
    pods, runs, claims = await asyncio.gather(
        cluster.list(POD, namespace, labels=of_platform),
        cluster.list(POD, namespace, labels=of_run),
        cluster.list(CLAIM, namespace, labels=of_platform),
    )
    return (*pods, *runs), claims
