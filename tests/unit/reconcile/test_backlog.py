"""The stream's backlog, as consumers tell it on their management port."""

from collections.abc import AsyncIterator

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from telemetry_operator.reconcile import backlog
from telemetry_operator.reconcile.backlog import observe_backlog, parse_lags
from telemetry_operator.reconcile.observed import Observed
from telemetry_operator.resources.objects import Object

CONSUMER = {"metadata": {"annotations": {"telemetry.dev/partitions": "2"}}, "spec": {"replicas": 1}}
TELLING = "# TYPE telemetry_consumer_lag_records gauge\n"


def lag(**partitions: float) -> str:
    lines = (
        f'telemetry_consumer_lag_records{{partition="{name[1:]}"}} {value}\n' for name, value in partitions.items()
    )
    return TELLING + "".join(lines)


def observed(*addresses: str | None) -> Observed:
    labels = {"app.kubernetes.io/component": "consumer"}
    pods = [
        {"metadata": {"name": f"consumer-{number}", "labels": labels}, "status": {"phase": "Running", "podIP": address}}
        for number, address in enumerate(addresses)
    ]
    return Observed(platform={}, pods=tuple(pods))


class Consumer:
    """A management port; each answer is told once, the last again and again."""

    def __init__(self) -> None:
        self.answers = [lag(p0=0, p1=0)]

    async def answer(self, _request: web.Request) -> web.Response:
        return web.Response(text=self.answers.pop(0) if len(self.answers) > 1 else self.answers[0])


@pytest.fixture
async def consumer(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Consumer]:
    consumer, app = Consumer(), web.Application()
    app.router.add_get("/metrics", consumer.answer)
    async with TestServer(app, host="127.0.0.1") as server:
        monkeypatch.setattr(backlog, "MANAGEMENT_PORT", server.port)
        yield consumer


async def ask(*addresses: str | None, consumer: Object = CONSUMER) -> tuple[int | None, str, bool]:
    found = await observe_backlog(consumer, observed(*addresses), settle_seconds=0)
    return found.records, found.words, found.is_stuck


async def test_an_empty_stream_is_zero(consumer: Consumer) -> None:
    assert await ask("127.0.0.1") == (0, "0 records are not stored yet", False)


async def test_lags_of_all_partitions_add_up(consumer: Consumer) -> None:
    consumer.answers = [lag(p0=3, p1=4)]
    assert (await ask("127.0.0.1"))[0] == 7


async def test_zero_counts_only_if_it_stays_zero(consumer: Consumer) -> None:
    consumer.answers = [lag(p0=0, p1=0), lag(p0=0, p1=1)]
    assert (await ask("127.0.0.1"))[0] == 1


async def test_a_partition_that_nobody_tells_of_makes_the_backlog_unknown(consumer: Consumer) -> None:
    consumer.answers = [lag(p0=0)]
    assert await ask("127.0.0.1") == (None, "the consumers tell of 1 of 2 partitions", False)


async def test_a_consumer_that_is_not_marked_with_its_partitions_is_not_believed(consumer: Consumer) -> None:
    bare = {"metadata": {}, "spec": {"replicas": 1}}
    assert (await ask("127.0.0.1", consumer=bare))[0] is None


async def test_a_halted_partition_will_not_become_empty_by_itself(consumer: Consumer) -> None:
    halted = 'telemetry_consumer_halted{partition="1",reason="unknown-version"} 1\n'
    consumer.answers = [lag(p0=0, p1=0) + halted]
    assert await ask("127.0.0.1") == (None, "partition 1 of the topic is halted (unknown-version)", True)


async def test_a_pod_that_does_not_answer_makes_the_backlog_unknown(consumer: Consumer) -> None:
    records, words, is_stuck = await ask("127.0.0.1", "127.255.255.254")
    assert (records, is_stuck) == (None, False)
    assert "consumer-1 does not answer" in words


async def test_no_pod_and_a_pod_without_an_address_are_unknown() -> None:
    assert (await ask())[1] == "no consumer runs that could store what is left"
    assert (await ask(None))[1] == "pod consumer-0 has no address yet"


async def test_a_stopped_consumer_stores_nothing_until_it_is_started() -> None:
    stopped = {**CONSUMER, "spec": {"replicas": 0}}
    assert (await ask(consumer=stopped))[2]


def test_other_metrics_are_passed_over() -> None:
    assert parse_lags('python_info{version="3.13"} 1.0\n' + lag(p11=5)) == {11: 5}
