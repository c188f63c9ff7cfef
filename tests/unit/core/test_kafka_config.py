from pathlib import Path

from pydantic import SecretStr

from telemetry.core.kafka.config import client_config
from telemetry.core.settings import KafkaSettings


def test_a_plain_broker_needs_no_credentials() -> None:
    config = client_config(KafkaSettings(kafka_bootstrap="127.0.0.1:9092", topic_prefix="demo"))
    assert config["bootstrap.servers"] == "127.0.0.1:9092"
    assert not [name for name in config if name.startswith(("sasl", "ssl"))]


def test_a_guarded_broker_gets_them() -> None:
    settings = KafkaSettings(
        kafka_bootstrap="kafka.example:9093",
        kafka_security_protocol="SASL_SSL",
        kafka_sasl_mechanism="SCRAM-SHA-512",
        kafka_sasl_username="telemetry",
        kafka_sasl_password=SecretStr("hush"),
        kafka_ca_file=Path("/run/ca.pem"),
        topic_prefix="demo",
    )
    config = client_config(settings)
    assert config["sasl.password"] == "hush"
    assert (config["ssl.ca.location"], config["security.protocol"]) == ("/run/ca.pem", "SASL_SSL")
