"""The names of the settings that the operator produces and the services read.

A service's settings are its environment. The operator writes these variables, the services' settings models read them,
and a test on each side holds them to this list, so that neither can name a variable that the other does not know.
Units are part of a name; a name without a unit is a count, a name or an address.
"""

from collections.abc import Iterable
from difflib import get_close_matches
from enum import StrEnum

PREFIX = "TELEMETRY_"


class Variable(StrEnum):
    """An environment variable of a service."""

    PLATFORM = "TELEMETRY_PLATFORM"
    WRITES = "TELEMETRY_WRITES"
    STORE = "TELEMETRY_STORE"
    READS = "TELEMETRY_READS"

    HOST = "TELEMETRY_HOST"
    PORT = "TELEMETRY_PORT"
    TLS_CERT_FILE = "TELEMETRY_TLS_CERT_FILE"
    TLS_KEY_FILE = "TELEMETRY_TLS_KEY_FILE"
    MANAGEMENT_HOST = "TELEMETRY_MANAGEMENT_HOST"
    MANAGEMENT_PORT = "TELEMETRY_MANAGEMENT_PORT"
    LOG_LEVEL = "TELEMETRY_LOG_LEVEL"
    LOG_FORMAT = "TELEMETRY_LOG_FORMAT"
    DRAIN_SECONDS = "TELEMETRY_DRAIN_SECONDS"
    CONNECTION_REQUESTS = "TELEMETRY_CONNECTION_REQUESTS"
    REPLICAS = "TELEMETRY_REPLICAS"
    OTLP_ENDPOINT = "TELEMETRY_OTLP_ENDPOINT"
    TRACE_SAMPLING_RATIO = "TELEMETRY_TRACE_SAMPLING_RATIO"

    KEYS_FILE = "TELEMETRY_KEYS_FILE"
    REVOCATIONS_FILE = "TELEMETRY_REVOCATIONS_FILE"

    POSTGRES_URL = "TELEMETRY_POSTGRES_URL"
    POSTGRES_CONNECTIONS = "TELEMETRY_POSTGRES_CONNECTIONS"
    REDIS_URL = "TELEMETRY_REDIS_URL"
    KAFKA_BOOTSTRAP = "TELEMETRY_KAFKA_BOOTSTRAP"
    KAFKA_SECURITY_PROTOCOL = "TELEMETRY_KAFKA_SECURITY_PROTOCOL"
    KAFKA_SASL_MECHANISM = "TELEMETRY_KAFKA_SASL_MECHANISM"
    KAFKA_SASL_USERNAME = "TELEMETRY_KAFKA_SASL_USERNAME"
    KAFKA_SASL_PASSWORD = "TELEMETRY_KAFKA_SASL_PASSWORD"  # noqa: S105 - the variable's name, not a password
    KAFKA_CA_FILE = "TELEMETRY_KAFKA_CA_FILE"
    CONSUMER_URL = "TELEMETRY_CONSUMER_URL"
    TOPIC_PREFIX = "TELEMETRY_TOPIC_PREFIX"
    TOPIC_PARTITIONS = "TELEMETRY_TOPIC_PARTITIONS"
    TOPIC_REPLICATION = "TELEMETRY_TOPIC_REPLICATION"
    TOPIC_MIN_INSYNC = "TELEMETRY_TOPIC_MIN_INSYNC"
    TOPIC_RETENTION_SECONDS = "TELEMETRY_TOPIC_RETENTION_SECONDS"

    RETENTION_SECONDS = "TELEMETRY_RETENTION_SECONDS"
    MEMORY_BYTES = "TELEMETRY_MEMORY_BYTES"
    MAX_BUFFER_AGE_SECONDS = "TELEMETRY_MAX_BUFFER_AGE_SECONDS"
    MAX_CLOCK_SKEW_SECONDS = "TELEMETRY_MAX_CLOCK_SKEW_SECONDS"

    MAX_BODY_BYTES = "TELEMETRY_MAX_BODY_BYTES"
    MAX_UNPACKED_BYTES = "TELEMETRY_MAX_UNPACKED_BYTES"
    RECEIVE_SECONDS = "TELEMETRY_RECEIVE_SECONDS"
    MAX_BATCH_READINGS = "TELEMETRY_MAX_BATCH_READINGS"
    MAX_METRICS = "TELEMETRY_MAX_METRICS"
    DEVICE_RATE = "TELEMETRY_DEVICE_RATE"
    DEVICE_BURST = "TELEMETRY_DEVICE_BURST"
    TOKEN_RATE = "TELEMETRY_TOKEN_RATE"  # noqa: S105 - the variable's name, not a token
    TOKEN_BURST = "TELEMETRY_TOKEN_BURST"  # noqa: S105 - the variable's name, not a token
    MAX_IN_FLIGHT = "TELEMETRY_MAX_IN_FLIGHT"
    DELIVERY_SECONDS = "TELEMETRY_DELIVERY_SECONDS"

    BATCH_READINGS = "TELEMETRY_BATCH_READINGS"
    BATCH_SECONDS = "TELEMETRY_BATCH_SECONDS"

    CACHE_TTL_SECONDS = "TELEMETRY_CACHE_TTL_SECONDS"
    MAX_PAGE = "TELEMETRY_MAX_PAGE"


class Component(StrEnum):
    """A program of ours that is started from the environment alone."""

    PRODUCER = "producer"
    CONSUMER = "consumer"
    ANALYTICS = "analytics"
    PREPARE = "prepare"


class LogFormat(StrEnum):
    """JSON lines for machines, aligned lines for a terminal, or whichever fits where standard error goes."""

    AUTO = "auto"
    JSON = "json"
    CONSOLE = "console"


def unknown_in_words(variable: str, known: Iterable[str], whose: str) -> str:
    """Say that a program has no such setting, and which may have been meant; `whose` names the program."""
    close = get_close_matches(variable, list(known), n=1)
    return f"{variable} is not a setting of {whose}" + (f"; did you mean {close[0]}?" if close else "")


def fault_in_words(variable: str, kind: str, message: str) -> str:
    """Say what is wrong with a variable, by pydantic's kind of error and message."""
    return f"{variable} is missing" if kind == "missing" else f"{variable}: {message}"
