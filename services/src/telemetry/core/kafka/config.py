"""How a librdkafka client of ours reaches the brokers, whatever it does there."""

from telemetry.core.settings import KafkaSettings

Config = dict[str, str | int | float | bool]


def client_config(settings: KafkaSettings) -> Config:
    """Return the connection part of a librdkafka configuration."""
    config: Config = {
        "bootstrap.servers": settings.kafka_bootstrap,
        "security.protocol": settings.kafka_security_protocol,
        # A broker that comes back should be found within a second, not after librdkafka's default ten.
        "reconnect.backoff.ms": 50,
        "reconnect.backoff.max.ms": 1000,
        "log.connection.close": False,
    }
    optional = {
        "sasl.mechanism": settings.kafka_sasl_mechanism,
        "sasl.username": settings.kafka_sasl_username,
        "sasl.password": settings.kafka_sasl_password and settings.kafka_sasl_password.get_secret_value(),
        "ssl.ca.location": settings.kafka_ca_file and str(settings.kafka_ca_file),
    }
    return config | {name: value for name, value in optional.items() if value}
