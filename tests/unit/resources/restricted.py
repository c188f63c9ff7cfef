"""The `restricted` Pod Security Standard (kubernetes.io/docs/concepts/security/pod-security-standards)."""

from collections.abc import Iterator

from telemetry_operator.resources.objects import Object

VOLUMES = {"configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "persistentVolumeClaim", "projected", "secret"}


def violations(pod: Object) -> Iterator[str]:
    """Tell what of a pod's spec the standard refuses, and what we ask beyond it."""
    yield from (f"shares {name}" for name in ("hostNetwork", "hostPID", "hostIPC") if pod.get(name))
    yield from (f"mounts {volume}" for volume in pod.get("volumes", []) if not set(volume) - {"name"} <= VOLUMES)
    security = pod["securityContext"]
    if not security.get("runAsNonRoot") or not security.get("runAsUser"):
        yield "may run as root"
    if security.get("seccompProfile") != {"type": "RuntimeDefault"}:
        yield "has no seccomp profile"
    if pod.get("automountServiceAccountToken") is not False:
        yield "is given a token"
    for container in [*pod.get("initContainers", []), *pod["containers"]]:
        yield from (f"{container['name']} {what}" for what in _violations_of(container))


def _violations_of(container: Object) -> Iterator[str]:
    security = container["securityContext"]
    if security.get("allowPrivilegeEscalation") is not False or security.get("privileged"):
        yield "may gain privileges"
    if security.get("capabilities") != {"drop": ["ALL"]}:
        yield "has capabilities"
    if security.get("runAsNonRoot") is False or security.get("runAsUser") == 0:
        yield "runs as root"
    if not security.get("readOnlyRootFilesystem"):
        yield "writes to its image"
    if any("hostPort" in port for port in container.get("ports", [])):
        yield "takes a port of the node"
