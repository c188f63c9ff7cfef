"""A client of the platform's public API: it sends readings, asks for what is kept, and keeps the books between the two.

`ingest` sends, with `answers`, `retry` and `credentials` under it; `books` remembers what was promised; `query` asks;
`closing` compares the two. `sources` and `ndjson` are where readings come from. Nothing here knows whether the platform
is on this machine or far away.
"""
