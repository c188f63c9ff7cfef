"""The chart's rights held against the audit log of a run: each is used, and none is missing.

python -m tools.cluster.rights --since 2026-01-01T00:00:00.000000Z
"""

from argparse import ArgumentParser
from collections.abc import Iterable, Iterator
from typing import Any, Final, NamedTuple

from rich.console import Console
from ruamel.yaml import YAML

from tools.cluster import audit
from tools.cluster.audit import CREATED, Request
from tools.cluster.contexts import current_context
from tools.cluster.kubectl import Kubectl
from tools.cluster.release import CHART, Release

ROLES: Final = frozenset({"Role", "ClusterRole"})
ACCOUNTS: Final = "system:serviceaccount:telemetry-e2e"
"""How accounts begin in the namespaces of tests; the operator's own end as the next says."""
ACCOUNT: Final = "operator"


class Right(NamedTuple):
    """What may be done to a resource, or was; names of objects are left aside."""

    group: str
    resource: str
    verb: str

    def __str__(self) -> str:
        return f"{self.verb} {self.resource}{'.' if self.group else ''}{self.group}"


class Findings(NamedTuple):
    """What a run says about the rights; both are empty where all is well."""

    unused: tuple[Right, ...]
    missing: tuple[Right, ...]
    """Asked for, refused, and not among the chart's: a refusal of one of these is a role on its way in or out."""


def compare(granted: frozenset[Right], requests: Iterable[Request]) -> Findings:
    used: set[Right] = set()
    refused: set[Right] = set()
    for request in requests:
        (used if request.allowed else refused).update(rights_of(request))
    return Findings(unused=tuple(sorted(granted - used)), missing=tuple(sorted(refused - granted)))


def rights_of(request: Request) -> Iterator[Right]:
    """What a request needed: one that made its object by applying it, the right to create as well."""
    yield Right(request.group, request.resource, request.verb)
    if (request.verb, request.code) == ("patch", CREATED):
        yield Right(request.group, request.resource, "create")


def granted_by(documents: Iterable[dict[str, Any]]) -> frozenset[Right]:
    """All rights that the roles among the documents give."""
    rules = [rule for document in documents if document["kind"] in ROLES for rule in document["rules"]]
    return frozenset(
        Right(group, resource, verb)
        for rule in rules
        for group in rule["apiGroups"]
        for resource in rule["resources"]
        for verb in rule["verbs"]
    )


def main() -> int:
    parser = ArgumentParser(prog="python -m tools.cluster.rights", description=__doc__)
    parser.add_argument("--since", required=True, help="when the run began, RFC 3339 in UTC to the microsecond")
    since = parser.parse_args().since
    console = Console()
    if not audit.is_there():
        console.print("rights: no audit log can be read here, so nothing is proved")
        return 0
    requests = list(audit.requests_with(ACCOUNTS))
    if not _reaches_back(since):
        console.print(f"rights: the audit log was begun anew after {since}, within the run: nothing is proved")
        return 0
    granted = granted_by(_chart())
    findings = compare(granted, (one for one in requests if one.at >= since and _is_an_operators(one)))
    for right in findings.unused:
        console.print(f"rights: never used: {right}")
    for right in findings.missing:
        console.print(f"rights: refused, and not among the chart's: {right}")
    if any(findings):
        return 1
    console.print(f"rights: each of the chart's {len(granted)} was used, and none was missing")
    return 0


def _reaches_back(since: str) -> bool:
    first = next(audit.requests_with(""), None)
    return first is not None and first.at <= since


def _is_an_operators(request: Request) -> bool:
    return request.user.startswith(ACCOUNTS) and request.user.endswith(ACCOUNT)


def _chart() -> list[dict[str, Any]]:
    release = Release(Kubectl(current_context()), "rights")
    rendered = release.helm("template", release.name, str(CHART), "--set", "crds.install=false")
    return [dict(document) for document in YAML(typ="safe").load_all(rendered) if document]


if __name__ == "__main__":
    raise SystemExit(main())
