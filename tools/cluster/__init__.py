"""A development cluster from outside: which one may be worked in, kubectl and helm in it, the way to its Services.

The tests in `tests/e2e` and `make cluster-demo` stand on it; nothing that is shipped does.
"""
