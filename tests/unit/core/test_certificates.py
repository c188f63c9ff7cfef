import asyncio
import socket
import ssl
from contextlib import suppress
from pathlib import Path

import pytest
import trustme

from telemetry.core.certificates import Certificates
from tests.support.authority import CertificateFiles, write_certificate

NAME = "telemetry.example.org"


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def files(authority: trustme.CA, tmp_path: Path) -> CertificateFiles:
    return write_certificate(authority, tmp_path, NAME)


async def shown(context: ssl.SSLContext, authority: trustme.CA) -> bytes:
    """Return the certificate that a client is shown, which it verifies."""
    trusting = ssl.create_default_context()
    authority.configure_trust(trusting)
    ours, theirs = socket.socketpair()
    ended, closed = asyncio.Event(), asyncio.Event()

    async def end(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await ended.wait()
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()
        closed.set()

    server = asyncio.StreamReaderProtocol(asyncio.StreamReader(), end)
    loop = asyncio.get_running_loop()
    accepting = asyncio.create_task(loop.connect_accepted_socket(lambda: server, ours, ssl=context))
    _, writer = await asyncio.open_connection(sock=theirs, ssl=trusting, server_hostname=NAME)
    await accepting
    certificate = writer.get_extra_info("ssl_object").getpeercert(binary_form=True)
    assert isinstance(certificate, bytes)
    ended.set()
    writer.close()
    with suppress(OSError):
        await writer.wait_closed()
    await closed.wait()
    return certificate


def certificate_in(files: CertificateFiles) -> bytes:
    first = files.chain.read_text().split("-----END CERTIFICATE-----")[0] + "-----END CERTIFICATE-----\n"
    return ssl.PEM_cert_to_DER_cert(first)


async def test_a_renewed_certificate_is_shown_by_the_same_context(
    authority: trustme.CA, files: CertificateFiles, tmp_path: Path
) -> None:
    certificates = Certificates(*files)
    before = await shown(certificates.context, authority)
    write_certificate(authority, tmp_path, NAME)
    certificates.look()
    after = await shown(certificates.context, authority)
    assert before != after == certificate_in(files)


async def test_of_a_certificate_without_its_key_the_last_good_one_stays(
    authority: trustme.CA, files: CertificateFiles, tmp_path: Path
) -> None:
    certificates = Certificates(*files)
    before = await shown(certificates.context, authority)
    old_key = files.key.read_bytes()
    write_certificate(authority, tmp_path, NAME)
    new_key = files.key.read_bytes()
    files.key.write_bytes(old_key)
    certificates.look()
    assert await shown(certificates.context, authority) == before
    files.key.write_bytes(new_key)
    certificates.look()
    assert await shown(certificates.context, authority) == certificate_in(files)


@pytest.mark.parametrize("broken", ["chain", "key"])
def test_files_that_cannot_be_used_are_named(files: CertificateFiles, broken: str) -> None:
    path: Path = getattr(files, broken)
    path.write_text("no PEM")
    with pytest.raises(OSError, match=f"cannot use the certificate {files.chain} with the key {files.key}: "):
        Certificates(*files)


def test_a_file_that_is_not_there_is_named(files: CertificateFiles) -> None:
    files.key.unlink()
    with pytest.raises(OSError, match="No such file"):
        Certificates(*files)
