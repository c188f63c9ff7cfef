"""A comparison as plain values, on this machine and in a cluster alike: its plan, and what each of its cells is to run.

Pure: order and judgement are telemetry_loadtest's (`comparison_plan`, `comparison_judging`); running is each place's.
"""
