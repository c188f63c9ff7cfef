"""Failing pods and what made them, as recorded from a real API server."""

from pathlib import Path
from typing import Any, Final

from ruamel.yaml import YAML

from telemetry_contract.times import parse_time
from telemetry_operator.reconcile.observed import Observed
from telemetry_operator.resources.objects import Object, key_of

CASES: Final[dict[str, dict[str, list[Object]]]] = YAML(typ="safe").load(Path(__file__).with_name("recorded.yaml"))
LATER: Final = parse_time("2026-11-22T18:49:00Z")  # a minute or more after everything recorded


def pods_of(case: str) -> list[Object]:
    return CASES[case].get("pods", [])


def observed(case: str, *, pods: list[Object] | None = None, **replaced: Any) -> Observed:  # noqa: ANN401 - any field
    """What a visit sees in a case; of a case whose pods are one pod at several moments, the last of them."""
    given = CASES[case]
    return Observed(**{
        "platform": {},
        "objects": {key_of(one): one for one in given.get("objects", [])},
        "pods": tuple(pods if pods is not None else given.get("pods", [])[-1:]),
        "claims": tuple(given.get("claims", [])),
        "events": tuple(given.get("events", [])),
        **replaced,
    })  # fmt: skip
