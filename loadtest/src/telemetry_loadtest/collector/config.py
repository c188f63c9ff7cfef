"""Which servers are to be asked, and how they are reached."""

from collections.abc import Mapping
from typing import Annotated, Final

import msgspec

from telemetry_contract.settings import Variable
from telemetry_contract.topics import consumer_group, readings_topic

_LIBRDKAFKA: Final[Mapping[Variable, str]] = {
    Variable.KAFKA_SECURITY_PROTOCOL: "security.protocol",
    Variable.KAFKA_SASL_MECHANISM: "sasl.mechanism",
    Variable.KAFKA_SASL_USERNAME: "sasl.username",
    Variable.KAFKA_SASL_PASSWORD: "sasl.password",
    Variable.KAFKA_CA_FILE: "ssl.ca.location",
}


class KafkaTarget(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Brokers, and whose lag is meant; `options` are librdkafka's, for encryption and login."""

    bootstrap: str
    topic: str
    group: str
    options: dict[str, str] = {}


class Config(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """URLs with all that is needed to log in; a server that is left out is not asked. `period` is seconds."""

    postgres: str | None = None
    redis: str | None = None
    kafka: KafkaTarget | None = None
    period: Annotated[float, msgspec.Meta(ge=0.1)] = 1.0


def decode_config(text: bytes) -> Config:
    """Return a configuration.

    Raises:
        msgspec.MsgspecError: the text is none.
    """
    return msgspec.json.decode(text, type=Config)


def encode_config(config: Config) -> bytes:
    return msgspec.json.encode(config)


def config_of(environment: Mapping[str, str]) -> Config:
    """The servers that a component of the platform is told of, by the variables that it is told by."""
    return Config(
        postgres=environment.get(Variable.POSTGRES_URL) or None,
        redis=environment.get(Variable.REDIS_URL) or None,
        kafka=_kafka(environment),
    )


def _kafka(environment: Mapping[str, str]) -> KafkaTarget | None:
    bootstrap, prefix = (environment.get(name) for name in (Variable.KAFKA_BOOTSTRAP, Variable.TOPIC_PREFIX))
    if not bootstrap or not prefix:
        return None
    options = {option: environment[name] for name, option in _LIBRDKAFKA.items() if environment.get(name)}
    return KafkaTarget(bootstrap, readings_topic(prefix), consumer_group(prefix), options)
