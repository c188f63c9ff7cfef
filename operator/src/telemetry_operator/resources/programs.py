"""Pods of our own programs: the image, what a program is told, and the files that it reads."""

from typing import Final

from telemetry_contract.architecture import Store
from telemetry_contract.settings import Component
from telemetry_operator.resources.connections import (
    SECRET_VARIABLES,
    connections_annotation,
    connections_name,
)
from telemetry_operator.resources.context import Context
from telemetry_operator.resources.files import files_of
from telemetry_operator.resources.objects import Object
from telemetry_operator.resources.pods import build_container, build_pod_template, variables_of
from telemetry_operator.resources.ports import HTTP, MANAGEMENT, MANAGEMENT_PORT, PUBLIC_PORT
from telemetry_operator.resources.variables import build_environment
from telemetry_operator.specs.components import ComponentSpec
from telemetry_operator.specs.layout import component_spec
from telemetry_operator.specs.platform import TelemetryPlatform

USER: Final = 10001  # of the image telemetry/services, and its group

MODULES: Final = {
    Component.PRODUCER: "telemetry.producer",
    Component.CONSUMER: "telemetry.consumer",
    Component.ANALYTICS: "telemetry.analytics",
    Component.PREPARE: "telemetry.core.prepare",
}


def image_of(platform: TelemetryPlatform, context: Context) -> str:
    """Image of producer, consumer, analytics and prepare."""
    return platform.spec.images.services or context.images.services


def build_program(
    component: Component,
    platform: TelemetryPlatform,
    context: Context,
    *,
    grace_seconds: int,
    container: Object | None = None,
    pod: Object | None = None,
) -> Object:
    """Pod template of one program; `container` and `pod` are the fields that it has beside all programs' own."""
    wanted = _shape(platform, component)
    environment = build_environment(component, platform, context)
    files = files_of(platform, environment)
    program = build_container(
        platform,
        component.value,
        image_of(platform, context),
        wanted.resources,
        ports=ports_of(platform, component),
        env=variables_of(
            environment, secret=connections_name(platform), in_secret=SECRET_VARIABLES, extra=wanted.pod.env
        ),
        mounts=[file.mount for file in files],
    )
    return build_pod_template(
        platform,
        component.value,
        wanted.pod,
        user=USER,
        grace_seconds=grace_seconds,
        containers=[{**program, "command": ["python", "-m", MODULES[component]], **(container or {})}],
        volumes=[file.volume for file in files],
        annotations=connections_annotation(component, platform, context),
        more=pod,
    )


def ports_of(platform: TelemetryPlatform, component: Component) -> dict[str, int]:
    """Ports that a program listens on, by name."""
    if component is Component.PREPARE:
        return {}
    public = {HTTP: PUBLIC_PORT} if serves(platform, component) else {}
    return {**public, MANAGEMENT: MANAGEMENT_PORT}


def serves(platform: TelemetryPlatform, component: Component) -> bool:
    """Whether others ask the program anything; a consumer, only where it keeps history itself."""
    return component is not Component.CONSUMER or platform.spec.choices.store is Store.MEMORY


def _shape(platform: TelemetryPlatform, component: Component) -> ComponentSpec:
    # What prepares is placed and sized as the producer is, which on direct writes is what speaks to PostgreSQL: the
    # same nodes, login to the registry and quota.
    return component_spec(platform.spec, Component.PRODUCER if component is Component.PREPARE else component)
