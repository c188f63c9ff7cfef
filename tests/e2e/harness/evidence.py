"""What is looked at first when a test in the cluster fails, gathered before its namespace is gone."""

from typing import Final

from tools.cluster.kubectl import Kubectl, KubectlError

from tests.e2e.harness.platforms import RESOURCE

OPERATOR: Final = "app.kubernetes.io/name=telemetry-operator"
MANAGED: Final = "app.kubernetes.io/managed-by=telemetry-operator"

QUESTIONS: Final = {
    "the platforms' status": ("get", RESOURCE, "--output", "yaml", "--show-managed-fields=false"),
    "objects": ("get", "all,pvc,secrets,configmaps,networkpolicies,pdb", "--output", "wide"),
    "events": ("get", "events", "--sort-by", ".lastTimestamp"),
    "the last lines of each pod": ("logs", "-l", MANAGED, "--prefix", "--tail", "15", "--max-log-requests", "50"),
}


def gather(kubectl: Kubectl, operator: Kubectl) -> list[tuple[str, str]]:
    """Headings, and what the cluster says under each."""
    found = [(heading, _ask(kubectl, question)) for heading, question in QUESTIONS.items()]
    return [*found, ("the operator's last lines", _ask(operator, ("logs", "--selector", OPERATOR, "--tail", "80")))]


def _ask(kubectl: Kubectl, question: tuple[str, ...]) -> str:
    try:
        return kubectl(*question)
    except KubectlError as error:
        return str(error)
