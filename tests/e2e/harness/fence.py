"""Namespaces in which a test plays the operator itself: the one that is installed may look there, and not write."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from tools.cluster.kubectl import Kubectl, KubectlError, until

LABEL: Final = "telemetry.dev/operator"
LABELS: Final = {LABEL: "of-the-test"}
NAME: Final = "telemetry-e2e-fence"
SERVICE_ACCOUNT: Final = "system:serviceaccount:"
OWN: Final = f"{SERVICE_ACCOUNT}kube-system:"
POLICY: Final = {
    "apiVersion": "admissionregistration.k8s.io/v1",
    "kind": "ValidatingAdmissionPolicy",
    "metadata": {"name": NAME},
    "spec": {
        "matchConstraints": {
            "resourceRules": [
                {"apiGroups": ["*"], "apiVersions": ["*"], "resources": ["*/*"], "operations": ["*"]},
            ]
        },
        "validations": [
            {
                # The cluster's own controllers go on; every other program in a pod is kept out.
                "expression": f"!request.userInfo.username.startsWith('{SERVICE_ACCOUNT}')"
                f" || request.userInfo.username.startsWith('{OWN}')",
                "message": "only the test writes here",
            }
        ],
    },
}
BINDING: Final = {
    "apiVersion": "admissionregistration.k8s.io/v1",
    "kind": "ValidatingAdmissionPolicyBinding",
    "metadata": {"name": NAME},
    "spec": {
        "policyName": NAME,
        "validationActions": ["Deny"],
        "matchResources": {"namespaceSelector": {"matchLabels": LABELS}},
    },
}


@contextmanager
def fenced(place: Kubectl) -> Iterator[Kubectl]:
    """The namespace, which carries `LABELS`, once the fence stands. The policy is shared, and stays."""
    place.apply(POLICY, BINDING)
    until(lambda: _is_refused(place), what="writes of service accounts being refused")
    yield place


def _is_refused(place: Kubectl) -> bool:
    stranger = ("--as", f"{SERVICE_ACCOUNT}{place.namespace}:default", "--as-group", "system:masters")
    try:
        place("create", "configmap", "stranger", "--dry-run=server", *stranger)
    except KubectlError as error:
        return NAME in str(error)
    return False
