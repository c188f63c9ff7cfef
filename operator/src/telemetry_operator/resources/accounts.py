"""The ServiceAccount of all pods: it may do nothing, and its token is mounted nowhere."""

from telemetry_operator.resources.context import Context
from telemetry_operator.resources.naming import build_object
from telemetry_operator.resources.objects import SERVICE_ACCOUNT, Object
from telemetry_operator.resources.pods import SERVICE_ACCOUNT_SUFFIX
from telemetry_operator.specs.platform import TelemetryPlatform


def build_account(platform: TelemetryPlatform, context: Context) -> Object:
    suffix = SERVICE_ACCOUNT_SUFFIX
    account = build_object(SERVICE_ACCOUNT, platform, context, suffix, suffix)
    return {**account, "automountServiceAccountToken": False}
