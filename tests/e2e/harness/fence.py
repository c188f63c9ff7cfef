"""Namespaces in which a test plays the operator itself: the one that is installed may look there, and not write.

The label's value names the namespace whose service accounts may write there all the same.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from tools.cluster.kubectl import Kubectl, KubectlError, Object, until

LABEL: Final = "telemetry.dev/operator"
LABELS: Final = {LABEL: "of-the-test"}
NAME: Final = "telemetry-e2e-fence"
SERVICE_ACCOUNT: Final = "system:serviceaccount:"
OWN: Final = f"{SERVICE_ACCOUNT}kube-system:"
LET_IN: Final = f"namespaceObject.metadata.labels['{LABEL}']"
POLICY: Final[Object] = {
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
                f" || request.userInfo.username.startsWith('{OWN}')"
                f" || request.userInfo.username.startsWith('{SERVICE_ACCOUNT}' + {LET_IN} + ':')",
                "message": "only the test writes here",
            }
        ],
    },
}
BINDING: Final[Object] = {
    "apiVersion": "admissionregistration.k8s.io/v1",
    "kind": "ValidatingAdmissionPolicyBinding",
    "metadata": {"name": NAME},
    "spec": {
        "policyName": NAME,
        "validationActions": ["Deny"],
        "matchResources": {"namespaceSelector": {"matchExpressions": [{"key": LABEL, "operator": "Exists"}]}},
    },
}


@contextmanager
def fence(kubectl: Kubectl) -> Iterator[None]:
    """The fence around every namespace with `LABELS`, for as long as the block lasts."""
    kubectl.apply(POLICY, BINDING)
    try:
        yield
    finally:
        for part in (BINDING, POLICY):
            kubectl.delete(part["kind"], NAME)


def wait_for_fence(place: Kubectl) -> None:
    """Wait until the API server has taken note of it."""
    until(lambda: _is_refused(place), what="writes of service accounts being refused")


def _is_refused(place: Kubectl) -> bool:
    stranger = ("--as", f"{SERVICE_ACCOUNT}{place.namespace}:default", "--as-group", "system:masters")
    try:
        place("create", "configmap", "stranger", "--dry-run=server", *stranger)
    except KubectlError as error:
        return NAME in str(error)
    return False
