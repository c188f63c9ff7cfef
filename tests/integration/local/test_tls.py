"""A platform whose public ports speak TLS: its certificate from `--secrets`, renewed while it runs."""

import ssl
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
import trustme

from tests.integration.local.conftest import Ctl
from tests.support.authority import write_authority, write_certificate
from tests.support.waiting import wait_until


@pytest.fixture
def authority() -> trustme.CA:
    return trustme.CA()


def shown_by(address: str) -> bytes:
    parts = urlsplit(address)
    pem = ssl.get_server_certificate((parts.hostname or "", parts.port or 0))
    return ssl.PEM_cert_to_DER_cert(pem)


def test_the_public_ports_speak_tls_and_take_a_renewed_certificate(
    ctl: Ctl, authority: trustme.CA, tmp_path: Path, database_url: str
) -> None:
    secrets = tmp_path / "secrets"
    write_certificate(authority, secrets / "front", "127.0.0.1")
    manifest = ctl.manifest("secure", "baseline", ", tls: {secretName: front}")
    status = ctl.up(manifest, "--postgres", database_url, "--secrets", str(secrets))
    addresses = status["addresses"].values()
    before = [shown_by(address) for address in addresses]
    write_certificate(authority, secrets / "front", "127.0.0.1")
    wait_until(lambda: not {shown_by(it) for it in addresses} & set(before), what="both show the renewed certificate")
    assert ctl.pids("secure") == {process["name"]: process["pid"] for process in status["processes"]}
    trusting = ssl.create_default_context(cafile=write_authority(authority, tmp_path / "ca.crt"))
    assert [httpx.get(it, verify=trusting).status_code for it in addresses] == [404, 404]
    sent = ctl.run("send", "--platform", "secure", "--fleet", "3", "--count", "30")
    assert sent.returncode == 0, sent.stderr
    ctl.run("down", "secure", "--delete-data", code=0)


def test_a_certificate_that_is_not_there_is_asked_for(ctl: Ctl, database_url: str) -> None:
    manifest = ctl.manifest("bare", "baseline", ", tls: {secretName: front}")
    refused = ctl.run("up", str(manifest), "--postgres", database_url, code=1)
    assert refused.stderr.splitlines()[0] == (
        "error: the manifest names the Secret front, and no directory stands for Secrets here"
    )
    assert "front/tls.crt" in refused.stderr


def test_opening_the_public_ports_leaves_management_on_this_machine(ctl: Ctl, database_url: str) -> None:
    status = ctl.up(ctl.manifest("opened", "baseline"), "--postgres", database_url, "--host", "127.0.0.9")
    for process in status["processes"]:
        management = process["management_port"]
        assert httpx.get(f"http://127.0.0.1:{management}/readyz").status_code == 200
        with pytest.raises(httpx.ConnectError):
            httpx.get(f"http://127.0.0.9:{management}/readyz")
    assert all(urlsplit(address).hostname == "127.0.0.9" for address in status["addresses"].values())
    ctl.run("down", "opened", "--delete-data", code=0)
