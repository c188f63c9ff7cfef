"""Erasing a device: what was erased up to when, and finding a device's dead letters; docs/adr/0011-erasure.md."""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

ERASURES = """
CREATE TABLE erasures (
  device text COLLATE "C" PRIMARY KEY,
  up_to timestamptz NOT NULL,
  erased_at timestamptz NOT NULL
)
"""

# The key of a letter's record, out of its payload (msgpack: an array of key and value), so that the previous release's
# letters are found too. Keys longer than a device's id may be are written in another way, and are no device's.
DEAD_LETTERS_BY_KEY = """
CREATE INDEX dead_letters_by_key ON dead_letters ((
  CASE WHEN substr(payload, 1, 2) = '\\x92c4' THEN substr(payload, 4, get_byte(payload, 2)) END
))
"""


def upgrade() -> None:
    for statement in (ERASURES, DEAD_LETTERS_BY_KEY):
        op.execute(statement)
