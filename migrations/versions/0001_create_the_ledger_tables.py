"""Create the ledger tables.

Why: the ledger holds nothing yet.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    # A migration that waits for a lock makes every desk wait behind it.
    op.execute("SET LOCAL lock_timeout = '4s'")
    op.create_table(
        "event",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("registry_id", sa.Uuid(), nullable=False),
        sa.Column("officer_id", sa.Uuid(), nullable=False),
        sa.Column("circular_id", sa.Uuid(), nullable=True),
        sa.Column("letter_id", sa.Uuid(), nullable=True),
        sa.Column("dispatch_id", sa.Uuid(), nullable=True),
        sa.Column("hop_id", sa.Uuid(), nullable=True),
        sa.Column("facts", postgresql.JSONB(), server_default=sa.text("'{}'"), nullable=False),
        sa.CheckConstraint(
            "kind IN ('register_opened', 'letter_issued', 'number_voided', 'dispatched', 'sent', 'registered', 'forwarded', 'acknowledged', 'reported', 'refused', 'returned', 'recalled', 'reminded', 'overdue', 'escalated', 'dispatch_completed', 'dispatch_closed')",
            name=op.f("ck_event_kind_known"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event")),
    )
    op.create_index(op.f("ix_event_circular_id_id"), "event", ["circular_id", "id"], unique=False)
    op.create_index(op.f("ix_event_hop_id_id"), "event", ["hop_id", "id"], unique=False)
    op.create_table(
        "officer",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("btrim(name) <> ''", name=op.f("ck_officer_name_not_blank")),
        sa.CheckConstraint("btrim(subject) <> ''", name=op.f("ck_officer_subject_not_blank")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_officer")),
        sa.UniqueConstraint("subject", name=op.f("uq_officer_subject")),
    )
    op.create_table(
        "organization",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("area_code", sa.Text(), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "area_code ~ '^([0-9]{2}){1,3}$'", name=op.f("ck_organization_area_code_digits")
        ),
        sa.CheckConstraint("btrim(name) <> ''", name=op.f("ck_organization_name_not_blank")),
        sa.CheckConstraint(
            "kind IN ('national_agency', 'province', 'provincial_office', 'district', 'pao', 'city_municipality', 'town_municipality', 'subdistrict_municipality', 'sao', 'other')",
            name=op.f("ck_organization_kind_known"),
        ),
        sa.CheckConstraint(
            "valid_until IS NULL OR valid_until >= valid_from", name=op.f("ck_organization_period")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organization")),
        sa.UniqueConstraint("code", name=op.f("uq_organization_code")),
    )
    op.create_index(op.f("ix_organization_area_code"), "organization", ["area_code"], unique=False)
    op.create_table(
        "outbox",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("dispatch_id", sa.Uuid(), nullable=False),
        sa.Column("chunk", sa.Integer(), nullable=False),
        sa.Column("hop_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("parked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("parked_reason", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "kind IN ('dispatched', 'settled', 'closed')", name=op.f("ck_outbox_kind_known")
        ),
        sa.CheckConstraint(
            "(parked_at IS NULL) = (parked_reason IS NULL)", name=op.f("ck_outbox_parked_why")
        ),
        sa.CheckConstraint(
            "sent_at IS NULL OR parked_at IS NULL", name=op.f("ck_outbox_sent_or_parked")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
    )
    op.create_index(
        "ix_outbox_waiting",
        "outbox",
        ["id"],
        unique=False,
        postgresql_where=sa.text("sent_at IS NULL AND parked_at IS NULL"),
    )
    op.create_table(
        "idempotency_key",
        sa.Column("officer_id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["officer_id"], ["officer.id"], name=op.f("fk_idempotency_key_officer_id_officer")
        ),
        sa.PrimaryKeyConstraint("officer_id", "key", name=op.f("pk_idempotency_key")),
    )
    op.create_table(
        "organization_edge",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("child_id", sa.Uuid(), nullable=False),
        sa.Column("parent_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "kind IN ('command', 'supervision', 'section_of')",
            name=op.f("ck_organization_edge_kind_known"),
        ),
        sa.CheckConstraint("child_id <> parent_id", name=op.f("ck_organization_edge_not_itself")),
        sa.CheckConstraint(
            "valid_until IS NULL OR valid_until >= valid_from",
            name=op.f("ck_organization_edge_period"),
        ),
        sa.ForeignKeyConstraint(
            ["child_id"],
            ["organization.id"],
            name=op.f("fk_organization_edge_child_id_organization"),
        ),
        sa.ForeignKeyConstraint(
            ["parent_id"],
            ["organization.id"],
            name=op.f("fk_organization_edge_parent_id_organization"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organization_edge")),
    )
    op.create_index(
        op.f("ix_organization_edge_child_id_parent_id_kind_valid_from"),
        "organization_edge",
        ["child_id", "parent_id", "kind", "valid_from"],
        unique=True,
    )
    op.create_index(
        op.f("ix_organization_edge_parent_id"), "organization_edge", ["parent_id"], unique=False
    )
    op.create_table(
        "registry",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("prefix", sa.Text(), nullable=True),
        sa.Column("receives", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column(
            "has_circular_book", sa.Boolean(), server_default=sa.text("true"), nullable=False
        ),
        sa.Column("circular_digits", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("btrim(name) <> ''", name=op.f("ck_registry_name_not_blank")),
        sa.CheckConstraint(
            "circular_digits BETWEEN 1 AND 7", name=op.f("ck_registry_circular_digits_range")
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organization.id"],
            name=op.f("fk_registry_organization_id_organization"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_registry")),
        sa.UniqueConstraint("code", name=op.f("uq_registry_code")),
    )
    op.create_index(
        "uq_registry_receiving",
        "registry",
        ["organization_id"],
        unique=True,
        postgresql_where=sa.text("receives AND closed_at IS NULL"),
    )
    op.create_table(
        "officer_role",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("officer_id", sa.Uuid(), nullable=False),
        sa.Column("registry_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "role IN ('clerk', 'head', 'auditor', 'admin')", name=op.f("ck_officer_role_role_known")
        ),
        sa.ForeignKeyConstraint(
            ["officer_id"], ["officer.id"], name=op.f("fk_officer_role_officer_id_officer")
        ),
        sa.ForeignKeyConstraint(
            ["registry_id"], ["registry.id"], name=op.f("fk_officer_role_registry_id_registry")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_officer_role")),
        sa.UniqueConstraint(
            "officer_id",
            "registry_id",
            "role",
            name=op.f("uq_officer_role_officer_id_registry_id_role"),
        ),
    )
    op.create_table(
        "register",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("registry_id", sa.Uuid(), nullable=False),
        sa.Column("book", sa.Text(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("opened_after", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opened_by", sa.Uuid(), nullable=False),
        sa.Column("allocated", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("positions", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column(
            "head_hash",
            sa.LargeBinary(),
            server_default=sa.text("decode(repeat('00', 32), 'hex')"),
            nullable=False,
        ),
        sa.Column("last_recorded_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "book IN ('incoming', 'outgoing', 'circular')", name=op.f("ck_register_book_known")
        ),
        sa.CheckConstraint("opened_after >= 0 AND allocated >= 0", name=op.f("ck_register_counts")),
        sa.CheckConstraint("year BETWEEN 1957 AND 2399", name=op.f("ck_register_year_gregorian")),
        sa.ForeignKeyConstraint(
            ["opened_by"], ["officer.id"], name=op.f("fk_register_opened_by_officer")
        ),
        sa.ForeignKeyConstraint(
            ["registry_id"], ["registry.id"], name=op.f("fk_register_registry_id_registry")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_register")),
        sa.UniqueConstraint(
            "registry_id", "book", "year", name=op.f("uq_register_registry_id_book_year")
        ),
    )
    op.create_table(
        "register_entry",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("register_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("letter_id", sa.Uuid(), nullable=True),
        sa.Column("hop_id", sa.Uuid(), nullable=True),
        sa.Column("stamped_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("stamp_has_time", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("entry_hash", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("btrim(reason) <> ''", name=op.f("ck_register_entry_reason_not_blank")),
        sa.CheckConstraint(
            "kind = 'allocated' OR reason IS NOT NULL", name=op.f("ck_register_entry_reason_given")
        ),
        sa.CheckConstraint(
            "kind IN ('allocated', 'back_entered', 'voided')",
            name=op.f("ck_register_entry_kind_known"),
        ),
        sa.CheckConstraint("number > 0", name=op.f("ck_register_entry_number_positive")),
        sa.ForeignKeyConstraint(
            ["register_id"], ["register.id"], name=op.f("fk_register_entry_register_id_register")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_register_entry")),
        sa.UniqueConstraint(
            "register_id", "position", name=op.f("uq_register_entry_register_id_position")
        ),
    )
    op.create_index(
        "uq_register_entry_number",
        "register_entry",
        ["register_id", "number"],
        unique=True,
        postgresql_where=sa.text("kind <> 'voided'"),
    )
    op.create_index(
        "uq_register_entry_voided",
        "register_entry",
        ["register_id", "number"],
        unique=True,
        postgresql_where=sa.text("kind = 'voided'"),
    )
    op.create_table(
        "letter",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("circular_id", sa.Uuid(), nullable=False),
        sa.Column("parent_letter_id", sa.Uuid(), nullable=True),
        sa.Column("lineage", postgresql.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("registry_id", sa.Uuid(), nullable=False),
        sa.Column("register_entry_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("number_letters", sa.Text(), nullable=False),
        sa.Column("number_owner", sa.Text(), nullable=False),
        sa.Column("number_is_circular", sa.Boolean(), nullable=False),
        sa.Column("number_running", sa.Text(), nullable=False),
        sa.Column("dated", sa.Date(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("urgency", sa.Text(), nullable=False),
        sa.Column("secrecy", sa.Text(), nullable=False),
        sa.Column("signatory_post", sa.Text(), nullable=True),
        sa.Column("authority", sa.Text(), nullable=False),
        sa.Column("authority_post", sa.Text(), nullable=True),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("issued_by", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "authority = 'own' OR authority_post IS NOT NULL",
            name=op.f("ck_letter_authority_post_given"),
        ),
        sa.CheckConstraint(
            "authority IN ('own', 'performing_duties_for', 'acting_for', 'by_order_of')",
            name=op.f("ck_letter_authority_known"),
        ),
        sa.CheckConstraint("btrim(subject) <> ''", name=op.f("ck_letter_subject_not_blank")),
        sa.CheckConstraint("dated < '2400-01-01'", name=op.f("ck_letter_dated_gregorian")),
        sa.CheckConstraint(
            "lineage[array_upper(lineage, 1)] = id", name=op.f("ck_letter_lineage_ends_here")
        ),
        sa.CheckConstraint(
            "lineage[1] = circular_id", name=op.f("ck_letter_lineage_starts_the_circular")
        ),
        sa.CheckConstraint("secrecy <> 'top_secret'", name=op.f("ck_letter_never_top_secret")),
        sa.CheckConstraint(
            "secrecy IN ('normal', 'secret', 'very_secret', 'top_secret')",
            name=op.f("ck_letter_secrecy_known"),
        ),
        sa.CheckConstraint(
            "urgency IN ('normal', 'urgent', 'very_urgent', 'most_urgent')",
            name=op.f("ck_letter_urgency_known"),
        ),
        sa.ForeignKeyConstraint(
            ["circular_id"], ["letter.id"], name=op.f("fk_letter_circular_id_letter")
        ),
        sa.ForeignKeyConstraint(
            ["issued_by"], ["officer.id"], name=op.f("fk_letter_issued_by_officer")
        ),
        sa.ForeignKeyConstraint(
            ["parent_letter_id"], ["letter.id"], name=op.f("fk_letter_parent_letter_id_letter")
        ),
        sa.ForeignKeyConstraint(
            ["register_entry_id"],
            ["register_entry.id"],
            name=op.f("fk_letter_register_entry_id_register_entry"),
        ),
        sa.ForeignKeyConstraint(
            ["registry_id"], ["registry.id"], name=op.f("fk_letter_registry_id_registry")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letter")),
        sa.UniqueConstraint("register_entry_id", name=op.f("uq_letter_register_entry_id")),
    )
    op.create_index(op.f("ix_letter_circular_id"), "letter", ["circular_id"], unique=False)
    op.create_index(
        op.f("ix_letter_parent_letter_id"), "letter", ["parent_letter_id"], unique=False
    )
    op.create_index(
        op.f("ix_letter_registry_id_number"), "letter", ["registry_id", "number"], unique=False
    )
    op.create_table(
        "attachment",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("letter_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint(
            "btrim(file_name) <> ''", name=op.f("ck_attachment_file_name_not_blank")
        ),
        sa.CheckConstraint("octet_length(sha256) = 32", name=op.f("ck_attachment_sha256_length")),
        sa.ForeignKeyConstraint(
            ["letter_id"], ["letter.id"], name=op.f("fk_attachment_letter_id_letter")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attachment")),
        sa.UniqueConstraint("letter_id", "position", name=op.f("uq_attachment_letter_id_position")),
    )
    op.create_table(
        "dispatch",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("letter_id", sa.Uuid(), nullable=False),
        sa.Column("circular_id", sa.Uuid(), nullable=False),
        sa.Column("sender_registry_id", sa.Uuid(), nullable=False),
        sa.Column("parent_hop_id", sa.Uuid(), nullable=True),
        sa.Column("lineage", postgresql.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("register_by", sa.DateTime(timezone=True), nullable=False),
        sa.Column("acknowledge_by", sa.DateTime(timezone=True), nullable=False),
        sa.Column("alarms", postgresql.JSONB(), nullable=False),
        sa.Column("answer_form", postgresql.JSONB(), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_by", sa.Uuid(), nullable=False),
        sa.Column("completed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("completed_by", sa.Uuid(), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_by", sa.Uuid(), nullable=True),
        sa.Column("close_reason", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "(state = 'closed') = (closed_at IS NOT NULL)", name=op.f("ck_dispatch_closed_when")
        ),
        sa.CheckConstraint(
            "(state = 'completed') = (completed_at IS NOT NULL)",
            name=op.f("ck_dispatch_completed_when"),
        ),
        sa.CheckConstraint(
            "btrim(close_reason) <> ''", name=op.f("ck_dispatch_close_reason_not_blank")
        ),
        sa.CheckConstraint(
            "state IN ('open', 'completed', 'closed')", name=op.f("ck_dispatch_state_known")
        ),
        sa.CheckConstraint(
            "(closed_at IS NULL) = (closed_by IS NULL)", name=op.f("ck_dispatch_closed_paired")
        ),
        sa.CheckConstraint(
            "(completed_at IS NULL) = (completed_by IS NULL)",
            name=op.f("ck_dispatch_completed_paired"),
        ),
        sa.CheckConstraint(
            "lineage[array_upper(lineage, 1)] = id", name=op.f("ck_dispatch_lineage_ends_here")
        ),
        sa.CheckConstraint(
            "register_by <= acknowledge_by", name=op.f("ck_dispatch_deadlines_in_order")
        ),
        sa.ForeignKeyConstraint(
            ["circular_id"], ["letter.id"], name=op.f("fk_dispatch_circular_id_letter")
        ),
        sa.ForeignKeyConstraint(
            ["closed_by"], ["officer.id"], name=op.f("fk_dispatch_closed_by_officer")
        ),
        sa.ForeignKeyConstraint(
            ["completed_by"], ["officer.id"], name=op.f("fk_dispatch_completed_by_officer")
        ),
        sa.ForeignKeyConstraint(
            ["letter_id"], ["letter.id"], name=op.f("fk_dispatch_letter_id_letter")
        ),
        sa.ForeignKeyConstraint(
            ["sender_registry_id"],
            ["registry.id"],
            name=op.f("fk_dispatch_sender_registry_id_registry"),
        ),
        sa.ForeignKeyConstraint(
            ["sent_by"], ["officer.id"], name=op.f("fk_dispatch_sent_by_officer")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dispatch")),
    )
    op.create_index(op.f("ix_dispatch_circular_id"), "dispatch", ["circular_id"], unique=False)
    op.create_index(op.f("ix_dispatch_letter_id"), "dispatch", ["letter_id"], unique=False)
    op.create_index(
        op.f("ix_dispatch_lineage"), "dispatch", ["lineage"], unique=False, postgresql_using="gin"
    )
    op.create_index(op.f("ix_dispatch_parent_hop_id"), "dispatch", ["parent_hop_id"], unique=False)
    op.create_index(
        op.f("ix_dispatch_sender_registry_id_id"),
        "dispatch",
        ["sender_registry_id", "id"],
        unique=False,
    )
    op.create_table(
        "hop",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("dispatch_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("chunk", sa.Integer(), nullable=False),
        sa.Column("recipient_registry_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("receipt_entry_id", sa.Uuid(), nullable=True),
        sa.Column("registered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("registered_by", sa.Uuid(), nullable=True),
        sa.Column("forwarded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("forwarded_by", sa.Uuid(), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_by", sa.Uuid(), nullable=True),
        sa.Column("remark", sa.Text(), nullable=True),
        sa.Column("answer", postgresql.JSONB(), nullable=True),
        sa.CheckConstraint(
            "(settled_at IS NULL) = (state IN ('sent', 'registered', 'forwarded'))",
            name=op.f("ck_hop_settled_when"),
        ),
        sa.CheckConstraint(
            "answer IS NULL OR state = 'acknowledged'", name=op.f("ck_hop_answer_acknowledged")
        ),
        sa.CheckConstraint(
            "state <> 'forwarded' OR forwarded_at IS NOT NULL", name=op.f("ck_hop_forwarded_when")
        ),
        sa.CheckConstraint(
            "state IN ('sent', 'registered', 'forwarded', 'acknowledged', 'refused', 'returned', 'recalled')",
            name=op.f("ck_hop_state_known"),
        ),
        sa.CheckConstraint(
            "state NOT IN ('registered', 'forwarded', 'acknowledged', 'returned') OR registered_at IS NOT NULL",
            name=op.f("ck_hop_registered_first"),
        ),
        sa.CheckConstraint(
            "(forwarded_at IS NULL) = (forwarded_by IS NULL)", name=op.f("ck_hop_forwarded_paired")
        ),
        sa.CheckConstraint(
            "(registered_at IS NULL) = (receipt_entry_id IS NULL)",
            name=op.f("ck_hop_receipt_when_registered"),
        ),
        sa.CheckConstraint(
            "(registered_at IS NULL) = (registered_by IS NULL)",
            name=op.f("ck_hop_registered_paired"),
        ),
        sa.CheckConstraint(
            "(settled_at IS NULL) = (settled_by IS NULL)", name=op.f("ck_hop_settled_paired")
        ),
        sa.ForeignKeyConstraint(
            ["dispatch_id"], ["dispatch.id"], name=op.f("fk_hop_dispatch_id_dispatch")
        ),
        sa.ForeignKeyConstraint(
            ["forwarded_by"], ["officer.id"], name=op.f("fk_hop_forwarded_by_officer")
        ),
        sa.ForeignKeyConstraint(
            ["receipt_entry_id"],
            ["register_entry.id"],
            name=op.f("fk_hop_receipt_entry_id_register_entry"),
        ),
        sa.ForeignKeyConstraint(
            ["recipient_registry_id"],
            ["registry.id"],
            name=op.f("fk_hop_recipient_registry_id_registry"),
        ),
        sa.ForeignKeyConstraint(
            ["registered_by"], ["officer.id"], name=op.f("fk_hop_registered_by_officer")
        ),
        sa.ForeignKeyConstraint(
            ["settled_by"], ["officer.id"], name=op.f("fk_hop_settled_by_officer")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hop")),
        sa.UniqueConstraint("dispatch_id", "position", name=op.f("uq_hop_dispatch_id_position")),
        sa.UniqueConstraint(
            "dispatch_id",
            "recipient_registry_id",
            name=op.f("uq_hop_dispatch_id_recipient_registry_id"),
        ),
        sa.UniqueConstraint("receipt_entry_id", name=op.f("uq_hop_receipt_entry_id")),
    )
    op.create_index(
        op.f("ix_hop_recipient_registry_id_id"),
        "hop",
        ["recipient_registry_id", "id"],
        unique=False,
    )
    op.create_table(
        "notice",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("hop_id", sa.Uuid(), nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("registry_id", sa.Uuid(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("read_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "kind IN ('reminder', 'overdue', 'escalation')", name=op.f("ck_notice_kind_known")
        ),
        sa.CheckConstraint(
            "step IN ('remind_register', 'overdue_register', 'remind_acknowledge', 'overdue_acknowledge', 'escalate_superior', 'escalate_origin')",
            name=op.f("ck_notice_step_known"),
        ),
        sa.CheckConstraint(
            "(read_at IS NULL) = (read_by IS NULL)", name=op.f("ck_notice_read_paired")
        ),
        sa.ForeignKeyConstraint(["hop_id"], ["hop.id"], name=op.f("fk_notice_hop_id_hop")),
        sa.ForeignKeyConstraint(
            ["read_by"], ["officer.id"], name=op.f("fk_notice_read_by_officer")
        ),
        sa.ForeignKeyConstraint(
            ["registry_id"], ["registry.id"], name=op.f("fk_notice_registry_id_registry")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice")),
        sa.UniqueConstraint("hop_id", "step", name=op.f("uq_notice_hop_id_step")),
    )
    op.create_index(op.f("ix_notice_registry_id_id"), "notice", ["registry_id", "id"], unique=False)
    # A hop belongs to a dispatch and a dispatch may answer to a hop: one key comes afterwards.
    op.create_foreign_key(
        "fk_dispatch_parent_hop_id_hop", "dispatch", "hop", ["parent_hop_id"], ["id"]
    )


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    op.drop_constraint("fk_dispatch_parent_hop_id_hop", "dispatch")
    op.drop_table("notice")
    op.drop_table("hop")
    op.drop_table("dispatch")
    op.drop_table("attachment")
    op.drop_table("letter")
    op.drop_table("register_entry")
    op.drop_table("register")
    op.drop_table("officer_role")
    op.drop_table("registry")
    op.drop_table("organization_edge")
    op.drop_table("idempotency_key")
    op.drop_table("outbox")
    op.drop_table("organization")
    op.drop_table("officer")
    op.drop_table("event")
