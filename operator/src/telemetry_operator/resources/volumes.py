"""The builtin servers' volumes: their claims' names, growing them, and what of a volume cannot change.

A StatefulSet's claim templates are immutable, and it never touches a claim that it made. So a StatefulSet that exists
keeps the templates it has (`keep_claim_templates`), larger storage is asked of each claim (`build_claim_growth`), and
what no claim can become is told before anything is written (`illegal_storage`).
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from telemetry_operator.resources.amounts import canonical
from telemetry_operator.resources.naming import object_name
from telemetry_operator.resources.objects import Object
from telemetry_operator.specs.findings import Finding, at
from telemetry_operator.specs.layout import Server, builtin_of, builtin_servers
from telemetry_operator.specs.platform import TelemetryPlatform
from telemetry_operator.specs.quantity import Quantity
from telemetry_operator.specs.spec import PlatformSpec

DATA: Final = "data"


def replicas_of(spec: PlatformSpec, server: Server) -> int:
    return spec.kafka.builtin.brokers if server is Server.KAFKA else 1


def claim_names(platform: TelemetryPlatform, server: Server) -> tuple[str, ...]:
    """Names of a server's PersistentVolumeClaims, by its pods' numbers."""
    return tuple(f"{_claims_prefix(platform, server)}{number}" for number in range(replicas_of(platform.spec, server)))


def build_claim_template(platform: TelemetryPlatform, server: Server, labels: Mapping[str, str]) -> Object:
    storage = builtin_of(platform.spec, server).storage
    named = {"storageClassName": storage.storage_class_name} if storage.storage_class_name else {}
    return {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": {"name": DATA, "labels": dict(labels)},
        "spec": {
            "accessModes": ["ReadWriteOnce"],
            "resources": {"requests": {"storage": canonical(storage.size)}},
            **named,
        },
    }


def keep_claim_templates(wanted: Object, observed: Object | None) -> Object:
    """A StatefulSet with the claim templates of the one that is there, which the API server would not replace."""
    if observed is None:
        return wanted
    templates = observed["spec"]["volumeClaimTemplates"]
    return {**wanted, "spec": {**wanted["spec"], "volumeClaimTemplates": templates}}


def build_claim_growth(platform: TelemetryPlatform, claims: tuple[Object, ...]) -> tuple[Object, ...]:
    """What is to be applied to claims that are smaller than the spec's storage; their class has to allow it."""
    return tuple(
        _grown(claim, wanted)
        for server, claim in _claims_of(platform, claims)
        if (wanted := builtin_of(platform.spec, server).storage.size).value > _size(claim).value
    )


def illegal_storage(platform: TelemetryPlatform, claims: tuple[Object, ...]) -> tuple[Finding, ...]:
    """What the spec asks of claims that exist and cannot be: to shrink, to change class, other brokers."""
    findings = [finding for pair in _claims_of(platform, claims) for finding in _illegal_changes(platform, *pair)]
    # One finding for all claims of a server.
    return tuple(dict.fromkeys([*findings, *_illegal_brokers(platform, claims)]))


def _claims_of(platform: TelemetryPlatform, claims: tuple[Object, ...]) -> Iterator[tuple[Server, Object]]:
    servers = {name: server for server in builtin_servers(platform.spec) for name in claim_names(platform, server)}
    for claim in claims:
        if server := servers.get(claim["metadata"]["name"]):
            yield server, claim


def _illegal_changes(platform: TelemetryPlatform, server: Server, claim: Object) -> Iterator[Finding]:
    storage, path = builtin_of(platform.spec, server).storage, f"spec.{server}.builtin.storage"
    if storage.size.value < _size(claim).value:
        yield at(f"{path}.size", f"found {storage.size}; the volume has {_size(claim)}, and volumes do not shrink")
    wanted, there = storage.storage_class_name, claim["spec"].get("storageClassName")
    if wanted and wanted != there:
        yield at(f"{path}.storageClassName", f"found {wanted}; the volume is of class {there}, and keeps it")


def _illegal_brokers(platform: TelemetryPlatform, claims: tuple[Object, ...]) -> Iterator[Finding]:
    if Server.KAFKA not in builtin_servers(platform.spec):
        return
    prefix = _claims_prefix(platform, Server.KAFKA)
    numbers = [claim["metadata"]["name"].removeprefix(prefix) for claim in claims]
    there = sum(number.isdecimal() for number in numbers)
    if there and there != platform.spec.kafka.builtin.brokers:
        yield at(
            "spec.kafka.builtin.brokers",
            f"found {platform.spec.kafka.builtin.brokers}; the brokers' volumes are {there}, and their number is fixed "
            "at creation",
        )


def _claims_prefix(platform: TelemetryPlatform, server: Server) -> str:
    return f"{DATA}-{object_name(platform, server)}-"


def _size(claim: Mapping[str, Any]) -> Quantity:
    return Quantity(claim["spec"]["resources"]["requests"]["storage"])


def _grown(claim: Object, size: Quantity) -> Object:
    """Only the field that is ours: all else of a claim is the StatefulSet controller's."""
    metadata = {name: claim["metadata"][name] for name in ("name", "namespace")}
    spec = {"resources": {"requests": {"storage": canonical(size)}}}
    return {"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": metadata, "spec": spec}
