"""The consumer's thread: sessions one after another, because a consumer that failed for good is made anew."""

import threading
import time
from collections.abc import Callable
from contextvars import copy_context
from typing import Final

import structlog
from confluent_kafka import KafkaException

from telemetry.consumer.pauses import Pauses
from telemetry.consumer.session import Session
from telemetry.consumer.settings import ConsumerSettings
from telemetry.consumer.sink import Sink
from telemetry.consumer.stream import OpenStream, Stream, StreamLostError
from telemetry.core.kafka.heartbeats import HeartbeatWriter
from telemetry.core.settings import KafkaSettings
from telemetry.core.worker import Worker

log = structlog.get_logger(__name__)

STEADY_SECONDS: Final = 60.0  # a session that lasted this long says that pauses may be short again


class Runner:
    """Runs sessions until `stop`; `ready` is called when an assignment is open, `failed` at an unforeseen error."""

    def __init__(
        self,
        settings: ConsumerSettings,
        sink: Sink,
        *,
        ready: Callable[[], None],
        failed: Callable[[], None],
        open_stream: OpenStream = Stream,
        make_heartbeats: Callable[[KafkaSettings], HeartbeatWriter] = HeartbeatWriter,
    ) -> None:
        self._settings = settings
        self._sink = sink
        self._ready = ready
        self._failed = failed
        self._open_stream = open_stream
        self._make_heartbeats = make_heartbeats
        self._stopping = threading.Event()
        self._pauses = Pauses()
        self._thread = threading.Thread(target=copy_context().run, args=(self._run,), name="consumer", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Drain and leave the group; whoever does not come to an end within the time to drain is left behind."""
        self._stopping.set()
        self._thread.join(self._settings.drain_seconds)

    def _run(self) -> None:
        worker = Worker("sink")
        heartbeats = self._make_heartbeats(self._settings)
        try:
            while not self._stopping.is_set():
                self._run_session(worker, heartbeats)
        except Exception:
            log.exception("consumer-failed")
            self._failed()
        finally:
            heartbeats.close()
            worker.submit(self._sink.close)
            worker.close(1.0)

    def _run_session(self, worker: Worker, heartbeats: HeartbeatWriter) -> None:
        begun = time.monotonic()
        try:
            session = Session(
                self._settings,
                sink=self._sink,
                worker=worker,
                heartbeats=heartbeats,
                ready=self._ready,
                open_stream=self._open_stream,
            )
            session.run(self._stopping)
        except (StreamLostError, KafkaException) as error:
            if time.monotonic() - begun >= STEADY_SECONDS:
                self._pauses.reset()
            log.warning("consumer-made-anew", reason=str(error))
            self._stopping.wait(self._pauses.following())
