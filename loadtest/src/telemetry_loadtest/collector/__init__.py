"""What PostgreSQL, Redis and Kafka say of themselves while a run lasts: `python -m telemetry_loadtest.collector`.

A process beside the load, on this machine or as a container in a cluster. It only reads, needs no rights that a
component of the platform lacks, and writes a line of JSON for every look (`lines`). The servers' libraries are the
extra `collector`, and imported only where a server is to be asked.
"""
