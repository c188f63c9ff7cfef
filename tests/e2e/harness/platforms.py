"""A platform in the cluster: its manifest, its conditions, and itself as its clients see it."""

import base64
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any, Final

from tools.cluster.kubectl import Kubectl, Object, until
from tools.cluster.reach import reachable

from telemetry_contract.architecture import Writes
from telemetry_contract.keys import parse_keyring
from telemetry_operator.resources.naming import object_name
from telemetry_operator.specs.platform import TelemetryPlatform
from tests.support.target import Target

RESOURCE: Final = "telemetryplatforms.telemetry.dev"
START_SECONDS: Final = 240.0  # from a manifest to Available, beside others on two cores
PROGRAMS: Final = "app.kubernetes.io/component in (producer,consumer,analytics)"


class Platform:
    """One TelemetryPlatform by name, in the namespace of its kubectl."""

    def __init__(self, kubectl: Kubectl, name: str) -> None:
        self.kubectl = kubectl
        self.name = name

    @property
    def selector(self) -> str:
        return f"app.kubernetes.io/managed-by=telemetry-operator,app.kubernetes.io/instance={self.name}"

    def live(self) -> Object:
        return self.kubectl.need(RESOURCE, self.name)

    def model(self) -> TelemetryPlatform:
        return TelemetryPlatform.model_validate(self.live())

    def object_name(self, suffix: str) -> str:
        return object_name(self.model(), suffix)

    def condition(self, kind: str) -> dict[str, Any]:
        """One condition of the status, empty where it is not there yet."""
        conditions = self.live().get("status", {}).get("conditions", [])
        return next((dict(it) for it in conditions if it["type"] == kind), {})

    def until(self, condition: str, status: str = "True", *, seconds: float = START_SECONDS) -> None:
        """Wait for a condition of this generation."""
        self.kubectl.wait(f"{RESOURCE}/{self.name}", f"condition={condition}={status}", seconds)

    def until_reason(self, condition: str, reason: str, *, seconds: float = START_SECONDS) -> str:
        """Wait until a condition is true for a reason, and return its message."""

        def found() -> dict[str, Any] | None:
            seen = self.condition(condition)
            return seen if (seen.get("status"), seen.get("reason")) == ("True", reason) else None

        seen = until(found, what=f"{condition} for the reason {reason}", seconds=seconds)
        assert seen is not None
        return str(seen["message"])

    def patch(self, **spec: Any) -> None:  # noqa: ANN401 - a part of a manifest
        self.kubectl.patch(RESOURCE, self.name, {"spec": spec})

    def delete(self, *options: str) -> None:
        self.kubectl.delete(RESOURCE, self.name, *options)

    def owned(self, kinds: str) -> list[Object]:
        return list(self.kubectl.list(kinds, self.selector))

    def pods(self, component: str | None = None) -> list[Object]:
        component_too = f",app.kubernetes.io/component={component}" if component else ""
        return list(self.kubectl.list("pods", self.selector + component_too))

    def restarts(self) -> dict[str, int]:
        """Restarts by pod and container, of those that had any."""
        statuses = {it["metadata"]["name"]: it["status"].get("containerStatuses", []) for it in self.pods()}
        return {
            f"{pod}/{status['name']}": status["restartCount"]
            for pod, found in statuses.items()
            for status in found
            if status["restartCount"]
        }

    @contextmanager
    def target(self) -> Iterator[Target]:
        """The platform as its clients see it, for as long as the block lasts."""
        model = self.model()
        keys = self.kubectl.need("secret", object_name(model, "keys"))["data"]["keys.json"]
        with ExitStack() as stack:
            producer, analytics = (
                stack.enter_context(reachable(self.kubectl, object_name(model, program)))
                for program in ("producer", "analytics")
            )
            keyring = parse_keyring(base64.b64decode(keys))
            yield Target(producer, analytics, keyring, queued=model.spec.choices.writes is Writes.KAFKA)


def is_ready(pod: Object) -> bool:
    conditions = pod["status"].get("conditions", [])
    return any((it["type"], it["status"]) == ("Ready", "True") for it in conditions)
