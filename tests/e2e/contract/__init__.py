"""The contract suite of the services (tests/acceptance), test by test, on platforms in the cluster.

Each module here is one of that suite's; only the fixture `platform` is another.
"""
