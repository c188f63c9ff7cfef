"""Settings of the operator: its environment, parsed once, and nothing else.

A variable with our prefix that is not among them is an error like one that has no sense: a misspelt setting that is
silently ignored costs somebody a night.
"""

import os
import sys
from collections.abc import Sequence
from enum import StrEnum
from typing import Annotated, Any, Final, NoReturn

from pydantic import Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from telemetry_contract.settings import LogFormat, fault_in_words, unknown_in_words
from telemetry_operator.resources.context import ReleaseImages

PREFIX: Final = "TELEMETRY_OPERATOR_"
EXIT_USAGE: Final = 2

DNS_LABEL: Final = "^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$"
DNS_SUBDOMAIN: Final = "^[a-z0-9]([-.a-z0-9]{0,251}[a-z0-9])?$"
Namespace = Annotated[str, Field(pattern=DNS_LABEL)]


class LogLevel(StrEnum):
    """The least level that is logged."""

    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


class OperatorSettings(BaseSettings):
    """What the operator needs to know beside the manifests."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, env_ignore_empty=True, frozen=True, extra="forbid")

    services_image: str
    """Image of producer, consumer and analytics, where a manifest names none."""
    loadtest_image: str = "telemetry/loadtest:0.1.0"
    """Image of the load generator that benchmarks run."""
    postgres_image: str = "postgres:18"
    """Image of builtin PostgreSQL, where a manifest names none."""
    redis_image: str = "redis:8"
    """Image of builtin Redis, where a manifest names none."""
    kafka_image: str = "apache/kafka:4.1.1"
    """Image of builtin Kafka, where a manifest names none."""

    comparison_priority_class: Annotated[str, Field(pattern=DNS_SUBDOMAIN)] | None = None
    """PriorityClass of compared platforms' pods, by which a quota counts them alone; without it there is none."""
    namespaces: Annotated[tuple[Namespace, ...], NoDecode] = ()
    """Namespaces whose platforms are looked after, by commas; without it those of the whole cluster."""
    namespace: Namespace = "default"
    """Namespace that the operator runs in: network policies let its probes through."""
    pod_name: Annotated[str, Field(pattern=DNS_SUBDOMAIN)] | None = None
    """Name of this process in the Lease; without it made from the host and the process's id."""
    lease_name: Annotated[str, Field(pattern=DNS_SUBDOMAIN)] = "telemetry-operator"
    """Name of the Lease that decides which process leads."""
    lease_namespace: Namespace | None = None
    """Namespace of the Lease; without it `TELEMETRY_OPERATOR_NAMESPACE`."""

    resync_seconds: Annotated[float, Field(ge=10)] = 300.0
    """How long after a visit a platform is looked at again, though nothing is known to have changed."""
    concurrent_visits: Annotated[int, Field(ge=1, le=64)] = 4
    """Platforms that are looked at at the same time."""
    health_host: str = "0.0.0.0"  # noqa: S104 - kubelet and Prometheus come from outside the pod
    """Address that the health port is bound to."""
    health_port: Annotated[int, Field(ge=0, le=65535)] = 8080
    """Port of `/livez`, `/readyz` and `/metrics`; 0 takes a free one."""
    log_format: LogFormat = LogFormat.AUTO
    """JSON lines, aligned lines for a terminal, or whichever fits where standard error goes."""
    log_level: LogLevel = LogLevel.INFO
    """The least level that is logged."""

    @field_validator("namespaces", mode="before")
    @classmethod
    def _by_commas(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        return tuple(dict.fromkeys(part.strip() for part in value.split(",") if part.strip()))

    @property
    def images(self) -> ReleaseImages:
        return ReleaseImages(
            services=self.services_image, postgres=self.postgres_image, redis=self.redis_image, kafka=self.kafka_image
        )


class SettingsError(ValueError):
    """The environment is not the operator's settings; each line of the text is one fault."""


def parse_settings() -> OperatorSettings:
    """Return the settings that this process's environment describes.

    Raises:
        SettingsError: a variable is missing, unknown, or has a value that is not allowed.
    """
    known = [PREFIX + name.upper() for name in OperatorSettings.model_fields]
    lines = [
        unknown_in_words(name, known, "the operator")
        for name in os.environ
        if name.startswith(PREFIX) and name not in known
    ]
    try:
        settings = OperatorSettings()
    except ValidationError as error:
        lines += [_fault_line(fault) for fault in error.errors(include_input=False)]
        raise SettingsError("\n".join(lines)) from None
    if lines:
        raise SettingsError("\n".join(lines))
    return settings


def load_settings(arguments: Sequence[str]) -> OperatorSettings:
    """Return the settings, or end the program: with one line a fault and code 2, or after `--print-config`."""
    if unknown := [argument for argument in arguments if argument != "--print-config"]:
        _leave(f"unknown argument {unknown[0]}; settings are {PREFIX} variables, --print-config shows them")
    try:
        settings = parse_settings()
    except SettingsError as error:
        _leave(str(error))
    if "--print-config" in arguments:
        sys.stdout.write("".join(f"{line}\n" for line in _lines(settings)))
        raise SystemExit(0)
    return settings


def _lines(settings: OperatorSettings) -> list[str]:
    values = {name: getattr(settings, name) for name in OperatorSettings.model_fields}
    return [f"{PREFIX}{name.upper()}={_shown(value)}" for name, value in values.items()]


def _shown(value: object) -> str:
    if isinstance(value, tuple):
        return ",".join(value)
    return "" if value is None else str(value)


def _fault_line(fault: Any) -> str:  # noqa: ANN401 - pydantic's own error record
    variable = PREFIX + ".".join(str(part) for part in fault["loc"]).upper()
    return fault_in_words(variable, fault["type"], fault["msg"])


def _leave(text: str) -> NoReturn:
    sys.stderr.write("".join(f"error: {line}\n" for line in text.splitlines()))
    raise SystemExit(EXIT_USAGE)
