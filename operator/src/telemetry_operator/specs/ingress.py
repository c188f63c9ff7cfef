"""Where clients outside the cluster find the platform: an Ingress with a host for each of the two APIs."""

from typing import ClassVar

from pydantic import Field

from telemetry_operator.specs.base import SpecModel
from telemetry_operator.specs.findings import Finding, Rule, at
from telemetry_operator.specs.names import HostName, ObjectName


def ingress_has_a_host(ingress: "IngressSpec") -> Finding | None:
    if ingress.producer_host or ingress.analytics_host:
        return None
    return at("", "producerHost or analyticsHost is needed: an Ingress without a host leads nowhere")


def hosts_differ(ingress: "IngressSpec") -> Finding | None:
    if ingress.producer_host is None or ingress.producer_host != ingress.analytics_host:
        return None
    return at(
        "analyticsHost",
        f"found {ingress.analytics_host}, which is producerHost too; both answer under the same paths, so each needs a "
        "host of its own",
    )


class IngressSpec(SpecModel):
    """The way in from outside, by an Ingress controller that the cluster has."""

    class_name: ObjectName | None = Field(None, description="IngressClass; left out: the cluster's default.")
    producer_host: HostName | None = Field(
        None, description="Host name under which readings are sent in; left out: only inside the cluster."
    )
    analytics_host: HostName | None = Field(
        None, description="Host name under which questions are answered; left out: only inside the cluster."
    )
    tls_secret_name: ObjectName | None = Field(
        None, description="Secret with the certificate of the hosts; left out: the controller's default, or HTTP."
    )
    annotations: dict[str, str] = Field(
        default_factory=dict,
        description="Annotations for the controller; with spec.tls, one of them tells it to speak HTTPS to pods.",
    )

    rules: ClassVar[tuple[Rule, ...]] = (
        Rule(ingress_has_a_host, ("producerHost", "analyticsHost")),
        Rule(hosts_differ, ("producerHost", "analyticsHost")),
    )
