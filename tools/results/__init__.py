"""The page of results: finished comparisons as tables and pictures in docs/results.md."""
