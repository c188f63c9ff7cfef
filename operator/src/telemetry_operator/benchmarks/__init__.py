"""Benchmarks on this machine: a manifest becomes a plan, the engine runs it, and the result is kept.

The engine is a process (`python -m telemetry_loadtest.engine`); of telemetry_loadtest only plain modules are imported.
"""
