"""A benchmark's run in a cluster: everything that it takes, as objects that go with the TelemetryBenchmark.

`build_run` is all but the credentials, which are made once and never again (`benchmark_inputs.build_credentials`).
A master Job and an Indexed Job of workers read the same plan; a third asks the platform's servers how they are. The
master keeps the result until it has been fetched, at `control_url`, whose paths and words are
`telemetry_loadtest.progress`; a pod that ends with nothing says why in its termination message, in the words of
`telemetry_loadtest.endings`.
"""

from telemetry_loadtest.plan import TargetOfLoad
from telemetry_operator.resources.addresses import service_host
from telemetry_operator.resources.benchmark_context import CERTIFICATE_FILE, CREDENTIALS_FILE, MASTER, Run
from telemetry_operator.resources.benchmark_inputs import build_plan
from telemetry_operator.resources.benchmark_network import CONTROL_PORT, build_master_service, build_run_policies
from telemetry_operator.resources.benchmark_pods import build_collector, build_master, build_run_account, build_workers
from telemetry_operator.resources.naming import part_name
from telemetry_operator.resources.objects import Object
from telemetry_operator.resources.ports import PUBLIC_PORT
from telemetry_operator.specs.benchmark import TelemetryBenchmark
from telemetry_operator.specs.platform import TelemetryPlatform


def build_run(run: Run) -> tuple[Object, ...]:
    """The run's objects in the order in which they are applied; equal arguments give equal objects.

    Raises:
        TooLargeError: the plan is larger than a ConfigMap may be.
    """
    return (
        build_run_account(run),
        build_plan(run),
        *build_run_policies(run),
        build_master_service(run),
        build_master(run),
        build_workers(run),
        build_collector(run),
    )


def target_in_cluster(platform: TelemetryPlatform) -> TargetOfLoad:
    """What a plan says of a platform whose generator runs in pods beside it."""
    scheme = "https" if platform.spec.tls else "http"
    producer, analytics = (
        f"{scheme}://{service_host(platform, name)}:{PUBLIC_PORT}" for name in ("producer", "analytics")
    )
    certificate = CERTIFICATE_FILE if platform.spec.tls else ""
    return TargetOfLoad(producer, analytics, credentials_file=CREDENTIALS_FILE, certificate_file=certificate)


def control_url(benchmark: TelemetryBenchmark) -> str:
    """Where the master answers, as pods of the cluster find it."""
    host = f"{part_name(benchmark.metadata.name, MASTER)}.{benchmark.metadata.namespace}.svc"
    return f"http://{host}:{CONTROL_PORT}"
