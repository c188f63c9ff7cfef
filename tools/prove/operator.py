"""`make prove`, the operator: a hundred platforms in one namespace; how long visits take, memory, writes at rest.

The platforms are real and their objects are; no pod runs (servers elsewhere, no replicas, a quota), so that what is
measured is the operator and the API server, and not the programs.
"""

import json
import tempfile
import time
from argparse import ArgumentParser
from datetime import UTC, datetime
from os import getloadavg
from pathlib import Path
from typing import Final

from rich.console import Console

from tools.cluster.contexts import current_context
from tools.cluster.jobs import complete_jobs
from tools.cluster.kubectl import Kubectl, Object, until
from tools.prove.audit import writes_of_the_operator
from tools.prove.goals import Measured, is_met, table_of
from tools.prove.operating import Buckets, Operator, operating, quantile
from tools.prove.platforms import namespace_without_pods, platform_of

PLATFORMS: Final = "telemetryplatforms.telemetry.dev"
MANAGED: Final = "app.kubernetes.io/managed-by=telemetry-operator"
OWNED: Final = "deployments,jobs,services,secrets,configmaps,serviceaccounts,networkpolicies"
OPERATORS: Final = "app.kubernetes.io/name=telemetry-operator"
SETTLING_SECONDS: Final = 10.0  # what the last writes set going comes to an end
REST_SECONDS: Final = 60.0
ARRIVAL_SECONDS: Final = 900.0


def main() -> int:
    parser = ArgumentParser(prog="python -m tools.prove.operator", description=__doc__)
    parser.add_argument("--namespace", default="telemetry-hundred", help="made for the run, and deleted after it")
    parser.add_argument("--platforms", type=int, default=100)
    options = parser.parse_args()
    kubectl = Kubectl(current_context(), options.namespace)
    if rivals := _rivals(kubectl):
        parser.error(f"another operator looks after the whole cluster ({', '.join(rivals)}): uninstall it first")
    with tempfile.TemporaryDirectory() as directory, namespace_without_pods(kubectl):
        measured = measure(kubectl, options.platforms, Path(directory))
    Console().print(table_of(measured))
    return 0 if is_met(measured) else 1


def measure(kubectl: Kubectl, count: int, directory: Path) -> Measured:
    load, since = getloadavg()[0], time.monotonic()
    kubectl.apply(*(platform_of(f"p{number:03}", kubectl.namespace) for number in range(count)))
    with operating(kubectl.namespace, directory) as operator:
        fresh = operator.visits()
        until(lambda: _are_settled(kubectl, count), what="every platform as specified", seconds=ARRIVAL_SECONDS)
        arrived, arrival = operator.visits(), time.monotonic() - since
        rested, writes, source = _rest(kubectl, operator, count)
        return Measured(
            platforms=count,
            objects=len(kubectl.list(OWNED, MANAGED)),
            arrival_seconds=arrival,
            arrival_p95=quantile(0.95, fresh, arrived),
            rest_p95=quantile(0.95, arrived, rested),
            rest_seconds=REST_SECONDS,
            rest_visits=int(max(rested.values()) - max(arrived.values())),
            peak_mib=operator.peak_mib(),
            writes=writes,
            source=source,
            loads=(load, getloadavg()[0]),
        )


def _rest(kubectl: Kubectl, operator: Operator, count: int) -> tuple[Buckets, dict[str, int], str]:
    """A minute in which each platform is visited once more, though nothing is to do: visits, writes, who told them."""
    time.sleep(SETTLING_SECONDS)
    visits, logged, since = max(operator.visits().values()), operator.writes(), _now()
    deadline = time.monotonic() + REST_SECONDS
    # A label of a person's own on each platform is a change to look at, and none to act upon.
    kubectl("label", PLATFORMS, "--all", "looked-at=once", "--overwrite")
    until(lambda: max(operator.visits().values()) >= visits + count, what="a visit of each", seconds=ARRIVAL_SECONDS)
    time.sleep(max(0.0, deadline - time.monotonic()))
    told = writes_of_the_operator(kubectl.namespace, since, _now())
    if told is not None:
        return operator.visits(), dict(told), "audit log"
    written = operator.writes() - logged
    return operator.visits(), {"objects": written} if written else {}, "operator's log"


def _are_settled(kubectl: Kubectl, count: int) -> bool:
    complete_jobs(kubectl, MANAGED)
    platforms = kubectl.list(PLATFORMS)
    return sum(_is_ready(platform) for platform in platforms) == count


def _is_ready(platform: Object) -> bool:
    conditions = platform.get("status", {}).get("conditions", [])
    return any(one["type"] == "Ready" and one["status"] == "True" for one in conditions)


def _rivals(kubectl: Kubectl) -> list[str]:
    """Operators that would visit the same platforms."""
    found = kubectl("get", "deployments", "--all-namespaces", "--selector", OPERATORS, "--output", "json")
    return [_named(one) for one in json.loads(found)["items"] if "TELEMETRY_OPERATOR_NAMESPACES" not in json.dumps(one)]


def _named(live: Object) -> str:
    return f"{live['metadata']['namespace']}/{live['metadata']['name']}"


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


if __name__ == "__main__":
    raise SystemExit(main())
