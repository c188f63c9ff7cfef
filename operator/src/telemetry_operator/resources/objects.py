"""Kubernetes objects as plain data, and the kinds that a platform is made of."""

from dataclasses import dataclass
from typing import Any, Final

Object = dict[str, Any]
"""What the API server takes and gives, as JSON."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind that the operator owns objects of; all of them live in namespaces."""

    api_version: str
    kind: str
    plural: str

    @property
    def group(self) -> str:
        """API group; empty for the core."""
        group, _, version = self.api_version.rpartition("/")
        return group if version else ""


SERVICE_ACCOUNT: Final = Kind("v1", "ServiceAccount", "serviceaccounts")
CONFIG_MAP: Final = Kind("v1", "ConfigMap", "configmaps")
SECRET: Final = Kind("v1", "Secret", "secrets")
SERVICE: Final = Kind("v1", "Service", "services")
STATEFUL_SET: Final = Kind("apps/v1", "StatefulSet", "statefulsets")
DEPLOYMENT: Final = Kind("apps/v1", "Deployment", "deployments")
JOB: Final = Kind("batch/v1", "Job", "jobs")
AUTOSCALER: Final = Kind("autoscaling/v2", "HorizontalPodAutoscaler", "horizontalpodautoscalers")
DISRUPTION_BUDGET: Final = Kind("policy/v1", "PodDisruptionBudget", "poddisruptionbudgets")
NETWORK_POLICY: Final = Kind("networking.k8s.io/v1", "NetworkPolicy", "networkpolicies")
INGRESS: Final = Kind("networking.k8s.io/v1", "Ingress", "ingresses")
RESOURCE_QUOTA: Final = Kind("v1", "ResourceQuota", "resourcequotas")
"""Of comparisons alone."""

OWNED_KINDS: Final = (
    SERVICE_ACCOUNT, CONFIG_MAP, SECRET, SERVICE, STATEFUL_SET, DEPLOYMENT, JOB, AUTOSCALER, DISRUPTION_BUDGET,
    NETWORK_POLICY, INGRESS,
)  # fmt: skip


@dataclass(frozen=True, slots=True, order=True)
class Key:
    """What tells the objects of one namespace apart."""

    kind: str
    name: str


def key_of(built: Object) -> Key:
    return Key(built["kind"], built["metadata"]["name"])
