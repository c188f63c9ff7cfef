"""How clients reach each server: URLs and librdkafka's words, from an address and a login.

Both ways of running a platform build them here; where the login and the authority's file come from is theirs to know
(`local.external`, `resources.addresses`).
"""

from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import quote, urlencode


class Login(NamedTuple):
    """A user's name and password."""

    username: str
    password: str


class Encryption(NamedTuple):
    """Whether the connection is encrypted, and the file of the authority that it trusts; None is the system's own."""

    enabled: bool = False
    authority: str | None = None


class KafkaSecurity(NamedTuple):
    """How a client speaks to Kafka, in librdkafka's words."""

    protocol: str = "PLAINTEXT"
    mechanism: str | None = None
    username: str | None = None
    password: str | None = None
    ca_file: str | None = None


CLEAR = Encryption()


def host_in_url(address: str) -> str:
    """Return a name or an address as the host of a URL: IPv6 in brackets (RFC 3986, 3.2.2)."""
    return f"[{address}]" if ":" in address else address


def postgres_url(address: str, database: str, login: Login | None, encryption: Encryption = CLEAR) -> str:
    query = {"sslmode": "verify-full", "sslrootcert": encryption.authority or "system"} if encryption.enabled else {}
    return f"postgresql://{_user(login)}{address}/{quote(database, safe='')}{_query(query)}"


def redis_url(address: str, database: int, login: Login | None, encryption: Encryption = CLEAR) -> str:
    scheme = "rediss" if encryption.enabled else "redis"
    query = {"ssl_ca_certs": encryption.authority} if encryption.authority else {}
    return f"{scheme}://{_user(login)}{address}/{database}{_query(query)}"


def kafka_security(mechanism: str | None, login: Login | None, encryption: Encryption = CLEAR) -> KafkaSecurity:
    transport = "SSL" if encryption.enabled else "PLAINTEXT"
    if login is None:
        return KafkaSecurity(transport, ca_file=encryption.authority)
    return KafkaSecurity(f"SASL_{transport}", mechanism, login.username, login.password, encryption.authority)


def _user(login: Login | None) -> str:
    return f"{quote(login.username, safe='')}:{quote(login.password, safe='')}@" if login else ""


def _query(parameters: Mapping[str, str]) -> str:
    return f"?{urlencode(parameters)}" if parameters else ""
