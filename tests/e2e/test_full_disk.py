"""A full disk under PostgreSQL: nothing is accepted that cannot be stored, and all goes on when there is room again."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

import pytest
from tools.cluster.kubectl import Kubectl, Object, until

from telemetry_contract.times import format_time
from tests.e2e.conftest import Deploy
from tests.e2e.harness.load import load_on
from tests.support.feed import now_microseconds
from tests.support.target import Target

CLASS: Final = "telemetry-e2e-small"
SIZE: Final = "256Mi"
PIECE: Final = bytes(64 * 1024)
FULL_SECONDS: Final = 60.0


@pytest.fixture
def disk(kubectl: Kubectl, tmp_path: Path) -> Iterator[Path]:
    """A file system of memory with an end, as the one volume of its class; only where the node is this machine."""
    if not kubectl.context.routed or os.geteuid() != 0:
        pytest.skip("needs root on the node")
    mount, umount = (shutil.which(program) or program for program in ("mount", "umount"))
    subprocess.run([mount, "-t", "tmpfs", "-o", f"size={SIZE.removesuffix('i')}", "tmpfs", str(tmp_path)], check=True)
    (node,) = kubectl.list("nodes")
    kubectl.apply(_storage_class(), _volume(tmp_path, node["metadata"]["name"]))
    try:
        yield tmp_path
    finally:
        kubectl.delete("persistentvolume", CLASS, "--wait=false")
        kubectl.delete("storageclass", CLASS)
        subprocess.run([umount, "--lazy", str(tmp_path)], check=True)


def _storage_class() -> Object:
    return {
        "apiVersion": "storage.k8s.io/v1",
        "kind": "StorageClass",
        "metadata": {"name": CLASS},
        "provisioner": "kubernetes.io/no-provisioner",
        "volumeBindingMode": "WaitForFirstConsumer",
    }


def _volume(path: Path, node: str) -> Object:
    here = {"key": "kubernetes.io/hostname", "operator": "In", "values": [node]}
    return {
        "apiVersion": "v1",
        "kind": "PersistentVolume",
        "metadata": {"name": CLASS},
        "spec": {
            "capacity": {"storage": SIZE},
            "accessModes": ["ReadWriteOnce"],
            "persistentVolumeReclaimPolicy": "Retain",
            "storageClassName": CLASS,
            "local": {"path": str(path)},
            "nodeAffinity": {"required": {"nodeSelectorTerms": [{"matchExpressions": [here]}]}},
        },
    }


def _fill(file: Path) -> None:
    """Take all the room there is."""
    with suppress(OSError), file.open("wb", buffering=0) as filler:
        while True:
            filler.write(PIECE)


def _is_refused(target: Target) -> bool:
    reading = {"time": format_time(now_microseconds()), "metrics": {"text": "x" * 200}}
    answer = target.send("filler", [reading])
    return answer.status_code == 503 and "retry-after" in answer.headers


def test_a_full_disk_refuses_and_loses_nothing(deploy: Deploy, disk: Path) -> None:
    platform = deploy("full-disk")
    platform.until("Available")
    with platform.target() as target, load_on(platform):
        _fill(disk / "filler")
        until(lambda: _is_refused(target), what="503 and when to come again", seconds=FULL_SECONDS)
        (disk / "filler").unlink()
        until(lambda: not _is_refused(target), what="readings being accepted again")
        platform.until("Ready")
