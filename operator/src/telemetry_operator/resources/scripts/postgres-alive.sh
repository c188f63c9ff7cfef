# PostgreSQL lives as long as it answers at all: that it recovers from a crash and lets nobody in yet (1) is an answer.
pg_isready --quiet || [ $? -eq 1 ]
