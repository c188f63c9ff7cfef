"""How much each caller may send: over all processes through an authority where there is one, else each its share.

Each process lets a caller have a small share of its limit without asking anybody, so that quiet callers cost nothing.
Beyond it the process leases tokens from the authority, some for later at once. What a lease does not spend soon is
lost, so that it cannot be added to a later burst. In any 10 s this admits at most a tenth more than `burst + 10 s of
rate`: a twentieth from the shares, a twentieth from leases that were granted before those 10 s.
"""

import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Final

from prometheus_client import Counter

from telemetry.core.http.problems import ProblemError
from telemetry.core.limits import Authority, Bucket, Rate
from telemetry.core.ports import Unavailable
from telemetry.producer.senders import DEVICE_LIMIT, TOKEN_LIMIT, Sender
from telemetry.producer.settings import ProducerSettings
from telemetry_contract.problems import Problem, ProblemKind, problem

SHARE: Final = 0.05  # of the limit, which all processes together give without asking
LEASE_SECONDS: Final = 0.5
AHEAD_SECONDS: Final = 0.1  # of rate that all processes together lease ahead of need
MOST_CALLERS: Final = 100_000  # remembered; about 500 bytes each

LIMITED: Final = Counter("telemetry_limit_refused", "Requests refused by a rate limit", ["limit"])
"""Who is held back: single devices, or the bearers of tokens?"""
DEGRADED: Final = Counter("telemetry_limit_degraded", "Decisions taken without Redis, by this process's share alone")
"""Do limits hold across processes, or has Redis been away?"""


class RateLimitedError(ProblemError):
    """429: which limit, what is left of it, and when to come again."""

    def __init__(self, body: Problem, headers: dict[str, str]) -> None:
        super().__init__(body)
        self.headers = headers


class _Caller:
    """What this process knows of one caller: its share, its lease, and the authority's level as last heard."""

    __slots__ = ("ceiling", "lease", "lease_ends", "share")

    def __init__(self, share: Rate, whole: Rate, now: float) -> None:
        self.share = Bucket(share, now)
        self.ceiling = Bucket(whole, now)  # never below the authority's own, which others take from as well
        self.lease = 0.0
        self.lease_ends = now

    def leased(self, now: float) -> float:
        if now >= self.lease_ends:
            self.lease = 0.0
        return self.lease


class RateLimits:
    """Takes readings from their callers' limits."""

    def __init__(
        self,
        rates: dict[str, Rate],
        *,
        replicas: int,
        authority: Authority | None,
        clock: Callable[[], float] = time.monotonic,
        most_callers: int = MOST_CALLERS,
    ) -> None:
        """`rates` are by the name of the limit; `clock` gives seconds that only grow."""
        self._rates = rates
        self._free = {limit: rate.times(SHARE / replicas) for limit, rate in rates.items()}
        self._even = {limit: rate.times(1 / replicas) for limit, rate in rates.items()}
        self._ahead_seconds = AHEAD_SECONDS / replicas
        self._authority = authority
        self._clock = clock
        self._most_callers = most_callers
        self._callers: OrderedDict[str, _Caller] = OrderedDict()

    async def take(self, sender: Sender, count: int) -> None:
        """Take `count` readings from a sender's limit.

        Raises:
            RateLimitedError: there are not so many left.
            ProblemError: 413, there never will be.
        """
        rate = self._rates[sender.limit]
        if count > rate.burst:
            detail = f"a {sender.limit} may send {rate.burst:g} readings at once, this has {count}"
            raise ProblemError(problem(ProblemKind.BATCH_TOO_LARGE, detail))
        key = f"{sender.limit}:{sender.subject}"
        authority = self._authority
        if authority is not None and not authority.away:
            try:
                await self._take_shared(authority, key, sender.limit, rate, count)
            except Unavailable:
                pass
            else:
                return
        self._take_alone(key, sender.limit, rate, count)

    async def _take_shared(self, authority: Authority, key: str, limit: str, rate: Rate, count: int) -> None:
        now = self._clock()
        share = self._free[limit]
        caller = self._caller(key, share, rate, now)
        own = caller.share.level(share, now)
        if not caller.lease and count <= own:  # nearly everybody
            caller.share.remove(count)
            return
        leased = caller.leased(now)
        if count <= own + leased:
            _spend(caller, leased=min(leased, count), own=max(0.0, count - leased))
            return
        ceiling = caller.ceiling.level(rate, now)
        need = count - own - leased
        if need > ceiling:
            raise _refusal(limit, rate, left=own + leased + ceiling, count=count)
        # Others of this caller may come while Redis is asked, and must not spend the same.
        _spend(caller, leased=leased, own=own)
        want = max(need, rate.per_second * self._ahead_seconds)
        try:
            granted, level = await authority.lease(key, rate, need, want)
        except Unavailable:
            _spend(caller, leased=-leased, own=-own)
            raise
        later = self._clock()
        caller.ceiling.set(level, later)
        if granted < need:
            _spend(caller, leased=-leased, own=-own)
            raise _refusal(limit, rate, left=own + leased + level, count=count)
        caller.lease = caller.leased(later) + granted - need
        caller.lease_ends = later + LEASE_SECONDS

    def _take_alone(self, key: str, limit: str, rate: Rate, count: int) -> None:
        if self._authority is not None:
            DEGRADED.inc()
        now = self._clock()
        share = self._even[limit]
        bucket = self._caller(key, share, rate, now).share
        level = bucket.level(share, now)
        if count > level:
            raise _refusal(limit, share, left=level, count=count)
        bucket.remove(count)

    def _caller(self, key: str, share: Rate, whole: Rate, now: float) -> _Caller:
        caller = self._callers.get(key)
        if caller is None:
            caller = self._callers[key] = _Caller(share, whole, now)
            if len(self._callers) > self._most_callers:
                self._callers.popitem(last=False)
        else:
            self._callers.move_to_end(key)
        return caller


def _spend(caller: _Caller, *, leased: float, own: float) -> None:
    caller.lease -= leased
    caller.share.remove(own)


def _refusal(limit: str, rate: Rate, *, left: float, count: int) -> RateLimitedError:
    LIMITED.labels(limit).inc()
    wait = max(0.0, (count - left) / rate.per_second)
    remaining = int(max(0.0, left))
    body = problem(
        ProblemKind.RATE_LIMITED,
        f"a {limit} may send {rate.per_second:g} readings/s, {rate.burst:g} at once; {count} were sent",
        limit=limit,
        remaining=remaining,
        retry_after=round(wait, 3),
    )
    window = max(1, round(rate.burst / rate.per_second))
    return RateLimitedError(
        body,
        {
            "ratelimit-policy": f'"{limit}";q={int(rate.burst)};w={window}',
            "ratelimit": f'"{limit}";r={remaining};t={max(1, int(wait + 0.999))}',
        },
    )


def build_limits(settings: ProducerSettings, authority: Authority | None) -> RateLimits:
    rates = {
        DEVICE_LIMIT: Rate(settings.device_rate, settings.device_burst),
        TOKEN_LIMIT: Rate(settings.token_rate, settings.token_burst),
    }
    return RateLimits(rates, replicas=settings.replicas, authority=authority)
