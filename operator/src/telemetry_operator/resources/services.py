"""Services of the programs that answer somebody.

The management port has none: kubelets and scrapers (by PodMonitor) speak to each pod on its own address, and what is
behind a Service of its own is soon behind an Ingress.
"""

from telemetry_contract.settings import Component
from telemetry_operator.resources.context import Context
from telemetry_operator.resources.naming import build_object, selector_of
from telemetry_operator.resources.objects import SERVICE, Object
from telemetry_operator.resources.ports import HTTP, PUBLIC_PORT
from telemetry_operator.specs.platform import TelemetryPlatform


def build_service(component: Component, platform: TelemetryPlatform, context: Context) -> Object:
    return {
        **build_object(SERVICE, platform, context, component, component),
        "spec": {
            "type": "ClusterIP",
            "selector": selector_of(platform, component),
            "ports": [{"name": HTTP, "port": PUBLIC_PORT, "targetPort": HTTP, "protocol": "TCP"}],
        },
    }
