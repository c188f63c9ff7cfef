"""What the whole generator makes of a platform that is well, slow, forgetful, and of itself when it is not well."""

import os
import signal
from itertools import accumulate

import psutil
import pytest

from telemetry_loadtest.measured import Passed
from telemetry_loadtest.plan import HealthLimits, PlannedBound, Slo
from telemetry_loadtest.profiles import Endpoint
from telemetry_loadtest.results import Result, Verdict, decode_result, encode_result
from tests.integration.bench.conftest import Bench

LATENCY = PlannedBound(Endpoint.LATEST, "p95", 2000.0)


def conserved(result: Result) -> bool:
    """Whether offered = good + bad + dropped + in flight + waiting at the end of every second."""
    offered = accumulate(one.offered for one in result.seconds)
    ended = accumulate(one.good + one.bad + one.dropped for one in result.seconds)
    pairs = zip(result.seconds, offered, ended, strict=True)
    return all(due == over + one.in_flight + one.waiting and one.conserved for one, due, over in pairs)


def test_a_platform_that_is_well_passes_with_its_books_closed_and_every_request_accounted_for(bench: Bench) -> None:
    result = bench.run(bench.plan(60, 3, bounds=(LATENCY,), workers=2))
    assert (result.verdict, result.reason) == (Verdict.PASSED, "every bound held, and the books close")
    assert conserved(result)
    assert sum(one.offered for one in result.seconds) == 5 + 180
    assert {one.offered for one in result.stage_summaries if one.stage == "even"} == {60.0}
    written = sum(one.good for one in result.summaries if one.endpoint == Endpoint.INGEST)
    assert result.books is not None
    assert result.books.sent.count == result.books.stored.count == len(bench.server.kept)
    assert result.books.sent.count > written  # first readings and probes are in the books too
    assert sum(one.count for one in result.histograms) == 2 * (5 + 180)  # latency, and service
    assert decode_result(encode_result(result)) == result


def test_a_slow_platform_fails_and_its_drops_are_its_own(bench: Bench) -> None:
    bench.server.knobs.delay = 0.4
    slo = Slo(
        [PlannedBound(Endpoint.LATEST, "p95", 100.0), PlannedBound(Endpoint.INGEST, "drops", 0.0)],
        window=1.0, windows=2, samples=2, stop=True,
    )  # fmt: skip
    result = bench.run(bench.plan(60, 30, slo=slo, in_flight=10, probes=0))
    assert result.verdict is Verdict.FAILED
    assert "drops" in result.reason
    assert sum(one.dropped for one in result.seconds) > 0
    assert conserved(result)
    assert all(bound.breached_at is not None for bound in result.bounds if bound.measure == "drops")
    assert sum(one.offered for one in result.seconds) < 60 * 30  # stopped by the breach


def test_an_overloaded_generator_is_invalid_and_says_nothing_of_the_platform(bench: Bench) -> None:
    # Tight limits: a fast machine offers even this rate less than 100 ms late.
    limits = HealthLimits(cpu=0.1, loop_lag=20, slip=20)
    result = bench.run(bench.plan(60_000, 6, in_flight=20, timeout=1.0, probes=0, health=limits))
    assert result.verdict is Verdict.INVALID, result.reason
    assert "late" in result.reason or "core" in result.reason


def test_a_platform_that_forgets_fails_and_has_no_throughput(bench: Bench) -> None:
    bench.server.knobs.forget = 20
    result = bench.run(bench.plan(60, 2, probes=0))
    assert result.verdict is Verdict.FAILED
    assert "acknowledged readings are not stored" in result.reason
    assert {one.good for one in result.stage_summaries} == {None}


def test_a_run_that_is_stopped_is_aborted_and_keeps_what_it_measured(bench: Bench) -> None:
    result = bench.run(bench.plan(40, 60), stop_at=1)
    assert result.verdict is Verdict.ABORTED
    assert len(result.seconds) < 60
    assert result.until is not None
    offered = {one.stage: one.offered for one in result.stage_summaries}
    assert offered["even"] == pytest.approx(40, abs=1 + 3 / (result.until - 0.5))
    assert sum(one.good for one in result.summaries) > 0
    assert result.books is not None
    assert result.books.closed


def test_a_run_that_lost_a_worker_is_invalid(bench: Bench) -> None:
    killed: list[int] = []

    class Killer(list[object]):
        def append(self, line: object) -> None:
            super().append(line)
            if isinstance(line, Passed) and not killed:
                killed.append(kill_worker(1))

    bench.lines = Killer()  # type: ignore[assignment]
    result = bench.run(bench.plan(40, 4, workers=2, probes=0))
    assert result.verdict is Verdict.INVALID
    assert "worker 1 was lost" in result.reason
    assert result.generator.lost_workers == 1


def kill_worker(number: int) -> int:
    """End one of the workers among our own descendants at once."""
    family = psutil.Process().children(recursive=True)
    pid = next(one.pid for one in family if one.cmdline()[-2:] == ["--worker", str(number)])
    os.kill(pid, signal.SIGKILL)
    return pid
