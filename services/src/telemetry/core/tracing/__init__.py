"""Which trace a request or a batch belongs to (docs/adr/0014-tracing.md).

`context` carries W3C trace context as text, always. `spans` is what the rest of the program calls: it does nothing
until `start_tracing` loads `recording`, which alone knows OpenTelemetry.
"""
