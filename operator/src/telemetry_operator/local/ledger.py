"""The stream's books in short: whether each partition balances, how far the consumer is behind, what died.

Analytics tells the ledger, the consumers tell on their management ports how many records they have not stored yet.
"""

import re
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Final

import httpx
import msgspec

from telemetry_contract.api import Integrity, PartitionLedger
from telemetry_contract.keys import Claims, InvalidKeyring, Scope, make_token, parse_keyring
from telemetry_contract.settings import Component
from telemetry_operator.local.applied import Applied
from telemetry_operator.local.plan import Process
from telemetry_operator.local.servers.server import LOOPBACK
from telemetry_operator.probe import unverified

ANSWER_SECONDS: Final = 2.0
TOKEN_SECONDS: Final = 60
_LAG: Final = re.compile(r'^telemetry_consumer_lag_records\{partition="([0-9]+)"\} ([0-9.e+]+)$', re.MULTILINE)


class PartitionBalance(msgspec.Struct, frozen=True):
    """One partition: by how much its two equations are out (0 where they hold), and how many readings are dead.

    `lag` is in records, None where no consumer tells.
    """

    topic_id: str
    partition: int
    balanced: bool
    offsets_out: int
    readings_out: int
    dead: int
    lag: int | None


class LedgerStatus(msgspec.Struct, frozen=True):
    """The whole stream; `partitions` is empty where there is none."""

    balanced: bool
    dead_letters: int
    lag: int | None
    partitions: list[PartitionBalance]


def observe_ledger(applied: Applied, keys_file: Path) -> LedgerStatus | None:
    """Ask for the ledger; `None` where analytics does not answer."""
    integrity = _ask_integrity(applied.addresses.get(str(Component.ANALYTICS)), keys_file)
    if integrity is None:
        return None
    return sum_up(integrity, _ask_lags(applied.processes))


def sum_up(integrity: Integrity, lags: dict[int, int]) -> LedgerStatus:
    """Put ledger and lags together; `lags` are by the number of the partition."""
    numbers = [it.partition for it in integrity.partitions]
    partitions = [
        # Of a topic that was made anew the old partitions are kept: which of two the lag is of, nobody says.
        _balance(it, lags.get(it.partition) if numbers.count(it.partition) == 1 else None)
        for it in integrity.partitions
    ]
    lag = sum(lags.values()) if lags else None
    return LedgerStatus(integrity.balanced, integrity.dead_letters, lag, partitions)


def parse_lags(metrics: str) -> dict[int, int]:
    """Return the lags that a consumer's metrics tell, by partition."""
    return {int(partition): int(float(records)) for partition, records in _LAG.findall(metrics)}


def _balance(ledger: PartitionLedger, lag: int | None) -> PartitionBalance:
    ends = ledger.stored + ledger.duplicate + ledger.conflict + ledger.dead + ledger.expired
    return PartitionBalance(
        topic_id=ledger.topic_id,
        partition=ledger.partition,
        balanced=ledger.balanced,
        offsets_out=ledger.offsets_passed - ledger.records_read - ledger.records_lost,
        readings_out=ledger.readings - ends,
        dead=ledger.conflict + ledger.dead,
        lag=lag,
    )


def _ask_integrity(analytics: str | None, keys_file: Path) -> Integrity | None:
    if analytics is None:
        return None
    try:
        claims = Claims("telemetryctl", (Scope.READ,), int(time.time()) + TOKEN_SECONDS)
        headers = {"Authorization": f"Bearer {make_token(parse_keyring(keys_file.read_bytes()), claims)}"}
        url = f"{analytics}/api/v1/integrity"
        # The certificate is not verified: it is for the name that clients use, and this is our own process.
        answer = httpx.get(url, headers=headers, timeout=ANSWER_SECONDS, trust_env=False, verify=unverified())
        return msgspec.json.decode(answer.content, type=Integrity) if answer.is_success else None
    except (httpx.HTTPError, OSError, InvalidKeyring, msgspec.MsgspecError):
        return None


def _ask_lags(processes: Iterable[Process]) -> dict[int, int]:
    lags: dict[int, int] = {}
    for process in processes:
        if process.component == Component.CONSUMER and process.management_port is not None:
            url = f"http://{LOOPBACK}:{process.management_port}/metrics"
            try:
                lags |= parse_lags(httpx.get(url, timeout=ANSWER_SECONDS, trust_env=False).text)
            except httpx.HTTPError:
                continue
    return lags
