"""Address notices to posts and carry them by mail.

Why: a lateness is told to whoever holds a post that day, and a registry that does not look at the
screen looks at its mailbox.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

# What was written when a post had no name was meant for the clerks.
_GRANTS = """
GRANT SELECT, INSERT ON mail, post_period TO wian_app;
GRANT UPDATE (state, next_try_at, attempts, last_error, sent_at) ON mail TO wian_app;
GRANT UPDATE (withdrawn_at, withdrawn_by) ON post_period TO wian_app;
GRANT UPDATE (mail_id) ON notice TO wian_app;
"""


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    op.create_table(
        "mail",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("registry_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("next_try_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(state = 'sent') = (sent_at IS NOT NULL)", name=op.f("ck_mail_sent_when")
        ),
        sa.CheckConstraint("kind IN ('digest', 'at_once')", name=op.f("ck_mail_kind_known")),
        sa.CheckConstraint(
            "state IN ('waiting', 'sent', 'dropped', 'dead')", name=op.f("ck_mail_state_known")
        ),
        sa.ForeignKeyConstraint(
            ["registry_id"], ["registry.id"], name=op.f("fk_mail_registry_id_registry")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail")),
    )
    op.create_index(
        "ix_mail_dead", "mail", ["id"], unique=False, postgresql_where=sa.text("state = 'dead'")
    )
    op.create_index(
        "ix_mail_waiting",
        "mail",
        ["next_try_at"],
        unique=False,
        postgresql_where=sa.text("state = 'waiting'"),
    )
    op.create_index(
        "uq_mail_digest_of_day",
        "mail",
        ["registry_id", "day"],
        unique=True,
        postgresql_where=sa.text("kind = 'digest'"),
    )
    op.create_table(
        "post_period",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("registry_id", sa.Uuid(), nullable=False),
        sa.Column("post", sa.Text(), nullable=False),
        sa.Column("officer_id", sa.Uuid(), nullable=True),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.Uuid(), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint("btrim(reason) <> ''", name=op.f("ck_post_period_reason_not_blank")),
        sa.CheckConstraint(
            "post IN ('clerk', 'head', 'deputy')", name=op.f("ck_post_period_post_known")
        ),
        sa.CheckConstraint(
            "(withdrawn_at IS NULL) = (withdrawn_by IS NULL)",
            name=op.f("ck_post_period_withdrawn_paired"),
        ),
        sa.CheckConstraint("first_day <= last_day", name=op.f("ck_post_period_period")),
        sa.ForeignKeyConstraint(
            ["officer_id"], ["officer.id"], name=op.f("fk_post_period_officer_id_officer")
        ),
        sa.ForeignKeyConstraint(
            ["recorded_by"], ["officer.id"], name=op.f("fk_post_period_recorded_by_officer")
        ),
        sa.ForeignKeyConstraint(
            ["registry_id"], ["registry.id"], name=op.f("fk_post_period_registry_id_registry")
        ),
        sa.ForeignKeyConstraint(
            ["withdrawn_by"], ["officer.id"], name=op.f("fk_post_period_withdrawn_by_officer")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_post_period")),
    )
    op.create_index(op.f("ix_post_period_officer_id"), "post_period", ["officer_id"], unique=False)
    op.create_index(
        op.f("ix_post_period_registry_id_post"),
        "post_period",
        ["registry_id", "post"],
        unique=False,
    )
    op.add_column(
        "notice", sa.Column("post", sa.Text(), server_default=sa.text("'clerk'"), nullable=False)
    )
    op.add_column("notice", sa.Column("officer_id", sa.Uuid(), nullable=True))
    op.add_column(
        "notice",
        sa.Column("facts", postgresql.JSONB(), server_default=sa.text("'{}'"), nullable=False),
    )
    op.add_column("notice", sa.Column("mail_id", sa.Uuid(), nullable=True))
    op.drop_constraint(op.f("uq_notice_hop_id_step"), "notice", type_="unique")
    op.create_index(op.f("ix_notice_mail_id"), "notice", ["mail_id"], unique=False)
    op.create_index(
        "ix_notice_unmailed",
        "notice",
        ["registry_id"],
        unique=False,
        postgresql_where=sa.text("mail_id IS NULL"),
    )
    op.create_unique_constraint(
        op.f("uq_notice_hop_id_step_due_at_registry_id"),
        "notice",
        ["hop_id", "step", "due_at", "registry_id"],
    )
    op.create_foreign_key(op.f("fk_notice_mail_id_mail"), "notice", "mail", ["mail_id"], ["id"])
    op.create_foreign_key(
        op.f("fk_notice_officer_id_officer"), "notice", "officer", ["officer_id"], ["id"]
    )
    op.add_column("officer", sa.Column("mail", sa.Text(), nullable=True))
    op.add_column(
        "officer",
        sa.Column("clearance", sa.Text(), server_default=sa.text("'normal'"), nullable=False),
    )
    op.add_column("registry", sa.Column("mail", sa.Text(), nullable=True))
    op.drop_constraint(op.f("ck_notice_step_known"), "notice", type_="check")
    op.create_check_constraint(
        op.f("ck_notice_step_known"),
        "notice",
        "step IN ('arrived', 'remind_register', 'overdue_register', 'escalate_register_head', 'escalate_register_superior', 'escalate_register_origin', 'overdue_forward', 'remind_acknowledge', 'overdue_acknowledge', 'escalate_head', 'escalate_superior', 'escalate_origin')",
    )
    op.drop_constraint(op.f("ck_notice_kind_known"), "notice", type_="check")
    op.create_check_constraint(
        op.f("ck_notice_kind_known"),
        "notice",
        "kind IN ('arrival', 'reminder', 'overdue', 'escalation')",
    )
    op.drop_constraint(op.f("ck_officer_role_role_known"), "officer_role", type_="check")
    op.create_check_constraint(
        op.f("ck_officer_role_role_known"),
        "officer_role",
        "role IN ('clerk', 'head', 'deputy', 'auditor', 'admin')",
    )
    op.create_check_constraint(
        op.f("ck_notice_post_known"),
        "notice",
        "post IN ('clerk', 'head', 'deputy', 'auditor', 'admin')",
    )
    op.create_check_constraint(op.f("ck_officer_mail_not_blank"), "officer", "btrim(mail) <> ''")
    op.create_check_constraint(
        op.f("ck_officer_clearance_known"),
        "officer",
        "clearance IN ('normal', 'secret', 'very_secret', 'top_secret')",
    )
    op.create_check_constraint(op.f("ck_registry_mail_not_blank"), "registry", "btrim(mail) <> ''")
    op.create_index(op.f("ix_officer_role_registry_id"), "officer_role", ["registry_id"])
    op.execute(_GRANTS)


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    op.drop_index(op.f("ix_officer_role_registry_id"), table_name="officer_role")
    op.drop_constraint(op.f("ck_notice_step_known"), "notice", type_="check")
    op.create_check_constraint(
        op.f("ck_notice_step_known"),
        "notice",
        "step IN ('remind_register', 'overdue_register', 'remind_acknowledge', 'overdue_acknowledge', 'escalate_superior', 'escalate_origin')",
    )
    op.drop_constraint(op.f("ck_notice_kind_known"), "notice", type_="check")
    op.create_check_constraint(
        op.f("ck_notice_kind_known"), "notice", "kind IN ('reminder', 'overdue', 'escalation')"
    )
    op.drop_constraint(op.f("ck_officer_role_role_known"), "officer_role", type_="check")
    op.create_check_constraint(
        op.f("ck_officer_role_role_known"),
        "officer_role",
        "role IN ('clerk', 'head', 'auditor', 'admin')",
    )
    op.drop_constraint(op.f("uq_notice_hop_id_step_due_at_registry_id"), "notice", type_="unique")
    op.create_unique_constraint(op.f("uq_notice_hop_id_step"), "notice", ["hop_id", "step"])
    for column in ("mail_id", "facts", "officer_id", "post"):
        op.drop_column("notice", column)
    op.drop_column("registry", "mail")
    op.drop_column("officer", "clearance")
    op.drop_column("officer", "mail")
    op.drop_table("post_period")
    op.drop_table("mail")
