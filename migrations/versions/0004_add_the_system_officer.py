"""Add the officer in whose name the system itself acts.

Why: a report that climbs from below and an escalation are acts, and every act has a who.
"""

from uuid import UUID

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_OFFICER = sa.table(
    "officer",
    sa.column("id", sa.Uuid),
    sa.column("subject", sa.Text),
    sa.column("name", sa.Text),
)
_SYSTEM = UUID("00000000-0000-7000-8000-000000000001")


def upgrade() -> None:
    op.execute(
        _OFFICER.insert().values(id=_SYSTEM, subject="system:wian", name="ระบบสารบรรณ (อัตโนมัติ)")
    )


def downgrade() -> None:
    op.execute(_OFFICER.delete().where(_OFFICER.c.id == _SYSTEM))
