import signal
import socket
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx

from telemetry_contract.settings import Variable
from tests.integration.producer.conftest import (
    MAX_AGE_SECONDS,
    RunningProducer,
    beat,
    headers_of,
    make_topics,
    published,
)
from tests.support.servers import RunningServer, describe_kafka, running
from tests.support.waiting import wait_until

PREFIX = "own"


def test_what_is_acknowledged_stands_in_the_topic_in_order(
    producer: RunningProducer, kafka_bootstrap: str, topics: str
) -> None:
    answers = [producer.send("d-1", number) for number in range(50)]
    assert {(answer.status_code, answer.text) for answer in answers} == {(202, '{"status":"queued"}')}
    assert [reading.id for reading in published(kafka_bootstrap, topics)] == [str(number) for number in range(50)]


def test_a_buffer_that_is_too_old_is_refused_until_it_drains(
    producer: RunningProducer, kafka_bootstrap: str, topics: str
) -> None:
    beat(kafka_bootstrap, topics, unread_seconds=MAX_AGE_SECONDS * 2)
    wait_until(lambda: producer.send("d-1", 1).status_code == 503, what="the buffer is too old")
    assert producer.send("d-1", 1).json()["code"] == "buffer-too-old"
    assert producer.process.metric("telemetry_buffer_age_seconds") > MAX_AGE_SECONDS
    beat(kafka_bootstrap, topics, unread_seconds=None)
    wait_until(lambda: producer.send("d-1", 1).status_code == 202, what="the buffer has drained")


def test_a_new_process_knows_the_buffers_age_before_it_is_ready(
    kafka_bootstrap: str, topics: str, tmp_path: Path
) -> None:
    beat(kafka_bootstrap, topics, unread_seconds=MAX_AGE_SECONDS * 2)
    producer = RunningProducer(kafka_bootstrap, topics, tmp_path)
    try:
        assert producer.start().send("d-1", 1).status_code == 503
    finally:
        producer.stop()


def test_what_is_in_flight_at_the_end_is_answered_and_kept(
    producer: RunningProducer, kafka_bootstrap: str, topics: str
) -> None:
    acknowledged: list[str] = []
    stopped = threading.Event()

    def send(worker: int) -> None:
        number = 0
        while not stopped.is_set():
            number += 1
            try:
                answer = producer.send(f"d-{worker}", worker * 1_000_000 + number)
            except httpx.TransportError:
                return
            if answer.status_code == 202:
                acknowledged.append(str(worker * 1_000_000 + number))

    with ThreadPoolExecutor(4) as workers:
        for worker in range(4):
            workers.submit(send, worker)
        wait_until(lambda: len(acknowledged) > 200, what="requests are answered")
        producer.process.signal(signal.SIGTERM)
        assert producer.process.wait() == 0
        stopped.set()
    assert set(acknowledged) <= {reading.id for reading in published(kafka_bootstrap, topics)}


def test_a_body_that_stalls_is_ended(kafka_bootstrap: str, topics: str, tmp_path: Path) -> None:
    producer = RunningProducer(kafka_bootstrap, topics, tmp_path, **{Variable.RECEIVE_SECONDS: "0.5"})
    try:
        producer.start()
        head = "POST /api/v1/devices/d-1/readings HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
        head += f"Authorization: {headers_of('d-1')['authorization']}\r\nContent-Length: 100\r\n\r\n{{"
        port = producer.client.base_url.port
        with socket.create_connection(("127.0.0.1", port or 0), timeout=30) as connection:
            connection.sendall(head.encode())
            answer = b"".join(iter(lambda: connection.recv(65536), b""))
        assert answer.startswith(b"HTTP/1.1 408")
    finally:
        producer.stop()


def test_a_body_announced_as_too_large_is_refused_unread(producer: RunningProducer) -> None:
    answer = producer.client.post(
        "/devices/d-1/readings",
        content=b" " * 2_000_000,
        headers={**headers_of("d-1"), "content-type": "application/json"},
    )
    assert answer.json()["code"] == "body-too-large"


def test_while_kafka_is_away_nothing_is_accepted_and_then_all_goes_on(tmp_path: Path) -> None:
    with running(describe_kafka(tmp_path), tmp_path) as kafka:
        make_topics(kafka.address, PREFIX)
        producer = RunningProducer(kafka.address, PREFIX, tmp_path, **{Variable.DELIVERY_SECONDS: "2"})
        try:
            _outage(producer.start(), kafka)
            assert {"before", "after"} <= {it.device for it in published(kafka.address, PREFIX)}
        finally:
            producer.stop()


def _outage(producer: RunningProducer, kafka: RunningServer) -> None:
    assert producer.send("before", 1).status_code == 202
    kafka.kill()
    refused = producer.send("away", 1)
    assert (refused.status_code, refused.json()["code"]) == (503, "unavailable")
    assert "retry-after" in refused.headers
    # Nobody waits for a deadline once the outage is known: what is refused was never handed to Kafka.
    attempts = [producer.send("away", number).status_code for number in range(100)]
    assert set(attempts) == {503}
    assert producer.process.metric("telemetry_records_outstanding") == 0
    assert httpx.get(f"{producer.process.management_url}/readyz").status_code == httpx.codes.OK
    kafka.start()
    wait_until(lambda: producer.send("after", 3).status_code == 202, what="readings are accepted again")
