"""The load generator as a program: `python -m telemetry_loadtest.engine PLAN`.

The only room that imports Locust, which patches the interpreter at import. It is started as a process from a plan in
JSON (`plan`) and never imported from outside.
"""
