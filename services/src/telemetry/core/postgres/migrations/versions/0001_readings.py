"""Readings and what is kept beside them; why the readings table is laid out so: docs/adr/0004-readings-table.md."""

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

READINGS = """
CREATE TABLE readings (
  time timestamptz NOT NULL,
  identity uuid NOT NULL,
  content uuid NOT NULL,
  device text COLLATE "C" NOT NULL,
  metrics jsonb NOT NULL,
  PRIMARY KEY (device, time, identity)
) PARTITION BY RANGE (time)
"""

READINGS_BY_TIME = "CREATE INDEX readings_by_time ON readings (time)"

# Updated rows stay on their page (HOT) as long as it has room and no index names a column that changes.
LATEST = """
CREATE TABLE latest (
  device text COLLATE "C" PRIMARY KEY,
  time timestamptz NOT NULL,
  identity uuid NOT NULL,
  names text COLLATE "C" NOT NULL,
  metrics jsonb NOT NULL,
  older jsonb NOT NULL
) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.05)
"""

DEVICE_COUNTS = """
CREATE TABLE device_counts (
  device text COLLATE "C" NOT NULL,
  partition text COLLATE "C" NOT NULL,
  slot integer NOT NULL,
  readings bigint NOT NULL,
  oldest timestamptz NOT NULL,
  newest timestamptz NOT NULL,
  PRIMARY KEY (device, partition, slot)
) WITH (fillfactor = 60, autovacuum_vacuum_scale_factor = 0.05)
"""

STREAM_PARTITIONS = """
CREATE TABLE stream_partitions (
  topic_id uuid NOT NULL,
  partition integer NOT NULL,
  next_offset bigint NOT NULL DEFAULT 0,
  records_read bigint NOT NULL DEFAULT 0,
  records_lost bigint NOT NULL DEFAULT 0,
  readings bigint NOT NULL DEFAULT 0,
  stored bigint NOT NULL DEFAULT 0,
  duplicate bigint NOT NULL DEFAULT 0,
  conflict bigint NOT NULL DEFAULT 0,
  dead bigint NOT NULL DEFAULT 0,
  expired bigint NOT NULL DEFAULT 0,
  PRIMARY KEY (topic_id, partition)
) WITH (fillfactor = 10)
"""

DEAD_LETTERS = """
CREATE TABLE dead_letters (
  topic_id uuid NOT NULL,
  partition integer NOT NULL,
  record_offset bigint NOT NULL,
  item integer NOT NULL,
  buried_at timestamptz NOT NULL DEFAULT now(),
  reason text NOT NULL,
  payload bytea NOT NULL,
  PRIMARY KEY (topic_id, partition, record_offset, item)
)
"""


def upgrade() -> None:
    for statement in (READINGS, READINGS_BY_TIME, LATEST, DEVICE_COUNTS, STREAM_PARTITIONS, DEAD_LETTERS):
        op.execute(statement)
