"""The client's id of a reading as it was sent, so that an export can be sent in again; docs/adr/0010-reading-ids.md.

Writers of the previous release leave it out: their readings are exported as excerpts.
"""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

# Nothing is rewritten, and a null takes no byte: a row's header has room for eight flags.
READING_IDS = "ALTER TABLE readings ADD COLUMN id text"


def upgrade() -> None:
    op.execute(READING_IDS)
