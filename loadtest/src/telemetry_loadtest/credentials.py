"""What a run proves itself with: tokens that expire, and the keys of its own devices. Never the platform's secrets.

On this machine the engine makes them from the platform's keys file. In a cluster whoever starts the run makes them, and
the generator's pods hold nothing that opens more than the run needs.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Final

import msgspec

from telemetry_contract.keys import Claims, Keyring, Scope, make_device_key, make_token, parse_keyring
from telemetry_loadtest.plan import Plan
from telemetry_loadtest.trials import longest_seconds

GATEWAYS: Final = 16  # tokens that batches take turns with: each has a rate limit of its own
MARGIN: Final = 7200  # seconds that tokens outlive the load by


class Credentials(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Of one run; `keys` are its devices', in the order of their names, the probes' device last."""

    reader: str
    gateways: list[str]
    keys: list[str]

    def key_of(self, plan: Plan) -> Callable[[str], str]:
        """Each device's key by its name."""
        return dict(zip([*plan.device_names, plan.probe_name], self.keys, strict=True)).__getitem__


def issue_credentials(plan: Plan, keyring: Keyring, now: float) -> Credentials:
    """Make a run's credentials at `now` (seconds since the epoch); tokens outlive what is planned by `MARGIN`."""
    expires = int(now + longest_seconds(plan)) + MARGIN
    subject = f"bench-{plan.run}"
    return Credentials(
        reader=make_token(keyring, Claims(subject, (Scope.READ,), expires)),
        gateways=[
            make_token(keyring, Claims(f"{subject}-{number}", (Scope.WRITE,), expires)) for number in range(GATEWAYS)
        ],
        keys=[make_device_key(keyring, device) for device in (*plan.device_names, plan.probe_name)],
    )


def read_credentials(plan: Plan, now: float) -> Credentials:
    """The credentials that a plan's target points at.

    Raises:
        OSError: the file cannot be read.
        ValueError: it is neither a keys file nor a run's credentials.
    """
    if plan.target.credentials_file:
        return decode_credentials(Path(plan.target.credentials_file).read_bytes())
    return issue_credentials(plan, parse_keyring(Path(plan.target.keys_file).read_bytes()), now)


def encode_credentials(credentials: Credentials) -> bytes:
    return msgspec.json.encode(credentials)


def decode_credentials(text: bytes) -> Credentials:
    """Return a run's credentials.

    Raises:
        msgspec.MsgspecError: the text is none.
    """
    return msgspec.json.decode(text, type=Credentials)
