"""A clause for every choice.

Revision 0008, after 0007.
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """A choice may name the clause that its reason rests on. Those there are name none: versions never change.

    The column may be empty, so that SQLite need not copy the table, and with it the guards of versions.
    """
    op.add_column("choice", sa.Column("clause", sa.String(), nullable=True))
