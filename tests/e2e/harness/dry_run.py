"""An API server asked what it would say: requests that change nothing, in milliseconds each."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final, Self

import httpx
from tools.cluster.kubectl import Kubectl

from telemetry_operator.crds.definition import PLURAL
from telemetry_operator.specs.platform import API_VERSION

# As kubectl asks by default: a field that the schema does not have is an error.
OPTIONS: Final = {"dryRun": "All", "fieldValidation": "Strict"}


@dataclass(frozen=True, slots=True)
class Answer:
    """The object as the API server would keep it, or why it would not."""

    kept: dict[str, Any] | None
    refusal: str
    causes: tuple[tuple[str, str], ...] = ()
    """Field and message of each fault."""

    @classmethod
    def of(cls, response: httpx.Response) -> Self:
        body = response.json()
        if response.is_success:
            return cls(body, "")
        assert response.status_code in {400, 422}, response.text
        causes = body.get("details", {}).get("causes", [])
        return cls(None, body["message"], tuple((it.get("field", ""), it["message"]) for it in causes))


class DryRun:
    """Objects of one kind in one namespace, through a proxy of kubectl's."""

    def __init__(self, client: httpx.Client, namespace: str, plural: str) -> None:
        self._client = client
        self._path = f"/apis/{API_VERSION}/namespaces/{namespace}/{plural}"

    def create(self, manifest: dict[str, Any]) -> Answer:
        return Answer.of(self._client.post(self._path, params=OPTIONS, json=manifest))

    def replace(self, manifest: dict[str, Any]) -> Answer:
        """Of one that is there: as it would be if only this manifest had ever been applied."""
        path = f"{self._path}/{manifest['metadata']['name']}"
        version = self._client.get(path).raise_for_status().json()["metadata"]["resourceVersion"]
        changed = {**manifest, "metadata": {**manifest["metadata"], "resourceVersion": version}}
        return Answer.of(self._client.put(path, params=OPTIONS, json=changed))


@contextmanager
def dry_run(kubectl: Kubectl, plural: str = PLURAL) -> Iterator[DryRun]:
    """A proxy on a port of its own, for as long as the block lasts."""
    argv = kubectl.argv("proxy", "--port=0")
    with subprocess.Popen(argv, stdout=subprocess.PIPE, text=True) as proxy:
        assert proxy.stdout
        address = proxy.stdout.readline().split()[-1]
        try:
            with httpx.Client(base_url=f"http://{address}", timeout=30, trust_env=False) as client:
                yield DryRun(client, kubectl.namespace, plural)
        finally:
            proxy.terminate()
