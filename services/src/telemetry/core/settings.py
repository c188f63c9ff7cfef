"""Settings of a service: its environment, parsed once, and nothing else.

Each program has one settings model, made of the groups here that it needs. A variable with our prefix that the model
does not know is an error like one that is missing: a misspelt setting that is silently ignored costs somebody a night.
"""

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Final, NoReturn, TypeVar
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, Field, SecretStr, ValidationError, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError
from pydantic_settings import BaseSettings, SettingsConfigDict

from telemetry_contract.architecture import Reads, Store, Writes
from telemetry_contract.settings import PREFIX, LogFormat, fault_in_words, unknown_in_words

EXIT_USAGE: Final = 2

T = TypeVar("T")

Port = Annotated[int, Field(ge=1, le=65535)]
Seconds = Annotated[float, Field(gt=0)]
Count = Annotated[int, Field(ge=1)]


def needed_where(choice: Writes | Store | Reads) -> AfterValidator:
    """Mark a field that must be given where the architecture makes this choice."""
    name = type(choice).__name__.lower()

    def check(value: T, info: ValidationInfo) -> T:
        if not value and info.data.get(name) is choice:
            raise PydanticCustomError("missing", "needed where {name} is {choice}", {"name": name, "choice": choice})
        return value

    return AfterValidator(check)


class ProgramSettings(BaseSettings):
    """What every program of ours needs to know."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, env_ignore_empty=True, frozen=True, extra="forbid")

    platform: str
    """Name of the platform: in log lines, and in front of its keys in Redis."""
    writes: Writes
    """Who commits a reading: the producer itself, or the consumer from what Kafka carries."""
    store: Store
    """Where history lives: in PostgreSQL, or in the consumer's memory."""
    reads: Reads
    """Whether analytics asks the store at once, or Redis first."""
    log_level: Annotated[str, Field(pattern="^(debug|info|warning|error)$")] = "info"
    """The least level that is logged."""
    log_format: LogFormat = LogFormat.AUTO
    """JSON lines, aligned lines for a terminal, or whichever fits where standard error goes."""


class ServerSettings(ProgramSettings):
    """What a program needs that listens: addresses, and how it drains."""

    host: str = "127.0.0.1"
    """Address that the public port is bound to."""
    management_host: str = "127.0.0.1"
    """Address that the management port is bound to: its own, so that opening the public port does not open this one."""
    management_port: Port
    """Port of `/livez`, `/readyz` and `/metrics`; each process has its own."""
    drain_seconds: Seconds = 10.0
    """How long requests under way may take after SIGTERM."""
    connection_requests: Count = 10_000
    """Requests after which a connection is closed, so that new replicas get their share."""
    replicas: Count = 1
    """Processes of this component: what one process's share of a rate limit is reckoned from."""

    otlp_endpoint: Annotated[str, Field(pattern="^https?://[^/]+")] | None = None
    """Base URL of an OpenTelemetry collector that takes OTLP over HTTP; without one nothing is traced."""
    trace_sampling_ratio: Annotated[float, Field(ge=0, le=1)] = 0.01
    """Share of the requests that are recorded where the caller has not decided."""


class CredentialSettings(BaseModel):
    """Where the keys stand, in files that may change while the program runs."""

    keys_file: Path
    """JSON file with the secrets of device keys and tokens; a change is in force within 10 s."""
    revocations_file: Path | None = None
    """JSON file with the lowest generation that is still good, by device; a change is in force within 10 s."""


class TlsSettings(BaseModel):
    """The public port's certificate, in files that may change while the program runs."""

    tls_cert_file: Path | None = None
    """Certificate chain of the public port, in PEM form; a change is in force within 10 s. Without it: HTTP."""
    tls_key_file: Annotated[Path | None, Field(validate_default=True)] = None
    """The certificate's key, in PEM form, without a passphrase; needed with `TELEMETRY_TLS_CERT_FILE`."""

    @field_validator("tls_key_file")
    @classmethod
    def _both_or_neither(cls, key: Path | None, info: ValidationInfo) -> Path | None:
        if (key is None) != (info.data.get("tls_cert_file") is None):
            raise PydanticCustomError("pair", "TELEMETRY_TLS_CERT_FILE and TELEMETRY_TLS_KEY_FILE belong together")
        return key


class PostgresSettings(BaseModel):
    """How to reach PostgreSQL."""

    postgres_url: SecretStr
    """Address of PostgreSQL."""
    postgres_connections: Count = 8
    """Connections to PostgreSQL that a process opens at most."""


class KafkaSettings(BaseModel):
    """How to reach Kafka, and the prefix of our topics there."""

    kafka_bootstrap: str
    """Brokers to ask first, `host:port` by commas; needed where `TELEMETRY_WRITES` is `kafka`."""
    kafka_security_protocol: Annotated[str, Field(pattern="^(PLAINTEXT|SSL|SASL_PLAINTEXT|SASL_SSL)$")] = "PLAINTEXT"
    """How brokers are spoken to: in clear or by TLS, with or without a login."""
    kafka_sasl_mechanism: str | None = None
    """How the login is proven, for example `SCRAM-SHA-512`; needed with the SASL protocols."""
    kafka_sasl_username: str | None = None
    """User to log in as."""
    kafka_sasl_password: SecretStr | None = None
    """That user's password."""
    kafka_ca_file: Path | None = None
    """Certificates, in PEM form, that a broker's own must be signed by; without it the system's."""
    topic_prefix: str
    """What the names of the platform's topics begin with; needed where `TELEMETRY_WRITES` is `kafka`."""


AnySettings = TypeVar("AnySettings", bound=ProgramSettings)


class SettingsError(ValueError):
    """The environment is not a program's settings; each line of the text is one fault."""


def parse_settings(model: type[AnySettings]) -> AnySettings:
    """Return the settings that this process's environment describes.

    Raises:
        SettingsError: a variable is missing, unknown, or has a value that is not allowed.
    """
    known = [PREFIX + name.upper() for name in model.model_fields]
    ours = [name for name in os.environ if name.startswith(PREFIX)]
    lines = [unknown_in_words(name, known, "this program") for name in ours if name not in known]
    try:
        settings = model()
    except ValidationError as error:
        lines += [_fault_line(fault) for fault in error.errors(include_input=False)]
        raise SettingsError("\n".join(lines)) from None
    if lines:
        raise SettingsError("\n".join(lines))
    return settings


def load_settings(model: type[AnySettings], arguments: Sequence[str]) -> AnySettings:
    """Return a program's settings, or end it: with one line a fault and code 2, or after `--print-config`."""
    if unknown := [argument for argument in arguments if argument != "--print-config"]:
        _leave(f"unknown argument {unknown[0]}; settings are TELEMETRY_ variables, --print-config shows them")
    try:
        settings = parse_settings(model)
    except SettingsError as error:
        _leave(str(error))
    if "--print-config" in arguments:
        sys.stdout.write(describe_settings(settings) + "\n")
        raise SystemExit(0)
    return settings


def describe_settings(settings: ProgramSettings) -> str:
    """Return the settings as `VARIABLE=value` lines, secrets redacted."""
    return "\n".join(
        f"{PREFIX}{name.upper()}={_shown(getattr(settings, name))}" for name in type(settings).model_fields
    )


def _shown(value: object) -> str:
    if isinstance(value, SecretStr):
        return redact(value.get_secret_value())
    return "" if value is None else str(value)


def redact(secret: str) -> str:
    """Return an address without its password, or stars for any other secret."""
    parts = urlsplit(secret)
    if not parts.hostname:
        return "*****"
    return secret.replace(f":{parts.password}@", ":*****@") if parts.password else secret


def _fault_line(fault: Any) -> str:  # noqa: ANN401 - pydantic's own error record
    variable = PREFIX + ".".join(str(part) for part in fault["loc"]).upper()
    return fault_in_words(variable, fault["type"], fault["msg"])


def _leave(text: str) -> NoReturn:
    sys.stderr.write("".join(f"error: {line}\n" for line in text.splitlines()))
    raise SystemExit(EXIT_USAGE)
