"""Asking whether a Kafka answers, beside the main thread.

The client's C code loses a Ctrl-C that falls into it: out comes a TypeError of its constructor, or a SystemError as it
is taken down. Signals reach only the main thread, which meanwhile waits in Python.
"""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from confluent_kafka import KafkaError, KafkaException
from confluent_kafka.admin import AdminClient


def refusal(settings: Mapping[str, str], *, seconds: float) -> str | None:
    """Say why no Kafka answers us in that time, or None where one does; `settings` are librdkafka's."""
    with ThreadPoolExecutor(max_workers=1) as beside:
        return beside.submit(_ask, settings, seconds).result()


def _ask(settings: Mapping[str, str], seconds: float) -> str | None:
    errors: list[KafkaError] = []
    # Until it answers, the client would write each refused connection to standard error.
    quiet: dict[str, Any] = {**settings, "log_level": 0, "error_cb": errors.append}
    try:
        admin = AdminClient(quiet)
    except KafkaException as error:
        return _in_words(error)
    try:
        return None if admin.list_topics(timeout=seconds).brokers else "it knows no broker"
    except KafkaException as error:
        admin.poll(0)  # hands over what the connections met
        return errors[0].str() if errors else _in_words(error)


def _in_words(error: KafkaException) -> str:
    """Return what librdkafka says, without its codes."""
    return str(error.args[0].str())
