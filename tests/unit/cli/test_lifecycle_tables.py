import io

from rich.console import Console

from telemetry_operator.commands.lifecycle_tables import ledger_table
from telemetry_operator.local.ledger import LedgerStatus, PartitionBalance


def shown(ledger: LedgerStatus | None) -> str:
    output = io.StringIO()
    Console(file=output, width=100).print(ledger_table(ledger))
    return output.getvalue()


def test_a_ledger_that_balances_is_short() -> None:
    text = shown(LedgerStatus(True, 3, 7, [PartitionBalance("t", 0, True, 0, 0, 3, 7)]))
    assert "ledger: balanced; lag 7 records; 3 dead letters" in text


def test_one_that_does_not_says_by_how_much_and_where() -> None:
    partitions = [PartitionBalance("t", 0, True, 0, 0, 0, None), PartitionBalance("t", 1, False, -2, 1500, 0, 1)]
    lines = shown(LedgerStatus(False, 0, None, partitions)).splitlines()
    assert "NOT BALANCED; lag unknown" in lines[0]
    assert lines[3].split() == ["1", "offsets", "-2,", "readings", "+1,500", "1", "0"]


def test_what_nobody_tells_is_said() -> None:
    assert "analytics does not tell it" in shown(None)
    assert "nothing has come through a stream" in shown(LedgerStatus(True, 0, None, []))
