"""Visits of benchmarks."""
