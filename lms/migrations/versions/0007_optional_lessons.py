"""Optional lessons.

Revision 0007, after 0006.
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Every lesson there is stays one that finishing its course asks for.

    The column keeps its default, so that SQLite need not copy the table, and with it the guards of published versions.
    """
    op.add_column("lesson", sa.Column("optional", sa.Boolean(), nullable=False, server_default=sa.false()))
