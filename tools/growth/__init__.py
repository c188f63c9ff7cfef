"""`make bench-growth`: start-up and memory of each service, and queries over a long history beside a short one.

`starting` and `memory` look at the programs, `history` fills databases, `asking` asks them; `parts` puts a run
together. It stands on `tools.bench`: the same site of real servers and programs, the same load generator.
"""
