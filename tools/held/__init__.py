"""`make bench-held`: what a platform does under a load that lasts, behind a backlog, and beyond what it carries.

`pacing` is an open model of arrivals as lean as the closed loop of `tools.bench`; `phases` drive a whole platform of
real programs, `watching` and `probing` look at it meanwhile, and `judging` says what it comes to.
"""
