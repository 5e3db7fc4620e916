"""Keep calendars, policies and the deadlines of each hop.

Why: a deadline is counted in the working time of whoever must keep it, so it belongs to the hop; a
plan is never changed but replaced, so that an old one can be shown years later.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_SYSTEM = "00000000-0000-7000-8000-000000000001"
_POLICIES = {
    "urgencies": {
        "normal": {
            "register_within": "1d",
            "forward_within": "3d",
            "remind_register_before": "2h",
            "remind_acknowledge_before": "2d",
            "head_after": "1d",
            "superior_after": "2d",
            "origin_after": "4d",
            "after_hours_by": "10:00",
            "is_continuous": False,
        },
        "urgent": {
            "register_within": "8h",
            "forward_within": "2d",
            "remind_register_before": "2h",
            "remind_acknowledge_before": "1d",
            "head_after": "4h",
            "superior_after": "1d",
            "origin_after": "2d",
            "after_hours_by": "10:00",
            "is_continuous": False,
        },
        "very_urgent": {
            "register_within": "4h",
            "forward_within": "1d",
            "remind_register_before": "1h",
            "remind_acknowledge_before": "4h",
            "head_after": "2h",
            "superior_after": "4h",
            "origin_after": "1d",
            "after_hours_by": "10:00",
            "is_continuous": False,
        },
        "most_urgent": {
            "register_within": "1h",
            "forward_within": "2h",
            "remind_register_before": "15m",
            "remind_acknowledge_before": "1h",
            "head_after": "0m",
            "superior_after": "1h",
            "origin_after": "2h",
            "after_hours_by": None,
            "is_continuous": True,
        },
        "urgent_within": {
            "register_within": "1h",
            "forward_within": "2h",
            "remind_register_before": "1h",
            "remind_acknowledge_before": "4h",
            "head_after": "1h",
            "superior_after": "2h",
            "origin_after": "4h",
            "after_hours_by": None,
            "is_continuous": False,
        },
    },
    "tier_weights": {
        "national_agency": [2, 1, 2, 5],
        "province": [1, 3, 6],
        "provincial_office": [3, 7],
        "district": [1],
    },
    "extension": {
        "up_to_days": {"sender_head": 10, "origin_head": 30},
        "max_extensions": 3,
        "max_days": 30,
    },
}

# A dispatch that is under way keeps the instants it was sent with.
_KEEP_PLANS = """
INSERT INTO deadline_plan (dispatch_id, calendar_scopes, register_by, acknowledge_by, alarms,
    share_days, left_days, unannounced_years, calendar_version, policy_version, holidays_release,
    made_at)
SELECT id, '{nation}', register_by, acknowledge_by, alarms, 0, 0, '{}', 1, 1, 'none', sent_at
FROM dispatch
"""
_POINT_HOPS = """
UPDATE hop SET plan_id = plan.id FROM deadline_plan plan WHERE plan.dispatch_id = hop.dispatch_id
"""
_RESTORE_ALARMS = """
UPDATE dispatch SET alarms = plan.alarms
FROM (SELECT DISTINCT ON (dispatch_id) dispatch_id, alarms FROM deadline_plan
    ORDER BY dispatch_id, made_at DESC) plan
WHERE plan.dispatch_id = dispatch.id
"""
_APPEND_ONLY = (
    "calendar_version",
    "announced_year",
    "policy_version",
    "deadline_plan",
    "deadline_move",
)
# An override is never changed either: it is ended, and another begins.
_GRANTS = """
GRANT SELECT, INSERT ON calendar_version, calendar_override, office_hours, announced_year,
    policy_version, deadline_plan, deadline_move TO wian_app;
GRANT UPDATE (until_version) ON calendar_override, office_hours TO wian_app;
GRANT UPDATE (register_by, acknowledge_by) ON dispatch TO wian_app;
GRANT UPDATE (plan_id, suspended_at, suspended_by, extensions, extended_days) ON hop TO wian_app;
"""


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    op.create_table(
        "calendar_version",
        sa.Column("number", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("officer_id", sa.Uuid(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.CheckConstraint("btrim(note) <> ''", name=op.f("ck_calendar_version_note_not_blank")),
        sa.ForeignKeyConstraint(
            ["officer_id"], ["officer.id"], name=op.f("fk_calendar_version_officer_id_officer")
        ),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_calendar_version")),
        sa.UniqueConstraint("id", name=op.f("uq_calendar_version_id")),
    )
    op.create_table(
        "policy_version",
        sa.Column("number", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("officer_id", sa.Uuid(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("policies", postgresql.JSONB(), nullable=False),
        sa.CheckConstraint("btrim(note) <> ''", name=op.f("ck_policy_version_note_not_blank")),
        sa.ForeignKeyConstraint(
            ["officer_id"], ["officer.id"], name=op.f("fk_policy_version_officer_id_officer")
        ),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_policy_version")),
        sa.UniqueConstraint("id", name=op.f("uq_policy_version_id")),
    )
    op.create_table(
        "announced_year",
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("since_version", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("btrim(source) <> ''", name=op.f("ck_announced_year_source_not_blank")),
        sa.CheckConstraint(
            "year BETWEEN 2000 AND 2060", name=op.f("ck_announced_year_year_covered")
        ),
        sa.ForeignKeyConstraint(
            ["since_version"],
            ["calendar_version.number"],
            name=op.f("fk_announced_year_since_version_calendar_version"),
        ),
        sa.PrimaryKeyConstraint("year", name=op.f("pk_announced_year")),
    )
    op.create_table(
        "calendar_override",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("is_working", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("since_version", sa.BigInteger(), nullable=False),
        sa.Column("until_version", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "btrim(reason) <> ''", name=op.f("ck_calendar_override_reason_not_blank")
        ),
        sa.CheckConstraint("btrim(scope) <> ''", name=op.f("ck_calendar_override_scope_not_blank")),
        sa.CheckConstraint(
            "btrim(source) <> ''", name=op.f("ck_calendar_override_source_not_blank")
        ),
        sa.CheckConstraint(
            "until_version IS NULL OR until_version > since_version",
            name=op.f("ck_calendar_override_versions_in_order"),
        ),
        sa.ForeignKeyConstraint(
            ["since_version"],
            ["calendar_version.number"],
            name=op.f("fk_calendar_override_since_version_calendar_version"),
        ),
        sa.ForeignKeyConstraint(
            ["until_version"],
            ["calendar_version.number"],
            name=op.f("fk_calendar_override_until_version_calendar_version"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendar_override")),
    )
    op.create_index(
        "uq_calendar_override_in_force",
        "calendar_override",
        ["scope", "day"],
        unique=True,
        postgresql_where=sa.text("until_version IS NULL"),
    )
    op.create_table(
        "office_hours",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("opens", sa.Time(), nullable=False),
        sa.Column("closes", sa.Time(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("since_version", sa.BigInteger(), nullable=False),
        sa.Column("until_version", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("btrim(scope) <> ''", name=op.f("ck_office_hours_scope_not_blank")),
        sa.CheckConstraint("btrim(source) <> ''", name=op.f("ck_office_hours_source_not_blank")),
        sa.CheckConstraint("opens < closes", name=op.f("ck_office_hours_opens_first")),
        sa.CheckConstraint(
            "until_version IS NULL OR until_version > since_version",
            name=op.f("ck_office_hours_versions_in_order"),
        ),
        sa.ForeignKeyConstraint(
            ["since_version"],
            ["calendar_version.number"],
            name=op.f("fk_office_hours_since_version_calendar_version"),
        ),
        sa.ForeignKeyConstraint(
            ["until_version"],
            ["calendar_version.number"],
            name=op.f("fk_office_hours_until_version_calendar_version"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_office_hours")),
    )
    op.create_index(
        "uq_office_hours_in_force",
        "office_hours",
        ["scope"],
        unique=True,
        postgresql_where=sa.text("until_version IS NULL"),
    )
    op.create_table(
        "deadline_plan",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("dispatch_id", sa.Uuid(), nullable=False),
        sa.Column("replaces_id", sa.Uuid(), nullable=True),
        sa.Column("calendar_scopes", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("register_by", sa.DateTime(timezone=True), nullable=False),
        sa.Column("forward_by", sa.DateTime(timezone=True), nullable=True),
        sa.Column("acknowledge_by", sa.DateTime(timezone=True), nullable=False),
        sa.Column("alarms", postgresql.JSONB(), nullable=False),
        sa.Column("share_days", sa.Integer(), nullable=False),
        sa.Column("left_days", sa.Integer(), nullable=False),
        sa.Column("unannounced_years", postgresql.ARRAY(sa.Integer()), nullable=False),
        sa.Column("calendar_version", sa.BigInteger(), nullable=False),
        sa.Column("policy_version", sa.BigInteger(), nullable=False),
        sa.Column("holidays_release", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "forward_by <= acknowledge_by", name=op.f("ck_deadline_plan_forward_in_order")
        ),
        sa.CheckConstraint(
            "register_by <= acknowledge_by", name=op.f("ck_deadline_plan_deadlines_in_order")
        ),
        sa.ForeignKeyConstraint(
            ["calendar_version"],
            ["calendar_version.number"],
            name=op.f("fk_deadline_plan_calendar_version_calendar_version"),
        ),
        sa.ForeignKeyConstraint(
            ["dispatch_id"], ["dispatch.id"], name=op.f("fk_deadline_plan_dispatch_id_dispatch")
        ),
        sa.ForeignKeyConstraint(
            ["policy_version"],
            ["policy_version.number"],
            name=op.f("fk_deadline_plan_policy_version_policy_version"),
        ),
        sa.ForeignKeyConstraint(
            ["replaces_id"],
            ["deadline_plan.id"],
            name=op.f("fk_deadline_plan_replaces_id_deadline_plan"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deadline_plan")),
    )
    op.create_index(
        op.f("ix_deadline_plan_dispatch_id"), "deadline_plan", ["dispatch_id"], unique=False
    )
    op.create_table(
        "deadline_move",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("dispatch_id", sa.Uuid(), nullable=False),
        sa.Column("hop_id", sa.Uuid(), nullable=True),
        sa.Column("days", sa.Integer(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("hops", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("officer_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("btrim(reason) <> ''", name=op.f("ck_deadline_move_reason_not_blank")),
        sa.CheckConstraint(
            "kind <> 'extended' OR days > 0", name=op.f("ck_deadline_move_extended_by")
        ),
        sa.CheckConstraint(
            "kind IN ('extended', 'suspended', 'resumed')", name=op.f("ck_deadline_move_kind_known")
        ),
        sa.ForeignKeyConstraint(
            ["dispatch_id"], ["dispatch.id"], name=op.f("fk_deadline_move_dispatch_id_dispatch")
        ),
        sa.ForeignKeyConstraint(["hop_id"], ["hop.id"], name=op.f("fk_deadline_move_hop_id_hop")),
        sa.ForeignKeyConstraint(
            ["officer_id"], ["officer.id"], name=op.f("fk_deadline_move_officer_id_officer")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deadline_move")),
    )
    op.create_index(
        op.f("ix_deadline_move_dispatch_id"), "deadline_move", ["dispatch_id"], unique=False
    )
    op.create_index(op.f("ix_deadline_move_hop_id"), "deadline_move", ["hop_id"], unique=False)
    op.add_column("dispatch", sa.Column("acknowledge_within", sa.Integer(), nullable=True))
    op.add_column(
        "dispatch",
        sa.Column(
            "weights",
            postgresql.ARRAY(sa.Integer()),
            server_default=sa.text("'{1}'"),
            nullable=False,
        ),
    )
    op.add_column("hop", sa.Column("plan_id", sa.Uuid(), nullable=True))
    op.add_column("hop", sa.Column("suspended_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("hop", sa.Column("suspended_by", sa.Uuid(), nullable=True))
    op.add_column(
        "hop", sa.Column("extensions", sa.Integer(), server_default=sa.text("0"), nullable=False)
    )
    op.add_column(
        "hop", sa.Column("extended_days", sa.Integer(), server_default=sa.text("0"), nullable=False)
    )
    op.create_foreign_key(
        op.f("fk_hop_suspended_by_officer"), "hop", "officer", ["suspended_by"], ["id"]
    )
    op.create_foreign_key(
        op.f("fk_hop_plan_id_deadline_plan"), "hop", "deadline_plan", ["plan_id"], ["id"]
    )
    op.add_column("letter", sa.Column("deliver_by", sa.DateTime(timezone=True), nullable=True))
    op.add_column("letter", sa.Column("event_starts_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("letter", sa.Column("event_ends_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("letter", sa.Column("event_place", sa.Text(), nullable=True))
    op.drop_constraint(op.f("ck_event_kind_known"), "event", type_="check")
    op.create_check_constraint(
        op.f("ck_event_kind_known"),
        "event",
        "kind IN ('register_opened', 'letter_issued', 'number_voided', 'dispatched', 'sent', 'registered', 'forwarded', 'acknowledged', 'reported', 'refused', 'returned', 'recalled', 'reminded', 'overdue', 'escalated', 'extended', 'suspended', 'resumed', 'clock_started', 'post_filled', 'post_cleared', 'dispatch_completed', 'dispatch_closed')",
    )
    op.drop_constraint(op.f("ck_outbox_kind_known"), "outbox", type_="check")
    op.create_check_constraint(
        op.f("ck_outbox_kind_known"),
        "outbox",
        "kind IN ('dispatched', 'settled', 'moved', 'closed')",
    )
    op.drop_constraint(op.f("ck_letter_urgency_known"), "letter", type_="check")
    op.create_check_constraint(
        op.f("ck_letter_urgency_known"),
        "letter",
        "urgency IN ('normal', 'urgent', 'very_urgent', 'most_urgent', 'urgent_within')",
    )
    op.create_check_constraint(
        op.f("ck_dispatch_acknowledge_within_days"), "dispatch", "acknowledge_within > 0"
    )
    op.create_check_constraint(
        op.f("ck_dispatch_weights_positive"),
        "dispatch",
        "cardinality(weights) > 0 AND 0 < ALL (weights)",
    )
    op.create_check_constraint(
        op.f("ck_hop_suspended_paired"), "hop", "(suspended_at IS NULL) = (suspended_by IS NULL)"
    )
    op.create_check_constraint(
        op.f("ck_hop_suspended_unsettled"), "hop", "suspended_at IS NULL OR settled_at IS NULL"
    )
    op.create_check_constraint(
        op.f("ck_letter_deliver_by_given"),
        "letter",
        "(urgency = 'urgent_within') = (deliver_by IS NOT NULL)",
    )
    op.create_check_constraint(
        op.f("ck_letter_event_paired"),
        "letter",
        "(event_starts_at IS NULL) = (event_ends_at IS NULL)",
    )
    op.create_check_constraint(
        op.f("ck_letter_event_in_order"), "letter", "event_starts_at < event_ends_at"
    )
    op.create_check_constraint(
        op.f("ck_letter_event_place"),
        "letter",
        "event_place IS NULL OR event_starts_at IS NOT NULL",
    )
    op.execute(
        sa.text(
            "INSERT INTO calendar_version (at, officer_id, note) VALUES (now(), CAST(:by AS uuid), :note)"
        ).bindparams(by=_SYSTEM, note="ปฏิทินตั้งต้น: วันหยุดราชการของทั้งประเทศ")
    )
    op.execute(
        sa.text(
            "INSERT INTO policy_version (at, officer_id, note, policies)"
            " VALUES (now(), CAST(:by AS uuid), :note, :policies)"
        )
        .bindparams(
            sa.bindparam("policies", type_=postgresql.JSONB()),
            by=_SYSTEM,
            note="นโยบายตั้งต้น",
        )
        .bindparams(policies=_POLICIES)
    )
    op.execute(_KEEP_PLANS)
    op.execute(_POINT_HOPS)
    op.alter_column("hop", "plan_id", nullable=False)
    op.drop_column("dispatch", "alarms")
    for table in _APPEND_ONLY:
        op.execute(
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table}"
            " FOR EACH ROW EXECUTE FUNCTION refuse_change()"
        )
        op.execute(
            f"CREATE TRIGGER {table}_never_emptied BEFORE TRUNCATE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )
    op.execute(_GRANTS)


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    op.drop_constraint(op.f("ck_event_kind_known"), "event", type_="check")
    op.create_check_constraint(
        op.f("ck_event_kind_known"),
        "event",
        "kind IN ('register_opened', 'letter_issued', 'number_voided', 'dispatched', 'sent', 'registered', 'forwarded', 'acknowledged', 'reported', 'refused', 'returned', 'recalled', 'reminded', 'overdue', 'escalated', 'dispatch_completed', 'dispatch_closed')",
    )
    op.drop_constraint(op.f("ck_outbox_kind_known"), "outbox", type_="check")
    op.create_check_constraint(
        op.f("ck_outbox_kind_known"), "outbox", "kind IN ('dispatched', 'settled', 'closed')"
    )
    op.drop_constraint(op.f("ck_letter_urgency_known"), "letter", type_="check")
    op.create_check_constraint(
        op.f("ck_letter_urgency_known"),
        "letter",
        "urgency IN ('normal', 'urgent', 'very_urgent', 'most_urgent')",
    )
    op.add_column("dispatch", sa.Column("alarms", postgresql.JSONB(), nullable=True))
    op.execute(_RESTORE_ALARMS)
    op.alter_column("dispatch", "alarms", nullable=False)
    op.execute("REVOKE UPDATE (register_by, acknowledge_by) ON dispatch FROM wian_app")
    for column in ("event_place", "event_ends_at", "event_starts_at", "deliver_by"):
        op.drop_column("letter", column)
    for column in ("extended_days", "extensions", "suspended_by", "suspended_at", "plan_id"):
        op.drop_column("hop", column)
    op.drop_column("dispatch", "weights")
    op.drop_column("dispatch", "acknowledge_within")
    for table in (
        "deadline_move",
        "deadline_plan",
        "office_hours",
        "calendar_override",
        "announced_year",
        "policy_version",
        "calendar_version",
    ):
        op.drop_table(table)
