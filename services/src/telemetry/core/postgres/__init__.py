"""PostgreSQL, where history lives: the schema and its partitions, the one way in, the ledger, the reader's queries.

Writing is synchronous psycopg in a transaction of the caller's (`store`, `ledger`), because the consumer commits
readings and offsets together; reading is asynchronous over a pool (`reader`).
"""
