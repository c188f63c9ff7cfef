"""A run's result for a person: tables and words (`content`), plots (`figures`), as HTML or Markdown.

Everything is derived from the stored JSON (`telemetry_loadtest.results`), so a report can be had again at any time; the
extra `report` brings what draws it. `content` decides what is said, the two writers only how it looks.
"""
