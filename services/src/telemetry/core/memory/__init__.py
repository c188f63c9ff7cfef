"""History in this process's memory: the store of platforms without a database.

`store` puts it together: `packing` makes readings small, `blocks` keep them in order, `history` is one device's,
`newest` its newest values. `reader` answers questions about it, `ledger` accounts for what the stream brought.
"""
