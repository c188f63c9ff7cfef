"""Where the collector's servers are."""

import msgspec
import pytest

from telemetry_contract.settings import Variable
from telemetry_loadtest.collector.config import Config, KafkaTarget, config_of, decode_config


def test_servers_are_those_that_a_component_is_told_of() -> None:
    environment = {
        Variable.POSTGRES_URL: "postgresql://u:p@db:5432/telemetry",
        Variable.KAFKA_BOOTSTRAP: "kafka:9092",
        Variable.KAFKA_SECURITY_PROTOCOL: "SASL_SSL",
        Variable.KAFKA_SASL_PASSWORD: "secret",
        Variable.TOPIC_PREFIX: "site",
        "PATH": "/bin",
    }
    found = config_of({str(name): value for name, value in environment.items()})
    options = {"security.protocol": "SASL_SSL", "sasl.password": "secret"}
    kafka = KafkaTarget("kafka:9092", "site.readings", "site.consumer", options)
    assert found == Config(postgres="postgresql://u:p@db:5432/telemetry", kafka=kafka)


def test_an_environment_without_servers_asks_nobody() -> None:
    assert config_of({Variable.REDIS_URL: ""}) == Config()


def test_a_configuration_is_read_back_as_it_was_written() -> None:
    config = Config(redis="redis://cache:6379/0", kafka=KafkaTarget("kafka:9092", "t", "g"), period=5)
    assert decode_config(msgspec.json.encode(config)) == config


def test_a_field_that_nobody_knows_is_refused() -> None:
    with pytest.raises(msgspec.ValidationError, match="mysql"):
        decode_config(b'{"mysql": "mysql://db"}')
