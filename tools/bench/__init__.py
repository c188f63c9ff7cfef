"""`make bench`: how fast each path of the platform is, beside the limits of the same stack measured in the same run.

`rows` says what is measured, `site` starts it, `run` goes through it in turn, and each measurement is a process of its
own (`measure`). What the figures mean is in docs/performance.md.
"""
