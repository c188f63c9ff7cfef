"""What pods ask for and may use where the spec does not say, so that quotas can count them."""

from typing import Final, NamedTuple

from telemetry_operator.specs.layout import Server, builtin_of
from telemetry_operator.specs.pods import Compute, Resources
from telemetry_operator.specs.quantity import Quantity
from telemetry_operator.specs.spec import PlatformSpec


class Usual(NamedTuple):
    """CPU and memory asked for, the most memory, and the most CPU where that is bounded."""

    cpu: Quantity
    memory: Quantity
    most_memory: Quantity
    most_cpu: Quantity | None = None


USUAL: Final = {
    Server.POSTGRES: Usual(Quantity("250m"), Quantity("512Mi"), Quantity("1Gi")),
    Server.REDIS: Usual(Quantity("50m"), Quantity("64Mi"), Quantity("256Mi")),
    Server.KAFKA: Usual(Quantity("250m"), Quantity("768Mi"), Quantity("1Gi")),
}


def resources_of(spec: PlatformSpec, server: Server) -> Resources:
    """A server's, as the spec and the usual have them."""
    return completed(builtin_of(spec, server).resources, USUAL[server])


def completed(given: Resources, usual: Usual) -> Resources:
    """The given resources; what they leave out is the usual, moved so far that no request is above its limit."""
    memory = given.limits.memory or _larger(usual.most_memory, given.requests.memory)
    cpu = given.limits.cpu or (usual.most_cpu and _larger(usual.most_cpu, given.requests.cpu))
    return Resources(
        requests=Compute(
            cpu=given.requests.cpu or _smaller(usual.cpu, cpu),
            memory=given.requests.memory or _smaller(usual.memory, memory),
        ),
        limits=Compute(cpu=cpu, memory=memory),
    )


def memory_bytes(spec: PlatformSpec, server: Server) -> int:
    """What a server sizes itself by."""
    return (resources_of(spec, server).limits.memory or USUAL[server].most_memory).bytes


def _smaller(usual: Quantity, bound: Quantity | None) -> Quantity:
    return bound if bound and bound.value < usual.value else usual


def _larger(usual: Quantity, bound: Quantity | None) -> Quantity:
    return bound if bound and bound.value > usual.value else usual
