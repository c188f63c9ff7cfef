"""Dead letters by when they were buried: pages of them, and dropping them after retention."""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

BY_TIME = """
CREATE INDEX dead_letters_by_time ON dead_letters (buried_at, topic_id, partition, record_offset, item)
"""


def upgrade() -> None:
    op.execute(BY_TIME)
