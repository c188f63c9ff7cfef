"""The builtin PostgreSQL: one server, sized by its memory limit and volume.

The programs log in as the owner of the database `telemetry`; the superuser `postgres` can only be used inside the pod
(`kubectl exec`), by the socket, where it needs no password.
"""

from typing import Final

from telemetry_contract.settings import Component
from telemetry_operator.resources.addresses import DATABASE, USER
from telemetry_operator.resources.context import Context
from telemetry_operator.resources.credentials import PASSWORD
from telemetry_operator.resources.objects import Object
from telemetry_operator.resources.pods import probe
from telemetry_operator.resources.ports import POSTGRES_PORT
from telemetry_operator.resources.sizes import memory_bytes
from telemetry_operator.resources.stateful import (
    CONFIGURATION,
    Shape,
    build_client_service,
    build_configuration,
    build_stateful_set,
    execute,
    run_script,
    script,
)
from telemetry_operator.specs.layout import Server, builtin_of, components_of, replica_bounds
from telemetry_operator.specs.platform import TelemetryPlatform
from telemetry_operator.specs.spec import PlatformSpec

IMAGE_USER: Final = 999
VOLUME: Final = "/var/lib/postgresql"
# As the image has it, a directory below the volume: file systems have one of their own at its root.
PGDATA: Final = f"{VOLUME}/18/docker"
SOCKETS: Final = "/var/run/postgresql"

MEBI: Final = 1 << 20
LEAST_BUFFERS: Final = 16 * MEBI
LEAST_CONNECTIONS: Final = 100
OTHER_CONNECTIONS: Final = 25  # prepare, backups, a person, PostgreSQL's own reserve
# Of one replica, at most; while pods are replaced there are twice as many.
CONNECTIONS: Final = {Component.PRODUCER: 6, Component.CONSUMER: 4, Component.ANALYTICS: 10}

ALIVE: Final = execute(*run_script("sh", "alive.sh"))
PROBES: Final = {
    # It answers before it has recovered, so starting takes seconds after a crash too.
    "startupProbe": probe(ALIVE, every=2, failures=60, timeout=5),
    "readinessProbe": probe(execute("pg_isready", "--quiet"), every=5, failures=3, timeout=5),
    # Recovering takes as long as it takes: killing it would begin it anew.
    "livenessProbe": probe(ALIVE, every=10, failures=6, timeout=5),
}
# The image's stop signal ends connections at once; the last checkpoint is what takes time.
GRACE_SECONDS: Final = 120

HBA: Final = "local all all trust\nlocal replication postgres trust\nhost all all all scram-sha-256\n"


def build_postgres(platform: TelemetryPlatform, context: Context) -> tuple[Object, ...]:
    shape = _shape(platform, context)
    return (
        build_configuration(shape, platform, context),
        build_client_service(shape, platform, context, "postgres"),
        build_stateful_set(shape, platform, context),
    )


def max_connections(spec: PlatformSpec) -> int:
    """Room for all replicas that there may be, in coarse steps: each change restarts PostgreSQL."""
    most = sum(2 * replica_bounds(spec, one).most * CONNECTIONS[one] for one in components_of(spec))
    connections = LEAST_CONNECTIONS
    while connections < most + OTHER_CONNECTIONS:
        connections *= 2
    return connections


def settings_of(spec: PlatformSpec) -> dict[str, str]:
    """Settings in PostgreSQL's own words."""
    memory, volume = memory_bytes(spec, Server.POSTGRES), builtin_of(spec, Server.POSTGRES).storage.size.bytes
    connections = max_connections(spec)
    wal = _between(64 * MEBI, volume // 8, 4096 * MEBI)
    return {
        "listen_addresses": "*",
        "hba_file": f"{CONFIGURATION}/pg_hba.conf",
        "max_connections": str(connections),
        "shared_buffers": _megabytes(max(LEAST_BUFFERS, memory // 4)),
        "effective_cache_size": _megabytes(memory * 3 // 4),
        "work_mem": _megabytes(_between(4 * MEBI, memory // 4 // connections, 64 * MEBI)),
        "maintenance_work_mem": _megabytes(_between(16 * MEBI, memory // 16, 1024 * MEBI)),
        # A node's huge pages are not the pod's: touching one would end the server.
        "huge_pages": "off",
        "max_wal_size": _megabytes(wal),
        "min_wal_size": _megabytes(wal // 2),
        "wal_compression": "lz4",
        # A parallel query would take the cores from ingest, and its shared memory from the container's 64 MB.
        "max_parallel_workers_per_gather": "0",
        "max_parallel_maintenance_workers": "0",
        "io_workers": "2",
        # A pod that is gone without a word holds its connection no longer than this.
        "tcp_keepalives_idle": "60",
        "tcp_keepalives_interval": "10",
        "tcp_keepalives_count": "3",
        "log_line_prefix": "%m [%p] %a ",
        "log_lock_waits": "on",
        "log_timezone": "UTC",
        "timezone": "UTC",
    }


def _shape(platform: TelemetryPlatform, context: Context) -> Shape:
    settings = settings_of(platform.spec)
    return Shape(
        server=Server.POSTGRES,
        image=platform.spec.images.postgres or context.images.postgres,
        user=IMAGE_USER,
        ports={"postgres": POSTGRES_PORT},
        data_path=VOLUME,
        # For whoever runs psql or pg_dump in the pod.
        env={"PGDATA": PGDATA, "PGHOST": SOCKETS, "PGUSER": USER, "PGDATABASE": DATABASE},
        secret_env={"POSTGRES_PASSWORD": PASSWORD},
        configuration={
            "postgresql.conf": "".join(f"{name} = '{value}'\n" for name, value in settings.items()),
            "pg_hba.conf": HBA,
            "initialize.sh": script("postgres-initialize.sh"),
            "alive.sh": script("postgres-alive.sh"),
        },
        container={"command": ["postgres", "-c", f"config_file={CONFIGURATION}/postgresql.conf"], **PROBES},
        initialize=run_script("sh", "initialize.sh"),
        runtime_path=SOCKETS,
        grace_seconds=GRACE_SECONDS,
        governed_by=Server.POSTGRES,
    )


def _between(least: int, wanted: int, most: int) -> int:
    return max(least, min(wanted, most))


def _megabytes(amount: int) -> str:
    return f"{amount // MEBI}MB"
