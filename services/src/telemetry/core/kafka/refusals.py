"""Which failures to reach Kafka no waiting can mend: a wrong password, a broker that is not trusted.

librdkafka tries such a broker again for ever, and a request only says that its time is up. The reason comes to its
error callback.
"""

from typing import Final

from confluent_kafka import KafkaError

_FINAL: Final = frozenset(
    {
        KafkaError._AUTHENTICATION,  # noqa: SLF001 - librdkafka's own codes begin so
        KafkaError._SSL,  # noqa: SLF001
        KafkaError.SASL_AUTHENTICATION_FAILED,
        KafkaError.UNSUPPORTED_SASL_MECHANISM,
    }
)


class Refusals:
    """An error callback that remembers the last refusal."""

    def __init__(self) -> None:
        self.last: KafkaError | None = None

    def __call__(self, error: KafkaError) -> None:
        if error.code() in _FINAL:
            self.last = error
