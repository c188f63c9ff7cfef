"""What a trial has left is waited for, against a server that shows readings late or refuses some."""

import time
from pathlib import Path

import msgspec
import pytest

from telemetry_loadtest.credentials import issue_credentials
from telemetry_loadtest.engine.priming import NOTHING_LEFT, settle
from telemetry_loadtest.windows import Accounts, Ledger
from tests.integration.bench.conftest import KEYRING, Bench
from tests.support.load_target import Knobs, LoadTarget

DEVICES = 6


def settled(directory: Path, server: LoadTarget) -> Accounts:
    """The books of one of two workers that share these devices and the probes' own."""
    plan = msgspec.structs.replace(Bench(directory, server).plan(10, 1), devices=DEVICES, workers=2, batch=2)
    ledger, now = Ledger(), time.time()
    assert settle(plan, 0, issue_credentials(plan, KEYRING, now), ledger, now) == NOTHING_LEFT
    return ledger.close()


def test_a_reading_of_each_device_is_waited_for_until_it_is_readable(tmp_path: Path) -> None:
    with LoadTarget(Knobs(lag=0.5)) as server:
        began = time.monotonic()
        accounts = settled(tmp_path, server)
        assert time.monotonic() - began >= 0.5
        assert accounts.acknowledged.count == DEVICES / 2 + 1
        assert len(server.newest) == DEVICES / 2 + 1


@pytest.mark.parametrize("refuse", [2, 3])
def test_what_is_refused_is_sent_again_and_stands_in_the_books_once(tmp_path: Path, refuse: int) -> None:
    with LoadTarget(Knobs(refuse=refuse)) as server:
        accounts = settled(tmp_path, server)
        assert accounts.sent == accounts.acknowledged
        assert accounts.uncertain_count == 0
        assert accounts.acknowledged.count == len(server.kept) == DEVICES / 2 + 1
