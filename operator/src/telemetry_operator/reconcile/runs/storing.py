"""A result as ConfigMaps that go with their benchmark, and back. Pure.

Compressed a result has about 1 KiB for each second of a run; what is larger than one object may be is cut into several.
No time to live deletes them: they go when somebody deletes the benchmark.
"""

import gzip
import hashlib
from base64 import b64decode, b64encode
from collections.abc import Sequence
from typing import Final

from telemetry_loadtest.results import NotAResultError, Result, decode_result, encode_result
from telemetry_operator.resources.benchmark_context import BENCHMARK_LABEL
from telemetry_operator.resources.naming import COMPONENT_LABEL, MANAGED_BY, part_name
from telemetry_operator.resources.objects import CONFIG_MAP, Object
from telemetry_operator.specs.benchmark_status import ResultStatus

COMPONENT: Final = "bench-result"
KEY: Final = "result.json.gz"
MOST_BYTES: Final = 900 * 1024  # of one object; the API server takes 1 MiB


def build_results(
    benchmark: Object, result: Result, *, most: int = MOST_BYTES
) -> tuple[tuple[Object, ...], ResultStatus]:
    """The objects that keep a result, and what the status says of them; equal results give equal objects."""
    packed = gzip.compress(encode_result(result), mtime=0)
    parts = [packed[start : start + most] for start in range(0, len(packed), most)]
    objects = tuple(_part(benchmark, number, part) for number, part in enumerate(parts))
    names = tuple(one["metadata"]["name"] for one in objects)
    digest = hashlib.sha256(packed).hexdigest()
    return objects, ResultStatus(config_maps=names, bytes=len(packed), sha256=digest)


def read_results(kept: ResultStatus, objects: Sequence[Object]) -> Result:
    """The result that ConfigMaps hold, given in their order.

    Raises:
        NotAResultError: they are not as they were written.
    """
    packed = b"".join(b64decode((one.get("binaryData") or {}).get(KEY, "")) for one in objects)
    if hashlib.sha256(packed).hexdigest() != kept.sha256:
        raise NotAResultError("its ConfigMaps are not as they were written: somebody changed them")
    return decode_result(gzip.decompress(packed))


def _part(benchmark: Object, number: int, part: bytes) -> Object:
    metadata = benchmark["metadata"]
    owner = {"apiVersion": benchmark["apiVersion"], "kind": benchmark["kind"], "name": metadata["name"]}
    return {
        "apiVersion": CONFIG_MAP.api_version,
        "kind": CONFIG_MAP.kind,
        "metadata": {
            "name": part_name(metadata["name"], f"{COMPONENT}-{number}"),
            "namespace": metadata["namespace"],
            "labels": {**MANAGED_BY, BENCHMARK_LABEL: metadata["name"], COMPONENT_LABEL: COMPONENT},
            "ownerReferences": [{**owner, "uid": metadata["uid"], "controller": True}],
        },
        "binaryData": {KEY: b64encode(part).decode()},
    }
