"""The Reader port over HTTP: the consumer serves its history so (`service`), and analytics reads it so (`reader`).

`wire` says which methods there are and what they carry.
"""
