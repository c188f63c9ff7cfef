"""Throw-away certificate authorities, and the files that programs read from them."""

from pathlib import Path
from typing import NamedTuple

import trustme


class CertificateFiles(NamedTuple):
    """A certificate chain and its key, in PEM files."""

    chain: Path
    key: Path


def write_authority(authority: trustme.CA, path: Path) -> Path:
    """Write what trusts an authority's certificates."""
    authority.cert_pem.write_to_path(str(path))
    return path


def write_certificate(authority: trustme.CA, directory: Path, *names: str) -> CertificateFiles:
    """Write a new certificate for names (127.0.0.1 unless told otherwise), over the one that may be there."""
    issued = authority.issue_cert(*(names or ("127.0.0.1",)))
    files = CertificateFiles(directory / "tls.crt", directory / "tls.key")
    directory.mkdir(parents=True, exist_ok=True)
    files.chain.write_bytes(b"".join(blob.bytes() for blob in issued.cert_chain_pems))
    files.key.write_bytes(issued.private_key_pem.bytes())
    files.key.chmod(0o600)
    return files
