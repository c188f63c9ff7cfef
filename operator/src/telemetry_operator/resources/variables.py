"""What each of our programs is told in a cluster: `environment_of` with the addresses and ports that pods have."""

from typing import Final

from telemetry_contract.settings import Component
from telemetry_operator.environment import Binding, Environment, environment_of
from telemetry_operator.resources.addresses import endpoints_of
from telemetry_operator.resources.context import Context
from telemetry_operator.resources.ports import MANAGEMENT_PORT, PUBLIC_PORT
from telemetry_operator.specs.layout import components_of, replica_bounds
from telemetry_operator.specs.platform import TelemetryPlatform

ANY_ADDRESS: Final = "0.0.0.0"  # noqa: S104 - in a pod's own network; policies say who may connect


def build_environment(component: Component, platform: TelemetryPlatform, context: Context) -> Environment:
    """Variables of a program, passwords and all.

    Raises:
        SecretMissingError: a Secret with a server's password is not there yet.
    """
    return environment_of(component, platform, endpoints_of(platform, context.secrets), binding_of(platform, component))


def programs_of(platform: TelemetryPlatform) -> tuple[Component, ...]:
    """All programs that the platform runs: once, or for as long as it is there."""
    return (Component.PREPARE, *components_of(platform.spec))


def binding_of(platform: TelemetryPlatform, component: Component) -> Binding:
    return Binding(
        host=ANY_ADDRESS,
        port=PUBLIC_PORT,
        # Kubelets probe the pod's address.
        management_host=ANY_ADDRESS,
        management_port=MANAGEMENT_PORT,
        replicas=_sharers(platform, component),
    )


def _sharers(platform: TelemetryPlatform, component: Component) -> int:
    """Processes that a caller's limit is shared among where Redis does not count for all of them.

    A limit that holds is the aim, so they are as many as there may ever be, not as many as there are: the pods of a
    component must not be replaced because an autoscaler added one. Only the producer limits anybody; the others' pods
    are not replaced when their count is changed by hand, either.
    """
    return max(1, replica_bounds(platform.spec, component).most) if component is Component.PRODUCER else 1
