"""The two ways to keep what the stream carries, put together from settings: in PostgreSQL, or in this process."""

import threading
from collections.abc import Callable
from contextvars import copy_context
from typing import Final, Protocol

import structlog
from starlette.types import ASGIApp

from telemetry.consumer.catching_up import CatchUp
from telemetry.consumer.dead_letter_topic import DeadLetterTopic
from telemetry.consumer.memory_sink import MemorySink
from telemetry.consumer.postgres_sink import PostgresSink
from telemetry.consumer.replay import KafkaLog
from telemetry.consumer.settings import ConsumerSettings
from telemetry.consumer.sink import Sink
from telemetry.consumer.stream import OpenStream, Stream
from telemetry.consumer.whole_stream import WholeStream
from telemetry.core.api.access import Access
from telemetry.core.api.answers import DirectAnswers
from telemetry.core.api.service import ReaderApi
from telemetry.core.http.credentials import Credentials
from telemetry.core.kafka.heartbeats import HeartbeatWriter
from telemetry.core.memory import metrics
from telemetry.core.memory.ledger import MemoryLedger
from telemetry.core.memory.reader import MOST_WAITING, MemoryReader
from telemetry.core.memory.retention import keep_bound
from telemetry.core.memory.store import MemoryStore
from telemetry.core.postgres.partitions import keep_partitions
from telemetry.core.remote.service import ReaderService
from telemetry.core.settings import CredentialSettings, KafkaSettings
from telemetry_contract.architecture import Store
from telemetry_contract.records import Heartbeat
from telemetry_contract.times import MICROSECONDS_PER_SECOND

TITLE: Final = "Telemetry Platform: history in memory"
MAX_PAGE: Final = 1000

log = structlog.get_logger(__name__)


class Keeping(Protocol):
    """What the consumer's loop needs to keep readings, and what is served beside it."""

    @property
    def sink(self) -> Sink: ...

    @property
    def open_stream(self) -> OpenStream: ...

    @property
    def make_heartbeats(self) -> Callable[[KafkaSettings], HeartbeatWriter]: ...

    @property
    def app(self) -> ASGIApp | None: ...

    def keep_bounds(self, stop: threading.Event) -> None:
        """Drop what is past retention until `stop` is set."""
        ...


class PostgresKeeping:
    """In PostgreSQL: each consumer of the group stores its partitions' readings."""

    open_stream: OpenStream = Stream
    make_heartbeats = HeartbeatWriter
    app: ASGIApp | None = None

    def __init__(self, settings: ConsumerSettings) -> None:
        assert settings.postgres_url is not None  # noqa: S101 - the settings ask for it with this store
        self._url = settings.postgres_url.get_secret_value()
        self._retention = retention_of(settings)
        self.sink: Sink = PostgresSink(self._url, self._retention)

    def keep_bounds(self, stop: threading.Event) -> None:
        keep_partitions(self._url, self._retention, stop)


class MemoryKeeping:
    """In memory: the one consumer reads all partitions, from where the bound of time begins, and serves the readers."""

    open_stream: OpenStream = WholeStream

    def __init__(self, settings: ConsumerSettings) -> None:
        assert settings.keys_file is not None  # noqa: S101 - the settings ask for it with this store
        self._retention = retention_of(settings)
        self._store, ledger = MemoryStore(), MemoryLedger()
        self._catch_up = CatchUp(self._caught_up)
        self.sink: Sink = MemorySink(
            self._store,
            ledger,
            self._catch_up,
            stream=KafkaLog(settings),
            dead_letters=DeadLetterTopic(settings),
            retention=self._retention,
            most_bytes=settings.memory_bytes,
        )
        metrics.watch(self._store)
        keys = CredentialSettings(keys_file=settings.keys_file, revocations_file=settings.revocations_file)
        access = Access(Credentials(keys))
        reader = MemoryReader(self._store, ledger, self._catch_up.require)
        api = ReaderApi(reader, DirectAnswers(), access, title=TITLE, max_page=MAX_PAGE, waiting=MOST_WAITING)
        self.app: ASGIApp | None = ReaderService(api.app, reader, access)

    def make_heartbeats(self, settings: KafkaSettings) -> HeartbeatWriter:
        return _HeartbeatsOnceCurrent(settings, self._catch_up)

    def keep_bounds(self, stop: threading.Event) -> None:
        keep_bound(self._store, self._retention, stop)

    def _caught_up(self) -> None:
        metrics.CAUGHT_UP.set(1)
        log.info("caught-up", readings=self._store.readings, bytes=self._store.size)


class _HeartbeatsOnceCurrent(HeartbeatWriter):
    """Silent about a partition that is read again: its records are no news, and the buffer ages from our last word."""

    def __init__(self, settings: KafkaSettings, catch_up: CatchUp) -> None:
        super().__init__(settings)
        self._catch_up = catch_up

    def send(self, partition: int, heartbeat: Heartbeat) -> None:
        if self._catch_up.is_current(partition):
            super().send(partition, heartbeat)


def build_keeping(settings: ConsumerSettings) -> Keeping:
    return MemoryKeeping(settings) if settings.store is Store.MEMORY else PostgresKeeping(settings)


def start_keeping_bounds(keeping: Keeping, stop: threading.Event) -> None:
    threading.Thread(target=copy_context().run, args=(keeping.keep_bounds, stop), name="bounds", daemon=True).start()


def retention_of(settings: ConsumerSettings) -> int:
    """Return how long readings are kept, in microseconds."""
    return int(settings.retention_seconds * MICROSECONDS_PER_SECOND)
