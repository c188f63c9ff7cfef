"""The Job that makes the servers ready for one revision of the platform: migrations and topics, before the programs."""

import hashlib
from typing import Final

import msgspec

from telemetry_contract.settings import Component
from telemetry_operator.resources.context import Context
from telemetry_operator.resources.naming import HASH_LENGTH, build_object
from telemetry_operator.resources.objects import JOB, Object
from telemetry_operator.resources.programs import build_program
from telemetry_operator.specs.platform import TelemetryPlatform

# Python as a container's first process is deaf to SIGTERM where it installs no handler, and PostgreSQL undoes what was
# begun when the connection ends: waiting longer would change nothing.
GRACE_SECONDS: Final = 5
WITHOUT_END: Final = 2**31 - 1


def build_prepare(platform: TelemetryPlatform, context: Context) -> Object:
    """The Job; its name ends in a hash of its pods, since the template of a Job cannot be changed.

    It never fails for good: a server that is away today is there tomorrow, and what a person mends in the manifest is
    another Job. One pod tries again and again (the kubelet waits up to 5 minutes between two tries), so the last words
    of the try before stand in its status, and nothing is left over. Without a time to live the completed Job stays,
    because it is what says that this revision is prepared.
    """
    template = build_program(
        Component.PREPARE,
        platform,
        context,
        grace_seconds=GRACE_SECONDS,
        pod={"restartPolicy": "OnFailure"},
    )
    suffix = f"{Component.PREPARE}-{hash_of(template)}"
    return {
        **build_object(JOB, platform, context, suffix, Component.PREPARE),
        "spec": {"backoffLimit": WITHOUT_END, "template": template},
    }


def hash_of(template: Object) -> str:
    return hashlib.sha256(msgspec.json.encode(template, order="deterministic")).hexdigest()[:HASH_LENGTH]
