"""Handing lines to a collector and having them back, over the port that it really serves."""

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace

import pytest

from telemetry_loadtest.collector.lines import Happened, Line, Missed, decode_lines
from telemetry_loadtest.collector.serving import Kept, served
from telemetry_operator.cluster.errors import ClusterError, ForbiddenError, NotFoundError, UnavailableError
from telemetry_operator.reconcile.runs import talking, watching
from telemetry_operator.reconcile.runs.collector import Collected, collector_address, fetch_collected, have_kept
from telemetry_operator.reconcile.runs.observed import ObservedRun
from telemetry_operator.reconcile.runs.talking import Address, SilentPodError
from telemetry_operator.reconcile.runs.watching import NO_METRICS, NO_RIGHT, watch_platform
from telemetry_operator.resources.objects import Key, Kind, Object
from tests.unit.reconcile.fake_cluster import FakeCluster
from tests.unit.reconcile.runs.given import begun, observed, platform, pod, secret

TOLD = Happened(1.0, "it rained")
CREDENTIALS = {Key("Secret", "evening-bench-credentials"): secret(**{"collector-token": b"t"})}


def run(**changes: object) -> ObservedRun:
    return replace(observed(begun(), objects=CREDENTIALS, collector=pod("bench-collector")), **changes)  # type: ignore[arg-type]


@contextmanager
def reached(monkeypatch: pytest.MonkeyPatch, token: str = "t") -> Iterator[Kept]:  # noqa: S107 - made for the test
    kept = Kept()
    with served(kept, "127.0.0.1", 0, token) as port:
        monkeypatch.setattr(talking, "CONTROL_PORT", port)
        yield kept


def here() -> Object:
    found = pod("bench-collector")
    found["status"]["podIP"] = "127.0.0.1"
    return found


def test_a_collector_is_found_by_its_pod_and_its_own_token() -> None:
    assert collector_address(run()) == Address("http://10.0.0.1:8080", "t")


async def test_what_is_handed_over_is_had_back(monkeypatch: pytest.MonkeyPatch) -> None:
    with reached(monkeypatch):
        await have_kept(run(collector=here()), [TOLD])
        assert await fetch_collected(run(collector=here())) == Collected([TOLD])


async def test_a_collector_that_refuses_is_a_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    with reached(monkeypatch, token="another"):
        found = await fetch_collected(run(collector=here()))
        assert found == Collected(missing="the collector answered 401 to GET /lines")
        with pytest.raises(SilentPodError, match="401"):
            await have_kept(run(collector=here()), [TOLD])


async def test_a_collector_that_is_not_there_is_a_reason() -> None:
    assert await fetch_collected(run(collector=None)) == Collected(missing="the collector had no pod")
    waits = {"status": {"phase": "Pending"}}
    found = await fetch_collected(run(collector=waits))
    assert found.missing == "the collector's pod had no address: its phase is Pending"
    await have_kept(run(collector=None), [TOLD])


class Pods(FakeCluster):
    """A cluster whose metrics API answers with what it was given."""

    def __init__(self, answer: tuple[Object, ...] | ClusterError) -> None:
        super().__init__()
        self.answer = answer

    async def list(
        self,
        kind: Kind,
        namespace: str | None,
        *,
        labels: Mapping[str, str] | None = None,
        fields: str = "",
        recent: bool = False,
    ) -> tuple[Object, ...]:
        if kind.group != "metrics.k8s.io":
            return await super().list(kind, namespace, labels=labels, fields=fields, recent=recent)
        if isinstance(self.answer, ClusterError):
            raise self.answer
        return self.answer


def reasons(kept: Kept) -> dict[str, str]:
    return {one.measure: one.reason for one in decode_lines(kept.text) if isinstance(one, Missed)}


@pytest.mark.parametrize(
    ("error", "why"),
    [
        (NotFoundError("no such kind"), NO_METRICS),
        (ForbiddenError("no"), NO_RIGHT),
        (UnavailableError("tired"), "the metrics API does not answer: tired"),
    ],
)
async def test_use_that_cannot_be_had_says_why(error: ClusterError, why: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with reached(monkeypatch) as kept:
        await watch_platform(Pods(error), run(collector=here(), platform=platform()))
    assert (reasons(kept)["cpu"], reasons(kept)["memory"]) == (why, why)


async def test_a_look_that_fails_leaves_the_run_alone_and_nothing_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    asked, ended = asyncio.Event(), asyncio.Event()

    async def broken(*_: object) -> None:
        await asked.wait()
        raise UnavailableError("the API server is away")

    async def endless(_: object) -> None:
        try:
            asked.set()
            await asyncio.Event().wait()
        finally:
            ended.set()

    monkeypatch.setattr(watching, "_look", broken)
    monkeypatch.setattr(watching, "scrape", endless)
    await watch_platform(Pods(()), run(collector=here(), platform=platform()))
    assert ended.is_set(), "the programs are still asked"
    await asyncio.gather(watch_platform(Pods(()), run(collector=None)), watch_platform(Pods(()), run(platform=None)))


def test_what_belongs_to_a_trial_is_of_its_time_and_what_was_missed_is_of_all() -> None:
    missed = Missed("pods", "cpu", "cores", NO_METRICS)
    lines: list[Line] = [Happened(9.0, "before"), Happened(10.0, "in it"), missed, Happened(15.5, "after")]
    assert Collected(lines).during(10.0, 5.0).lines == [lines[1], missed]
