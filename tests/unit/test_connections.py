from ipaddress import IPv4Address, IPv6Address
from urllib.parse import unquote, urlsplit

from hypothesis import given
from hypothesis import strategies as st
from psycopg.conninfo import conninfo_to_dict

from telemetry_operator.connections import Encryption, Login, host_in_url, kafka_security, postgres_url, redis_url

TRUSTING = Encryption(enabled=True, authority="/etc/ca.pem")
# No client takes a NUL, and PostgreSQL no name or password that is empty.
TEXTS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1)


@given(TEXTS, TEXTS)
def test_a_login_is_read_back_from_the_url_whatever_is_in_it(username: str, password: str) -> None:
    login = Login(username, password)
    read = conninfo_to_dict(postgres_url("db:5432", "readings", login))
    assert (read["user"], read["password"], read["host"], read["dbname"]) == (*login, "db", "readings")
    parts = urlsplit(redis_url("cache:6379", 3, login))
    assert (unquote(parts.username or ""), unquote(parts.password or ""), parts.path) == (*login, "/3")


def test_an_encrypted_connection_is_verified_by_the_authority_or_the_systems() -> None:
    assert postgres_url("db:5432", "r", None, TRUSTING).endswith("?sslmode=verify-full&sslrootcert=%2Fetc%2Fca.pem")
    assert postgres_url("db:5432", "r", None, Encryption(enabled=True)).endswith("sslrootcert=system")
    assert redis_url("cache:6379", 0, None, TRUSTING) == "rediss://cache:6379/0?ssl_ca_certs=%2Fetc%2Fca.pem"


def test_kafka_is_spoken_to_with_a_login_or_without() -> None:
    assert kafka_security(None, None) == ("PLAINTEXT", None, None, None, None)
    assert kafka_security("PLAIN", Login("u", "p")) == ("SASL_PLAINTEXT", "PLAIN", "u", "p", None)
    assert kafka_security("PLAIN", Login("u", "p"), TRUSTING).protocol == "SASL_SSL"
    assert kafka_security(None, None, TRUSTING) == ("SSL", None, None, None, "/etc/ca.pem")


@given(st.ip_addresses())
def test_an_address_is_read_back_from_the_url_of_either_version(address: IPv4Address | IPv6Address) -> None:
    parts = urlsplit(f"http://{host_in_url(str(address))}:80/")
    assert (parts.hostname, parts.port) == (str(address), 80)
