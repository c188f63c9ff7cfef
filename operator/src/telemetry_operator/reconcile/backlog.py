"""How much of the stream is not stored yet, asked of the consumers themselves.

Each consumer tells the lag of its partitions on its management port. Only figures of every partition count, and zero
counts if it is zero still a moment later: a consumer looks up a log's end once a second.
"""

import asyncio
from collections.abc import Sequence
from typing import Final

import aiohttp
from prometheus_client.parser import text_string_to_metric_families

from telemetry_contract.settings import Component
from telemetry_operator.connections import host_in_url
from telemetry_operator.reconcile.observed import Backlog, Observed
from telemetry_operator.reconcile.planning.rollouts import replicas_of, running_pods
from telemetry_operator.reconcile.planning.stamps import PARTITIONS
from telemetry_operator.resources.objects import Object
from telemetry_operator.resources.ports import MANAGEMENT_PORT

LAG: Final = "telemetry_consumer_lag_records"
HALTED: Final = "telemetry_consumer_halted"
REQUEST_SECONDS: Final = 3.0
SETTLE_SECONDS: Final = 3.0  # three beats of a consumer's pulse


class BacklogUnknownError(Exception):
    """The backlog cannot be told; the text says why."""


class StandstillError(BacklogUnknownError):
    """Nobody works on the backlog, and nobody will."""


async def observe_backlog(consumer: Object, observed: Observed, *, settle_seconds: float = SETTLE_SECONDS) -> Backlog:
    """What the pods of a consumer's Deployment tell together."""
    pods = running_pods(observed.pods, Component.CONSUMER)
    expected = partitions_of(consumer)
    try:
        if not replicas_of(consumer):
            raise StandstillError("spec.consumer.replicas was 0, so no consumer runs that could store what is left")
        lags = await _ask_all(pods, expected)
        if not sum(lags.values()):
            await asyncio.sleep(settle_seconds)
            lags = await _ask_all(pods, expected)
    except BacklogUnknownError as error:
        return Backlog(records=None, words=str(error), is_stuck=isinstance(error, StandstillError))
    records = sum(lags.values())
    return Backlog(records=records, words=f"{records} records are not stored yet")


def partitions_of(consumer: Object) -> int:
    """Partitions of the topic, as the consumer's Deployment was marked when it was applied."""
    return int((consumer["metadata"].get("annotations") or {}).get(PARTITIONS) or 0)


def parse_lags(text: str) -> dict[int, int]:
    """Records that are not stored yet, by partition.

    Raises:
        StandstillError: a partition is halted.
    """
    lags: dict[int, int] = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            if sample.name == HALTED and sample.value:
                partition, reason = sample.labels["partition"], sample.labels["reason"]
                raise StandstillError(f"partition {partition} of the topic is halted ({reason})")
            if sample.name == LAG:
                lags[int(sample.labels["partition"])] = int(sample.value)
    return lags


async def _ask_all(pods: Sequence[Object], expected: int) -> dict[int, int]:
    if not pods:
        raise BacklogUnknownError("no consumer runs that could store what is left")
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=REQUEST_SECONDS)) as session:
        answers = await asyncio.gather(*(_ask(session, pod) for pod in pods))
    lags: dict[int, int] = {}
    for partition, lag in (told for answer in answers for told in answer.items()):
        lags[partition] = max(lag, lags.get(partition, 0))
    if not expected or len(lags) < expected:
        raise BacklogUnknownError(f"the consumers tell of {len(lags)} of {expected} partitions")
    return lags


async def _ask(session: aiohttp.ClientSession, pod: Object) -> dict[int, int]:
    name, address = pod["metadata"]["name"], (pod.get("status") or {}).get("podIP")
    if not address:
        raise BacklogUnknownError(f"pod {name} has no address yet")
    host = host_in_url(address)
    try:
        async with session.get(f"http://{host}:{MANAGEMENT_PORT}/metrics") as response:
            response.raise_for_status()
            return parse_lags(await response.text())
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        raise BacklogUnknownError(f"pod {name} does not answer at {host}:{MANAGEMENT_PORT}") from error
    except ValueError as error:
        raise BacklogUnknownError(f"pod {name} tells its lag in a form that is not known: {error}") from error
