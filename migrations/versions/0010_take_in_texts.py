"""Keep received texts with what was read in them, the clerks' answers, and learned spellings.

Why: a letter begins as a scanned text with mistakes. What came is kept as it came, beside what the
rules read and what a clerk confirmed; nothing is repaired silently.
"""

from uuid import UUID

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_CLASSES = "'normal', 'secret', 'very_secret', 'top_secret'"
_KINDS = "'national_agency', 'province', 'provincial_office', 'district', 'pao', 'city_municipality', 'town_municipality', 'subdistrict_municipality', 'sao', 'other'"

_GRANTS = """
GRANT SELECT, INSERT ON intake, intake_value, intake_recipient, organization_alias,
    intended_recipient TO wian_app, wian_worker;
GRANT UPDATE (secrecy, state, dispatch_id, settled_at, settled_by, discard_reason) ON intake
    TO wian_app, wian_worker;
GRANT UPDATE (organization_id, is_left_out, decided_at, decided_by) ON intake_recipient
    TO wian_app, wian_worker
"""

# Who manages a desk without reading for it knows nothing of its texts.
_OURS = """secrecy = ANY ((SELECT my_classes())::text[])
    AND registry_id = ANY ((SELECT my_desks())::uuid[])"""
_OUR_INTAKE = "EXISTS (SELECT FROM intake i WHERE i.id = intake_id OFFSET 0)"
_SENT_BY_US = "EXISTS (SELECT FROM my_sent s WHERE s.id = dispatch_id OFFSET 0)"
# Of what a dispatch means further below, a recipient is told its own part.
_MEANT_THROUGH_US = """EXISTS (SELECT FROM my_received m
        WHERE m.dispatch_id = intended_recipient.dispatch_id OFFSET 0)
    AND via_id = ANY (ARRAY(SELECT r.organization_id FROM registry r
        WHERE r.id = ANY ((SELECT my_desks())::uuid[])))"""
# Table → (which rows are seen and changed, which may be written). A spelling is known to whoever
# works here.
_POLICIES = {
    "intake": (_OURS, _OURS),
    "intake_value": (_OUR_INTAKE, _OUR_INTAKE),
    "intake_recipient": (_OUR_INTAKE, _OUR_INTAKE),
    "organization_alias": (
        "(SELECT my_officer()) IS NOT NULL",
        "learned_by = (SELECT my_officer())",
    ),
    "intended_recipient": (f"{_SENT_BY_US} OR {_MEANT_THROUGH_US}", _SENT_BY_US),
}


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    _create_intake()
    _create_recipients()
    _create_directory_parts()
    op.execute(_GRANTS)
    for table in ("intake_value", "organization_alias", "intended_recipient"):
        op.execute(
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table}"
            " FOR EACH ROW EXECUTE FUNCTION refuse_change()"
        )
        op.execute(
            f"CREATE TRIGGER {table}_never_emptied BEFORE TRUNCATE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )
    for table, (seen, written) in _POLICIES.items():
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(
            f"CREATE POLICY desk ON {table} TO wian_app USING ({seen}) WITH CHECK ({written})"
        )
        op.execute(f"CREATE POLICY worker ON {table} TO wian_worker USING (true) WITH CHECK (true)")


def _id() -> sa.Column[UUID]:
    return sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False)


def _create_intake() -> None:
    op.create_table(
        "intake",
        _id(),
        sa.Column("registry_id", sa.Uuid(), nullable=False),
        sa.Column("hop_id", sa.Uuid(), nullable=True),
        sa.Column("secrecy", sa.Text(), server_default=sa.text("'normal'"), nullable=False),
        sa.Column("state", sa.Text(), server_default=sa.text("'open'"), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_by", sa.Uuid(), nullable=False),
        sa.Column("sha256", sa.LargeBinary(), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=True),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("method", sa.Text(), nullable=False),
        sa.Column("pages", sa.Integer(), nullable=True),
        sa.Column(
            "unread_pages",
            postgresql.ARRAY(sa.Integer()),
            server_default=sa.text("'{}'"),
            nullable=False,
        ),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("reading", postgresql.JSONB(none_as_null=True), nullable=False),
        sa.Column("rules", sa.Text(), nullable=False),
        sa.Column("dispatch_id", sa.Uuid(), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_by", sa.Uuid(), nullable=True),
        sa.Column("discard_reason", sa.Text(), nullable=True),
        sa.CheckConstraint(f"secrecy IN ({_CLASSES})", name=op.f("ck_intake_secrecy_known")),
        sa.CheckConstraint(
            "state IN ('open', 'dispatched', 'discarded')", name=op.f("ck_intake_state_known")
        ),
        sa.CheckConstraint(
            "method IN ('pasted', 'plain', 'docx', 'pdf', 'ocr')",
            name=op.f("ck_intake_method_known"),
        ),
        sa.CheckConstraint("octet_length(sha256) = 32", name=op.f("ck_intake_sha256_length")),
        sa.CheckConstraint("secrecy <> 'top_secret'", name=op.f("ck_intake_never_top_secret")),
        sa.CheckConstraint(
            "(state = 'dispatched') = (dispatch_id IS NOT NULL)", name=op.f("ck_intake_dispatched")
        ),
        sa.CheckConstraint(
            "(state = 'open') = (settled_at IS NULL)", name=op.f("ck_intake_settled")
        ),
        sa.CheckConstraint(
            "(settled_at IS NULL) = (settled_by IS NULL)", name=op.f("ck_intake_settled_paired")
        ),
        sa.CheckConstraint(
            "(state = 'discarded') = (discard_reason IS NOT NULL)",
            name=op.f("ck_intake_discarded"),
        ),
        sa.CheckConstraint(
            "btrim(discard_reason) <> ''", name=op.f("ck_intake_discard_reason_not_blank")
        ),
        sa.ForeignKeyConstraint(
            ["registry_id"], ["registry.id"], name=op.f("fk_intake_registry_id_registry")
        ),
        sa.ForeignKeyConstraint(["hop_id"], ["hop.id"], name=op.f("fk_intake_hop_id_hop")),
        sa.ForeignKeyConstraint(
            ["received_by"], ["officer.id"], name=op.f("fk_intake_received_by_officer")
        ),
        sa.ForeignKeyConstraint(
            ["dispatch_id"], ["dispatch.id"], name=op.f("fk_intake_dispatch_id_dispatch")
        ),
        sa.ForeignKeyConstraint(
            ["settled_by"], ["officer.id"], name=op.f("fk_intake_settled_by_officer")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_intake")),
    )
    op.create_index(op.f("ix_intake_registry_id_id"), "intake", ["registry_id", "id"])
    op.create_index(op.f("ix_intake_registry_id_sha256"), "intake", ["registry_id", "sha256"])
    op.create_table(
        "intake_value",
        _id(),
        sa.Column("intake_id", sa.Uuid(), nullable=False),
        sa.Column("letter", sa.Integer(), nullable=False),
        sa.Column("field", sa.Text(), nullable=False),
        sa.Column("value", postgresql.JSONB(none_as_null=True), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_by", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["intake_id"], ["intake.id"], name=op.f("fk_intake_value_intake_id_intake")
        ),
        sa.ForeignKeyConstraint(
            ["confirmed_by"], ["officer.id"], name=op.f("fk_intake_value_confirmed_by_officer")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_intake_value")),
    )
    op.create_index(op.f("ix_intake_value_intake_id_id"), "intake_value", ["intake_id", "id"])


def _create_recipients() -> None:
    op.create_table(
        "intake_recipient",
        sa.Column("intake_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("no", sa.Integer(), nullable=True),
        sa.Column("as_written", sa.Text(), nullable=False),
        sa.Column("district_as_written", sa.Text(), nullable=True),
        sa.Column("district_code", sa.Text(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=True),
        sa.Column("begins", sa.Integer(), nullable=False),
        sa.Column("ends", sa.Integer(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("score", sa.Integer(), nullable=False),
        sa.Column("matched_id", sa.Uuid(), nullable=True),
        sa.Column("candidates", postgresql.JSONB(none_as_null=True), nullable=False),
        sa.Column("organization_id", sa.Uuid(), nullable=True),
        sa.Column("is_left_out", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint(f"kind IN ({_KINDS})", name=op.f("ck_intake_recipient_kind_known")),
        sa.CheckConstraint(
            "status IN ('accepted', 'asked', 'rejected')",
            name=op.f("ck_intake_recipient_status_known"),
        ),
        sa.CheckConstraint(
            "score BETWEEN 0 AND 100", name=op.f("ck_intake_recipient_score_percent")
        ),
        sa.CheckConstraint(
            "NOT is_left_out OR organization_id IS NULL",
            name=op.f("ck_intake_recipient_left_out_or_meant"),
        ),
        sa.CheckConstraint(
            "(decided_at IS NULL) = (decided_by IS NULL)",
            name=op.f("ck_intake_recipient_decided_paired"),
        ),
        sa.ForeignKeyConstraint(
            ["intake_id"], ["intake.id"], name=op.f("fk_intake_recipient_intake_id_intake")
        ),
        sa.ForeignKeyConstraint(
            ["matched_id"],
            ["organization.id"],
            name=op.f("fk_intake_recipient_matched_id_organization"),
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organization.id"],
            name=op.f("fk_intake_recipient_organization_id_organization"),
        ),
        sa.ForeignKeyConstraint(
            ["decided_by"], ["officer.id"], name=op.f("fk_intake_recipient_decided_by_officer")
        ),
        sa.PrimaryKeyConstraint("intake_id", "position", name=op.f("pk_intake_recipient")),
    )


def _create_directory_parts() -> None:
    op.create_table(
        "organization_alias",
        _id(),
        sa.Column("kind", sa.Text(), nullable=True),
        sa.Column("district_id", sa.Uuid(), nullable=True),
        sa.Column("folded", sa.Text(), nullable=False),
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("learned_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("learned_by", sa.Uuid(), nullable=False),
        sa.CheckConstraint(f"kind IN ({_KINDS})", name=op.f("ck_organization_alias_kind_known")),
        sa.ForeignKeyConstraint(
            ["district_id"],
            ["organization.id"],
            name=op.f("fk_organization_alias_district_id_organization"),
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organization.id"],
            name=op.f("fk_organization_alias_organization_id_organization"),
        ),
        sa.ForeignKeyConstraint(
            ["learned_by"], ["officer.id"], name=op.f("fk_organization_alias_learned_by_officer")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organization_alias")),
    )
    op.create_index(op.f("ix_organization_alias_folded_id"), "organization_alias", ["folded", "id"])
    op.create_table(
        "intended_recipient",
        sa.Column("dispatch_id", sa.Uuid(), nullable=False),
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("via_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["dispatch_id"],
            ["dispatch.id"],
            name=op.f("fk_intended_recipient_dispatch_id_dispatch"),
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organization.id"],
            name=op.f("fk_intended_recipient_organization_id_organization"),
        ),
        sa.ForeignKeyConstraint(
            ["via_id"], ["organization.id"], name=op.f("fk_intended_recipient_via_id_organization")
        ),
        sa.PrimaryKeyConstraint(
            "dispatch_id", "organization_id", name=op.f("pk_intended_recipient")
        ),
    )


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    for table in reversed(_POLICIES):
        op.drop_table(table)
