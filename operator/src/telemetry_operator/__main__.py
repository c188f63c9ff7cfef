"""`python -m telemetry_operator` is telemetryctl."""

from telemetry_operator.cli import main

main()
