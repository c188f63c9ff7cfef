"""The certificate of the public port, read again when its files change: kubelets and cert-manager renew them in place.

A new certificate is tried in a context of its own first, because a certificate whose key does not fit would take the
live one's key away. Connections that stand keep the one that they began with.
"""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Final, Self

import structlog

from telemetry.core.settings import TlsSettings

LOOK_SECONDS: Final = 2.0  # between two looks at the files; a change is in force within 10 s

log = structlog.get_logger(__name__)

Stamp = tuple[tuple[int, int, int], ...]


class Certificates:
    """A TLS context that follows its files; of a broken change the last good certificate is kept."""

    def __init__(self, chain: Path, key: Path, *, look_seconds: float = LOOK_SECONDS) -> None:
        """Read the files.

        Raises:
            OSError: they are not there, or no certificate and its key; the text names them.
        """
        self._chain = chain
        self._key = key
        self._look_seconds = look_seconds
        self.context = _new_context()
        try:
            self._seen = self._stamp()
            self.context.load_cert_chain(chain, key, _no_password)
        except (OSError, ValueError) as error:
            number = error.errno if isinstance(error, OSError) else None
            raise OSError(number, f"cannot use the certificate {chain} with the key {key}: {_reason(error)}") from None

    @classmethod
    def of(cls, settings: TlsSettings) -> Self | None:
        """Return the certificate that the settings name, `None` where they name none."""
        if settings.tls_cert_file is None or settings.tls_key_file is None:
            return None
        return cls(settings.tls_cert_file, settings.tls_key_file)

    @asynccontextmanager
    async def followed(self) -> AsyncIterator[None]:
        """Follow the files inside the block."""
        following = asyncio.create_task(self._follow())
        try:
            yield
        finally:
            following.cancel()
            with suppress(asyncio.CancelledError):
                await following

    def look(self) -> None:
        """Take what the files hold now, if they changed."""
        try:
            stamp = self._stamp()
            if stamp == self._seen:
                return
            for context in (_new_context(), self.context):
                context.load_cert_chain(self._chain, self._key, _no_password)
        except (OSError, ValueError) as error:
            log.warning("certificate-unusable", path=str(self._chain), error=_reason(error))
        else:
            self._seen = stamp
            log.info("certificate-read", path=str(self._chain))

    async def _follow(self) -> None:
        while True:
            await asyncio.sleep(self._look_seconds)
            self.look()

    def _stamp(self) -> Stamp:
        states = [path.stat() for path in (self._chain, self._key)]
        return tuple((state.st_mtime_ns, state.st_size, state.st_ino) for state in states)


def _new_context() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_alpn_protocols(["http/1.1"])
    return context


def _no_password() -> str:
    # Without this, OpenSSL would ask for one on the terminal.
    raise ValueError("the key is encrypted; a key without a passphrase is needed")


def _reason(error: Exception) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or str(error)
