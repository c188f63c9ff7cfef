"""The Jobs of a run: its master, its workers by their index, and the collector beside them.

No pod is tried again. A worker that begins anew would not know what it had sent, and a master would have lost what was
measured: the run says so instead. A worker that is lost takes no other with it (`backoffLimitPerIndex`). A collector
that is lost takes with it what it saw of the platform's servers, and nothing of the measurement.
"""

from collections.abc import Mapping
from math import ceil
from typing import Final

from telemetry_loadtest.plan import Plan
from telemetry_loadtest.trials import longest_seconds
from telemetry_operator.resources.benchmark_context import (
    ACCOUNT,
    CERTIFICATE_DIRECTORY,
    COLLECTOR,
    COLLECTOR_KEY,
    CONTROL_KEY,
    CREDENTIALS,
    CREDENTIALS_DIRECTORY,
    CREDENTIALS_KEY,
    MASTER,
    PLAN,
    PLAN_DIRECTORY,
    PLAN_KEY,
    SERVERS_KEY,
    WORKER,
    Run,
    build_part,
    run_labels,
)
from telemetry_operator.resources.benchmark_network import CONTROL_PORT, MASTER_PORTS, WORKERS_PORT
from telemetry_operator.resources.files import MountedFiles
from telemetry_operator.resources.naming import COMPONENT_LABEL, MANAGED_BY, PLATFORM_LABEL
from telemetry_operator.resources.objects import JOB, SERVICE_ACCOUNT, Object
from telemetry_operator.resources.pods import (
    TMP,
    TMP_SIZE,
    build_container,
    config_map_volume,
    empty_volume,
    http_get,
    mount_read_only,
    pod_security,
    probe,
    secret_volume,
)
from telemetry_operator.specs.platform import TelemetryPlatform
from telemetry_operator.specs.pods import Resources

USER: Final = 10001  # of the image telemetry/loadtest, and its group

STARTING: Final = 300  # seconds until all workers must be ready: scheduling, pulling the image, the first readings
KEEPING: Final = 7 * 24 * 3600  # seconds that a result waits for an operator that is away
DRAINING: Final = 120  # seconds behind the load, beside three times the time for an answer
MASTER_GRACE: Final = 30  # seconds: what was measured can still be fetched from a master that is told to end
COLLECTOR_GRACE: Final = 5  # seconds; it ends when nobody wants what it saw any more
WORKER_GRACE: Final = 5  # seconds; whoever ends a worker loses its share

LAST_WORDS: Final = ("--last-words", "/dev/termination-log")
MASTER_PROBES: Final = {
    "startupProbe": {**probe(http_get("/livez", "control"), every=2, failures=60), "initialDelaySeconds": 2},
    # Workers' reports come by the second; a loop that has not turned for a minute will not turn again.
    "livenessProbe": probe(http_get("/livez", "control"), every=10, failures=6, timeout=5),
}


def build_run_account(run: Run) -> Object:
    """The ServiceAccount of a run's pods: it may do nothing, and its token is mounted nowhere."""
    account = build_part(SERVICE_ACCOUNT, run, ACCOUNT)
    return {**account, "automountServiceAccountToken": False}


def build_master(run: Run) -> Object:
    arguments = [
        "--master", "--master-port", str(WORKERS_PORT), "--control-port", str(CONTROL_PORT),
        "--control-token", f"{CREDENTIALS_DIRECTORY}/{CONTROL_KEY}", "--patience", str(STARTING),
        "--keep", str(KEEPING),
    ]  # fmt: skip
    files = _files(run, CREDENTIALS_KEY, CONTROL_KEY)
    container = _container(run, MASTER, arguments, files, run.master_resources)
    ports = [{"name": name, "containerPort": number, "protocol": "TCP"} for name, number in MASTER_PORTS.items()]
    template = _template(run, MASTER, {**container, "ports": ports, **MASTER_PROBES}, files, MASTER_GRACE)
    return {
        **build_part(JOB, run, MASTER),
        "spec": {
            "backoffLimit": 0,
            "activeDeadlineSeconds": STARTING + _run_seconds(run.plan) + KEEPING,
            "template": template,
        },
    }


def build_workers(run: Run) -> Object:
    host = f"{run.part(MASTER)}.{run.benchmark.metadata.namespace}.svc"
    arguments = [
        "--worker", "$(JOB_COMPLETION_INDEX)", "--master-host", host, "--master-port", str(WORKERS_PORT),
        "--patience", str(STARTING),
    ]  # fmt: skip
    files = _files(run, CREDENTIALS_KEY)
    container = _container(run, WORKER, arguments, files, run.worker_resources)
    return {
        **build_part(JOB, run, WORKER),
        "spec": {
            "completionMode": "Indexed",
            "completions": run.plan.workers,
            "parallelism": run.plan.workers,
            "backoffLimitPerIndex": 0,
            "activeDeadlineSeconds": STARTING + _run_seconds(run.plan),
            "template": _template(run, WORKER, container, files, WORKER_GRACE),
        },
    }


def build_collector(run: Run) -> Object:
    files = _mounted({CREDENTIALS_DIRECTORY: _secrets(run, SERVERS_KEY, COLLECTOR_KEY)})
    container = build_container(
        run.platform, COLLECTOR, run.image, run.collector_resources, mounts=[file.mount for file in files],
        ports={"control": CONTROL_PORT},
    )  # fmt: skip
    command = [
        "python", "-m", "telemetry_loadtest.collector", "--config", f"{CREDENTIALS_DIRECTORY}/{SERVERS_KEY}",
        "--serve", str(CONTROL_PORT), "--token", f"{CREDENTIALS_DIRECTORY}/{COLLECTOR_KEY}",
    ]  # fmt: skip
    return {
        **build_part(JOB, run, COLLECTOR),
        "spec": {
            "backoffLimit": 0,
            "activeDeadlineSeconds": STARTING + _run_seconds(run.plan) + KEEPING,
            "template": _template(run, COLLECTOR, {**container, "command": command}, files, COLLECTOR_GRACE),
        },
    }


def _run_seconds(plan: Plan) -> int:
    """From the first pod to the last answer, at most."""
    return STARTING + ceil(longest_seconds(plan) + 3 * plan.timeout) + DRAINING


def _container(run: Run, name: str, arguments: list[str], files: list[MountedFiles], resources: Resources) -> Object:
    container = build_container(run.platform, name, run.image, resources, mounts=[file.mount for file in files])
    command = ["python", "-m", "telemetry_loadtest.engine", f"{PLAN_DIRECTORY}/{PLAN_KEY}"]
    return {**container, "command": [*command, *arguments, *LAST_WORDS]}


def _files(run: Run, *keys: str) -> list[MountedFiles]:
    """The plan, the given keys of the credentials, and the platform's certificate without its key."""
    volumes = {
        PLAN_DIRECTORY: config_map_volume("plan", run.part(PLAN)),
        CREDENTIALS_DIRECTORY: _secrets(run, *keys),
    }
    if run.platform.spec.tls:
        volumes[CERTIFICATE_DIRECTORY] = secret_volume("certificate", run.platform.spec.tls.secret_name, "tls.crt")
    return _mounted(volumes)


def _secrets(run: Run, *keys: str) -> Object:
    return secret_volume("credentials", run.part(CREDENTIALS), *keys)


def _mounted(volumes: Mapping[str, Object]) -> list[MountedFiles]:
    return [MountedFiles(volume, mount_read_only(volume["name"], path)) for path, volume in volumes.items()]


def _template(run: Run, component: str, container: Object, files: list[MountedFiles], grace_seconds: int) -> Object:
    secrets = [{"name": one.name} for one in run.platform.spec.producer.pod.image_pull_secrets]
    return {
        "metadata": {"labels": run_labels(run, component)},
        "spec": {
            "restartPolicy": "Never",
            "serviceAccountName": run.part(ACCOUNT),
            "automountServiceAccountToken": False,
            "enableServiceLinks": False,
            "securityContext": pod_security(USER),
            "terminationGracePeriodSeconds": grace_seconds,
            "affinity": {"podAntiAffinity": {"preferredDuringSchedulingIgnoredDuringExecution": _apart(run.platform)}},
            "containers": [container],
            "volumes": [empty_volume(TMP, TMP_SIZE), *(file.volume for file in files)],
            **({"imagePullSecrets": secrets} if secrets else {}),
        },
    }


def _apart(platform: TelemetryPlatform) -> list[Object]:
    """Rather on a node without pods of the platform, and beside other workers rather than beside those."""
    pods = {PLATFORM_LABEL: platform.metadata.name, **MANAGED_BY}
    workers = {COMPONENT_LABEL: WORKER, **MANAGED_BY}
    return [
        {
            "weight": weight,
            "podAffinityTerm": {"labelSelector": {"matchLabels": labels}, "topologyKey": "kubernetes.io/hostname"},
        }
        for weight, labels in ((100, pods), (50, workers))
    ]
