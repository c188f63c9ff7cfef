"""The proof of a platform on this machine: a reading is written, and read back."""

from collections.abc import Iterable, Mapping
from pathlib import Path

from telemetry_contract.keys import InvalidKeyring, parse_keyring
from telemetry_contract.settings import Component
from telemetry_operator.local.plan import Process
from telemetry_operator.probe import VISIBLE_SECONDS, ProbeError, probe

ENDS = {Component.PRODUCER, Component.ANALYTICS}


def prove(
    addresses: Mapping[str, str], processes: Iterable[Process], keys_file: Path, *, patience: float = VISIBLE_SECONDS
) -> float | None:
    """Return after how many seconds the reading was visible; None where nothing takes readings, or shows them.

    Raises:
        ProbeError: it did not pass.
    """
    if not {process.component for process in processes} >= ENDS:
        return None
    try:
        keyring = parse_keyring(keys_file.read_bytes())
    except (OSError, InvalidKeyring) as error:
        raise ProbeError(f"the keys to sign with cannot be used: {error}") from None
    return probe(addresses[Component.PRODUCER], addresses[Component.ANALYTICS], keyring, patience=patience)
