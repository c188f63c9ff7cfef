"""A result as ConfigMaps that go with their benchmark or comparison, and back. Pure.

Compressed a result has about 1 KiB for each second of a run; what is larger than one object may be is cut into several.
No time to live deletes them: they go when somebody deletes their owner.
"""

import gzip
import hashlib
from base64 import b64decode, b64encode
from collections.abc import Sequence
from typing import Final, NamedTuple

from telemetry_loadtest.results import NotAResultError, Result, decode_result, encode_result
from telemetry_operator.resources.benchmark_context import BENCHMARK_LABEL
from telemetry_operator.resources.naming import COMPONENT_LABEL, MANAGED_BY, part_name
from telemetry_operator.resources.objects import CONFIG_MAP, Object
from telemetry_operator.specs.benchmark_status import ResultStatus

COMPONENT: Final = "bench-result"
KEY: Final = "result.json.gz"
MOST_BYTES: Final = 900 * 1024  # of one object; the API server takes 1 MiB


class Place(NamedTuple):
    """How kept parts are labelled, and named after what they are of."""

    label: str
    component: str


def build_results(
    benchmark: Object, result: Result, *, most: int = MOST_BYTES
) -> tuple[tuple[Object, ...], ResultStatus]:
    """The objects that keep a result, and what the status says of them; equal results give equal objects."""
    return build_parts(benchmark, encode_result(result), Place(BENCHMARK_LABEL, COMPONENT), most=most)


def read_results(kept: ResultStatus, objects: Sequence[Object]) -> Result:
    """The result that ConfigMaps hold, given in their order.

    Raises:
        NotAResultError: they are not as they were written.
    """
    return decode_result(join_parts(kept, objects))


def build_parts(
    owner: Object, text: bytes, place: Place, *, most: int = MOST_BYTES
) -> tuple[tuple[Object, ...], ResultStatus]:
    """The objects that keep a text, which go with its owner, and what the owner's status says of them."""
    packed = gzip.compress(text, mtime=0)
    parts = [packed[start : start + most] for start in range(0, len(packed), most)]
    objects = tuple(_part(owner, number, part, place) for number, part in enumerate(parts))
    names = tuple(one["metadata"]["name"] for one in objects)
    digest = hashlib.sha256(packed).hexdigest()
    return objects, ResultStatus(config_maps=names, bytes=len(packed), sha256=digest)


def join_parts(kept: ResultStatus, objects: Sequence[Object]) -> bytes:
    """The text that ConfigMaps hold, given in their order.

    Raises:
        NotAResultError: they are not as they were written.
    """
    packed = b"".join(b64decode((one.get("binaryData") or {}).get(KEY, "")) for one in objects)
    if hashlib.sha256(packed).hexdigest() != kept.sha256:
        raise NotAResultError("its ConfigMaps are not as they were written: somebody changed them")
    return gzip.decompress(packed)


def _part(owner: Object, number: int, part: bytes, place: Place) -> Object:
    metadata = owner["metadata"]
    reference = {"apiVersion": owner["apiVersion"], "kind": owner["kind"], "name": metadata["name"]}
    return {
        "apiVersion": CONFIG_MAP.api_version,
        "kind": CONFIG_MAP.kind,
        "metadata": {
            "name": part_name(metadata["name"], f"{place.component}-{number}"),
            "namespace": metadata["namespace"],
            "labels": {**MANAGED_BY, place.label: metadata["name"], COMPONENT_LABEL: place.component},
            "ownerReferences": [{**reference, "uid": metadata["uid"], "controller": True}],
        },
        "binaryData": {KEY: b64encode(part).decode()},
    }
