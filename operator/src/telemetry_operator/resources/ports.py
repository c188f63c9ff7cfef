"""Ports that the platform's pods listen on, by their names."""

from typing import Final

HTTP: Final = "http"
MANAGEMENT: Final = "management"

PUBLIC_PORT: Final = 8080
MANAGEMENT_PORT: Final = 9090
POSTGRES_PORT: Final = 5432
REDIS_PORT: Final = 6379
KAFKA_PORT: Final = 9092
KAFKA_CONTROLLER_PORT: Final = 9093
