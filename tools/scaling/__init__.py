"""`make bench-scaling`: throughput by connections, processes, batch and devices, and where a request's time goes.

`curves` measures on the site and with the load of `tools.bench`, `stages` samples the running programs with py-spy,
`drawing` makes the pictures of docs/performance/.
"""
