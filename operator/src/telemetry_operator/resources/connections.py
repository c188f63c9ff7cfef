"""The Secret that carries addresses with passwords in them to our programs, and what replaces pods when they change."""

from base64 import b64encode
from collections.abc import Mapping
from typing import Final

from telemetry_contract.settings import Component, Variable
from telemetry_operator.environment import Environment
from telemetry_operator.resources.context import Context
from telemetry_operator.resources.digests import digest_of
from telemetry_operator.resources.files import authorities_of
from telemetry_operator.resources.naming import build_object, object_name
from telemetry_operator.resources.objects import SECRET, Object
from telemetry_operator.resources.variables import build_environment, programs_of
from telemetry_operator.specs.platform import TelemetryPlatform

SUFFIX: Final = "connections"
ANNOTATION: Final = "telemetry.dev/connections"
SECRET_VARIABLES: Final = frozenset({
    Variable.POSTGRES_URL.value, Variable.REDIS_URL.value,
    Variable.KAFKA_SASL_USERNAME.value, Variable.KAFKA_SASL_PASSWORD.value,
})  # fmt: skip
"""Variables that have a password in them, or a name that goes with one."""


def build_connections(platform: TelemetryPlatform, context: Context) -> tuple[Object, ...]:
    """The Secret, if the architecture's servers ask for any secret at all."""
    values: Environment = {}
    for component in programs_of(platform):
        values |= _secret_part(build_environment(component, platform, context))
    if not values:
        return ()
    data = {name: b64encode(value.encode()).decode() for name, value in values.items()}
    return ({**build_object(SECRET, platform, context, SUFFIX, SUFFIX), "type": "Opaque", "data": data},)


def connections_name(platform: TelemetryPlatform) -> str:
    return object_name(platform, SUFFIX)


def connections_annotation(component: Component, platform: TelemetryPlatform, context: Context) -> dict[str, str]:
    """Annotation of a pod template that changes with what a program connects by: its part of the Secret, and CAs.

    Programs read both only as they start. What others connect by does not replace a program's pods.
    """
    environment = build_environment(component, platform, context)
    authorities = {
        server.value: context.secrets.get(authority.secret_name, {}).get(authority.key, "")
        for server, authority in authorities_of(platform.spec, environment)
    }
    return {ANNOTATION: digest_of({**_secret_part(environment), **authorities}, context.uid)}


def _secret_part(environment: Mapping[str, str]) -> Environment:
    return {name: value for name, value in environment.items() if name in SECRET_VARIABLES}
