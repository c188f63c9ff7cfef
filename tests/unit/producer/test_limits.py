import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import REGISTRY

from telemetry.core.http.problems import ProblemError
from telemetry.core.limits import Authority, Rate
from telemetry.producer.limits import RateLimitedError, RateLimits
from telemetry.producer.senders import Sender
from tests.support.memory_authority import MemoryAuthority

RATE = Rate(per_second=100, burst=1000)
WINDOW = 10.0  # seconds


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def _sender(subject: str = "d-1") -> Sender:
    return Sender("device", subject, lambda _: None)


def _limits(
    clock: Clock, authority: Authority | None = None, *, replicas: int = 1, rate: Rate = RATE, most_callers: int = 100
) -> RateLimits:
    return RateLimits({"device": rate}, replicas=replicas, authority=authority, clock=clock, most_callers=most_callers)


async def _admitted(limits: RateLimits, count: int, *, each: int = 1, subject: str = "d-1") -> int:
    """Return how many of `count` readings are let through, sent by `each`."""
    admitted = 0
    for _ in range(count // each):
        try:
            await limits.take(_sender(subject), each)
        except RateLimitedError:
            continue
        admitted += each
    return admitted


async def test_alone_a_caller_has_its_burst_and_then_its_rate(clock: Clock) -> None:
    limits = _limits(clock)
    assert await _admitted(limits, 5000) == 1000
    clock.now += 1
    assert await _admitted(limits, 5000) == 100


async def test_without_redis_each_process_has_its_share(clock: Clock) -> None:
    assert await _admitted(_limits(clock, replicas=4), 5000) == 250


async def test_callers_do_not_share_a_limit(clock: Clock) -> None:
    limits = _limits(clock)
    assert await _admitted(limits, 2000, subject="a") == 1000
    assert await _admitted(limits, 2000, subject="b") == 1000


async def test_a_refusal_says_which_limit_what_is_left_and_when(clock: Clock) -> None:
    limits = _limits(clock)
    await limits.take(_sender(), 950)
    with pytest.raises(RateLimitedError) as refused:
        await limits.take(_sender(), 100)
    body = refused.value.body
    assert (body.limit, body.remaining, body.retry_after) == ("device", 50, 0.5)
    assert refused.value.headers == {"ratelimit-policy": '"device";q=1000;w=10', "ratelimit": '"device";r=50;t=1'}


async def test_after_the_time_that_a_refusal_names_it_is_let_through(clock: Clock) -> None:
    limits = _limits(clock)
    await limits.take(_sender(), 950)
    with pytest.raises(RateLimitedError) as refused:
        await limits.take(_sender(), 100)
    clock.now += refused.value.body.retry_after or 0
    await limits.take(_sender(), 100)


async def test_what_can_never_be_let_through_is_not_told_to_come_again(clock: Clock) -> None:
    with pytest.raises(ProblemError) as refused:
        await _limits(clock).take(_sender(), 1001)
    assert refused.value.body.code == "batch-too-large"


async def test_a_quiet_caller_costs_no_round_trip(clock: Clock) -> None:
    authority = MemoryAuthority(clock)
    limits = _limits(clock, authority)
    for _ in range(100):
        await limits.take(_sender(), 1)
        clock.now += 1
    assert authority.asked == 0


async def test_a_busy_caller_costs_a_round_trip_for_many_requests(clock: Clock) -> None:
    authority = MemoryAuthority(clock)
    limits = _limits(clock, authority)
    for _ in range(1000):
        await limits.take(_sender(), 1)
        clock.now += 0.01
    assert authority.asked <= 110


async def test_a_caller_known_to_have_nothing_left_costs_no_round_trip(clock: Clock) -> None:
    authority = MemoryAuthority(clock)
    limits = _limits(clock, authority)
    await _admitted(limits, 2000)
    asked = authority.asked
    assert await _admitted(limits, 1000) == 0
    assert authority.asked == asked


async def test_a_caller_gets_its_whole_rate_through_any_number_of_processes(clock: Clock) -> None:
    authority = MemoryAuthority(clock)
    processes = [_limits(clock, authority, replicas=4) for _ in range(4)]
    for limits in processes:
        await _admitted(limits, 2000)
    admitted = 0
    for step in range(10 * 200):
        admitted += await _admitted(processes[step % 4], 1)
        clock.now += 1 / 200
    assert admitted >= 0.9 * RATE.per_second * 10


async def test_requests_at_once_do_not_spend_the_same_tokens(clock: Clock) -> None:
    limits = _limits(clock, MemoryAuthority(clock))
    results = await asyncio.gather(*(limits.take(_sender(), 100) for _ in range(20)), return_exceptions=True)
    admitted = 100 * sum(result is None for result in results)
    assert 1000 <= admitted <= 1100


async def test_redis_away_leaves_each_process_its_share_and_is_counted(clock: Clock) -> None:
    authority = MemoryAuthority(clock)
    limits = _limits(clock, authority, replicas=2)
    before = REGISTRY.get_sample_value("telemetry_limit_degraded_total") or 0
    authority.failing = True
    await _admitted(limits, 100)
    authority.away = True
    clock.now += 10
    assert await _admitted(limits, 2000) == 500
    assert (REGISTRY.get_sample_value("telemetry_limit_degraded_total") or 0) > before


async def test_the_share_grows_at_its_own_rate_while_redis_is_away(clock: Clock) -> None:
    authority = MemoryAuthority(clock)
    authority.away = True
    limits = _limits(clock, authority, replicas=2)
    await _admitted(limits, 2000)
    clock.now += 1
    assert await _admitted(limits, 2000) == 50


async def test_only_so_many_callers_are_remembered(clock: Clock) -> None:
    limits = _limits(clock, most_callers=10)
    for number in range(100):
        await limits.take(_sender(f"d-{number}"), 1)
    assert len(limits._callers) == 10


STEP = st.tuples(st.integers(0, 3), st.floats(0, 2), st.integers(1, 400))


@given(st.lists(STEP, max_size=80), st.integers(1, 4))
def test_over_all_processes_no_ten_seconds_see_a_tenth_too_much(
    steps: list[tuple[int, float, int]], replicas: int
) -> None:
    asyncio.run(_check_every_window(steps, replicas))


async def _check_every_window(steps: list[tuple[int, float, int]], replicas: int) -> None:
    clock = Clock()
    authority = MemoryAuthority(clock)
    processes = [_limits(clock, authority, replicas=replicas) for _ in range(replicas)]
    admitted: list[tuple[float, int]] = []
    for process, pause, count in steps:
        clock.now += pause
        admitted.append((clock.now, await _admitted(processes[process % replicas], count, each=count)))
    assert all(_in_window(admitted, since) <= _most() for since, _ in admitted)


def _in_window(admitted: list[tuple[float, int]], since: float) -> int:
    return sum(count for at, count in admitted if since <= at < since + WINDOW)


def _most() -> float:
    return 1.1 * (RATE.burst + RATE.per_second * WINDOW)


@pytest.mark.parametrize("pause", [0.0, 0.001, 0.3])
async def test_greedy_processes_together_stay_within_a_tenth(clock: Clock, pause: float) -> None:
    authority = MemoryAuthority(clock)
    processes = [_limits(clock, authority, replicas=3) for _ in range(3)]
    admitted: list[tuple[float, int]] = []
    for _ in range(200):
        admitted += [(clock.now, await _admitted(limits, 30, each=3)) for limits in processes]
        clock.now += pause
    assert all(_in_window(admitted, since) <= _most() for since, _ in admitted)


async def test_a_refused_request_costs_nothing(clock: Clock) -> None:
    limits = _limits(clock, MemoryAuthority(clock))
    await limits.take(_sender(), 900)
    for _ in range(10):
        with pytest.raises(RateLimitedError):
            await limits.take(_sender(), 200)
    await limits.take(_sender(), 100)
