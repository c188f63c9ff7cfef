"""The schema's revisions, as raw SQL.

A revision must work with the previous release, which runs until the last replica is replaced: add first, remove in a
later release. `schema` runs them under an advisory lock with short limits: one that would hold up writers fails.
"""
