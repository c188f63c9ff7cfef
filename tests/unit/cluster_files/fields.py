"""The fields of two published schemas that our files use; any other name in a file is refused.

Kind: `kind.x-k8s.io/v1alpha4` (kind.sigs.k8s.io/docs/user/configuration). Skaffold: `skaffold/v4beta11`
(skaffold.dev/docs/references/yaml).
"""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel


class Part(BaseModel):
    """A block of a file."""

    model_config = ConfigDict(extra="forbid", alias_generator=to_camel, frozen=True)


class PortMapping(Part):
    container_port: int
    host_port: int
    listen_address: str = "0.0.0.0"
    protocol: Literal["TCP", "UDP", "SCTP"] = "TCP"


class KindNode(Part):
    role: Literal["control-plane", "worker"]
    extra_port_mappings: tuple[PortMapping, ...] = ()


class KindCluster(Part):
    api_version: Literal["kind.x-k8s.io/v1alpha4"]
    kind: Literal["Cluster"]
    name: str
    nodes: tuple[KindNode, ...]


class Docker(Part):
    dockerfile: str
    target: str | None = None


class SyncRule(Part):
    src: str
    dest: str
    strip: str = ""


class Command(Part):
    command: tuple[str, ...]


class SyncHook(Part):
    container: Command


class SyncHooks(Part):
    after: tuple[SyncHook, ...]


class Sync(Part):
    manual: tuple[SyncRule, ...]
    hooks: SyncHooks | None = None


class Artifact(Part):
    image: str
    context: str
    docker: Docker
    sync: Sync | None = None


class Local(Part):
    push: bool
    use_buildkit: bool


class GitTag(Part):
    variant: Literal["Tags", "CommitSha", "AbbrevCommitSha", "TreeSha", "AbbrevTreeSha"]


class TagPolicy(Part):
    git_commit: GitTag


class Build(Part):
    local: Local | None = None
    artifacts: tuple[Artifact, ...] = ()
    tag_policy: TagPolicy | None = None


class Manifests(Part):
    raw_yaml: tuple[str, ...]


class HelmRelease(Part):
    name: str
    chart_path: str
    namespace: str
    create_namespace: bool
    wait: bool
    set_value_templates: dict[str, str]


class Helm(Part):
    releases: tuple[HelmRelease, ...]


class Deploy(Part):
    kubectl: dict[str, Any] | None = None
    helm: Helm | None = None
    status_check: bool | None = None
    status_check_deadline_seconds: int | None = None


class Activation(Part):
    kube_context: str


class Profile(Part):
    name: str
    activation: tuple[Activation, ...] = ()
    build: Build = Build()
    manifests: Manifests | None = None
    deploy: Deploy = Deploy()


class Metadata(Part):
    name: str


class Skaffold(Part):
    api_version: Literal["skaffold/v4beta11"]
    kind: Literal["Config"]
    metadata: Metadata
    build: Build
    manifests: Manifests
    deploy: Deploy
    profiles: tuple[Profile, ...]
