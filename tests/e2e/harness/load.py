"""Load on a platform in the cluster, and its promise held against what came of it: asked from the platform itself."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import httpx
from tools.cluster.kubectl import until

from telemetry_contract.identity import Digest, digest_of
from tests.e2e.harness.platforms import Platform
from tests.faults.load import Load

RATE: Final = 50.0  # readings a second
LONGEST: Final = 600.0  # seconds; a change of architecture on two busy cores is slow
STORED_SECONDS: Final = 120.0


@contextmanager
def load_on(platform: Platform, *, rate: float = RATE) -> Iterator[Load]:
    """A client that sends again until all is acknowledged; at the end each reading must be stored, once."""
    # Devices of its own: others' readings stay out of the digest.
    with platform.target() as target:
        with Load(target, f"load-{secrets.token_hex(3)}", rate=rate, seconds=LONGEST) as load:
            load.until_more(int(rate))
            yield load
            load.until_more(int(rate))
        sent = digest_of(load.sent)

        def stored() -> Digest | None:
            answer = target.get("/digest", params={"device": load.devices})
            if answer.status_code == httpx.codes.SERVICE_UNAVAILABLE:  # what was away may be on its way back
                return None
            found = answer.raise_for_status().json()
            return Digest(found["count"], int(found["digest"], 16))

        assert load.acknowledged == load.sent
        until(lambda: stored() == sent, what=f"{sent.count} acknowledged readings are stored", seconds=STORED_SECONDS)
        assert target.get("/integrity").raise_for_status().json()["balanced"]
