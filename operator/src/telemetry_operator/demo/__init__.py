"""The platform shown at work: this machine and a simulated fleet send, a live table looks on, and the books are closed.

`show` runs it on a platform that is up, `watch` asks that platform how it is, `freshness` probes it, `tables` and
`words` put it before a person. Bringing the platform up and down is the command's.
"""
